"""Dateline's web service."""
