"""Answers that caches can keep: strong ETags by content, 304, zstd or gzip where it pays, honest ages."""
from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import deflate
import zstandard
from flask import Response, current_app, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header, parse_etags

PACK_FROM = 400
"""Bytes below which packing gains nothing."""
ENCODINGS = ("zstd", "gzip")
"""How an answer may be packed, the better first."""
YEAR = 31_536_000
STALE = "stale-while-revalidate=600, stale-if-error=86400"
FOR_EVER = f"public, max-age={YEAR}, immutable"

Headers = list[tuple[str, str]]

_own = threading.local()


class Packed(NamedTuple):
    """A body as it is sent, how it is packed (``""``: not at all), and the hash that names its content."""

    body: bytes
    encoding: str
    tag: str


class Answer(NamedTuple):
    """What WSGI needs of an answer."""

    status: int
    headers: Headers
    body: bytes


def pack(body: bytes, encoding: str = "", level: int = 6) -> Packed:
    """``body`` in ``encoding``, where it is long enough; ``level`` is that of gzip."""
    tag = blake2b(body, digest_size=16).hexdigest()
    if len(body) <= PACK_FROM or not encoding:
        return Packed(body, "", tag)
    packed = _zstd(body) if encoding == "zstd" else bytes(deflate.gzip_compress(body, level))
    return Packed(packed, encoding, f"{tag}-{encoding}")


def packings(body: bytes) -> Mapping[str, Packed]:
    """In every encoding, by its name, as small as it gets: for what never changes."""
    plain = pack(body)
    if len(body) <= PACK_FROM:
        return dict.fromkeys(("", *ENCODINGS), plain)
    smallest = {"zstd": zstandard.ZstdCompressor(level=19).compress, "gzip": _smallest}
    return {"": plain, **{name: Packed(smallest[name](body), name, f"{plain.tag}-{name}") for name in ENCODINGS}}


def answer(packed: Packed, mimetype: str, lifetime: str, known: str | None = None) -> Answer:
    """200, 204 when there is nothing, 304 when ``known``, the request's ``If-None-Match``, names the content.

    Each encoding is a representation of its own and has its own strong tag (RFC 9110, 8.8.3.3).
    """
    headers = [("ETag", f'"{packed.tag}"'), ("Cache-Control", lifetime), ("Vary", "Accept-Encoding")]
    if known is not None and _knows(known, packed.tag):
        return Answer(304, headers, b"")
    if not packed.body:
        return Answer(204, headers, b"")
    headers += ("Content-Type", mimetype), ("Content-Length", str(len(packed.body)))
    if packed.encoding:
        headers.append(("Content-Encoding", packed.encoding))
    return Answer(200, headers, packed.body)


def lifetime(max_age: object) -> str:
    """``Cache-Control`` of what may change: how many seconds it may be used unasked, and when asking fails."""
    return f"public, max-age={max_age}, {STALE}"


def respond(packed: Packed, mimetype: str, *, version: str | None = None) -> Response:
    """The answer to the present request.

    ``version`` is the current one: a request that names it in ``v`` may keep the answer for ever.
    """
    kept = version is not None and request.args.get("v") == version
    known = request.headers.get("If-None-Match") if request.method in ("GET", "HEAD") else None
    return as_response(answer(packed, mimetype, FOR_EVER if kept else _lifetime(), known))


def as_response(found: Answer) -> Response:
    response = Response(found.body, found.status, found.headers)
    if found.status != 200:
        del response.headers["Content-Type"]  # that of nothing
    return response


def streamed(chunks: Iterator[bytes], mimetype: str, tag: str, *, is_packed: bool = False) -> Response:
    """As ``respond``, for a body made piece by piece; ``tag`` must name everything that it is made from. One that
    ``is_packed`` by its own format is sent as it is."""
    zipped = _is_zipped(is_packed)
    response = Response(_zipped(chunks) if zipped else chunks, mimetype=mimetype)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _lifetime()
    response.set_etag(f"{tag}-gzip" if zipped else tag)
    response.make_conditional(request)
    return response


def wants_body(tag: str, *, is_packed: bool = False) -> bool:
    """Whether the body of a ``streamed`` answer will be sent: not to HEAD, nor to who has it."""
    named = f"{tag}-gzip" if _is_zipped(is_packed) else tag
    return request.method != "HEAD" and not request.if_none_match.contains_weak(named)


def _is_zipped(is_packed: bool) -> bool:
    return accepts_gzip() and not is_packed


def name(*parts: object) -> str:
    """A tag made from what an answer is made from."""
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def accepted() -> str:
    """The encoding in which the present request wants its answer."""
    return best_encoding(request.headers.get("Accept-Encoding", ""))


def accepts_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


@lru_cache(512)
def best_encoding(header: str) -> str:
    """Of those that ``Accept-Encoding`` allows the one it wants most, of equals the better; ``""`` for none.

    >>> best_encoding("gzip, deflate, br, zstd"), best_encoding("gzip;q=0.5, *;q=0"), best_encoding("")
    ('zstd', 'gzip', '')
    """
    wanted = parse_accept_header(header, Accept) if len(header) <= 500 else Accept()
    quality = {encoding: wanted.quality(encoding) for encoding in ENCODINGS}
    best = max(ENCODINGS, key=lambda encoding: quality[encoding])
    return best if quality[best] > 0 else ""


def _lifetime() -> str:
    return lifetime(current_app.config["MAX_AGE"])


def _knows(header: str, tag: str) -> bool:
    return header == f'"{tag}"' or parse_etags(header).contains_weak(tag)


def _smallest(body: bytes) -> bytes:
    return bytes(deflate.gzip_compress(body, 12))


def _zstd(body: bytes) -> bytes:
    """Threads must not share a compressor, and making one costs more than packing a tile."""
    packer = getattr(_own, "packer", None)
    if packer is None:
        packer = _own.packer = zstandard.ZstdCompressor(level=3)
    packed: bytes = packer.compress(body)
    return packed


def _zipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, wbits=31)
    for chunk in chunks:
        if part := packer.compress(chunk):
            yield part
    yield packer.flush()
