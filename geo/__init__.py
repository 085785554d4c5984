"""Dateline's library: from the text of a story to dated places and who held them."""
