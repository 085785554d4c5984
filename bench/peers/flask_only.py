"""Dateline without the branch before Flask: what that branch is worth."""
from __future__ import annotations

from flask import Flask

from server import create_app as whole
from server.thin import Thin


def create_app() -> Flask:
    app = whole()
    assert isinstance(app.wsgi_app, Thin)
    app.wsgi_app = app.wsgi_app.inner  # type: ignore[method-assign,assignment]
    return app
