"""Filters in CQL2, orders, properties and JSON-FG of OGC API – Features."""
from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, MultiPolygon, Point, box, shape

from geo.conditions import OWN_DAYS, TEMPORAL, Days, Not, Temporal
from geo.interval import DAY, Interval, Validity
from geo.model import Feature, Query
from geo.schema import COLLECTIONS
from geo.store import Store, open_store
from server import create_app
from server.ogc import cql2
from server.ogc.crs import CRS84
from server.params import BadParameter

DAY_ONE = date(2016, 4, 11)
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def valid(start: str | None, end: str | None = None) -> Validity:
    return Validity.exactly(Interval(*(date.fromisoformat(day) if day else None for day in (start, end))))


TOWNS = [
    ("p1", Point(37, 36), {"name": "Al-Rai", "country": "SY", "population": 4_600, "importance": 0.5}),
    ("p2", Point(38, 36), {"name": "al-Bab", "country": "SY", "population": 63_000}),
    ("p3", Point(43, 36), {"name": "Mosul", "country": "IQ", "population": 665_000, "importance": 0.9}),
    ("p4", Point(40, 37), {"name": "Şırnak", "country": "TR", "population": 62_000}),
    ("p5", None, {"name": "100% 'Nowhere'", "country": None, "population": None}),
]
EVENTS = [
    ("e1", valid("2016-04-01", "2016-04-10")),
    ("e2", valid("2016-04-10")),
    ("e3", valid("2016-04-09", "2016-04-10")),
    ("e4", Validity()),
    ("e5", valid(None, "2016-04-05")),
]


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "geopackage":
        yield str(tmp_path_factory.mktemp("filter") / "s.gpkg")
        return
    with request.getfixturevalue("new_database")() as made:
        yield made


@pytest.fixture(scope="module")
def store(address: str) -> Iterator[Store]:
    opened = open_store(address, create=True)
    opened.write("places", [Feature(*row) for row in TOWNS], DAY_ONE)
    opened.write("events", [Feature(id_, Point(37, 36), {"type": "attack"}, when) for id_, when in EVENTS], DAY_ONE)
    opened.write("articles", [
        Feature("a1", MultiPoint([(37, 36)]), {"title": "Told", "text": "whole", "publishable": True,
                                                "published": date(2016, 4, 9)}),
        Feature("a2", MultiPoint([(37, 36)]), {"title": "Kept", "text": "whole", "publishable": False,
                                                "published": date(2016, 4, 12)})], DAY_ONE)
    squares = [Feature(f"z{n}", MultiPolygon([box(36 + n, 36, 37 + n, 37)]), {
        "controller": side, "status": "control", "source_id": "s", "as_of": ["2016-04-01"], "step_days": 30,
        "learnt": {"2016-04-01": f"2016-04-0{n + 2}"}}, valid("2016-04-01", "2016-05-01"))
        for n, side in enumerate(["ISIL", "REBELS", "SDF"])]
    opened.write("zones", squares, DAY_ONE)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(store: Store, address: str) -> Iterator[FlaskClient]:
    app = create_app({"store": address, "TESTING": True})
    yield app.test_client()
    app.extensions["dateline"].close()


def page(client: FlaskClient, collection: str, **asked: object) -> Any:
    answer = client.get(f"/ogc/collections/{collection}/items?{urlencode(asked)}".replace("filter_", "filter-"))
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


def ids(found: Any) -> str:
    return " ".join(feature["id"] for feature in found["features"])


@pytest.mark.parametrize("wanted, found", [
    ("name = 'Mosul'", "p3"),
    ("'Mosul' = name", "p3"),
    ("name <> 'Mosul'", "p1 p2 p4 p5"),
    ("country <> 'SY'", "p3 p4"),  # of p5 it is unknown
    ("NOT country = 'SY'", "p3 p4"),
    ("country IS NULL", "p5"),
    ("geometry IS NULL", "p5"),
    ("country IS NOT NULL AND importance IS NULL", "p2 p4"),
    ("population > 62000", "p2 p3"),
    ("population >= 62000.0 AND population <= 63000", "p2 p4"),
    ("population BETWEEN 62000 AND 63000", "p2 p4"),
    ("population NOT BETWEEN 62000 AND 63000", "p1 p3"),
    ("population > importance", "p1 p3"),
    ("country IN ('IQ', 'TR')", "p3 p4"),
    ("country NOT IN ('IQ', 'TR')", "p1 p2"),
    ("name LIKE 'Al-%'", "p1"),
    ("name LIKE '_l-%'", "p1 p2"),
    ("CASEI(name) LIKE casei('AL-%')", "p1 p2"),
    ("CASEI(name) = CASEI('AL-BAB')", "p2"),
    ("CASEI(name) IN (casei('mosul'), casei('AL-BAB'))", "p2 p3"),
    ("ACCENTI(name) = ACCENTI('Sırnak')", "p4"),
    ("ACCENTI(CASEI(name)) LIKE accenti(casei('SI%'))", ""),  # the dotless i is a letter of its own
    (r"name LIKE '100\% ''%'", "p5"),
    ("name LIKE '%*%'", ""),
    ("id = 'p1' OR (id = 'p2' AND TRUE)", "p1 p2"),
    ("FALSE", ""),
    ("S_INTERSECTS(geometry, BBOX(36.5,35,38.5,36.5))", "p1 p2"),
    ("S_INTERSECTS(geometry, POINT(37 36))", "p1"),
    ("NOT S_INTERSECTS(geometry, BBOX(36.5,35,38.5,36.5))", "p3 p4"),
    ("S_DISJOINT(geometry, BBOX(36.5,35,38.5,36.5))", "p3 p4"),
    ("S_WITHIN(geometry, POLYGON((36 35,44 35,44 36.5,36 36.5,36 35))) AND population < 100000", "p1 p2"),
    ("S_CONTAINS(BBOX(36.5,35,38.5,36.5), geometry)", "p1 p2"),
    ("S_EQUALS(geometry, POINT(40 37))", "p4"),
    ("S_TOUCHES(geometry, BBOX(37,35,37.5,37))", "p1"),
    ("S_INTERSECTS(geometry, MULTIPOINT((37 36),(43 36)))", "p1 p3"),
    ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(37 36),LINESTRING(42 36,44 36)))", "p1 p3"),
    ("S_INTERSECTS(geometry, BBOX(170,-10,-170,10))", ""),
    ("S_INTERSECTS(geometry, geometry)", "p1 p2 p3 p4"),
    ("S_INTERSECTS(POINT(1 2), POINT(1 2)) AND id = 'p1'", "p1"),
    ("name = ''' OR 1=1 --'", ""),
])
def test_places_by_a_filter(client: FlaskClient, wanted: str, found: str) -> None:
    assert ids(page(client, "places", filter=wanted)) == found


@pytest.mark.parametrize("wanted, found", [
    ("T_INTERSECTS(time, DATE('2016-04-09'))", "e1 e3"),
    ("T_INTERSECTS(time, TIMESTAMP('2016-04-09T23:59:59Z'))", "e1 e3"),
    ("T_INTERSECTS(time, INTERVAL('2016-04-10', '..'))", "e2"),
    ("T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2016-04-10', '..'))", "e2"),
    ("NOT T_INTERSECTS(time, INTERVAL('2016-04-10', '..'))", "e1 e3 e5"),  # of undated ones it is unknown
    ("T_AFTER(time, DATE('2016-04-09'))", "e2"),
    ("T_BEFORE(time, DATE('2016-04-09'))", "e5"),
    ("T_DURING(time, INTERVAL('2016-04-08', '2016-04-10'))", "e3"),
    ("T_DURING(time, INTERVAL('2016-04-09', '2016-04-10'))", ""),  # CQL2's during has both ends inside
    ("T_EQUALS(time, INTERVAL('2016-04-09', '2016-04-09'))", "e3"),
    ("T_FINISHES(time, INTERVAL('2016-04-01', '2016-04-09'))", "e3"),
    ("T_STARTS(INTERVAL('2016-04-01', '2016-04-02'), time)", "e1"),
    ("T_MEETS(time, INTERVAL('2016-04-09', '..'))", "e1 e3"),
    ("T_AFTER(valid_from, DATE('2016-04-09'))", "e2"),
    ("valid_from > DATE('2016-04-09')", "e2"),
    ("valid_from > '2016-04-09'", "e2"),
    ("valid_from = TIMESTAMP('2016-04-09T12:00:00Z')", "e3"),
    ("valid_to <= certain_to AND valid_to = DATE('2016-04-10')", "e1 e3"),
    ("time IS NULL", "e4"),
])
def test_events_by_their_days(client: FlaskClient, wanted: str, found: str) -> None:
    assert ids(page(client, "events", filter=wanted)) == found


@pytest.mark.parametrize("wanted, found", [
    ({"op": "and", "args": [{"op": "=", "args": [{"property": "country"}, "SY"]},
                            {"op": "not", "args": [{"op": "<", "args": [{"property": "population"}, 5000]}]}]}, "p2"),
    ({"op": "isNull", "args": [{"property": "country"}]}, "p5"),
    ({"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [43, 36]}]}, "p3"),
    ({"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [42, 35, 44, 37]}]}, "p3"),
    ({"op": "like", "args": [{"op": "casei", "args": [{"property": "name"}]}, {"op": "casei", "args": ["MO%"]}]}, "p3"),
    ({"op": "t_finishedBy", "args": [{"property": "time"}, {"interval": ["2016-04-01", {"date": "2016-04-02"}]}]}, ""),
    (True, "p1 p2 p3 p4 p5"),
])
def test_the_same_in_json(client: FlaskClient, wanted: object, found: str) -> None:
    assert ids(page(client, "places", filter=json.dumps(wanted), filter_lang="cql2-json")) == found


def test_a_boolean_is_a_condition(client: FlaskClient) -> None:
    assert ids(page(client, "articles", filter="publishable")) == "a1"
    assert ids(page(client, "articles", filter="NOT publishable")) == "a2"
    assert ids(page(client, "articles", filter="published < '2016-04-10'")) == "a1"


def test_ground_in_another_system(client: FlaskClient) -> None:
    for system, inside in (("4326", "BBOX(35.9,42.9,36.1,43.1)"), ("3857", "BBOX(4780000,4290000,4790000,4310000)"),
                           ("4326", "POLYGON((35.9 42,36.1 42,36.1 44,35.9 44,35.9 42))")):
        found = page(client, "places", filter=f"S_INTERSECTS(geometry,{inside})", filter_crs=EPSG + system)
        assert ids(found) == "p3"


def test_a_filter_and_the_other_parameters_all_hold(client: FlaskClient) -> None:
    assert ids(page(client, "places", filter="population > 5000", country="SY")) == "p2"
    assert ids(page(client, "places", filter="population > 5000", bbox="37,35,41,38")) == "p2 p4"
    assert ids(page(client, "events", filter="id <> 'e1'", datetime="2016-04-09")) == "e3 e4"


MOST_NOT = "NOT " * 21


@pytest.mark.parametrize("wanted, says", [
    ("(" * 200 + "TRUE" + ")" * 200, "brackets"), (MOST_NOT + "TRUE", "NOT"), ("x" * 4001, "4000 characters"),
    ("population = " + "-" * 1900 + "1", "arithmetic"), ("population = 1" + "^1" * 1900, "arithmetic"),
    ("population = 1" + "+1" * 1900, "arithmetic"), ("population = 1" + "-1" * 1900, "arithmetic"),
    ("a(" * 300 + "x" + ")" * 300 + "=1", "brackets"), ("S_INTERSECTS(geometry, POINT EMPTY)", "EMPTY"),
    ("name =", "character 7"), ("name = 5", "a text"), ("population = 'many'", "a number"),
    ("castle = 1", "queryables"),
    ("sources = 'x'", "queryables"), ("name LIKE '%%%%%%%%%%%'", "10 wildcards"), ("population LIKE '5%'", "a text"),
    ("S_INTERSECTS(geometry, POLYGON((0 0,1 1,1 0,0 1,0 0)))", "geometry"),
    ("S_NEAR(geometry, POINT(1 2))", "function"),
    ("S_INTERSECTS(geometry, POINT(181 2))", "geometry"), ("S_INTERSECTS(geometry, BBOX(1,2,3))", "geometry"),
    ("S_INTERSECTS(name, POINT(1 2))", "geometry"), ("T_AFTER(time, DATE('2016-13-01'))", "a day"),
    ("T_AFTER(time, INTERVAL('2016-04-02','2016-04-01'))", "ends after"), ("T_AFTER(name, DATE('2016-01-01'))", "date"),
    ("time = DATE('2016-01-01')", "queryables"), ("foo(name) = 'x'", "function"), ("5", "condition"), ("name", "text"),
    ("population IN (1,'a')", "number"), ("population = 1e999", "finite"), ("valid_from > 'soon'", "a day"),
])
def test_a_bad_filter_is_a_problem_that_says_why(client: FlaskClient, wanted: str, says: str) -> None:
    answer = client.get(f"/ogc/collections/places/items?{urlencode({'filter': wanted})}")
    assert answer.status_code == 400, answer.text
    told = answer.get_json(force=True)["errors"][0]
    assert told["parameter"] == "filter"
    assert says in told["expected"]


@pytest.mark.parametrize("wanted", [
    "", "{", "[]", "1", "null", '"a"', '{"op":"and"}', '{"op":"=","args":[1]}', '{"op":["a"],"args":[1]}', "NaN",
    '{"op":"=","args":[{"property":["a"]},1]}', '{"op":"=","args":[{"property":"name"},"\\ud800"]}',
    '{"op":"=","args":[{"property":"name"},"\\u0000"]}', '{"op":"not","args":[' * 5000, "[" * 3999,
    '{"op":"=","args":[{"property":"population"},' + "9" * 400 + "]}",
    '{"op":"in","args":[{"property":"name"},[]]}', '{"op":"casei","args":[{"property":"name"}]}',
    '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1e309,2,3,4]}]}',
    '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":["1",2,3,4]}]}',
    '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":{"a":1}}]}',
    '{"op":"t_after","args":[{"property":"time"},{"interval":[1,2]}]}',
    '{"op":"t_after","args":[{"property":"time"},{"date":5}]}', '{"op":"=","args":[{"a":1,"date":"2016-01-01"},1]}',
])
def test_bad_json_is_a_problem(client: FlaskClient, wanted: str) -> None:
    asked = urlencode({"filter": wanted, "filter-lang": "cql2-json"})
    answer = client.get(f"/ogc/collections/places/items?{asked}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), answer.text


def test_private_text_can_neither_be_asked_nor_sorted_by(client: FlaskClient) -> None:
    for asked in ({"filter": "text LIKE 'w%'"}, {"filter": "text IS NULL"}, {"sortby": "text"}, {"properties": "text"}):
        assert client.get(f"/ogc/collections/articles/items?{urlencode(asked)}").status_code == 400
    for name in ("queryables", "sortables"):
        assert "text" not in client.get(f"/ogc/collections/articles/{name}").get_json(force=True)["properties"]


def test_queryables_are_what_filters_take(client: FlaskClient) -> None:
    for collection in ("places", "articles", "mentions", "events", "reports", "zones", "fronts"):
        answer = client.get(f"/ogc/collections/{collection}/queryables")
        assert answer.mimetype == "application/schema+json"
        told = answer.get_json(force=True)
        assert told["$id"].endswith(f"/ogc/collections/{collection}/queryables")
        for name in told["properties"]:
            page(client, collection, filter=f"{name} IS NULL", limit=1)
    towns = client.get("/ogc/collections/places/queryables").get_json(force=True)["properties"]
    assert towns["population"] == {"title": "population", "description": "Inhabitants, 0 when not known",
                                   "type": "integer"}
    assert towns["geometry"]["format"] == "geometry-point"
    assert towns["valid_from"]["format"] == "date"


def test_relations_in_time_are_those_of_cql2(store: Store) -> None:
    """SQL against Python's dates, for every relation and every pair of short spans."""
    first = date(2016, 4, 1)
    days = [first + timedelta(days=n) for n in range(4)]
    spans = [(a, b) for a, b in product(days, days) if a <= b]
    wide = [*((a, b) for a, b in spans), (None, days[1]), (days[1], None)]
    ends = {"e": lambda a, b: (a or date.min, b or date.max)}["e"]
    with_ids = {f"s{n}": span for n, span in enumerate(wide)}
    store.write("reports", [Feature(id_, Point(1, 2), {"name": id_}, Validity.exactly(
        Interval(a, b + DAY if b else None))) for id_, (a, b) in with_ids.items()], DAY_ONE)
    means = {
        "after": lambda f, e, g, m: f > m, "before": lambda f, e, g, m: e < g,
        "contains": lambda f, e, g, m: f < g and e > m, "during": lambda f, e, g, m: f > g and e < m,
        "disjoint": lambda f, e, g, m: e < g or f > m, "intersects": lambda f, e, g, m: not (e < g or f > m),
        "equals": lambda f, e, g, m: f == g and e == m, "meets": lambda f, e, g, m: e == g,
        "metby": lambda f, e, g, m: f == m, "starts": lambda f, e, g, m: f == g and e < m,
        "startedby": lambda f, e, g, m: f == g and e > m, "finishes": lambda f, e, g, m: f > g and e == m,
        "finishedby": lambda f, e, g, m: f < g and e == m, "overlaps": lambda f, e, g, m: f < g < e < m,
        "overlappedby": lambda f, e, g, m: g < f < m < e,
    }
    assert set(means) == set(TEMPORAL)
    for relation, span in product(TEMPORAL, wide):
        wanted = Temporal(relation, OWN_DAYS, Days(*span))
        expected = {id_ for id_, own in with_ids.items() if means[relation](*ends(*own), *ends(*span))}
        assert {each.id for each in store.read("reports", Query(filter=wanted))} == expected, (relation, span)
        rest = {each.id for each in store.read("reports", Query(filter=Not(wanted)))}
        assert rest == with_ids.keys() - expected


def test_an_earlier_belief_is_filtered_and_sorted_too(store: Store, client: FlaskClient) -> None:
    """Zones of an earlier belief are in no table: the same filter over the same rows must find the same."""
    asked = {"filter": "S_INTERSECTS(geometry, BBOX(36.1,36.1,37.5,36.9)) AND controller <> 'ISIL'"}
    assert ids(page(client, "zones", **asked)) == "z1"
    then = {"as_known_on": "2016-04-03"}
    assert sides(page(client, "zones", **asked, **then)) == ["REBELS"]
    assert sides(page(client, "zones", **asked, as_known_on="2016-04-02")) == []
    assert sides(page(client, "zones", **then, sortby="-controller")) == ["REBELS", "ISIL"]
    first = page(client, "zones", **then, sortby="-controller", limit=1)
    assert [*sides(first), *sides(follow(client, first))] == ["REBELS", "ISIL"]
    with pytest.raises(BadParameter):
        cql2.parse("learnt = 'x'", "cql2-text", COLLECTIONS["zones"], CRS84)


def sides(found: Any) -> list[str]:
    return [feature["properties"]["controller"] for feature in found["features"]]


def follow(client: FlaskClient, found: Any) -> Any:
    address = next(link["href"] for link in found["links"] if link["rel"] == "next")
    return client.get(address.removeprefix("http://localhost")).get_json(force=True)


@pytest.mark.parametrize("order, found", [
    ("name", "p5 p1 p3 p2 p4"), ("-name", "p4 p2 p3 p1 p5"), ("+country,-population", "p5 p3 p2 p1 p4"),
    ("importance", "p2 p4 p5 p1 p3"), ("-importance", "p3 p1 p2 p4 p5"), ("-id", "p5 p4 p3 p2 p1"),
])
def test_orders_page_by_page(client: FlaskClient, order: str, found: str) -> None:
    assert ids(page(client, "places", sortby=order)) == found
    for limit in (1, 2, 3):
        current, seen = page(client, "places", sortby=order, limit=limit), list[str]()
        while True:
            seen.append(ids(current))
            if not any(link["rel"] == "next" for link in current["links"]):
                break
            current = follow(client, current)
        assert " ".join(seen) == found


def test_a_sorted_page_stays_right_while_rows_are_added(store_address: str) -> None:
    opened = open_store(store_address, create=True)
    opened.write("places", [Feature(f"p{n}", Point(1, 2), {"population": n // 3 or None}) for n in range(20)], DAY_ONE)
    app = create_app({"store": store_address, "TESTING": True})
    client, seen = app.test_client(), list[str]()
    current = page(client, "places", sortby="-population", limit=3)
    while True:
        seen += ids(current).split()
        new = Feature(f"n{len(seen)}", Point(1, 2), {"population": 7})
        opened.write("places", [new, Feature(f"p1{len(seen)}x", Point(1, 2), {"population": 3})], DAY_ONE)
        if not any(link["rel"] == "next" for link in current["links"]):
            break
        current = follow(client, current)
    assert len(seen) == len(set(seen))
    assert {f"p{n}" for n in range(20)} <= set(seen)
    opened.close()
    app.extensions["dateline"].close()


@pytest.mark.parametrize("query", [
    "sortby=castle", "sortby=", "sortby=name,name", "sortby=sources", "properties=castle", "properties=",
    "filter=TRUE&filter-lang=sql", "filter=TRUE&filter-crs=EPSG:4326", "filter=TRUE&filter=TRUE", "cursor=WzFd",
    "cursor=WyJhIl0&sortby=name", "cursor=bnVsbA", "f=xml", "sortby=name,country,population,importance,id",
])
def test_a_bad_parameter_is_a_problem(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/ogc/collections/places/items?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), answer.text


def test_only_the_properties_asked_for(client: FlaskClient) -> None:
    found = page(client, "places", properties="name, valid_from")["features"][0]
    assert found["properties"] == {"name": "Al-Rai", "valid_from": None}
    assert found["geometry"] == {"type": "Point", "coordinates": [37.0, 36.0]}
    one = client.get("/ogc/collections/places/items/p1?properties=country").get_json(force=True)
    assert one["properties"] == {"country": "SY"}


def test_json_fg_says_when(client: FlaskClient) -> None:
    """OGC 21-045r1: closed intervals, one form of both ends, ground of another system as ``place``."""
    told = page(client, "events", f="jsonfg")
    assert told["conformsTo"] == ["http://www.opengis.net/spec/json-fg-1/1.0/conf/core"]
    assert [each["time"] for each in told["features"]] == [
        {"interval": ["2016-04-01", "2016-04-09"]}, {"interval": ["2016-04-10", ".."]}, {"date": "2016-04-09"}, None,
        {"interval": ["..", "2016-04-04"]}]
    assert "place" not in told["features"][0]
    answer = client.get(f"/ogc/collections/events/items/e3?profile=jsonfg&crs={EPSG}3857")
    assert answer.mimetype == "application/geo+json"
    assert answer.headers["Link"] == '<http://www.opengis.net/def/profile/OGC/0/jsonfg>; rel="profile"'
    one = answer.get_json(force=True)
    assert one["geometry"] is None
    assert one["coordRefSys"] == EPSG + "3857"
    assert shape(one["place"]).distance(Point(4118821.1593511, 4300621.3720578)) < 1e-3
    assert "time" not in page(client, "events")["features"][0]


_NAMES = st.sampled_from(["name", "population", "valid_from", "publishable", "time", "geometry", "id", "é"])
_VALUES = st.one_of(
    st.integers(-10**20, 10**20).map(str), st.text(max_size=5).map(lambda text: "'" + text.replace("'", "''") + "'"),
    st.sampled_from(["DATE('2016-04-01')", "TIMESTAMP('2016-04-01T00:00:00Z')", "POINT(1 2)", "BBOX(1,2,3,4)", "TRUE",
                     "INTERVAL('2016-04-01','..')", "INTERVAL(valid_from,valid_to)", "NULL"]), _NAMES)
_PARTS = st.one_of(
    st.builds("{} {} {}".format, _VALUES, st.sampled_from(["=", "<>", "<", "LIKE", "AND", "IN"]), _VALUES),
    st.builds("{}({}, {})".format, st.sampled_from(
        ["S_INTERSECTS", "S_TOUCHES", "T_AFTER", "T_DURING", "CASEI", "A_EQUALS", "x"]), _VALUES, _VALUES),
    st.builds("{} IN ({}, {})".format, _NAMES, _VALUES, _VALUES),
    st.builds("{} BETWEEN {} AND {}".format, _VALUES, _VALUES, _VALUES), st.builds("{} IS NULL".format, _VALUES))
_FILTERS = st.recursive(_PARTS, lambda inner: st.one_of(
    st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR", "or"]), inner),
    st.builds("NOT ({})".format, inner)))


@given(wanted=st.one_of(_FILTERS, st.text(max_size=30)))
def test_no_filter_is_an_error_of_ours(client: FlaskClient, wanted: str) -> None:
    answer = client.get(f"/ogc/collections/places/items?{urlencode({'filter': wanted.encode('utf-8', 'replace')})}")
    assert answer.status_code in (200, 400), answer.text


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4),
              st.sampled_from(["name", ".."])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(lambda op, args: {"op": op, "args": args}, st.sampled_from(
            ["and", "not", "=", "like", "in", "between", "isNull", "s_within", "t_meets", "casei"]), st.lists(inner)),
        st.dictionaries(st.sampled_from(["property", "date", "timestamp", "interval", "bbox", "type"]), inner)))


@given(wanted=_JSON)
def test_no_json_is_an_error_of_ours(client: FlaskClient, wanted: object) -> None:
    asked = urlencode({"filter": json.dumps(wanted), "filter-lang": "cql2-json"})
    assert client.get(f"/ogc/collections/places/items?{asked}").status_code in (200, 400)


def test_lines_cross(store: Store, client: FlaskClient) -> None:
    store.write("fronts", [Feature("f1", LineString([(36, 36), (38, 36)]), {"side_a": "A", "side_b": "B"},
                                   valid("2016-04-01"))], DAY_ONE)
    assert ids(page(client, "fronts", filter="S_CROSSES(geometry, LINESTRING(37 35, 37 37))")) == "f1"
    assert ids(page(client, "fronts", filter="S_OVERLAPS(geometry, LINESTRING(37 36, 39 36))")) == "f1"
