"""``/export/``: whole collections, or what a filter leaves of them, streamed in every export format."""
from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from flask import Blueprint, Response, render_template, request

from geo.errors import NotFound
from geo.formats import FORMATS, Format, public, qgs
from geo.formats.imprint import Imprint
from geo.formats.qgs import Scene
from geo.schema import COLLECTIONS
from server import caching, language, links, page, params
from server.resources import get_credits, get_store, get_styles

bp = Blueprint("exports", __name__, url_prefix="/export")


@bp.get("/")
def start() -> str:
    """What there is, for readers; in English, as the descriptions of the data are."""
    language.speak("en")
    store = get_store()
    counted = [(each, store.count(name)) for name, each in COLLECTIONS.items()]
    return render_template("data.html", collections=counted, formats=FORMATS, credits=get_credits())


@bp.get("/project.qgs")
def project() -> Response:
    """All collections as layers of a QGIS project, drawn as on the map."""
    params.check_names(request.args.to_dict(flat=False), ())
    view = page.whole(get_store())
    scene = Scene(links.root() + "ogc/", view.bounds, view.first, view.last)
    text = qgs.project(scene, Imprint(get_credits(), get_styles()))
    response = caching.respond(caching.pack(text.encode(), caching.accepted()), "application/x-qgis-project")
    response.headers["Content-Disposition"] = 'attachment; filename="dateline.qgs"'
    return response


@bp.get("/<name>")
def download(name: str) -> Response:
    collection, _, ending = name.partition(".")  # an ending may have a dot of its own
    declared, written = params.collection(collection), _format(ending)
    wanted = params.query(request.args.to_dict(flat=False), declared)
    store, imprint = get_store(), Imprint(get_credits(), get_styles())
    tag = caching.name(store.version(), collection, ending, wanted, imprint)
    pieces: Iterator[bytes] = iter(())
    if caching.wants_body(tag, is_packed=written.is_packed):
        pieces = _begun(written.write(declared, public(declared, store.read(collection, wanted)), imprint))
    response = caching.streamed(pieces, written.mimetype, tag, is_packed=written.is_packed)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
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
