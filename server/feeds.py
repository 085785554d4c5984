"""``/feeds/``: what happened as an Atom feed (RFC 4287) with places by GeoRSS Simple, the newest first."""
from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from flask import Blueprint, Response, request, url_for
from shapely.geometry import Point

from geo.conditions import By
from geo.formats import geojson, public
from geo.model import Feature
from geo.schema import EVENTS
from server import caching, links, params
from server.resources import get_store
from server.voice import Voice

bp = Blueprint("feeds", __name__, url_prefix="/feeds")

ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
LIMIT, MOST = 50, 500
NEWEST = (By("known_from", descending=True), By("valid_from", descending=True))
NEVER = "2000-01-01T00:00:00Z"
"""When a feed without entries changed."""
SPOKEN = Voice()
"""Feeds are in English."""
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


@bp.get("/events.atom")
def events() -> Response:
    """The events that were learnt last; ``bbox``, ``datetime`` and the fields of events choose among them."""
    args = request.args.to_dict(flat=False)
    wanted = params.query(args, EVENTS, ("datetime", "bbox", "limit", params.BELIEF))
    query = replace(wanted, order=NEWEST, limit=min(wanted.limit or LIMIT, MOST))
    rows = list(public(EVENTS, get_store().read("events", query)))
    body = ElementTree.tostring(_feed(rows), encoding="utf-8", xml_declaration=True)
    return caching.respond(caching.pack(body, caching.accepted()), "application/atom+xml")


def _feed(rows: list[Feature]) -> Element:
    ElementTree.register_namespace("", ATOM)
    ElementTree.register_namespace("georss", GEORSS)
    feed, root = Element(f"{{{ATOM}}}feed"), links.root()
    here = root + request.full_path.strip("/?")
    _text(feed, "id", here)
    _text(feed, "title", "Dateline: events")
    _text(feed, "updated", max((_learnt(row) for row in rows), default=NEVER))
    _text(SubElement(feed, f"{{{ATOM}}}author"), "name", "Dateline")
    _link(feed, "self", here, "application/atom+xml")
    _link(feed, "alternate", root, "text/html")
    for row in rows:
        _entry(feed, row, root)
    return feed


def _entry(feed: Element, row: Feature, root: str) -> None:
    told, entry = row.properties, SubElement(feed, f"{{{ATOM}}}entry")
    item = f"{root}ogc/collections/events/items/{quote(row.id, safe='')}"
    days = SPOKEN.span({name: day and str(day) for name, day in geojson.properties(row).items()})
    _text(entry, "id", item)
    _text(entry, "title", f"{SPOKEN.event(str(told['type']))}: {told['name'] or 'place not known'}, {days}")
    _text(entry, "updated", _learnt(row))
    _text(entry, "summary", " – ".join(str(told[name]) for name in ("sentence", "attribution") if told[name]))
    story = told["article"] and root + url_for("maps.story", article_id=told["article"]).lstrip("/")
    _link(entry, "alternate", str(story or item), "text/html")
    SubElement(entry, f"{{{ATOM}}}category", {"term": str(told["type"])})
    if isinstance(row.geometry, Point) and not row.geometry.is_empty:
        point = SubElement(entry, f"{{{GEORSS}}}point")
        point.text = f"{row.geometry.y:.6f} {row.geometry.x:.6f}"


def _learnt(row: Feature) -> str:
    """The day on which it was learnt, as the moment that Atom wants."""
    return f"{row.known.start}T00:00:00Z" if row.known.start else NEVER


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, f"{{{ATOM}}}{name}").text = _UNFIT.sub("\ufffd", text)


def _link(parent: Element, rel: str, href: str, mimetype: str) -> None:
    SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": _UNFIT.sub("", href), "type": mimetype})
