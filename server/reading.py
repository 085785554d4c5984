"""``POST /api/read``: an article in, what ``dateline read`` says of it out; nothing is stored, nothing is logged."""
from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from flask import Blueprint, Response, current_app, json, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestEntityTooLarge, ServiceUnavailable, TooManyRequests, UnsupportedMediaType

from geo.articles import article, decode, read_text
from geo.errors import InvalidInput
from geo.features import mention_features
from geo.formats import FORMATS
from geo.formats.reading import as_json
from geo.interval import parse_day
from geo.model import Article, Reading
from geo.pages import read_page
from geo.schema import MENTIONS
from geo.sentences import layout
from server import params
from server.params import BadParameter
from server.rate import Rate
from server.resources import get_pipeline

bp = Blueprint("reading", __name__, url_prefix="/api")

FIELDS = ("text", "title", "date", "url", "language")
MAX_CHARACTERS = 100_000
MAX_SENTENCE = 3_000
"""News has neither longer articles nor longer sentences, and what reading costs grows with the square of a sentence."""
AT_ONCE = 2
"""Articles read side by side in a process; more wait, so that maps and tiles are served meanwhile."""
PATIENCE = 10.0
RETRY_SECONDS = 5
BODY = "body"
"""How messages call the article."""


@bp.record
def _install(state: BlueprintSetupState) -> None:
    rate = Rate(int(state.app.config["READ_RATE"]))
    state.app.extensions["dateline.reading"] = rate, threading.BoundedSemaphore(AT_ONCE)


@bp.post("/read")
def read() -> Response:
    _within_rate()
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("format", "date"))
    form = params.once(args, "format", str, "json or geojson") or "geojson"
    if form not in _ANSWERS:
        raise BadParameter("format", form, "json or geojson")
    story = _article(_body(), params.once(args, "date", parse_day, "YYYY-MM-DD"))
    _check(story.text)
    with _turn():
        reading = get_pipeline().read(story)
    response = _ANSWERS[form](reading)
    response.headers["Cache-Control"] = "no-store"
    return response


def _within_rate() -> None:
    rate, _ = current_app.extensions["dateline.reading"]
    seconds = rate.wait(request.remote_addr or "")
    if seconds:
        raise TooManyRequests(
            f"read_rate: more than {current_app.config['READ_RATE']} articles a minute, want fewer",
            retry_after=math.ceil(seconds),
        )


@contextmanager
def _turn() -> Iterator[None]:
    _, seats = current_app.extensions["dateline.reading"]
    if not seats.acquire(timeout=PATIENCE):
        raise ServiceUnavailable("too many articles are being read, want a later try", retry_after=RETRY_SECONDS)
    try:
        yield
    finally:
        seats.release()


def _body() -> bytes:
    kilobytes = int(current_app.config["READ_KB"])
    request.max_content_length = kilobytes * 1024
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge(f"{BODY}: want at most {kilobytes} kB") from None


def _article(data: bytes, published: date | None) -> Article:
    kind = request.mimetype
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(f"Content-Type: {request.content_type!r}, want UTF-8")
    if kind == "application/json":
        return _of_json(data, published)
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


def _of_json(data: bytes, published: date | None) -> Article:
    try:
        record = json.loads(decode(data, BODY))
    except ValueError:
        raise InvalidInput(f"{BODY}: no JSON, want an object with {', '.join(FIELDS)}") from None
    if not isinstance(record, dict):
        raise InvalidInput(f"{BODY}: {type(record).__name__}, want an object with {', '.join(FIELDS)}")
    fields = {name: _field(name, value) for name, value in record.items() if value is not None}
    if published:
        fields["date"] = published.isoformat()
    if "text" not in fields:
        raise BadParameter("text", "", "the article")
    return article(fields.pop("text"), fields, BODY)


def _field(name: str, value: object) -> str:
    if name not in FIELDS:
        raise BadParameter(name[:50], str(value)[:50], f"one of {', '.join(FIELDS)}")
    if not isinstance(value, str):
        raise BadParameter(name, str(value)[:50], "a text")
    if name == "date":
        return str(params.once({name: [value]}, name, parse_day, "YYYY-MM-DD"))
    return value


def _json(reading: Reading) -> Response:
    body = json.dumps(as_json(reading), ensure_ascii=False, sort_keys=False)
    return Response(body + "\n", mimetype="application/json")


def _geojson(reading: Reading) -> Response:
    form = FORMATS["geojson"]
    return Response(b"".join(form.write(MENTIONS, mention_features(reading))), mimetype=form.mimetype)


_ANSWERS: Mapping[str, Callable[[Reading], Response]] = {"json": _json, "geojson": _geojson}
