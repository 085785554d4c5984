"""The API for people who come with a browser: each document as a page of the house."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from flask import render_template

from geo.formats import geojson
from geo.model import Feature
from geo.schema import COLLECTIONS, Collection
from geo.store import Summary
from server import language
from server.ogc import described, items
from server.ogc.described import CONFORMS
from server.ogc.items import Look, Page
from server.params import Args

LONGEST = 200
"""Characters of a value in a table; its own page shows all."""

ZOOM = 9


class Entry(NamedTuple):
    """Something to go to."""

    title: str
    address: str
    note: str = ""


class Value(NamedTuple):
    text: str
    address: str = ""


class Row(NamedTuple):
    """A feature in a table."""

    title: str
    address: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """What a page shows: the way to it, then whatever of links, facts and rows it has. ``here`` is its own address;
    ``others`` the same in forms for programs; ``asked`` fills the form in which rows are chosen."""

    title: str
    here: str
    lead: str = ""
    trail: tuple[tuple[str, str], ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    links: tuple[Entry, ...] = ()
    facts: tuple[tuple[str, Value], ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[Row, ...] | None = None
    onward: str = ""
    asked: Mapping[str, str] | None = None

    def html(self) -> str:
        language.speak("en")  # as the descriptions of the data
        return render_template("ogc.html", sheet=self)


def landing(root: str) -> Sheet:
    told = described.landing(root)
    return Sheet(
        "The data", root, str(told["description"]), others=_json(root), links=(
            Entry("Collections", f"{root}collections", ", ".join(each.title for each in COLLECTIONS.values())),
            Entry("The API", f"{root}api", "As an OpenAPI 3.0 document"),
            Entry("Conformance", f"{root}conformance", "The standards that it keeps"),
        ))


def conformance(root: str) -> Sheet:
    here = f"{root}conformance"
    return Sheet("Conformance", here, "The parts of the standards that are kept, each by its address.",
                 _trail(root), _json(here), facts=tuple((_words(address), Value(address)) for address in CONFORMS))


def collections(root: str, summaries: Mapping[str, Summary]) -> Sheet:
    here = f"{root}collections"
    links = [Entry(declared.title, f"{here}/{name}", f"{declared.description}. {summaries[name].count:,} rows.")
             for name, declared in COLLECTIONS.items()]
    return Sheet("Collections", here, "Everything that is kept, by kind.", _trail(root), _json(here), tuple(links))


def collection(root: str, declared: Collection, summary: Summary) -> Sheet:
    here = f"{root}collections/{declared.name}"
    facts = [("Rows", Value(f"{summary.count:,}"))]
    if summary.interval is not None:
        facts.append(("Days", Value(str(summary.interval))))
    if summary.bbox is not None:
        facts.append(("Ground", Value(", ".join(f"{degrees:g}°" for degrees in summary.bbox))))
    facts += [(field.name, Value(field.description)) for field in items.fields(declared)]
    links = (Entry("The rows", f"{here}/items", "As a table, or for programs"),
             Entry("What to filter by", f"{here}/queryables", "JSON Schema"))
    return Sheet(declared.title, here, declared.description, _trail(root, "collections"), _json(here), links,
                 tuple(facts))


def page(root: str, declared: Collection, found: Page, args: Args) -> Sheet:
    """Rows as a table: the fields that maps show, or those asked for."""
    here = f"{root}collections/{declared.name}/items"
    look = items.look(args, declared)
    names = [name for name in items.shown(declared) if _is_shown(name, declared, look)]
    rows = tuple(_row(here, feature, names) for feature in found.features)
    links = items.page_links(found, here, args)
    onward = next((link["href"] for link in links if link["rel"] == "next"), "")
    others = tuple((_form(link["href"]), link["href"]) for link in links if link["rel"] == "alternate")
    count = "" if found.matched is None else f" of {found.matched:,}"
    asked = {name: args.get(name, [""])[0] for name in ("datetime", "filter")}
    return Sheet(f"{declared.title}: rows", here, f"{len(rows):,}{count} rows.", _trail(root, "collections", declared),
                 others, heads=("id", *names), rows=rows, onward=onward, asked=asked)


def feature(root: str, declared: Collection, found: Feature, args: Args) -> Sheet:
    above = f"{root}collections/{declared.name}"
    here = f"{above}/items/{quote(found.id, safe='')}"
    told, look = geojson.properties(found), items.look(args, declared)
    facts = [(name, _value(told[name])) for name in items.shown(declared)
             if name in told and told[name] is not None and (look.only is None or name in look.only)]
    others = [(_form(link["href"]), link["href"]) for link in items.feature_links(found.id, above, args)
              if link["rel"] == "alternate"]
    title = next((str(told[name]) for name in ("title", "name", "toponym") if told.get(name)), found.id)
    trail = (*_trail(root, "collections", declared), ("Rows", f"{above}/items"))
    return Sheet(title[:LONGEST], here, f"{declared.title}, {found.id}", trail, tuple(others), _on_the_map(root, found),
                 tuple(facts))


def _on_the_map(root: str, found: Feature) -> tuple[Entry, ...]:
    if found.geometry is None or found.geometry.is_empty:
        return ()
    point, day = found.geometry.representative_point(), found.valid.outer.start
    date_ = f"&date={day}" if day else ""
    return (Entry("On the map", f"{root.removesuffix('ogc/')}#map={ZOOM}/{point.y:.4f}/{point.x:.4f}{date_}"),)


def _is_shown(name: str, declared: Collection, look: Look) -> bool:
    if look.only is not None:
        return name in look.only
    return name in declared.tiled or name in ("valid_from", "valid_to")


def _row(here: str, feature: Feature, names: Sequence[str]) -> Row:
    told = geojson.properties(feature)
    cells = tuple(_text(told.get(name))[:LONGEST] for name in names)
    return Row(feature.id[:LONGEST], f"{here}/{quote(feature.id, safe='')}", cells)


def _value(value: object) -> Value:
    text = _text(value)
    return Value(text, text if text.startswith(("https://", "http://")) else "")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str | date):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _trail(root: str, above: str = "", declared: Collection | None = None) -> tuple[tuple[str, str], ...]:
    found = [("The data", root)]
    if above:
        found.append(("Collections", f"{root}collections"))
    if declared is not None:
        found.append((declared.title, f"{root}collections/{declared.name}"))
    return tuple(found)


def _json(here: str) -> tuple[tuple[str, str], ...]:
    return (("JSON", f"{here}?f=json"),)


def _form(address: str) -> str:
    return "JSON-FG" if address.endswith("f=jsonfg") else "GeoJSON"


def _words(address: str) -> str:
    """``…/spec/cql2/1.0/conf/cql2-text`` as ``cql2 1.0, cql2-text``."""
    standard, version, _, name = address.split("/")[-4:]
    return f"{standard} {version}, {name}"
