"""What the API says of itself: landing page, conformance, collections."""
from __future__ import annotations

import json
from datetime import date

from geo.interval import DAY
from geo.schema import COLLECTIONS, Collection
from geo.store import Summary
from server.ogc.crs import CRS84, KNOWN

GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
SPEC = "http://www.opengis.net/spec/"
CONFORMS = tuple(SPEC + name for name in (
    "ogcapi-common-1/1.0/conf/core", "ogcapi-common-2/1.0/conf/collections",
    *(f"ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "html", "oas30")),
    "ogcapi-features-2/1.0/conf/crs",
    *(f"ogcapi-features-3/1.0/conf/{name}" for name in ("queryables", "filter", "features-filter")),
    *(f"cql2/1.0/conf/{name}" for name in (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
        "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus",
        "spatial-functions", "temporal-functions", "property-property")),
    "json-fg-1/1.0/conf/core",
    *(f"ogcapi-tiles-1/1.0/conf/{name}" for name in (
        "core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "png")),
))
RELATION = "http://www.opengis.net/def/rel/ogc/1.0/"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
HTML = "text/html"
TILE, PNG = "application/vnd.mapbox-vector-tile", "image/png"

Link = dict[str, str]


def link(rel: str, href: str, title: str, mimetype: str = JSON) -> Link:
    return {"href": href, "rel": rel, "type": mimetype, "title": title}


def both(here: str) -> list[Link]:
    """To a document, and to the page that shows the same."""
    return [link("self", here, "This document"), link("alternate", f"{here}?f=html", "The same as a page", HTML)]


def landing(root: str) -> dict[str, object]:
    return {
        "title": "Dateline",
        "description": "The places in the news and who held them that day; every row says from which source.",
        "links": [
            *both(root),
            link("service-desc", f"{root}api", "The API, as OpenAPI 3.0", OPENAPI),
            link("conformance", f"{root}conformance", "The standards that it keeps"),
            link("data", f"{root}collections", "The collections"),
            link(f"{RELATION}tiling-schemes", f"{root}tileMatrixSets", "How tiles lie"),
        ],
    }


def conformance(root: str) -> dict[str, object]:
    return {"conformsTo": [*CONFORMS], "links": both(f"{root}conformance")}


def collections(root: str, summaries: dict[str, Summary]) -> dict[str, object]:
    return {
        "links": both(f"{root}collections"),
        "collections": [collection(root, COLLECTIONS[name], summary) for name, summary in summaries.items()],
    }


def collection(root: str, declared: Collection, summary: Summary) -> dict[str, object]:
    """``extent`` spans what is believed now; open ends are ``null``."""
    here = f"{root}collections/{declared.name}"
    extent: dict[str, object] = {}
    if summary.bbox is not None:
        extent["spatial"] = {"bbox": [list(summary.bbox)], "crs": CRS84}
    if summary.interval is not None:
        end = summary.interval.end
        ends = [_instant(summary.interval.start), _instant(end and end - DAY)]
        extent["temporal"] = {"interval": [ends], "trs": GREGORIAN}
    return {
        "id": declared.name, "title": declared.title, "description": declared.description,
        **({"extent": extent} if extent else {}),
        "itemType": "feature", "crs": [*KNOWN], "storageCrs": CRS84,
        "links": [
            *both(here),
            link("items", f"{here}/items", declared.title, GEOJSON),
            link(f"{RELATION}queryables", f"{here}/queryables", "What to filter by", SCHEMA),
            link(f"{RELATION}sortables", f"{here}/sortables", "What to sort by", SCHEMA),
            link(f"{RELATION}tilesets-vector", f"{here}/tiles", "Vector tiles"),
            link(f"{RELATION}tilesets-map", f"{here}/map/tiles", "Picture tiles"),
        ],
    }


def dumped(told: dict[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1)


def _instant(day: date | None) -> str | None:
    return None if day is None else f"{day}T00:00:00Z"
