"""Dateline without the branch before Flask: what that branch is worth."""
from __future__ import annotations

from flask import Flask

from server import create_app as whole
from server.journal import Watched
from server.thin import Thin


def create_app() -> Flask:
    app = whole()
    watched = app.wsgi_app
    assert isinstance(watched, Watched)
    assert isinstance(watched.inner, Thin)
    watched.inner = watched.inner.inner
    return app
