"""One page of a collection, and what it takes to ask for the next."""
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from urllib.parse import quote, urlencode

from geo.conditions import Condition
from geo.formats import geojson, public
from geo.formats.geojson import Shape
from geo.interval import DAY
from geo.model import Feature, Query
from geo.schema import TIME_FIELDS, Collection, Field
from geo.store import Store
from server import params
from server.ogc import bounded, cql2, crs, cursor, forms, queryables
from server.ogc.described import GEOJSON, HTML, JSON, Link, link
from server.params import Args, BadParameter

LIMIT, MOST = 100, 10_000
"""Rows of a page when nobody says how many, and at most: more is cut to that, as the standard asks."""

FORMS = (forms.JSON, forms.FG, forms.HTML)
OF_ONE = ("crs", "properties", "profile", "f")
PARAMETERS = (
    "datetime", "bbox", "bbox-crs", "crs", "filter", "filter-lang", "filter-crs", "sortby", "properties", "limit",
    "cursor", "profile", "f", params.BELIEF)
_SHARED = ("datetime", "limit", params.BELIEF)
FG = "http://www.opengis.net/def/profile/OGC/0/jsonfg"
FG_CORE = "http://www.opengis.net/spec/json-fg-1/1.0/conf/core"


@dataclass(frozen=True)
class Page:
    """Features in the order asked for; where the next page begins, if there is one; how many there are in all, where
    that is known."""

    features: Sequence[Feature]
    onward: str | None
    matched: int | None


@dataclass(frozen=True)
class Look:
    """How features are to be written: in which form and system, and ``only`` some of their properties."""

    form: str
    system: str
    only: frozenset[str] | None

    @property
    def is_fg(self) -> bool:
        return self.form == forms.FG

    def texts(self, features: Sequence[Feature]) -> list[str]:
        """Each feature as JSON."""
        is_moved = self.is_fg and self.system != crs.CRS84
        shape = Shape(self.only, _time if self.is_fg else None, "place" if is_moved else "geometry")
        return list(geojson.texts(crs.moved(features, self.system), shape))

    def head(self) -> dict[str, object]:
        """What a document of JSON-FG says of itself before all."""
        if not self.is_fg:
            return {}
        return {"conformsTo": [FG_CORE]} | ({} if self.system == crs.CRS84 else {"coordRefSys": self.system})


def asked(args: Args, declared: Collection) -> Query:
    """:raises BadParameter: for a parameter that is unknown or does not parse."""
    params.check_names(args, (*PARAMETERS, params.VERSION, *params.filterable(declared)))
    ours = set(PARAMETERS) - set(_SHARED)
    query = params.query({name: values for name, values in args.items() if name not in ours}, declared, _SHARED)
    query = replace(
        query, bbox=crs.bbox(args), limit=min(query.limit or LIMIT, MOST), filter=_filter(args, declared),
        order=cursor.order(args, declared))
    return cursor.behind(query, params.once(args, "cursor", str, cursor.WANTED))


def look(args: Args, declared: Collection) -> Look:
    """:raises BadParameter: for a form, a system or a property that there is not."""
    text = params.once(args, "properties", str, "it only once")
    only = None if text is None else frozenset(part.strip() for part in text.split(","))
    for name in sorted(only or ()):
        if name not in shown(declared):
            raise BadParameter("properties", name, f"some of {', '.join(shown(declared))}")
    return Look(forms.wanted(args, FORMS), crs.asked(args), only)


def headers(look: Look) -> list[tuple[str, str]]:
    """JSON-FG is GeoJSON by another profile (OGC 21-045r1)."""
    return [crs.header(look.system), *([("Link", f'<{FG}>; rel="profile"')] if look.is_fg else [])]


def fields(declared: Collection) -> list[Field]:
    """Those that features have when they leave."""
    return [field for field in (*declared.fields, *TIME_FIELDS) if field.name not in declared.private]


def shown(declared: Collection) -> list[str]:
    return [field.name for field in fields(declared)]


def sorters(declared: Collection) -> list[str]:
    """What may stand in ``sortby``, one at a time."""
    return [sign + name for name in queryables.kinds(declared) for sign in ("", "-")]


def page(store: Store, declared: Collection, query: Query) -> Page:
    """:raises BadParameter: for a filter that the store cannot take."""
    assert query.limit is not None
    rows = list(store.read(declared.name, replace(query, limit=query.limit + 1)))
    found = rows[:query.limit]
    onward = cursor.closed(query, found[-1]) if len(rows) > query.limit else None
    return Page(list(public(declared, found)), onward, None)


def is_whole(query: Query) -> bool:
    """Nothing is asked for but an order and a page of it."""
    return replace(query, limit=None, order=(), after="", behind=()) == Query()


def collection_json(found: Page, declared: Collection, look: Look, links: Sequence[Link]) -> str:
    told: dict[str, object] = {"type": "FeatureCollection", **look.head(), "name": declared.name, "links": links}
    told |= geojson.note(declared)
    if found.matched is not None:
        told["numberMatched"] = found.matched
    told |= {"numberReturned": len(found.features), "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    return json.dumps(told)[:-1] + ',"features":[' + ",\n".join(look.texts(found.features)) + "]}\n"


def feature_json(feature: Feature, look: Look, links: Sequence[Link]) -> str:
    (text,) = look.texts([feature])
    head = json.dumps(look.head())[1:-1]
    return f'{{{head}{"," if head else ""}{text[1:-1]},"links":{json.dumps(links)}}}\n'


def page_links(found: Page, here: str, args: Args) -> list[Link]:
    """``here`` is the address of the items, without a query."""
    links = [*_forms(here, args), link("collection", here.removesuffix("/items"), "The collection", JSON)]
    if found.onward is not None:
        form = forms.wanted(args, FORMS)
        address = _address(here, {**args, "cursor": [found.onward]})
        links.append(link("next", address, "The next page", _TYPES[form]))
    return links


def feature_links(id_: str, above: str, args: Args) -> list[Link]:
    """``above`` is the address of the collection."""
    return [*_forms(f"{above}/items/{quote(id_, safe='')}", args), link("collection", above, "The collection", JSON)]


_TYPES = {"json": GEOJSON, forms.FG: GEOJSON, forms.HTML: HTML}


def _forms(here: str, args: Args) -> list[Link]:
    """To the document itself, and to itself in other forms."""
    mine = forms.wanted(args, FORMS)
    links = [link("self", _address(here, args), "This document", _TYPES[mine])]
    for form in FORMS:
        if form != mine:
            address = _address(here, {**args, "f": [form]})
            links.append(link("alternate", address, f"This document as {form}", _TYPES[form]))
    return links


def _filter(args: Args, declared: Collection) -> Condition | None:
    language = params.once(args, "filter-lang", str, "it only once") or bounded.TEXT
    if language not in bounded.LANGUAGES:
        raise BadParameter("filter-lang", language, f"one of {', '.join(bounded.LANGUAGES)}")
    system, text = crs.of_filter(args), params.once(args, "filter", str, "it only once")
    return None if text is None else cql2.parse(text, language, declared, system)


def _time(feature: Feature) -> dict[str, object]:
    """JSON-FG's ``time``: first and last day, both in; of undated features null."""
    outer = feature.valid.outer
    if outer.start is None and outer.end is None:
        return {"time": None}
    ends: list[date | str] = [outer.start or "..", outer.end - DAY if outer.end else ".."]
    return {"time": {"date": ends[0]} if ends[0] == ends[1] else {"interval": ends}}


def _address(here: str, args: Args) -> str:
    pairs = [(name, value) for name, values in args.items() for value in values]
    return f"{here}?{urlencode(pairs)}" if pairs else here
