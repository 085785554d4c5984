"""The branch before Flask: a tile that is asked for plainly is answered without it.

Of a tile that is kept, Flask takes ten times what all the rest does. Here its view's own code (``tileservice``) runs
on the bare WSGI environment, under the same headers; whatever is not plain, and every fault, is left to Flask.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted
from werkzeug.wsgi import get_host

from server import security, tileservice
from server.asked import VECTOR
from server.caching import Answer, best_encoding
from server.tileservice import Meant, TileService

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PLAIN = re.compile(r"/tiles/([a-z]{1,20})/([0-9]{1,2})/([0-9]{1,8})/([0-9]{1,8})(\.mvt|\.png|@2x\.png)", re.ASCII)
SCALES = {".mvt": VECTOR, ".png": 1, "@2x.png": 2}
STATUS = {status: f"{status} {HTTPStatus(status).phrase.upper()}" for status in (200, 204, 304)}


class Thin:
    """A WSGI application around another one."""

    def __init__(self, inner: WSGIApplication, service: TileService, hosts: list[str] | None) -> None:
        self.inner = inner
        self._service = service
        self._hosts = hosts
        self._always = [*security.of_every_answer().items(), *security.OPEN.items()]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._answer(environ) if environ["PATH_INFO"].startswith("/tiles/") else None
        if answer is None:
            return self.inner(environ, start_response)
        start_response(STATUS[answer.status], answer.headers)
        return [b""] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> Answer | None:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not self._is_trusted(environ):
            return None
        try:
            met = self._meant(environ)
            encoding = best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
            return None if met is None else self._of(met, encoding, environ.get("HTTP_IF_NONE_MATCH"))
        except Exception:  # only Flask's table of errors tells a fault as problem+json: its view meets it again
            return None

    def _of(self, met: Meant, encoding: str, known: str | None) -> Answer:
        packed = self._service.packed(met.found, encoding)
        head = met.heads.get(encoding)
        if known is None and head is not None and head[0] == packed.tag:
            return Answer(head[1], head[2].copy(), packed.body)  # a server may write into what it is given
        found = self._service.answer(met.asked, met.found, packed, known)
        found.headers.extend(self._always)
        if known is None:
            met.heads[encoding] = packed.tag, found.status, found.headers.copy()
        return found

    def _is_trusted(self, environ: WSGIEnvironment) -> bool:
        return self._hosts is None or host_is_trusted(get_host(environ), self._hosts)

    def _meant(self, environ: WSGIEnvironment) -> Meant | None:
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        known = self._service.remembered((path, query))
        if known is not None:
            return known
        plain = PLAIN.fullmatch(path)
        if plain is None:
            return None
        collection, z, x, y, ending = plain.groups()
        return self._service.met_anew((path, query), collection, (z, x, y), SCALES[ending])


def install(app: Flask) -> None:
    """Innermost, so that what proxies say of the host has been read."""
    service: TileService = app.extensions[tileservice.KEY]
    app.wsgi_app = Thin(app.wsgi_app, service, app.config["TRUSTED_HOSTS"])  # type: ignore[method-assign]
