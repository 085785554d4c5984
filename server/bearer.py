"""Who asks: the editor's token in ``Authorization: Bearer``, never in a cookie, so that no other page can use it.

It is looked at before anything else of a request. Its text is never logged and never sent back.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, cast

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, TooManyRequests, Unauthorized

from geo import access
from geo.access import Token
from geo.errors import NotFound
from server.rate import Rate
from server.resources import get_store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

P = ParamSpec("P")
KEY = "dateline.bearer"
REALM = "Dateline's desk"


def install(app: Flask) -> None:
    most = int(app.config["DESK_RATE"])
    app.extensions[KEY] = Rate(most), Rate(most)


def needs(scope: str) -> Callable[[Callable[P, Response]], Callable[P, Response]]:
    """A view for editors with this scope, whose answers nobody keeps.

    The routes exist only when a valid token does: 404 before. 401 without one of them, 403 without its scope, 429 for
    whoever tries too often, each before the body is read.
    """
    def guard(view: Callable[P, Response]) -> Callable[P, Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
            g.editor = _editor(scope)
            response = view(*args, **kwargs)
            response.headers["Cache-Control"] = "no-store"
            response.headers["Vary"] = "Authorization"
            return response
        return guarded
    return guard


def editor() -> Token:
    """Who asks, in a view that ``needs`` a scope."""
    asking: Token = g.editor
    return asking


def require(scope: str) -> None:
    """403 unless who asks has this scope too: for what one of several things a view does needs."""
    if not editor().allows(scope):
        raise _TooNarrow(f"Authorization: this token may not do that, want one with the scope {scope}", scope)


def _editor(scope: str) -> Token:
    now = datetime.now(UTC)
    failed, asked = cast(tuple[Rate, Rate], current_app.extensions[KEY])
    known = access.tokens(get_store())
    if not any(token.is_valid(now) for token in known):
        raise NotFound("the desk is closed: no editor has a token (`dateline token new`)")
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    found = access.find(known, text.strip(), now) if kind.lower() == "bearer" else None
    if found is None:
        _within(failed, request.remote_addr or "")
        raise Unauthorized("Authorization: want 'Bearer' and a valid token of an editor", www_authenticate=_challenge())
    _within(asked, found.id)
    if not found.allows(scope):
        raise _TooNarrow(f"Authorization: this token may not do that, want one with the scope {scope}", scope)
    return found


class _TooNarrow(Forbidden):
    """403 that names the scope it wants, as RFC 6750 asks."""

    def __init__(self, description: str, scope: str) -> None:
        super().__init__(description)
        self._scope = scope

    def get_headers(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        needed = str(_challenge(error="insufficient_scope", scope=self._scope))
        return [*super().get_headers(environ, scope), ("WWW-Authenticate", needed)]


def _challenge(**told: str | None) -> WWWAuthenticate:
    return WWWAuthenticate("bearer", {"realm": REALM, **told})


def _within(rate: Rate, client: str) -> None:
    seconds = rate.wait(client)
    if seconds:
        raise TooManyRequests("desk_rate: too many requests, want fewer", retry_after=math.ceil(seconds))
