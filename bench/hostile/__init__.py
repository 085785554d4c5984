"""Hostile files and requests, written by code: what must be refused, what must be taken, and what it costs."""
