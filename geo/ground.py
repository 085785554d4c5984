"""The ground of a store: its theatre, reports and zones, what is derived from them, and the pipeline over all."""
from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from geo.actors import Actors
from geo.belief import belief_of
from geo.derivation import derived, options_in, page_of, rederived
from geo.derive import DeriveOptions
from geo.drafts import corrections_by_story
from geo.errors import InvalidParameter, NotFound, StoreError
from geo.features import place_features
from geo.front_store import fronts_around, rows_of
from geo.fronts import front_rows
from geo.gazetteer import Gazetteer
from geo.interval import FIRST, Interval
from geo.model import Feature, Query
from geo.pipeline import Pipeline, pipeline
from geo.place_load import loaded_places
from geo.reports import read_reports
from geo.series import Learning, Picture, learned, reach, wider
from geo.store import Store, WriteReport
from geo.store.records import Record
from geo.theatre import DEFAULT, Theatre, theatre
from geo.zones import ZoneIndex

MOVED = "moved"
"""The kind of record that says since which change of the ground the kept stories are not all joined to it."""


def load_places(store: Store, gazetteer: Gazetteer, known_on: date) -> WriteReport:
    """Write the gazetteer's curated places; loaded ones are in the store already, the world tier in its package."""
    return store.write("places", place_features(place for place in gazetteer if not place.is_country), known_on)


def load_theatre_reports(store: Store, known_on: date) -> WriteReport:
    """Write the town reports of the store's theatre."""
    path = theatre_of(store).reports
    return store.write("reports", read_reports(path) if path else [], known_on)


def derive_zones(store: Store, known_on: date, options: DeriveOptions | None = None) -> WriteReport:
    """Derive zones from the store's reports in place of those derived before; their fronts with them. Without
    ``options`` as the store keeps them; with some, it keeps these."""
    options = options or options_in(store)
    zones = derived(store, options)
    with store.transaction():
        store.set_source(options.source_id, page_of(options))
        return replace_zones(store, zones, options.source_id, known_on)


def follow_page(store: Store, options: DeriveOptions, page: str, known_on: date) -> WriteReport | None:
    """Keep a page of settings as it was written; zones that are derived already are derived anew with them."""
    with store.transaction():
        written = derive_zones(store, known_on, options) if _is_derived(store, options) else None
        store.set_source(options.source_id, page)
    return written


def _is_derived(store: Store, options: DeriveOptions) -> bool:
    return any(store.read("zones", Query(where={"source_id": (options.source_id,)}, limit=1)))


def add_reports(store: Store, reports: Sequence[Feature], known_on: date) -> tuple[WriteReport, WriteReport | None]:
    """Believe these town reports; where a store has zones derived from reports, they follow, in the same transaction.

    The second report is that of the zones, ``None`` for a store without such zones. Only the patches of the places
    that are told of anew are derived, and the result is that of deriving all.

    :raises InvalidInput: for a place at two positions or in an unknown country.
    """
    while True:
        seen = store.version()
        options = options_in(store)
        change = rederived(store, reports, options) if _is_derived(store, options) else None
        lines, moved = fronts_around(store.read, options.source_id, change.old, change.new) if change else ([], [])
        with store.transaction():
            if store.version() != seen:
                continue  # somebody else wrote while we computed
            written = store.write("reports", reports, known_on)
            if change is None:
                return written, None
            _replace(store, "fronts", (moved, lines), known_on)
            return written, _noted(store, _replace(store, "zones", (change.old, change.new), known_on))


def drop_reports(store: Store, ids: tuple[str, ...], known_on: date) -> None:
    """Purge these town reports in every belief; zones that were derived from reports are derived anew without them."""
    with store.transaction():
        store.delete("reports", Query(ids=ids))
        if _is_derived(store, options_in(store)):
            derive_zones(store, known_on)


def _noted(store: Store, zones: WriteReport) -> WriteReport:
    """Note in the same transaction that stories must be joined anew: whoever is killed meanwhile does so later."""
    if zones.added or zones.changed:
        store.keep_record(MOVED, Record(MOVED, MOVED, {"mark": secrets.token_hex(8)}))
    return zones


def _replace(
    store: Store, collection: str, rows: tuple[Sequence[Feature], Sequence[Feature]], known_on: date
) -> WriteReport:
    """End the belief in the first rows and believe the second ones; what is in both stays."""
    old, new = rows
    if lost := tuple(sorted({row.id for row in old} - {row.id for row in new})):
        store.delete(collection, Query(ids=lost), known_on)
    return store.write(collection, new, known_on)


def replace_zones(store: Store, zones: Sequence[Feature], source_id: str, known_on: date) -> WriteReport:
    """Believe these zones of one source from now on, and their fronts; the belief in its others ends.

    One transaction: nobody reads half of it.
    """
    mine = Query(where={"source_id": (source_id,)})
    with store.transaction():
        _replace(store, "fronts", (list(store.read("fronts", mine)), front_rows(zones)), known_on)
        return _noted(store, _replace(store, "zones", (list(store.read("zones", mine)), zones), known_on))


def add_zones(
    store: Store, pictures: Sequence[Picture], source_id: str, known_on: date | Learning
) -> WriteReport:
    """Believe what one source says in these pictures, beside what it said for other days and in other scopes; its
    rows and fronts of the days around are made anew.

    :raises InvalidInput: as ``geo.series.learned``.
    """
    learning = known_on if isinstance(known_on, Learning) else Learning(known_on)
    while True:
        seen = store.version()
        old = _around(store, source_id, reach(pictures))
        learnt = learned(old, pictures, learning)
        lines, moved = fronts_around(store.read, source_id, old, learnt.rows)
        with store.transaction():
            if store.version() != seen:
                continue  # somebody else wrote while we computed
            starts = {row.id: row.known for row in moved}
            drawn = [replace(line, known=starts.get(line.id, Interval())) for line in lines]
            _rewrite(store, "fronts", moved, drawn, learning.on)
            store.write("zones", learnt.given_up, learning.on)
            return _noted(store, _rewrite(store, "zones", old, learnt.rows, learning.on))


def _around(store: Store, source_id: str, days: Interval) -> list[Feature]:
    """A source's rows of these days; of periods, also those of all days that they reach to."""
    rows = list(store.read("zones", rows_of(source_id, days)))
    more = wider(days, rows)
    return rows if more == days else list(store.read("zones", rows_of(source_id, more)))


def _rewrite(
    store: Store, collection: str, old: Sequence[Feature], new: Sequence[Feature], known_on: date
) -> WriteReport:
    """Put rows in the place of others without ending a belief: when each of their days was known, they say themselves
    (fronts follow from zones). A row that turns out to have been known earlier is written anew: a store only ever ends
    or prolongs a belief."""
    starts = {row.id: row.known.start for row in new}
    lost = {row.id for row in old if row.id not in starts}
    earlier = {row.id for row in old if row.id in starts and _before(starts[row.id], row.known.start)}
    if lost or earlier:
        store.delete(collection, Query(ids=tuple(sorted(lost | earlier))), FIRST)
    written = store.write(collection, new, known_on)
    return replace(written, added=written.added - len(earlier), changed=written.changed + len(earlier))


def _before(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one < other


def theatre_of(store: Store) -> Theatre:
    """The theatre that the store is read with.

    :raises StoreError: when its folder is gone.
    """
    try:
        return theatre(store.theatre())
    except NotFound as error:
        raise StoreError(f"{error}; `dateline --theatre FOLDER init STORE` tells the store of a new place") from error


def set_theatre(store: Store, war: Theatre) -> None:
    """Read an empty store with this theatre from now on; one that has places, only when its folder has moved.

    :raises InvalidParameter: when the store is another theatre's.
    """
    old = Path(store.theatre() or DEFAULT)
    if store.count("places") and old.name != Path(war.name).name:
        raise InvalidParameter(f"theatre {war.name!r}: the store is {str(old)!r}'s, want a store of its own")
    store.set_theatre(war.name)


def gazetteer_of(store: Store) -> Gazetteer:
    """The theatre's gazetteer with what was loaded into the store behind it."""
    return Gazetteer.load(theatre_of(store).gazetteer, loaded=loaded_places(store))


def pipeline_of(store: Store) -> Pipeline:
    """The pipeline over what the store holds now, with what editors say of its stories."""
    reports, zones = store.read("reports", Query()), store.read("zones", Query())
    war = theatre_of(store)
    made = pipeline(gazetteer_of(store), Actors.load(war.actors), reports, zones, war)
    return replace(made, corrections=corrections_by_story(store))


def earlier_belief(store: Store, as_known_on: date | None) -> date | None:
    """The first day on which the same was believed of zones and reports; ``None`` when it still is."""
    if as_known_on is None:
        return None
    return belief_of(sorted({*store.belief_days("zones"), *store.belief_days("reports")}), as_known_on)


def index_of(store: Store, as_known_on: date | None = None) -> ZoneIndex:
    """The index of the store's zones and reports, as they are or as they were believed on an earlier day."""
    query = Query(as_known_on=as_known_on)
    return ZoneIndex(store.read("zones", query), store.read("reports", query))
