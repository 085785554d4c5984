"""Odd files that are right: what must be taken, and the warnings that say what was mended."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Iterator

import shapely

from bench.hostile.days import BY_FIELD as DAY
from bench.hostile.days import BY_PERIOD as PERIOD
from bench.hostile.kinds import SQUARE, Hostile, collection, feature, square, taken
from bench.hostile.markup import END, SOUND, START, ring
from bench.hostile.packages import package
from bench.hostile.shapes import box, circle
from bench.hostile.torn import flatgeobuf, frame, parquet
from bench.hostile.words import BY_FIELD as SIDE
from bench.hostile.zips import kml, packed, parts, shapefile

WKB = shapely.Polygon(SQUARE).wkb


def files() -> Iterator[Hostile]:
    yield from _shapes()
    yield from _documents()
    yield from _days()
    yield from _sides()
    yield from _formats()


def _shapes() -> Iterator[Hostile]:
    hole = box(36.2, 48.2, 36.4, 48.4)
    yield taken("square", collection(square()))
    yield taken("clockwise", collection(feature([SQUARE[::-1]])))
    yield taken("hole", collection(feature([SQUARE, hole])))
    yield taken(
        "island_in_a_hole", collection(feature([[SQUARE, hole], [box(36.25, 48.25, 36.3, 48.3)]], "MultiPolygon"))
    )
    yield taken("two_parts_touch", collection(feature([[SQUARE], [box(37, 49, 38, 50)]], "MultiPolygon")))
    yield taken(
        "edges_of_the_map",
        collection(feature([box(170, 80, 180, 90)]), feature([box(-180, -90, -170, -80)])),
        "W-DISSOLVED",
    )
    yield taken(
        "cut_at_the_antimeridian",
        collection(feature([[box(179, 48, 180, 49)], [box(-180, 48, -179, 49)]], "MultiPolygon")),
    )
    yield taken("heights", collection(feature([[[*each, 120.0] for each in SQUARE]])), "W-Z-DROPPED")
    yield taken("some_heights", collection(feature([[[*SQUARE[0], 9.0], *SQUARE[1:]]])), "W-Z-DROPPED")
    yield taken("not_closed", collection(feature([SQUARE[:-1]])), "W-RING-CLOSED")
    yield taken(
        "spike",
        collection(
            feature([[[36, 48], [37, 48], [37, 48.5], [37.01, 48.5], [37, 48.5], [37, 49], [36, 49], [36, 48]]])
        ),
        "W-GEOM-REPAIRED",
    )
    yield taken("point_twice", collection(feature([[SQUARE[0], *SQUARE]])))
    yield taken("null_beside", collection(square(), {**square(), "geometry": None}), "W-GEOM-NULL")
    yield taken("empty_beside", collection(square(), feature([])), "W-GEOM-EMPTY")
    yield taken("speck_beside", collection(square(), feature([circle(4, 1e-8)])), "W-GEOM-COLLAPSED", "W-GEOM-REPAIRED")
    yield taken(
        "speck_within",
        collection(feature([[SQUARE], [box(38, 48, 38.0000003, 48.0000003)]], "MultiPolygon")),
        "W-PART-COLLAPSED",
    )
    yield taken("same_twice", collection(square(), square()), "W-DISSOLVED")
    yield taken("circle_of_100000", collection(feature([circle(100_000)])))
    yield taken("ring_of_200000", collection(feature([circle(199_999, 3.0)])))
    yield taken(
        "squares_2000",
        collection(
            *(
                feature(
                    [box(number % 100 / 10, number // 100 / 10, number % 100 / 10 + 0.05, number // 100 / 10 + 0.05)]
                )
                for number in range(2000)
            )
        ),
        "W-DISSOLVED",
    )
    yield taken("fourteen_decimals", collection(feature([[[lng + 1e-14, lat] for lng, lat in SQUARE]])))
    yield taken("comb", collection(feature([_comb(300)])))


def _comb(teeth: int) -> list[list[float]]:
    """Long thin teeth: many edges side by side, none of which cross."""
    step = 1 / teeth
    up = [
        [36 + (number + side / 4) * step, 48.0 + (0.0 if side in (0, 3) else 0.9)]
        for number in range(teeth)
        for side in range(4)
    ]
    return [*up, [37.0, 47.0], [36.0, 47.0], up[0]]


def _documents() -> Iterator[Hostile]:
    text = collection(square())
    yield taken("bom", b"\xef\xbb\xbf" + text)
    yield taken("spaces", b"\n\t " + text + b" \n")
    yield taken("indented", json.dumps(json.loads(text), indent=8).encode())
    yield taken("wrapped", b'{"fronts": ' + text + b"}", "W-WRAPPED")
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"):
        yield taken(f"crs_{len(name)}", collection(square(), crs={"type": "name", "properties": {"name": name}}))
    metres = [[lng * 111_319.490793, math.log(math.tan(math.radians(45 + lat / 2))) * 6_378_137] for lng, lat in SQUARE]
    mercator = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    yield taken("crs_3857", collection(feature([metres]), crs=mercator))
    yield taken("more_members", collection(square(), name="fronts", bbox=[36, 48, 37, 49], generator={"a": [1, 2]}))
    yield taken("properties_null", collection({**square(), "properties": None}))
    yield taken("deep_properties", collection(square(a={"b": {"c": [[[1]]]}})))
    yield taken(
        "hostile_properties",
        collection(square(name="<script>alert(1)</script>", other="{{7*7}}", more="=cmd|'/c calc'!A1")),
    )


def _days() -> Iterator[Hostile]:
    for number, day in enumerate(
        (
            "1900-01-01",
            "2099-12-31",
            "2024-02-29",
            "2022/04/01",
            "2022-04-01T23:59:59Z",
            "2022-04-01T23:30:00-05:00",
            "2022-04-01 12:00:00.123456789+02:00",
            1648771200000,
        )
    ):
        yield taken(f"day_{number}", collection(square(day=day)), **DAY)
    yield taken("period", collection(square(first="2022-04-01", last="2022-04-01")), **PERIOD)


def _sides() -> Iterator[Hostile]:
    for name, side in {
        "arabic": "قوات",
        "chinese": "北方",
        "cyrillic": "ЗСУ",
        "spaces": "People's Army (north)",
        "formula": "=1+1",
        "markup": "<b>N</b>",
        "template": "{{7*7}}",
        "number": 7,
    }.items():
        yield taken(f"side_{name}", collection(square(side=side)), **SIDE)
    yield taken("side_mixed_scripts", collection(square(side="NОRTH")), "W-MIXED-SCRIPTS", **SIDE)
    yield taken("side_not_composed", collection(square(side="Nu\u0308rnberg")), "W-TEXT-COMPOSED", **SIDE)


def _formats() -> Iterator[Hostile]:
    yield taken("kml", (START + SOUND + END).encode())
    yield taken("kml_utf16", ('<?xml version="1.0" encoding="UTF-16"?>' + START + SOUND + END).encode("utf-16"))
    yield taken("kml_cdata", (START + "<name><![CDATA[<b>&]]></name>" + SOUND + END).encode())
    yield taken(
        "kml_link",
        (START + "<NetworkLink><Link><href>http://127.0.0.1:9/</href></Link></NetworkLink>" + SOUND + END).encode(),
        "W-LINK-IGNORED",
    )
    yield taken("kml_heights", ring("36,48,5 37,48,5 37,49,5 36,48,5").encode(), "W-Z-DROPPED")
    yield taken("kmz", packed({"doc.kml": kml(), "files/icon.png": b"\x89PNG"}))
    yield taken("kmz_stored", packed({"doc.kml": kml()}, zipfile.ZIP_STORED))
    yield taken("shapefile", shapefile())
    yield taken("shapefile_in_a_folder", shapefile("data/2022/"))
    yield taken(
        "shapefile_without_prj",
        packed({name: data for name, data in parts().items() if not name.endswith(".prj")}),
        "W-CRS-ASSUMED",
    )
    yield taken(
        "shapefile_of_two", packed({**parts("a"), **parts("b")}), layer="b", controller="NORTH", date="2022-04-01"
    )
    yield taken("geopackage", package())
    yield taken("geopackage_index", package("CREATE INDEX i ON fronts (side); CREATE TABLE notes (a TEXT);"))
    yield taken(
        "geopackage_rtree",
        package(
            "CREATE VIRTUAL TABLE rtree_fronts_geom USING rtree(id, minx, maxx, miny, maxy); "
            "CREATE TRIGGER rtree_fronts_geom_delete "
            "AFTER DELETE ON fronts BEGIN DELETE FROM rtree_fronts_geom WHERE id = OLD.fid; END;"
        ),
    )
    yield taken("flatgeobuf", flatgeobuf(frame()))
    yield taken("flatgeobuf_indexed", flatgeobuf(frame(), SPATIAL_INDEX="YES"))
    yield taken("flatgeobuf_metres", flatgeobuf(frame().to_crs("EPSG:32637")))
    for packing in ("none", "zstd", "snappy", "gzip"):
        yield taken(f"parquet_{packing}", parquet({"geometry": [WKB], "side": ["NORTH"]}, compression=packing))
    yield taken("parquet_dictionary", parquet({"geometry": [WKB] * 1000}, use_dictionary=True), "W-DISSOLVED")
