"""Addresses of the service as others must write them."""
from __future__ import annotations

from flask import current_app, request


def root() -> str:
    """Where the service lies, with a slash at the end: the setting, else what the request was sent to."""
    configured = str(current_app.config["PUBLIC_URL"])
    return configured.rstrip("/") + "/" if configured else request.url_root
