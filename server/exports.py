"""``/export/``: whole collections, or what a filter leaves of them, streamed in every export format."""
from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from flask import Blueprint, Response, request

from geo.errors import NotFound
from geo.formats import FORMATS, Format, public
from server import caching, params
from server.resources import get_store

bp = Blueprint("exports", __name__, url_prefix="/export")


@bp.get("/<collection>.<ending>")
def download(collection: str, ending: str) -> Response:
    declared, written = params.collection(collection), _format(ending)
    wanted = params.query(request.args.to_dict(flat=False), declared)
    store = get_store()
    tag = caching.name(store.version(), collection, ending, wanted)
    features = public(declared, store.read(collection, wanted))
    response = caching.streamed(_begun(written.write(declared, features)), written.mimetype, tag)
    response.headers["Content-Disposition"] = f'attachment; filename="{collection}.{ending}"'
    return response


def _format(ending: str) -> Format:
    if ending not in FORMATS:
        raise NotFound(f"format: {ending[:20]!r}, want one of {', '.join(FORMATS)}")
    return FORMATS[ending]


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, the first two made now: what fails at once is an error, not a torn file."""
    first = list(islice(chunks, 2))

    def all_of_them() -> Iterator[bytes]:
        yield from first
        yield from chunks  # closed with this one, when the reader goes away

    return all_of_them()
