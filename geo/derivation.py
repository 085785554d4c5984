"""Zones that follow a store's town reports: with what settings they are derived, and anew only where reports differ.

The settings are a TOML page like those of other sources, kept under the source's name, so that deriving again is one
short command. A report changes the ground of its patch (``geo.cells.patches``) and no other; one of a known place
draws no cell anew and changes only the zones of the days on which its place is now in other hands.
"""
from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from geo.basemap import country_shapes
from geo.cells import Site, patch_around
from geo.derive import DeriveOptions, Window, bundled_ground, derive, sites_of
from geo.errors import InvalidInput
from geo.interval import DAY, FIRST, Interval, hull_of
from geo.measure import frame
from geo.model import BBox, Feature, Query
from geo.reports import Report, report_of
from geo.store import Store
from geo.timeline import timelines

REACHES_KM = (1.0, 200.0)
"""How far a report may be stretched at least and at most."""

_KEYS = ("name", "method", "max_km", "town_max_km", "report_max_age_days", "max_km_in")


@dataclass(frozen=True)
class Rederived:
    """What reports to come change: the places whose ground is derived anew, their zones until now and from now on, of
    the days that change and with all neighbours, so that fronts between them can be drawn."""

    places: frozenset[str]
    old: Sequence[Feature]
    new: Sequence[Feature]


def page_of(options: DeriveOptions) -> str:
    """The settings as the page that ``zones source show`` prints.

    >>> read_page(page_of(DeriveOptions(max_km_in={"IQ": 40.0}))).max_km_in
    {'IQ': 40.0}
    """
    lines = [
        f"name = {json.dumps(options.source_id)}", 'method = "derived"', f"max_km = {options.evidence_max_km:g}",
        f"town_max_km = {options.town_max_km:g}", f"report_max_age_days = {options.report_max_age_days}",
    ]
    if options.max_km_in:
        lines += ["", "[max_km_in]", *(f"{code} = {km:g}" for code, km in sorted(options.max_km_in.items()))]
    return "\n".join(lines) + "\n"


def is_page(text: str) -> bool:
    """Whether a source's page tells of derived zones."""
    try:
        return tomllib.loads(text).get("method") == "derived"
    except tomllib.TOMLDecodeError:
        return False


def read_page(text: str, where: str = "profile") -> DeriveOptions:
    """The settings of a page.

    :raises InvalidInput: naming ``where`` and the key, for anything that is not as it should be.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InvalidInput(f"{where}: no TOML: {problem}") from None
    for key in told:
        if key not in _KEYS:
            raise InvalidInput(f"{where}: {key!r} is not known of derived zones, want one of {', '.join(_KEYS)}")
    plain = DeriveOptions()
    if told.get("name", plain.source_id) != plain.source_id:
        raise InvalidInput(f"{where}: name = {told['name']!r}, want {plain.source_id!r}")
    days = told.get("report_max_age_days", plain.report_max_age_days)
    if not isinstance(days, int) or not 1 <= days <= 36_525:
        raise InvalidInput(f"{where}: report_max_age_days = {days!r}, want 1 to 36525 days")
    table = told.get("max_km_in", {})
    if not isinstance(table, dict):
        raise InvalidInput(f"{where}: max_km_in = {table!r}, want a table of countries")
    return DeriveOptions(
        reach_of(told.get("max_km", plain.evidence_max_km), f"{where}: max_km"),
        reach_of(told.get("town_max_km", plain.town_max_km), f"{where}: town_max_km"),
        days, max_km_in=reaches_of(table.items(), f"{where}: max_km_in"),
    )


def reaches_of(pairs: Iterable[tuple[str, Any]], where: str = "max_km_in") -> dict[str, float]:
    """Reaches by country.

    :raises InvalidInput: for what is no country of the base map, or no reach.
    """
    found = {}
    for code, km in pairs:
        if code not in country_shapes():
            raise InvalidInput(f"{where}: {code!r}, want an ISO 3166-1 code of the base map, as IQ")
        found[code] = reach_of(km, f"{where}: {code}")
    return found


def reach_of(km: Any, where: str) -> float:
    """A reach in kilometres; a number or its text.

    :raises InvalidInput: naming ``where``, for what is none between ``REACHES_KM``.
    """
    try:
        value = float("nan") if isinstance(km, bool) else float(km)
    except (TypeError, ValueError):
        value = float("nan")
    if not REACHES_KM[0] <= value <= REACHES_KM[1]:
        raise InvalidInput(f"{where} = {km!r}, want {REACHES_KM[0]:g} to {REACHES_KM[1]:g} kilometres")
    return value


def options_in(store: Store) -> DeriveOptions:
    """The settings that a store keeps, else the usual ones."""
    plain = DeriveOptions()
    text = store.sources().get(plain.source_id)
    return read_page(text, f"source {plain.source_id!r}") if text else plain


def derived(store: Store, options: DeriveOptions) -> list[Feature]:
    """All zones that follow from the store's reports."""
    return derive(store.read("reports", Query()), bundled_ground(), options)


def rederived(store: Store, coming: Sequence[Feature], options: DeriveOptions) -> Rederived:
    """What changes when reports come: added ones, or others in place of those with the same ids.

    The zones that are to be are the same, to the byte, as if all were derived anew.
    """
    old = {row.id: report_of(row) for row in store.read("reports", Query())}
    new = {**old, **{row.id: report_of(row) for row in coming}}
    changed = {each.place for row in coming for each in (old.get(row.id), new[row.id])
               if each is not None and old.get(row.id) != new[row.id]}
    if not changed:
        return Rederived(frozenset(), [], [])
    sites = [patch_around(changed, sites_of(reports.values(), options)) for reports in (old, new)]
    places = frozenset(site.place for site in (*sites[0], *sites[1]))
    mine = [[report for report in reports.values() if report.place in places] for reports in (old, new)]
    is_same_ground = sorted(sites[0], key=_name) == sorted(sites[1], key=_name)
    days = _turned(mine[0], mine[1], changed, options) if is_same_ground else Interval()
    if days.is_empty:
        return Rederived(places, [], [])
    gone = list(_zones_of({report.id for report in mine[0]}, [*sites[0], *sites[1]], (store, options), days))
    hull = hull_of([days, *(zone.valid.outer for zone in gone)])
    come = derive((report.feature() for report in mine[1]), bundled_ground(), options, Window(days, hull))
    return Rederived(places, gone, come)


def _turned(
    old: Sequence[Report], new: Sequence[Report], places: Set[str], options: DeriveOptions
) -> Interval:
    """The days from the first to the last on which other states hold at these places than before."""
    before, after = (timelines(reports, options.report_max_age_days) for reports in (old, new))
    spans = [
        state.valid.outer for place in places for these, others in ((before, after), (after, before))
        for state in these.get(place, []) if state not in others.get(place, [])
    ]
    return hull_of(spans) if spans else Interval(FIRST, FIRST)


def _zones_of(
    reports: Set[str], sites: Sequence[Site], where: tuple[Store, DeriveOptions], days: Interval
) -> Iterable[Feature]:
    """The stored zones that rest on these reports and hold on some of the days, or begin or end with them."""
    store, options = where
    near = Interval(days.start - DAY if days.start else None, days.end + DAY if days.end else None)
    query = Query(bbox=_box(sites), when=near, where={"source_id": (options.source_id,)})
    window = Window(days)
    return (zone for zone in store.read("zones", query)
            if window.has(zone.valid) and not reports.isdisjoint(_evidence(zone)))


def _name(site: Site) -> str:
    return site.place


def _box(touched: Sequence[Site]) -> BBox:
    boxes = [frame(site.point, site.reach_km + 5) for site in touched]
    west, south, east, north = zip(*boxes, strict=True)
    return BBox(max(min(west), -180), max(min(south), -90), min(max(east), 180), min(max(north), 90))


def _evidence(zone: Feature) -> Iterable[str]:
    sources = zone.properties.get("sources")
    for source in sources if isinstance(sources, list | tuple) else ():
        yield from source.get("reports", ()) if isinstance(source, Mapping) else ()

