"""Relative places: from words to a relation, from a relation to ground with a stated precision."""
from __future__ import annotations

import re
import time
from datetime import date
from functools import lru_cache
from typing import Any

import mapbox_vector_tile  # type: ignore[import-untyped]
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, box

from geo import mvt
from geo.basemap import country_shapes, province_shapes
from geo.control import control_of_area
from geo.directions import relate
from geo.features import mention_features
from geo.formats.reading import as_json
from geo.gazetteer import Gazetteer
from geo.grid import tile_at
from geo.interval import Interval, Validity
from geo.join import join
from geo.measure import distance_km
from geo.model import Article, Extent, Feature, LngLat, Mention, Place, Reading, Relation, Span, Toponym, When
from geo.pipeline import bundled
from geo.plane import Plane, reach_km
from geo.relative import locate
from geo.schema import MENTIONS
from geo.zones import ZoneIndex

SHAPES = {**country_shapes(), **province_shapes()}
DAY = Interval.of_day(date(2016, 4, 9))
PUBLISHED = When(DAY, "2016-04-09", "day", "stated")


def read(text: str) -> Reading:
    return bundled().read(Article(text, published=PUBLISHED, published_how="stated", id="a"))


def named(text: str, name: str) -> Mention:
    return next(one for one in read(text).mentions if one.toponym.text == name)


def extent(text: str, name: str) -> Extent:
    found = named(text, name).extent
    assert found is not None, text
    return found


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    return Gazetteer.load(world=False)


def at(place: str) -> Point:
    return Point(gazetteer()[place].point)


def told(text: str, *names: str) -> list[tuple[object, ...] | None]:
    """The relations of names in a text, of which nothing else is known."""
    found, start = [], 0
    for name in names:
        start = text.index(name, start)
        found.append(Toponym(Span(start, start + len(name)), name))
        start += len(name)
    related = [one.relation for one in relate(text, found)]
    return [(one.kind, one.distance_km, one.bearing) if one else None for one in related]


@pytest.mark.parametrize("text, wanted", [
    ("20 km north of Raqqa", ("offset", 20, 0)),
    ("Some 20km NE of Raqqa", ("offset", 20, 45)),
    ("about 20-30 km (12 miles) to the north-east of the Syrian town of Raqqa", ("offset", 25, 45)),
    ("12 miles south west of Raqqa", ("offset", 19.312, 225)),
    ("20 miles south-southeast of Raqqa", ("offset", 32.187, 157.5)),
    ("a few kilometres west of the besieged, rebel-held town of Raqqa", ("offset", 3, 270)),
    ("1,200 metres due east of Raqqa", ("offset", 1.2, 90)),
    ("1.5 kilometers east of Syria's Raqqa", ("offset", 1.5, 90)),
    ("five miles north\nof Raqqa", ("offset", 8.047, 0)),
    ("north of Raqqa", ("offset", None, 0)),
    ("to the south-west of Raqqa", ("offset", None, 225)),
    ("20 km from Raqqa", ("near", 20, None)),
    ("within five miles of the city of Raqqa", ("near", 8.047, None)),
    ("near Raqqa", ("near", None, None)),
    ("close to Raqqa", ("near", None, None)),
    ("in and around Raqqa", ("near", None, None)),
    ("just outside Raqqa", ("outskirts", None, None)),
    ("on the outskirts of the city of Raqqa", ("outskirts", None, None)),
    ("the eastern outskirts of Raqqa", ("outskirts", None, 90)),
    ("Raqqa's eastern suburbs", ("outskirts", None, 90)),
    ("the northern countryside of Raqqa", ("countryside", None, 0)),
    ("eastern Raqqa countryside", ("countryside", None, 90)),
    ("rural Raqqa", ("countryside", None, None)),
    ("northern Raqqa province", ("part", None, 0)),
    ("in north-western Raqqa", ("part", None, 315)),
    ("the north-west of Raqqa", ("part", None, 315)),
    ("northern parts of the province of Raqqa", ("part", None, 0)),
    ("central Raqqa", ("part", None, None)),
    ("Raqqa's north.", ("part", None, 0)),
    ("in Raqqa", None),
    ("towards Raqqa", None),
    ("20 km of road; Raqqa", None),
    ("$20m from Raqqa", None),
    ("northern and eastern Raqqa", None),
    ("the northern city of Raqqa", None),
    ("Raqqa's north gate", None),
    ("the road to Raqqa", None),
    ("near the front, Raqqa", None),
    ("near the end of a week that began in Raqqa", None),
    ("20 km north.\n\nRaqqa", None),
])
def test_words_before_and_after_a_name_place_something_by_it(text: str, wanted: tuple[object, ...] | None) -> None:
    assert told(text, "Raqqa") == [wanted]


@pytest.mark.parametrize("text, kind", [
    ("between Homs and Palmyra", "between"),
    ("midway between the city of Homs and the ancient town of Palmyra", "between"),
    ("clashes between Homs and Palmyra", "between"),
    ("the Homs–Palmyra road", "road"),
    ("the strategic Homs-Palmyra supply line", "road"),
    ("the Homs to Palmyra desert highway", "road"),
    ("the road from Homs to Palmyra", "road"),
    ("a highway that links Homs with the town of Palmyra", "road"),
    ("the road between Homs and Palmyra", "road"),
    ("the Homs-Palmyra border", "border"),
    ("the border between Homs and Palmyra", "border"),
    ("Homs's long border with Palmyra", "border"),
    ("near Homs and Palmyra", "near"),
    ("talks between Homs and Palmyra", None),
    ("Homs and Palmyra", None),
    ("from Homs to Palmyra", None),
    ("between the war in Homs and Palmyra", None),
    ("Homs-Palmyra", None),
])
def test_two_names_share_a_relation(text: str, kind: str | None) -> None:
    assert [one and one[0] for one in told(text, "Homs", "Palmyra")] == [kind, kind]


def test_a_relation_keeps_the_words_that_say_it_and_the_other_name() -> None:
    text = "Fighting on the Manbij–Jarabulus road and some 20 km\nnorth of Raqqa in Syria."
    manbij, jarabulus, raqqa = (named(text, name).toponym for name in ("Manbij", "Jarabulus", "Raqqa"))
    assert manbij.relation == Relation("road", "Manbij–Jarabulus road", other=jarabulus.span)
    assert jarabulus.relation == Relation("road", "Manbij–Jarabulus road", other=manbij.span)
    assert raqqa.relation == Relation("offset", "20 km north of Raqqa", 20.0, 0.0)
    assert (manbij.near, raqqa.near) == (False, True)
    assert not named("Fighting in the north of Iraq.", "Iraq").toponym.near


def test_an_offset_is_a_sector_away_from_the_place() -> None:
    found = extent("A blast hit 20 km north of Raqqa in Syria.", "Raqqa")
    raqqa = gazetteer()["sy-raqqa"].point
    assert found.geometry.contains(Point(Plane(raqqa).point(0, 20)))
    assert distance_km(raqqa, found.point) == pytest.approx(20, abs=0.01)
    assert not found.geometry.contains(Point(raqqa))
    assert not found.geometry.contains(Point(Plane(raqqa).point(0, 25)))
    assert not found.geometry.contains(Point(Plane(raqqa).point(60, 20)))
    assert found.geometry.contains(Point(Plane(raqqa).point(-20, 17)))
    assert 8 < found.precision_km < 12


def test_a_distance_is_never_better_than_two_kilometres_nor_than_the_place() -> None:
    place = Place("x", "X", LngLat(38, 36), "SY", "P", "PPL", precision_km=5)
    for precision, deep in ((1.0, 12.0), (5.0, 15.0)):
        spot = Place("x", "X", place.point, "SY", "P", "PPL", precision_km=precision)
        relation = Relation("offset", "10 km east of X", 10.0, 90.0)
        found = locate([Mention(Toponym(Span(0, 1), "X", relation=relation), spot)], {})[0].extent
        assert found is not None
        assert reach_km(place.point, found.geometry) == pytest.approx(deep, abs=0.01)


@pytest.mark.parametrize("text, radius", [
    ("A blast hit near Kobani in Syria.", 10), ("They met outside Kobani in Syria.", 6),
    ("They met 20 km from Kobani in Syria.", 24), ("Troops are near the besieged Syrian town of Kobani.", 10),
])
def test_near_is_a_disc_around_the_place(text: str, radius: float) -> None:
    found = extent(text, "Kobani")
    assert (found.point, found.precision_km, found.is_disc) == (gazetteer()["sy-kobani"].point, radius, True)
    assert found.geometry.contains(Point(Plane(found.point).point(45, 0.99 * radius)))


@pytest.mark.parametrize("text", [
    "Convoys between Homs and Palmyra in Syria.", "A bomb on the road from Homs to Palmyra, Syria.",
    "A bomb on the Homs-Palmyra road in Syria.",
])
def test_a_band_holds_both_towns_and_what_lies_between(text: str) -> None:
    found = extent(text, "Homs")
    homs, palmyra = gazetteer()["sy-homs"].point, gazetteer()["sy-palmyra"].point
    middle = Plane(homs).towards(palmyra, distance_km(homs, palmyra) / 2)
    assert all(found.geometry.contains(Point(one)) for one in (homs, palmyra, middle))
    assert not found.geometry.intersects(Point(Plane(middle).point(0, 60)))
    assert extent(text, "Palmyra").geometry.equals(found.geometry)
    assert distance_km(found.point, middle) < 0.1


def test_a_part_of_a_province_is_one_side_of_it() -> None:
    found = extent("Fighting in northern Aleppo province in Syria.", "Aleppo province")
    assert found.geometry.contains(at("sy-azaz"))
    assert not found.geometry.contains(at("sy-khanasir"))
    assert SHAPES["SY-HL"].buffer(1e-9).contains(found.geometry)


@pytest.mark.parametrize("text, name, inside, outside", [
    ("Fighting in north-western Syria.", "Syria", "sy-idlib", "sy-raqqa"),
    ("Fighting in the north-west of Iraq.", "Iraq", "iq-sinjar", "iq-baghdad"),
    ("Fighting in central Syria.", "Syria", "sy-homs", "sy-kobani"),
    ("Fighting in Syria's south.", "Syria", "sy-daraa", "sy-aleppo"),
    ("Fighting in Syria in Aleppo's northern countryside.", "Aleppo", "sy-azaz", "sy-khanasir"),
    ("Fighting in Syria in the eastern Homs countryside.", "Homs", "sy-palmyra", "sy-homs"),
    ("Fighting along Syria's border with Turkey.", "Syria", "sy-kobani", "sy-raqqa"),
    ("Fighting along the Syria-Turkey border.", "Turkey", "sy-jarabulus", "sy-homs"),
])
def test_a_part_a_countryside_and_a_border_are_ground(text: str, name: str, inside: str, outside: str) -> None:
    ground = extent(text, name).geometry
    assert ground.contains(at(inside))
    assert not ground.contains(at(outside))


@pytest.mark.parametrize("text, name", [
    ("Rebels took Raqqa in Syria.", "Raqqa"),
    ("Troops stood 50 km north of Syria.", "Syria"),
    ("Troops stood east of the Euphrates in Syria.", "Euphrates"),
    ("Fighting in northern Manbij, Syria.", "Manbij"),
    ("Fighting in the north of Aleppo, Syria.", "Aleppo"),
    ("Between Syria and Iraq lies sand.", "Syria"),
    ("Flights between Raqqa and Paris, France.", "Raqqa"),
    ("Flying 9,000 km north of Raqqa, Syria.", "Raqqa"),
    ("The road from Raqqa to Raqqa in Syria.", "Raqqa"),
])
def test_what_no_rule_fits_stays_at_its_place(text: str, name: str) -> None:
    assert named(text, name).extent is None


def test_the_row_of_a_mention_has_its_ground_its_point_and_its_words() -> None:
    near, syria = mention_features(read("A blast hit 20 km north of Raqqa, in Syria."))
    found = near.properties
    assert near.geometry is not None
    assert near.geometry.geom_type == "Polygon"
    assert near.geometry.contains(Point(float(str(found["lng"])), float(str(found["lat"]))))
    assert (found["relation"], found["place"], found["name"]) == ("20 km north of Raqqa", "sy-raqqa", "Raqqa")
    assert found["precision_km"] == extent("A blast hit 20 km north of Raqqa, in Syria.", "Raqqa").precision_km
    assert syria.geometry == Point(syria.properties["lng"], syria.properties["lat"])  # type: ignore[call-overload]
    assert syria.properties["relation"] is None


def test_a_reading_as_json_says_where_the_words_lead() -> None:
    rows: Any = as_json(read("A blast hit 20 km north of Raqqa, in Syria."))["toponyms"]
    first, second = rows
    assert first["relation"]["kind"] == "offset"
    assert (first["relation"]["distance_km"], first["relation"]["bearing"]) == (20, 0)
    assert first["relation"]["lat"] - first["lat"] == pytest.approx(0.18, abs=0.005)
    assert "relation" not in second


def square(controller: str, west: float) -> Feature:
    said = {"controller": controller, "status": "control", "method": "drawn", "source_id": "s"}
    return Feature(controller, box(west, 35, west + 1, 38), said, Validity.exactly(Interval(date(2016, 1, 1))))


def joined(relation: Relation) -> tuple[object, ...]:
    """The control of something in a relation to a town at 38 E, 36 N, where north's ground ends and south's begins."""
    town = Place("x", "X", LngLat(38.02, 36), "SY", "P", "PPL")
    mention = Mention(Toponym(Span(0, 1), "X", relation=relation), town, when=PUBLISHED)
    control = join(locate([mention], {})[0], ZoneIndex([square("west", 37), square("east", 38)])).control
    assert control is not None
    return control.controller, control.controller_b, control.status, {k: round(v, 1) for k, v in control.shares.items()}


def test_ground_is_joined_by_share_and_a_disc_by_the_sides_within_it() -> None:
    assert joined(Relation("offset", "30 km west of X", 30.0, 270.0)) == ("west", None, "control", {"west": 1.0})
    assert joined(Relation("offset", "30 km east of X", 30.0, 90.0)) == ("east", None, "control", {"east": 1.0})
    assert joined(Relation("offset", "north of X", None, 0.0))[:3] == ("east", "west", "mixed")
    assert joined(Relation("near", "near X")) == ("east", "west", "control", {})


def test_a_part_of_a_country_is_joined_by_the_shares_of_that_part() -> None:
    whole = named("Fighting in Syria went on.", "Syria").control
    north = named("Fighting in north-eastern Syria went on.", "Syria").control
    assert whole is not None
    assert north is not None
    assert max(whole.shares, key=lambda side: whole.shares[side]) != "SDF"
    assert north.shares["SDF"] > 2 * whole.shares["SDF"]


def test_ever_new_ground_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.zones.KEPT_AREAS", 10)
    index = ZoneIndex([square("west", 37), square("east", 38)])
    for number in range(20):
        shares = control_of_area(box(37.5, 36, 38.5 + number / 100, 37), DAY, index).shares
        assert shares["west"] == pytest.approx(0.5 / (1 + number / 100), abs=0.001)
        assert len(index._common) <= 10


def test_an_event_keeps_its_place() -> None:
    (event,) = (one for one in read("Jets bombed a convoy 20 km north of Raqqa in Syria.").events)
    assert event.place is not None
    assert event.place.id == "sy-raqqa"


@pytest.mark.parametrize("text", [
    "near " * 20_000 + "Raqqa", "20 km north of " * 5_000 + "Raqqa", "between Raqqa and " * 4_000,
    "north" * 20_000, "1" * 100_000 + " km north of Raqqa", "20 " * 30_000, "Raqqa-" * 5_000 + " road",
    "the besieged Syrian " * 5_000 + "town of Raqqa", "northern and " * 8_000 + "Raqqa", "of the " * 15_000,
    "Raqqa's northern " * 4_000,
])
def test_hostile_words_are_read_in_time_linear_in_the_text(text: str) -> None:
    toponyms = [Toponym(Span(*match.span()), "Raqqa") for match in re.finditer("Raqqa", text)]
    start = time.process_time()
    relate(text, toponyms)
    assert time.process_time() - start < 2.0 + len(text) / 20_000


POINTS = st.builds(LngLat, st.floats(-180, 179.99), st.floats(-70, 70))
PLACES = st.builds(
    lambda number, point, precision: Place(
        f"p{number}", "X", point, "SY", "P", "PPL", precision_km=precision
    ), st.integers(0, 9), POINTS, st.floats(0, 40),
)
RELATIONS = st.builds(
    Relation, st.sampled_from(["offset", "near", "outskirts", "countryside", "between", "road"]), st.just("x"),
    st.none() | st.floats(0, 900), st.none() | st.sampled_from([22.5 * number for number in range(16)]),
    st.just(Span(5, 6)),
)


@given(PLACES, PLACES, st.floats(-2, 2), st.floats(-2, 2), RELATIONS)
@settings(max_examples=150, deadline=None)
def test_ground_is_valid_and_within_its_precision_of_its_point(
    place: Place, other: Place, east: float, north: float, relation: Relation
) -> None:
    beside = LngLat((place.point.lng + east + 180) % 360 - 180, place.point.lat + north)
    second = Place("q", "Q", beside, "SY", "P", "PPL", precision_km=other.precision_km)
    mentions = [Mention(Toponym(Span(0, 1), "X", relation=relation), place), Mention(Toponym(Span(5, 6), "Q"), second)]
    found = locate(mentions, {})[0].extent
    if found is None:
        assert (relation.kind, relation.bearing) == ("offset", None)
        return
    ground = found.geometry
    assert ground.is_valid
    assert not ground.is_empty
    assert ground.bounds[0] >= -180
    assert ground.bounds[2] <= 180
    assert shapely.distance(ground, Point(found.point)) < 1e-6
    assert reach_km(found.point, ground) <= found.precision_km + 0.01


@pytest.mark.parametrize("bearing", [None, *(45.0 * number for number in range(8))])
@pytest.mark.parametrize("code", ["SY", "IQ", "TR", "RU", "FJ", "SY-HL", "IQ-AN", "LB-BA"])
def test_every_part_of_an_area_is_valid_ground_in_it(code: str, bearing: float | None) -> None:
    is_country = "-" not in code
    place = Place(code, code, LngLat(0, 0), code[:2], "A", "PCLI" if is_country else "ADM1", admin1_iso=code)
    relation = Relation("part", "x", bearing=bearing)
    found = locate([Mention(Toponym(Span(0, 1), "X", relation=relation), place)], SHAPES)[0].extent
    assert found is not None
    assert found.geometry.is_valid
    assert found.geometry.contains(Point(found.point))
    assert found.geometry.area < SHAPES[code].area
    assert reach_km(found.point, found.geometry) <= found.precision_km


def test_a_tile_shows_the_point_that_stands_for_the_ground_in_one_tile_only() -> None:
    raqqa, _ = mention_features(read("A blast hit 20 km north of Raqqa, in Syria."))
    assert raqqa.geometry is not None
    around = [tile_at(LngLat(*corner), 11) for corner in shapely.get_coordinates(raqqa.geometry)]
    here = tile_at(extent("A blast hit 20 km north of Raqqa, in Syria.", "Raqqa").point, 11)
    drawn = {tile: mvt.encode(MENTIONS, [raqqa], tile) for tile in {*around, here}}
    assert len(drawn) > 1
    assert [tile for tile, encoded in drawn.items() if encoded] == [here]
    (feature,) = mapbox_vector_tile.decode(drawn[here])["mentions"]["features"]
    assert feature["geometry"]["type"] == "Point"
    assert feature["properties"]["relation"] == "20 km north of Raqqa"
