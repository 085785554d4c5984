"""Saved HTML pages → articles: decoded and bounded here, read in a child process that is ended when it takes long."""
from __future__ import annotations

import atexit
import codecs
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from geo.articles import article
from geo.errors import InvalidInput
from geo.model import Article

MAX_BYTES = 2_000_000
MAX_DEPTH = 150
MAX_TAGS = 50_000
MAX_ATTRIBUTES = 500
"""In one tag; parsers take quadratic time over them."""
SECONDS = 10.0
MEMORY_MB = 1024

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
_ENCODINGS = re.compile(
    r"utf-?(8|16|16le|16be)|(us-)?ascii|latin-?1|iso-?8859-\d{1,2}|(windows|cp)-?(125\d|874)|koi8-[ru]|macroman"
    r"|mac-?arabic|gb(k|2312|18030)|big5|shift[_-]jis|euc-(jp|kr)", re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,30})([^<>]*)>")
_QUOTED = re.compile(r"""\"[^"]*\"|'[^']*'""")
_FLAT = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot "
    "option optgroup colgroup rt rp html head body".split()
)
"""Never closed, or closed by the next of their kind: they do not nest by standing there."""


def read_page(data: bytes, name: str, published: date | None = None) -> Article:
    """The article of a saved page; its day is the one that the page states of itself, as its publisher counts days.

    :raises InvalidInput: for a page that is too large, too deep, takes too long, or holds no article.
    """
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"{name}: {len(data):,} bytes, want a page of at most {MAX_BYTES:,}")
    found = _found("page", _decode(data, name), name)
    if published:
        return article(found["text"], {**found, "date": published.isoformat()}, name)
    return of_page(found, name)


def text_of(fragment: str, name: str) -> str:
    """The words of a piece of HTML, as in a feed's entry: a paragraph a line, an empty line between.

    :raises InvalidInput: as ``read_page`` does.
    """
    return _found("fragment", fragment, name)["text"]


def of_page(found: Mapping[str, str], name: str) -> Article:
    """The article of what ``geo.markup`` found; its day is known from the page's metadata."""
    made = article(found["text"], found, name)
    if made.published is None:
        return made
    reason = f"stated in the page: {found['date_from']}"
    return replace(made, published=replace(made.published, reason=reason), published_how="metadata")


def _found(kind: str, markup: str, name: str) -> dict[str, str]:
    if len(markup) > MAX_BYTES:
        raise InvalidInput(f"{name}: {len(markup):,} characters, want HTML of at most {MAX_BYTES:,}")
    _check(markup, name)
    found = _child(os.getpid()).read({"kind": kind, "html": markup}, name)
    if "error" in found:
        raise InvalidInput(f"{name}: {found['error']}, want a saved page of one story")
    return found


def _decode(data: bytes, name: str) -> str:
    """By its mark, as UTF-8, or as the page declares.

    :raises InvalidInput: when it is none of these; a wrong guess would read as other names.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16", name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = _CHARSET.search(data[:4096])
    if not declared:
        raise InvalidInput(f"{name}: is not UTF-8 and declares no charset, want one of the two")
    return _decoded(data, declared[1].decode("ascii"), name)


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        if not _ENCODINGS.fullmatch(encoding):
            raise LookupError(encoding)
        return data.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{name}: is not in {encoding!r} as it says, want a page in its declared charset") from error


def _check(page: str, name: str) -> None:
    """Count before parsing.

    :raises InvalidInput: for NULs, and for more tags, depth or attributes than a news page has.
    """
    if "\x00" in page:
        raise InvalidInput(f"{name}: holds a NUL, want a saved HTML page")
    depth = 0
    for tags, match in enumerate(_TAG.finditer(_without_comments(page)), start=1):
        closing, tag, rest = match.groups()
        if len(_QUOTED.sub("", rest).split()) > MAX_ATTRIBUTES:
            raise InvalidInput(f"{name}: <{tag}> has more than {MAX_ATTRIBUTES} attributes, want a saved HTML page")
        if tag.lower() not in _FLAT and not rest.endswith("/"):
            depth = max(depth + (-1 if closing else 1), 0)
        if depth > MAX_DEPTH or tags > MAX_TAGS:
            raise InvalidInput(f"{name}: {tags:,} tags, {depth} deep, want at most {MAX_TAGS:,} and {MAX_DEPTH}")


def _without_comments(page: str) -> str:
    first, *rest = page.split("<!--")
    return first + "".join(piece.partition("-->")[2] for piece in rest)


class _Child:
    """One process that reads pages, one after the other; ended when it takes too long, then started anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Connection | None = None
        atexit.register(self._end)

    def read(self, request: Mapping[str, str], name: str) -> dict[str, str]:
        """:raises InvalidInput: when the child needs more time or memory than it may have."""
        with self._lock:
            try:
                channel = self._ready()
                channel.send_bytes(json.dumps(request).encode())
                if not channel.poll(SECONDS):
                    self._end()
                    raise InvalidInput(f"{name}: not read within {SECONDS:.0f} seconds, want a plainer page")
                found: dict[str, str] = json.loads(channel.recv_bytes())
            except (EOFError, OSError):
                self._end()
                raise InvalidInput(f"{name}: cannot be read in {MEMORY_MB} MB, want a plainer page") from None
            return found

    def _ready(self) -> Connection:
        if self._channel is None or self._process is None or self._process.poll() is not None:
            self._end()
            self._channel, theirs = Pipe()
            command = [sys.executable, "-P", "-s", "-m", "geo.markup", str(theirs.fileno()), str(MEMORY_MB)]
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], env=_environment(), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            theirs.close()
        return self._channel

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None


@cache
def _child(process: int) -> _Child:
    """The child of this very process: one that was forked must not speak with its parent's."""
    return _Child()


def _environment() -> dict[str, str]:
    """Nothing of the parent's: no secrets, no settings."""
    return {"PYTHONPATH": str(Path(__file__).resolve().parents[1]), "LC_ALL": "C.UTF-8"}
