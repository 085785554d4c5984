"""The ground that a reported place speaks for: Voronoi cells inside its own country, never far from the place.

Cells meet in exactly the same vertices (one noding on a grid of 1e-6 degrees), so that unions leave no slivers and
two cells never overlap.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry import MultiPoint, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInput
from geo.measure import disc
from geo.model import LngLat

GRID = 1e-6
"""Degrees, about 0.1 m: the six decimals that RFC 7946 recommends."""

EDGE_M = 10_000
"""Metres: a straight edge of the plane is bent in degrees; pieces of this length are straight to about a metre."""

ISLET_KM = 2.0
"""Radius of the ground of an island that the map does not have."""

FAR_M = 2_000_000
"""Metres to four guards around the sites: towns on one line alone have no triangles, and GEOS then no cells."""


@dataclass(frozen=True)
class Site:
    """A place that ever reports."""

    place: str
    country: str
    point: LngLat


@dataclass(frozen=True)
class Cells:
    """``whole[i]`` and ``town[i]`` are the ground of site ``i``: within the evidence radius and within the smaller
    one that a statement about the town alone reaches. ``touching`` pairs sites of one country, by
    ``(site, is_town)``, whose ground shares an edge."""

    whole: tuple[BaseGeometry, ...]
    town: tuple[BaseGeometry, ...]
    touching: frozenset[tuple[tuple[int, bool], tuple[int, bool]]]


def cells(
    sites: Sequence[Site], shapes: Mapping[str, BaseGeometry], evidence_max_km: float, town_max_km: float
) -> Cells:
    """The ground of each site, in degrees.

    :raises InvalidInput: when ``shapes`` has no polygon for a site's country, or two sites are at one point.
    """
    plane = _plane(sites)
    _apart(sites, plane)
    wide = _discs(sites, evidence_max_km)
    near = _discs(sites, town_max_km)
    shapes = _with_islets(sites, shapes, wide)
    faces = _faces(_lines(sites, shapes, plane, (wide, near)))
    owner = _owners(faces, sites, shapes, plane)
    middle = shapely.get_coordinates(shapely.point_on_surface(faces))
    whole = _ground(faces, owner, middle, wide)
    town = _ground(faces, owner, middle, near)
    return Cells(whole, town, _touching(sites, whole, town))


def _with_islets(
    sites: Sequence[Site], shapes: Mapping[str, BaseGeometry], discs: Sequence[Polygon]
) -> Mapping[str, BaseGeometry]:
    """The shapes, each with a small disc for every site so far out that none of its ground is on the map: islands
    that a base map leaves out."""
    found = dict(shapes)
    for site, circle in zip(sites, discs, strict=True):
        if site.country in shapes and not circle.intersects(shapes[site.country]):
            found[site.country] = found[site.country].union(disc(site.point, ISLET_KM))
    return found


def _apart(sites: Sequence[Site], plane: NDArray[np.float64]) -> None:
    """Refuse two sites within about ten metres: no line between them would mean anything."""
    seen: dict[tuple[str, int, int], str] = {}
    for site, (x, y) in zip(sites, plane, strict=True):
        other = seen.setdefault((site.country, round(x / 10), round(y / 10)), site.place)
        if other != site.place:
            raise InvalidInput(f"reports: places {other!r} and {site.place!r} are at one point, want one id for them")


def _plane(sites: Sequence[Site]) -> NDArray[np.float64]:
    """Positions in metres on a Lambert azimuthal equal-area plane around the middle of the sites."""
    return _project(sites, np.array([site.point for site in sites]), "FORWARD")


def _project(sites: Sequence[Site], lnglat: NDArray[np.float64], direction: str) -> NDArray[np.float64]:
    lng, lat = np.mean([site.point for site in sites], axis=0)
    plane = CRS.from_proj4(f"+proj=laea +lon_0={lng:.6f} +lat_0={lat:.6f} +datum=WGS84 +units=m")
    change = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    columns = change.transform(lnglat[:, 0], lnglat[:, 1], direction=direction)
    return np.column_stack(columns)


def _discs(sites: Sequence[Site], radius_km: float) -> list[Polygon]:
    return [disc(site.point, radius_km) for site in sites]


def _lines(
    sites: Sequence[Site], shapes: Mapping[str, BaseGeometry], plane: NDArray[np.float64],
    discs: tuple[list[Polygon], list[Polygon]],
) -> list[BaseGeometry]:
    """The outlines of all grounds, each clipped on its own and not yet meeting exactly."""
    lines: list[BaseGeometry] = []
    for country in sorted({site.country for site in sites}):
        if country not in shapes:
            raise InvalidInput(f"reports: country {country!r} has no polygon, want an ISO 3166-1 code of the base map")
        members = [index for index, site in enumerate(sites) if site.country == country]
        shapely.prepare(shapes[country])
        for index, cell in _voronoi(members, sites, plane):
            for circle in (discs[0][index], discs[1][index]):
                lines.append(cell.intersection(circle).intersection(shapes[country]).boundary)
    return lines


def _voronoi(
    members: list[int], sites: Sequence[Site], plane: NDArray[np.float64]
) -> list[tuple[int, BaseGeometry]]:
    points = plane[members]
    frame = box(*points.min(axis=0) - FAR_M, *points.max(axis=0) + FAR_M)
    guards = shapely.get_coordinates(frame)[:4]
    cells_of_all = shapely.voronoi_polygons(MultiPoint(np.vstack([points, guards])), extend_to=frame, ordered=True)
    parts = shapely.segmentize(shapely.get_parts(cells_of_all)[: len(members)], EDGE_M)
    degrees = [shapely.transform(part, lambda xy: _project(sites, xy, "INVERSE")) for part in parts]
    return list(zip(members, degrees, strict=True))


def _faces(lines: list[BaseGeometry]) -> NDArray[np.object_]:
    noded = shapely.union_all(lines, grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return shapely.transform(faces, lambda xy: np.round(xy, 6))


def _owners(
    faces: NDArray[np.object_], sites: Sequence[Site], shapes: Mapping[str, BaseGeometry], plane: NDArray[np.float64]
) -> NDArray[np.int64]:
    """For each face the nearest site of the country that it lies in; -1 for none."""
    owner = np.full(len(faces), -1)
    middle = shapely.get_coordinates(shapely.point_on_surface(faces))
    where = _project(sites, middle, "FORWARD")
    for country in sorted({site.country for site in sites}):
        inside = shapely.contains_xy(shapes[country], middle[:, 0], middle[:, 1])
        members = np.array([index for index, site in enumerate(sites) if site.country == country])
        apart = ((where[inside][:, None, :] - plane[members][None, :, :]) ** 2).sum(axis=2)
        owner[inside] = members[apart.argmin(axis=1)]
    return owner


def _ground(
    faces: NDArray[np.object_], owner: NDArray[np.int64], middle: NDArray[np.float64], discs: list[Polygon]
) -> tuple[BaseGeometry, ...]:
    found: list[BaseGeometry] = []
    for index, circle in enumerate(discs):
        mine = owner == index
        reached = shapely.contains_xy(circle, middle[mine][:, 0], middle[mine][:, 1])
        found.append(shapely.union_all(faces[mine][reached]))
    return tuple(found)


def _touching(
    sites: Sequence[Site], whole: Sequence[BaseGeometry], town: Sequence[BaseGeometry]
) -> frozenset[tuple[tuple[int, bool], tuple[int, bool]]]:
    keys = [(index, False) for index in range(len(sites))] + [(index, True) for index in range(len(sites))]
    grounds = np.array([*whole, *town], dtype=object)
    left, right = shapely.STRtree(grounds).query(grounds, predicate="touches")
    edges = shapely.length(shapely.intersection(grounds[left], grounds[right])) > 0
    return frozenset(
        (keys[a], keys[b])
        for a, b in zip(left[edges].tolist(), right[edges].tolist(), strict=True)
        if sites[keys[a][0]].country == sites[keys[b][0]].country
    )
