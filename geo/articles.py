"""One story as text or as a line of JSON → an article.

A header is a block of ``Key: value`` lines at the top, ended by an empty line, with at least a title or
a date among ``Title``, ``Date``, ``Source``, ``Url``, ``Language``, ``Based on`` and ``Publish``. Spans
count from the first character after it; a text without a header is taken whole.
"""
from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date

from geo.errors import InvalidInput, InvalidParameter
from geo.interval import Interval, parse_day
from geo.model import Article, When

MAX_CHARACTERS = 2_000_000

_HEADER = re.compile(r"(?:[A-Z][A-Za-z ]{1,20}:[^\n]*\n)+\r?\n")
_KEYS = ("title", "date", "source", "url", "language", "based on", "publish")
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]")
_WEB = ("http://", "https://")


def decode(data: bytes, name: str) -> str:
    """UTF-8, with or without its mark.

    :raises InvalidInput: for other bytes and for control characters, which no text has.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name}: byte {error.start} is not UTF-8, want a text file") from error
    _check_characters(text, name)
    return text


def read_text(text: str, name: str, published: date | None = None) -> Article:
    """One article of plain text; its header, if it has one, gives title, date and source."""
    header = _header(text)
    body = text[header.end() :] if header else text
    fields = _fields(header[0]) if header else {}
    return article(body, {**fields, **({"date": published.isoformat()} if published else {})}, name)


def read_line(data: bytes, name: str, published: date | None = None) -> Article:
    """One JSON object with a ``text`` and, where known, ``id title date source url language``."""
    try:
        record = json.loads(decode(data, name))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{name}: {error}, want one JSON object a line") from error
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        raise InvalidInput(f"{name}: want a JSON object with a 'text'")
    fields = {key: str(value) for key, value in record.items() if value is not None and key != "text"}
    fields.setdefault("date", fields.pop("published", ""))
    if published:
        fields["date"] = published.isoformat()
    return article(record["text"], fields, name)


def article(text: str, fields: Mapping[str, str], name: str) -> Article:
    """An article of ``text`` with what is stated about it; its id is made of its address or its content.

    A time of day is cut off: a story appears on the day of its publisher's clock. An address that is none of
    the web makes the id, but no link.

    :raises InvalidInput: when there is no text, too much of it, or a day that is none.
    """
    _check(text, name)
    for value in (text, *fields.values()):
        _check_characters(value, name)
    day = fields.get("date", "").strip()[:10]
    url, title = fields.get("url", ""), fields.get("title", "")
    return Article(
        text=text, title=title, source=fields.get("source", ""), url=url if url.startswith(_WEB) else "",
        published=_stated(day, name) if day else None, published_how="stated" if day else "",
        language=fields.get("language") or "en", publishable=fields.get("publish", "").lower() in ("yes", "true"),
        based_on=fields.get("based on", ""), id=fields.get("id") or article_id(url, title, text),
    )


def article_id(url: str, title: str, text: str) -> str:
    """From the canonical address, so that an edited story keeps it; else from the content.

    >>> article_id("https://news.example/1", "a", "b") == article_id("https://news.example/1", "c", "d")
    True
    """
    key = url or f"{title}\n{text}"
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _stated(day: str, name: str) -> When:
    try:
        start = parse_day(day)
    except InvalidParameter as error:
        raise InvalidInput(f"{name}: {error}") from error
    return When(Interval.of_day(start), day, "day", "stated")


def _header(text: str) -> re.Match[str] | None:
    match = _HEADER.match(text)
    return match if match and {"title", "date"} & set(_fields(match[0])) else None


def _fields(header: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in header.strip().splitlines())
    return {key.strip().lower(): value.strip() for key, _, value in pairs if key.strip().lower() in _KEYS}


def _check(text: str, name: str) -> None:
    if not text.strip():
        raise InvalidInput(f"{name}: the article is empty, want its text")
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"{name}: {len(text):,} characters, want at most {MAX_CHARACTERS:,}")


def _check_characters(text: str, name: str) -> None:
    wrong = _NO_TEXT.search(text)
    if wrong:
        raise InvalidInput(f"{name}: control character {wrong[0]!r} at {wrong.start()}, want text")
