"""An article that somebody sends: which types are taken, how large it may be, how many are read side by side."""
from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from flask import Flask, current_app, json, request
from werkzeug.exceptions import RequestEntityTooLarge, ServiceUnavailable, UnsupportedMediaType

from geo.articles import article, decode, read_text
from geo.errors import InvalidInput
from geo.interval import parse_day
from geo.model import Article
from geo.pages import read_page
from geo.sentences import layout
from server import params
from server.params import BadParameter

KEY = "dateline.intake"
FIELDS = ("text", "title", "date", "url", "language")
MAX_CHARACTERS = 100_000
MAX_SENTENCE = 3_000
"""News has neither longer articles nor longer sentences, and what reading costs grows with the square of a sentence."""
AT_ONCE = 2
"""Articles read, or files loaded, side by side in a process."""
WAITING = 1
"""How many more wait for their turn. Who comes then is sent away: threads that wait here serve no tile meanwhile."""
EARS = 2
"""Bodies that are waited for at a time in a process. nginx in front waits for them itself."""
PATIENCE = 10.0
RETRY_SECONDS = 5
BODY = "body"
"""How messages call the article."""


class Room(NamedTuple):
    """What one process has for those who send something."""

    seats: threading.BoundedSemaphore
    places: threading.BoundedSemaphore
    ears: threading.BoundedSemaphore


def install(app: Flask) -> None:
    app.extensions[KEY] = Room(*(threading.BoundedSemaphore(count) for count in (AT_ONCE, AT_ONCE + WAITING, EARS)))


@contextmanager
def turn() -> Iterator[None]:
    """The right to read one article, or to load one file; a few others wait a while for it."""
    room: Room = current_app.extensions[KEY]
    with _taken(room.places, 0.0), _taken(room.seats, PATIENCE):
        yield


@contextmanager
def listening() -> Iterator[None]:
    """The right to wait for a body: whoever sends half of one holds a thread, and may not hold them all."""
    room: Room = current_app.extensions[KEY]
    with _taken(room.ears, 0.05):
        yield


@contextmanager
def _taken(seat: threading.BoundedSemaphore, patience: float) -> Iterator[None]:
    if not seat.acquire(timeout=patience):
        raise ServiceUnavailable("too much is being read, want a later try", retry_after=RETRY_SECONDS)
    try:
        yield
    finally:
        seat.release()


def body() -> bytes:
    """The body of the request, as long as the setting ``read_kb`` allows."""
    kilobytes = int(current_app.config["READ_KB"])
    request.max_content_length = kilobytes * 1024
    try:
        with listening():
            return request.get_data()
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge(f"{BODY}: want at most {kilobytes} kB") from None


def article_in(data: bytes, published: date | None, fields: tuple[str, ...] = FIELDS) -> Article:
    """The article that the request sends: JSON, plain text or a page, which a child process reads (``geo.pages``).

    :raises InvalidInput: for what is no article, or would cost too much to read.
    """
    found = _article(data, published, fields)
    _check(found.text)
    return found


def _article(data: bytes, published: date | None, known: tuple[str, ...]) -> Article:
    kind = request.mimetype
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(f"Content-Type: {request.content_type!r}, want UTF-8")
    if kind == "application/json":
        return _of_json(data, published, known)
    if kind == "text/html":
        return read_page(data, BODY, published)
    if kind == "text/plain":
        return read_text(decode(data, BODY), BODY, published)
    raise UnsupportedMediaType(f"Content-Type: {kind[:60]!r}, want application/json, text/plain or text/html")


def _check(text: str) -> None:
    """What this may cost at most: some seconds, for the worst text that passes."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"text: {len(text):,} characters, want at most {MAX_CHARACTERS:,}")
    longest = max((sentence.end - sentence.start for sentence in layout(text).sentences), default=0)
    if longest > MAX_SENTENCE:
        raise InvalidInput(f"text: a sentence of {longest:,} characters, want at most {MAX_SENTENCE:,}")


def record(known: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    """The JSON object that the request sends, its fields of the ``known`` types; null is as good as not there.

    :raises UnsupportedMediaType: for another content type.
    :raises BadParameter: for a field that is not known or of another type.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType(f"Content-Type: {request.mimetype[:60]!r}, want application/json")
    found = {name: value for name, value in _object(body(), tuple(known)).items() if value is not None}
    for name, value in found.items():
        if name not in known:
            raise BadParameter(name[:50], str(value)[:50], f"one of {', '.join(known)}")
        if not isinstance(value, known[name]) or isinstance(value, bool):
            raise BadParameter(name, str(value)[:50], _WORDS[known[name]])
    return found


_WORDS = {str: "a text", int: "a whole number", (int, float): "a number", dict: "an object"}


def _object(data: bytes, known: tuple[str, ...]) -> dict[str, Any]:
    wanted = f"want an object with {', '.join(known)}"
    try:
        found = json.loads(decode(data, BODY))
    except ValueError:
        raise InvalidInput(f"{BODY}: no JSON, {wanted}") from None
    if not isinstance(found, dict):
        raise InvalidInput(f"{BODY}: {type(found).__name__}, {wanted}")
    return found


def _of_json(data: bytes, published: date | None, known: tuple[str, ...]) -> Article:
    fields = {name: _field(name, value, known) for name, value in _object(data, known).items() if value is not None}
    if published:
        fields["date"] = published.isoformat()
    if "text" not in fields:
        raise BadParameter("text", "", "the article")
    return article(fields.pop("text"), fields, BODY)


def _field(name: str, value: object, known: tuple[str, ...]) -> str:
    if name not in known:
        raise BadParameter(name[:50], str(value)[:50], f"one of {', '.join(known)}")
    if not isinstance(value, str):
        raise BadParameter(name, str(value)[:50], "a text")
    if name == "date":
        return str(params.once({name: [value]}, name, parse_day, "YYYY-MM-DD"))
    return value
