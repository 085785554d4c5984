"""What the service writes down: JSON lines on standard error, each with its request's id, and no word of any story."""
from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Flask, has_request_context, request

from geo.errors import StoreError
from server import meters
from server.meters import Meters

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ID = "dateline.request_id"
ROUTE = "dateline.route"
HEADER = "X-Request-Id"
SOUND = re.compile(r"[A-Za-z0-9._-]{8,64}")
TILES = "tiles"
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
REQUESTS = "dateline.requests"


class JsonLines(logging.Formatter):
    """One object a record. Of an exception its kind and where it was raised: what it says may quote a story; only what
    is said of the store names nothing else."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "message": record.getMessage(),
        }
        told |= getattr(record, "told", {})
        if has_request_context():
            told["request"] = id_of(request.environ)
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            told["error"] = type(error).__name__
            told["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}"
                             for frame in traceback.extract_tb(error.__traceback__)[-12:]]
            if isinstance(error, StoreError):
                told["reason"] = str(error)
        return json.dumps(told, ensure_ascii=False)


def id_of(environ: WSGIEnvironment) -> str:
    """The request's id, given by the proxy in front or when somebody first asks for it: a kept tile takes no longer
    than making one."""
    found = environ.get(ID)
    if found is None:
        found = environ[ID] = secrets.token_hex(8)
    return str(found)


class Watched:
    """A WSGI application around all others: it counts and times every request. ``takes_ids`` where there is a proxy in
    front that gives them."""

    def __init__(self, inner: WSGIApplication, counted: Meters, *, takes_ids: bool, log: logging.Logger | None) -> None:
        self.inner = inner
        self._meters = counted
        self._takes_ids = takes_ids
        self._log = log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begun, status = time.perf_counter(), "500"
        given = environ.get("HTTP_X_REQUEST_ID") if self._takes_ids else None
        if given is not None and SOUND.fullmatch(given):
            environ[ID] = given

        def started(line: str, headers: list[tuple[str, str]], *rest: object) -> object:
            nonlocal status
            status = line[:3]
            if status >= "400":
                headers = [*headers, (HEADER, id_of(environ))]
            return start_response(line, headers, *rest)  # type: ignore[arg-type]

        try:
            return self.inner(environ, started)  # type: ignore[arg-type]
        finally:
            self._note(environ, status, time.perf_counter() - begun)

    def _note(self, environ: WSGIEnvironment, status: str, seconds: float) -> None:
        method = environ["REQUEST_METHOD"]
        known = method if method in METHODS else "other"
        self._meters.answered(environ.get(ROUTE, TILES), known, status, seconds)
        if self._log is not None:
            self._log.info("%s", status, extra={"told": {
                "request": id_of(environ), "method": known, "path": environ["PATH_INFO"][:200], "status": int(status),
                "ms": round(seconds * 1000, 1), "client": environ.get("REMOTE_ADDR", "")}})


def install(app: Flask) -> None:
    """Before the branch in front of Flask is installed nothing is around it; proxies come outside of this."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    app.logger.handlers = [handler]
    app.before_request(_named)
    log = None
    if app.config["LOG_REQUESTS"]:
        log = logging.getLogger(REQUESTS)
        log.handlers, log.propagate = [handler], False
        log.setLevel(logging.INFO)
    app.wsgi_app = Watched(  # type: ignore[method-assign]
        app.wsgi_app, app.extensions[meters.KEY], takes_ids=bool(app.config["PROXIES"]), log=log)


def _named() -> None:
    """By what a request is counted: the part of the service that answers it."""
    request.environ[ROUTE] = request.blueprint or "none"
