"""Errors as answers: the only table from error to status, RFC 9457 problems, a small page for browsers."""
from __future__ import annotations

import re
from http import HTTPStatus

from flask import Flask, Response, current_app, g, json, request
from flask.typing import ResponseReturnValue
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from geo.errors import (
    Conflict,
    DatelineError,
    InvalidInput,
    InvalidParameter,
    NoPublicationDate,
    NotFound,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreGone,
    StoreReadOnly,
    Withdrawn,
)
from server.params import BadParameter

STATUS: dict[type[Exception], int] = {
    Withdrawn: 410,
    NotFound: 404,
    Conflict: 409,
    InvalidParameter: 400,
    InvalidInput: 400,
    NoPublicationDate: 422,
    StoreFull: 507,
    StoreReadOnly: 503,
    StoreBusy: 503,
    StoreError: 503,
    DatelineError: 500,
    RecursionError: 400,
    Exception: 500,
}
RETRY_SECONDS = "5"
TOLD: dict[type[Exception], str] = {
    StoreFull: "the disk of the store is full; nothing of this was kept, want it sent again when there is room",
    StoreReadOnly: "the store cannot be written to now; nothing of this was kept, reading goes on",
    StoreBusy: "the store is being written to for too long; nothing of this was kept, want it sent again",
}
"""What is said of faults of ours that their sender should know of; the file's name is for the log."""

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{status} {title}</title>
<main><h1>{title}</h1><p>{detail}</p><p><a href="/">Dateline</a></p></main></html>
"""


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_error)
    app.register_error_handler(StoreGone, _once_more)


def _of_http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    code = HTTPStatus(error.code).phrase.lower().replace(" ", "-")
    return _problem(error.code, error.description or "", code, _headers(error))


def _headers(error: HTTPException) -> dict[str, str]:
    kept = ("allow", "retry-after", "www-authenticate", "content-range")
    return {name: value for name, value in error.get_headers() if name.lower() in kept}


def _of_error(error: Exception) -> Response:
    """What our own errors say is told up to 499; beyond, the reason is for the log, not for the reader."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status >= 500:
        _log(error, status)
        headers = {"Retry-After": RETRY_SECONDS} if status == 503 else {}
        return _problem(status, TOLD.get(type(error), HTTPStatus(status).description), _code(error), headers)
    detail = "the body is nested too deeply" if isinstance(error, RecursionError) else str(error)
    return _problem(status, detail, _code(error), {}, _causes(error))


def _once_more(error: StoreGone) -> ResponseReturnValue:
    """A read is tried once more: the store may have restarted."""
    if request.method not in ("GET", "HEAD") or g.get("is_second_try"):
        return _of_error(error)
    g.is_second_try = True
    try:
        return current_app.dispatch_request()
    except (DatelineError, HTTPException) as fault:  # nobody is above this who would hand it to its handler
        return current_app.handle_user_exception(fault)


def _log(error: Exception, status: int) -> None:
    asked = f"{request.method} {request.path}".encode("unicode_escape").decode("ascii")  # a line, whatever was asked
    current_app.logger.error("%s: %d", asked, status, exc_info=error)


def _code(error: Exception) -> str:
    known = next(kind for kind in type(error).__mro__ if kind in STATUS)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", known.__name__).lower()


def _causes(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, BadParameter):
        return [{"parameter": error.parameter, "value": error.value, "expected": error.expected}]
    told = re.match(r"([\w-]+): (.+), want (.+)", str(error), re.DOTALL)  # how ``geo`` words them all
    return [{"parameter": told[1], "value": told[2].strip("'"), "expected": told[3]}] if told else []


def _problem(
    status: int, detail: str, code: str, headers: dict[str, str], causes: list[dict[str, str]] | None = None
) -> Response:
    title = HTTPStatus(status).phrase
    if _is_browser():
        body = PAGE.format(status=status, title=escape(title), detail=escape(detail))
        return Response(body, status=status, mimetype="text/html", headers=headers)
    problem = {
        "type": "about:blank", "title": title, "status": status, "detail": detail, "code": code,
        "errors": causes or [],
    }
    return Response(json.dumps(problem), status=status, mimetype="application/problem+json", headers=headers)


def _is_browser() -> bool:
    """Asked for a page, and not for JSON just as much."""
    accepted = request.accept_mimetypes
    return accepted.quality("text/html") > accepted.quality("application/problem+json")
