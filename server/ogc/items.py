"""One page of a collection, and what it takes to ask for the next."""
from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import json

from geo.formats import geojson, public
from geo.model import Feature, Query
from geo.schema import Collection
from geo.store import Store
from server import params
from server.ogc import crs
from server.ogc.described import GEOJSON, JSON, Link, link
from server.params import Args, BadParameter

LIMIT, MOST = 100, 10_000
"""Rows of a page when nobody says how many, and at most: more is cut to that, as the standard asks."""

PARAMETERS = ("datetime", "bbox", "bbox-crs", "crs", "limit", "cursor", "f", params.BELIEF)
_OURS = ("bbox", "bbox-crs", "crs", "cursor", "f")


@dataclass(frozen=True)
class Page:
    """Features in the order of their ids, and whether there are more."""

    features: Sequence[Feature]
    has_more: bool
    matched: int | None


def asked(args: Args, declared: Collection) -> Query:
    """:raises BadParameter: for a parameter that is unknown or does not parse."""
    _check_form(args)
    params.check_names(args, (*PARAMETERS, params.VERSION, *params.filterable(declared)))
    others = {name: values for name, values in args.items() if name not in _OURS}
    query = params.query(others, declared, ("datetime", "limit", params.BELIEF))
    after = params.once(args, "cursor", _opened, "the cursor of a `next` link")
    return replace(query, bbox=crs.bbox(args), limit=min(query.limit or LIMIT, MOST), after=after or "")


def page(store: Store, declared: Collection, query: Query) -> Page:
    assert query.limit is not None
    rows = list(store.read(declared.name, replace(query, limit=query.limit + 1)))
    whole = query == Query(limit=query.limit)
    matched = store.summary(declared.name).count if whole else None
    return Page(list(public(declared, rows[:query.limit])), len(rows) > query.limit, matched)


def collection_json(found: Page, declared: Collection, here: str, args: Args) -> str:
    """``here`` is the address of the items, without a query."""
    links = _links(found, declared, here, args)
    told: dict[str, object] = {"type": "FeatureCollection", "name": declared.name, "links": links}
    if declared.name in ("zones", "fronts", "mentions", "events"):
        told["note"] = geojson.DERIVED_NOTE
    if found.matched is not None:
        told["numberMatched"] = found.matched
    told |= {"numberReturned": len(found.features), "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    bodies = geojson.texts(crs.moved(found.features, crs.asked(args)))
    return json.dumps(told)[:-1] + ',"features":[' + ",\n".join(bodies) + "]}\n"


def feature_json(feature: Feature, declared: Collection, root: str, system: str) -> str:
    above = f"{root}collections/{declared.name}"
    links = [
        link("self", f"{above}/items/{feature.id}", "This feature", GEOJSON),
        link("collection", above, declared.title),
    ]
    (text,) = geojson.texts(crs.moved([feature], system))
    return f'{text[:-1]},"links":{json.dumps(links)}}}\n'


def _links(found: Page, declared: Collection, here: str, args: Args) -> list[Link]:
    links = [link("self", _address(here, args), "This page", GEOJSON),
             link("collection", here.removesuffix("/items"), declared.title, JSON)]
    if found.has_more:
        onward = {**args, "cursor": [_closed(found.features[-1].id)]}
        links.append(link("next", _address(here, onward), "The next page", GEOJSON))
    return links


def _address(here: str, args: Args) -> str:
    pairs = [(name, value) for name, values in args.items() for value in values]
    return f"{here}?{urlencode(pairs)}" if pairs else here


def _check_form(args: Args) -> None:
    for form in args.get("f", ()):
        if form not in ("json", "geojson"):
            raise BadParameter("f", form, "json")


def _closed(id_: str) -> str:
    return base64.urlsafe_b64encode(id_.encode()).decode().rstrip("=")


def _opened(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise BadParameter("cursor", cursor, "the cursor of a `next` link") from None
