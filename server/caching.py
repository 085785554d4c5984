"""Answers that caches can keep: strong ETags by content, 304, gzip where it pays, honest ages."""
from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from flask import Response, current_app, request

GZIP_FROM = 400
"""Bytes below which gzip gains nothing."""
YEAR = 31_536_000
STALE = {"stale-while-revalidate": 600, "stale-if-error": 86_400}


class Packed(NamedTuple):
    """A body, its gzip form where that is worth it, and the hash that names its content."""

    body: bytes
    gzipped: bytes | None
    tag: str


def pack(body: bytes) -> Packed:
    gzipped = gzip.compress(body, 6, mtime=0) if len(body) > GZIP_FROM else None
    return Packed(body, gzipped, blake2b(body, digest_size=16).hexdigest())


def unzipped(body: bytes) -> Packed:
    """For what is packed already, as pictures are."""
    return Packed(body, None, blake2b(body, digest_size=16).hexdigest())


def respond(packed: Packed, mimetype: str, *, version: str | None = None) -> Response:
    """The answer, 304 when the client has it, 204 when it is empty.

    ``version`` is the current one: a request that names it in ``v`` may keep the answer for ever.
    """
    zipped = packed.gzipped is not None and accepts_gzip()
    body = packed.gzipped if zipped and packed.gzipped is not None else packed.body
    response = Response(body, status=200 if body else 204, mimetype=mimetype)
    if not body:
        del response.headers["Content-Type"]
    _describe(response, packed.tag, zipped=zipped)
    if version is not None and request.args.get("v") == version:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response.make_conditional(request)
    return response


def streamed(chunks: Iterator[bytes], mimetype: str, tag: str) -> Response:
    """As ``respond``, for a body made piece by piece; ``tag`` must name everything that it is made from."""
    zipped = accepts_gzip()
    response = Response(_zipped(chunks) if zipped else chunks, mimetype=mimetype)
    _describe(response, tag, zipped=zipped)
    response.make_conditional(request)
    return response


def name(*parts: object) -> str:
    """A tag made from what an answer is made from."""
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def accepts_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _describe(response: Response, tag: str, *, zipped: bool) -> None:
    """Each encoding is a representation of its own and needs its own strong tag (RFC 9110, 8.8.3.3)."""
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{tag}-gz" if zipped else tag)
    stale = ", ".join(f"{key}={seconds}" for key, seconds in STALE.items())
    response.headers["Cache-Control"] = f"public, max-age={current_app.config['MAX_AGE']}, {stale}"


def _zipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, wbits=31)
    for chunk in chunks:
        if part := packer.compress(chunk):
            yield part
    yield packer.flush()
