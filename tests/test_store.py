"""What every store promises; one fixture, so that each backend is held to the same."""
from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, box

from geo.edtf import parse_edtf
from geo.errors import InvalidInput, InvalidParameter, NotFound, StoreError
from geo.interval import Interval, Validity
from geo.model import BBox, Feature, Query
from geo.store import Store, WriteReport, open_store

MONDAY = date(2016, 4, 11)
TUESDAY = date(2016, 4, 12)


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    opened = open_store(store_address, create=True)
    yield opened
    opened.close()


def zone(id_: str = "z1", controller: str = "ISIL", valid: str = "2016-04-01/2016-04-30", at: float = 37.0) -> Feature:
    return Feature(
        id_, box(at, 36, at + 1, 37), {"controller": controller, "sources": [{"title": "Übersicht الراعي"}]},
        Validity.exactly(parse_edtf(valid).interval),
    )


def ids(store: Store, **query: object) -> list[str]:
    return [feature.id for feature in store.read("zones", Query(**query))]  # type: ignore[arg-type]


def test_what_was_written_is_read_back(store: Store) -> None:
    mention = Feature(
        "m1", Point(37.4, 36.62),
        {"toponym": "الراعي", "start": 12, "score": 0.5, "zone_ids": ["a", "b"], "shares": {"ISIL": 0.25}},
        Validity(
            Interval(date(2016, 4, 1), date(2016, 5, 1)), Interval(date(2016, 4, 9), date(2016, 4, 12)),
            "2016-04~", "month",
        ),
    )
    assert store.write("mentions", [mention], MONDAY) == WriteReport(1, 0, 0)
    (found,) = store.read("mentions", Query())
    assert found.geometry == mention.geometry
    assert found.valid == mention.valid
    assert found.known == Interval(MONDAY, None)
    assert {name: value for name, value in found.properties.items() if value is not None} == mention.properties


def test_every_kind_of_value_keeps_its_type(store: Store) -> None:
    article = Feature("a", None, {"title": "T", "published": MONDAY, "publishable": False})
    place = Feature("p", Point(1, 2), {"population": 12, "importance": 1, "names": [{"toponym": "Rai"}]})
    store.write("articles", [article], MONDAY)
    store.write("places", [place], MONDAY)
    (read,) = store.read("articles", Query())
    assert (read.geometry, read.properties["published"], read.properties["publishable"]) == (None, MONDAY, False)
    (read,) = store.read("places", Query())
    assert (read.properties["population"], read.properties["importance"]) == (12, 1.0)


def test_one_polygon_becomes_a_multipolygon_where_the_schema_says_so(store: Store) -> None:
    store.write("zones", [zone()], MONDAY)
    (found,) = store.read("zones", Query())
    assert found.geometry == MultiPolygon([box(37, 36, 38, 37)])


def test_writing_the_same_twice_is_writing_it_once(store: Store) -> None:
    store.write("zones", [zone()], MONDAY)
    before = store.version()
    assert store.write("zones", [zone(), zone()], TUESDAY) == WriteReport(0, 0, 2)
    assert store.version() == before
    assert ids(store) == ["z1"]


def test_a_change_keeps_what_was_believed_before(store: Store) -> None:
    store.write("zones", [zone(controller="ISIL")], MONDAY)
    assert store.write("zones", [zone(controller="REBELS")], TUESDAY) == WriteReport(0, 1, 0)
    now, then = (list(store.read("zones", Query(as_known_on=day))) for day in (TUESDAY, MONDAY))
    assert [(f.properties["controller"], f.known) for f in now] == [("REBELS", Interval(TUESDAY, None))]
    assert [(f.properties["controller"], f.known) for f in then] == [("ISIL", Interval(MONDAY, TUESDAY))]
    assert [f.properties["controller"] for f in store.read("zones", Query())] == ["REBELS"]
    assert ids(store, as_known_on=date(2016, 4, 10)) == []


def test_a_change_on_the_same_day_replaces(store: Store) -> None:
    store.write("zones", [zone(controller="ISIL")], MONDAY)
    store.write("zones", [zone(controller="REBELS")], MONDAY)
    (found,) = store.read("zones", Query(as_known_on=MONDAY))
    assert (found.properties["controller"], found.known) == ("REBELS", Interval(MONDAY, None))


def test_beliefs_never_overlap_even_when_a_change_is_dated_back(store: Store) -> None:
    store.write("zones", [zone(controller="ISIL")], TUESDAY)
    store.write("zones", [zone(controller="REBELS")], MONDAY)
    (found,) = store.read("zones", Query())
    assert (found.properties["controller"], found.known) == ("REBELS", Interval(TUESDAY, None))


def test_a_feature_may_bring_its_own_belief(store: Store) -> None:
    past = replace(zone(controller="ISIL"), known=Interval(date(2015, 1, 1), date(2015, 6, 1)))
    present = replace(zone(controller="REBELS"), known=Interval(date(2015, 6, 1), None))
    assert store.write("zones", [past, present], TUESDAY) == WriteReport(2, 0, 0)
    assert store.write("zones", [past, present], TUESDAY) == WriteReport(0, 0, 2)
    assert [f.properties["controller"] for f in store.read("zones", Query(as_known_on=date(2015, 3, 1)))] == ["ISIL"]
    assert [f.properties["controller"] for f in store.read("zones", Query(as_known_on=date(2015, 7, 1)))] == ["REBELS"]


def test_deleting_with_a_day_ends_the_belief(store: Store) -> None:
    store.write("zones", [zone()], MONDAY)
    assert store.delete("zones", Query(ids=("z1",)), known_on=TUESDAY) == 1
    assert ids(store) == []
    assert ids(store, as_known_on=MONDAY) == ["z1"]
    assert store.write("zones", [zone()], MONDAY) == WriteReport(1, 0, 0)
    assert [f.known for f in store.read("zones", Query())] == [Interval(TUESDAY, None)]


def test_deleting_without_a_day_leaves_no_trace_of_any_belief(store: Store) -> None:
    store.write("zones", [zone(controller="ISIL")], MONDAY)
    store.write("zones", [zone(controller="REBELS"), zone("z2")], TUESDAY)
    assert store.delete("zones", Query(where={"controller": ("ISIL",)}, ids=("z1",))) == 1
    assert [ids(store, as_known_on=day) for day in (MONDAY, TUESDAY)] == [[], ["z2"]]
    assert ids(store, bbox=BBox(-180, -90, 180, 90)) == ["z2"]


@pytest.mark.parametrize("when, found", [
    (Interval(None, date(2016, 4, 1)), ["undated"]),
    (Interval(date(2016, 3, 31), date(2016, 4, 2)), ["april", "undated"]),
    (Interval.of_day(date(2016, 4, 30)), ["april", "undated"]),
    (Interval.of_day(date(2016, 5, 1)), ["may", "undated"]),
    (Interval(date(2020, 1, 1), None), ["may", "undated"]),
    (None, ["april", "may", "undated"]),
])
def test_when_keeps_what_it_meets_and_what_has_no_date(store: Store, when: Interval | None, found: list[str]) -> None:
    undated = replace(zone("undated"), valid=Validity())
    store.write("zones", [zone("april"), zone("may", valid="2016-05-01/.."), undated], MONDAY)
    assert ids(store, when=when) == found
    assert ids(store, when=when, bbox=BBox(30, 30, 40, 40)) == found


@pytest.mark.parametrize("bbox, found", [
    (BBox(37.5, 36.5, 37.6, 36.6), ["a"]),
    (BBox(38.0, 36.0, 38.0, 36.0), ["a"]),              # its corner
    (BBox(38.00001, 36.0, 38.5, 37.0), []),
    (BBox(179.0, -90.0, -179.0, 90.0), ["east", "west"]),  # across the antimeridian
    (BBox(-180.0, -90.0, 180.0, 90.0), ["a", "east", "west"]),
])
def test_a_bbox_finds_what_it_meets(store: Store, bbox: BBox, found: list[str]) -> None:
    store.write("zones", [zone("a"), zone("east", at=179), zone("west", at=-180)], MONDAY)
    assert ids(store, bbox=bbox) == found


def test_a_bbox_meets_the_geometry_not_its_box(store: Store) -> None:
    store.write("fronts", [Feature("f", LineString([(30, 30), (40, 40)]), {})], MONDAY)
    assert list(store.read("fronts", Query(bbox=BBox(38, 31, 39, 32)))) == []
    assert len(list(store.read("fronts", Query(bbox=BBox(34, 34, 35, 36))))) == 1


def test_filters_limits_and_order(store: Store) -> None:
    store.write("zones", [zone("c", "ISIL"), zone("a", "SDF"), zone("b", "ISIL"), zone("d", "REBELS")], MONDAY)
    assert ids(store, where={"controller": ("ISIL", "SDF")}) == ["a", "b", "c"]
    assert ids(store, limit=2, offset=1) == ["b", "c"]
    assert ids(store, limit=2, offset=1, bbox=BBox(30, 30, 40, 40)) == ["b", "c"]
    assert ids(store, ids=("d", "nobody")) == ["d"]
    assert ids(store, after="b") == ["c", "d"]
    assert ids(store, after="b", limit=1, where={"controller": ("REBELS",)}) == ["d"]
    assert ids(store, after="b", as_known_on=MONDAY) == ["c", "d"]


@pytest.mark.parametrize("name, text", [
    ("nonsense", "1"), ("sources", "x"), ("step_days", "seven"), ("step_days", "9" * 30), ("valid_from", "2016-13-40"),
    ("controller\" OR 1=1 --", "x"),
])
def test_a_filter_that_makes_no_sense_is_refused_at_once(store: Store, name: str, text: str) -> None:
    with pytest.raises(InvalidParameter, match="want"):
        store.read("zones", Query(where={name: (text,)}))


def test_an_unknown_collection_is_named(store: Store) -> None:
    with pytest.raises(NotFound, match="'castles'"):
        store.read("castles", Query())


@pytest.mark.parametrize("change", [
    {"properties": {"castle": 1}},
    {"properties": {"controller": 5}},
    {"properties": {"step_days": True}},
    {"properties": {"controller": "a\0b"}},
    {"properties": {"controller": "\ud800"}},
    {"properties": {"sources": [float("nan")]}},
    {"properties": {"sources": {1: object()}}},
    {"geometry": Point(1, 2)},
    {"geometry": box(0, 0, 181, 1)},
    {"geometry": shapely.Polygon([(0, 0), (1, 0), (float("inf"), 1)])},
    {"valid": Validity(Interval(TUESDAY, MONDAY))},
])
def test_what_does_not_fit_the_schema_is_refused_whole(store: Store, change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=r"want|no field"):
        store.write("zones", [zone("good"), replace(zone("bad"), **change)], MONDAY)  # type: ignore[arg-type]
    assert ids(store) == []


def test_one_id_with_two_contents_is_a_mistake(store: Store) -> None:
    with pytest.raises(InvalidInput, match="twice"):
        store.write("zones", [zone(controller="ISIL"), zone(controller="SDF")], MONDAY)
    assert ids(store) == []


def test_a_transaction_is_all_or_nothing_and_sees_itself(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.write("zones", [zone()], MONDAY)
        assert ids(store) == ["z1"]
        raise ZeroDivisionError
    assert ids(store) == []


def test_an_inner_failure_undoes_only_the_inner_part(store: Store) -> None:
    with store.transaction():
        store.write("zones", [zone("kept")], MONDAY)
        with pytest.raises(InvalidInput):
            store.write("zones", [*(zone(f"n{n}") for n in range(600)), replace(zone(), geometry=Point(0, 0))], MONDAY)
    assert ids(store) == ["kept"]


def test_the_version_tells_commits_and_collections_apart(store: Store) -> None:
    zones, whole = store.summary("zones").version, store.version()
    store.write("places", [Feature("p", Point(1, 2), {})], MONDAY)
    assert store.version() != whole
    assert store.summary("zones").version == store.version_of("zones") == zones


def test_a_summary_tells_count_extent_and_span(store: Store) -> None:
    assert store.summary("zones").bbox is None
    assert store.summary("zones").interval is None
    store.write("zones", [zone("a"), zone("b", valid="2016-05-01/2016-06-30", at=39.3)], MONDAY)
    store.write("zones", [zone("a", valid="2016-04-02/2016-04-30")], TUESDAY)
    summary = store.summary("zones")
    assert summary.count == 2 and summary.bbox is not None
    assert summary.bbox[:2] + summary.bbox[3:] == (37, 36, 37)
    assert 40.3 <= summary.bbox.east <= 40.3001, "rounded outwards; GeoPackage's index does so twice"
    assert store.count("zones") == 2
    assert summary.interval == Interval(date(2016, 4, 2), date(2016, 7, 1))
    assert store.change_days("zones") == (date(2016, 4, 2), date(2016, 5, 1), date(2016, 7, 1))
    store.write("zones", [zone("c", valid="2016-07-01/..")], MONDAY)
    assert store.summary("zones").interval == Interval(date(2016, 4, 2), None)


def test_a_stream_sees_one_state_to_its_end(store: Store) -> None:
    store.write("zones", [zone(f"z{n:04}") for n in range(1200)], MONDAY)
    stream = store.read("zones", Query())
    next(stream)
    store.delete("zones", Query())
    assert sum(1 for _ in stream) == 1199
    assert ids(store) == []


def test_threads_read_while_one_writes(store: Store) -> None:
    wrong: list[object] = []

    def read() -> None:
        try:
            for _ in range(20):
                count = len(ids(store))
                if count % 10:
                    wrong.append(count)
        except Exception as error:  # a thread's exception would be lost
            wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for n in range(20):
        store.write("zones", [zone(f"{n}-{m}") for m in range(10)], MONDAY)
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.version()


_days = st.integers(0, 40).map(lambda n: date.fromordinal(date(2016, 4, 1).toordinal() + n))
_spans = st.one_of(
    st.just(Interval()),
    st.tuples(st.none() | _days, st.none() | _days).map(lambda pair: Interval(*pair)).filter(lambda i: not i.is_empty),
)
_lng, _lat, _size = (
    st.integers(low, high).map(lambda n: n / 1e8)  # finer than the 32-bit floats of the index
    for low, high in ((-179 * 10**8, 178 * 10**8), (33 * 10**8, 36 * 10**8), (1, 10**8))
)
_boxes = st.tuples(_lng, _lat, _size, _size).map(lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3]))
_bboxes = st.tuples(_lng, _lat, _lng, _size).map(lambda b: BBox(b[0], b[1], b[2], b[1] + b[3]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_boxes, _spans), max_size=25), _bboxes, _spans)
def test_the_index_answers_like_brute_force(
    store: Store, content: list[tuple[shapely.Polygon, Interval]], bbox: BBox, when: Interval
) -> None:
    store.delete("zones", Query())
    features = [Feature(f"{n:02}", area, {}, Validity.exactly(span)) for n, (area, span) in enumerate(content)]
    store.write("zones", features, MONDAY)
    halves = [bbox] if bbox.west <= bbox.east else [bbox._replace(east=180), bbox._replace(west=-180)]
    areas = [box(*half) if half.west < half.east else LineString([half[:2], half[2:]]) for half in halves]
    expected = [
        feature.id for feature in features
        if feature.valid.outer.intersects(when) and any(area.intersects(feature.geometry) for area in areas)
    ]
    assert ids(store, bbox=bbox, when=when) == expected


_CRASH = """
import os, signal, sys
from datetime import date
from shapely.geometry import Point
from geo.model import Feature
from geo.store import open_store
store = open_store(sys.argv[1])
with store.transaction():
    store.write("places", [Feature(f"p{n}", Point(1, 2), {}) for n in range(5000)], date(2016, 4, 11))
    store.write("zones", [], date(2016, 4, 11))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_killed_in_its_transaction_leaves_nothing(store: Store, store_address: str) -> None:
    store.write("zones", [zone()], MONDAY)
    before = store.version()
    killed = subprocess.run([sys.executable, "-c", _CRASH, store_address], check=False, cwd=Path.cwd())
    assert killed.returncode == -signal.SIGKILL
    assert (ids(store), store.version(), list(store.read("places", Query()))) == (["z1"], before, [])
    assert store.write("zones", [zone("z2")], MONDAY).added == 1


_READER = """
import sys
from geo.model import Query
from geo.store import open_store
store = open_store(sys.argv[1])
print(len(list(store.read("zones", Query()))), flush=True)
sys.stdin.readline()
print(len(list(store.read("zones", Query()))), flush=True)
"""


def test_another_process_reads_while_this_one_writes(store: Store, store_address: str) -> None:
    store.write("zones", [zone()], MONDAY)
    with store.transaction():
        store.write("zones", [zone("z2")], MONDAY)
        reader = subprocess.Popen(
            [sys.executable, "-c", _READER, store_address], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        assert reader.stdout is not None
        assert reader.stdout.readline() == "1\n"
    assert reader.communicate("\n")[0] == "2\n"
