"""The ground that a reported place speaks for: Voronoi cells on the land of its own country, never far from the place.

Places that are too far apart for their grounds to meet (``patches``) know nothing of each other: what is reported of
one changes no cell of the other.

Cells meet in exactly the same vertices (one noding on a grid of 1e-6 degrees), so that unions leave no slivers and
two cells never overlap.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from shapely.geometry import MultiPoint, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidInput
from geo.measure import disc, distance_km, rough_km
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
    """A place that ever reports. ``reach_km`` is how far its reports speak for the ground around it, ``town_km`` how
    far a statement about the town alone does."""

    place: str
    country: str
    point: LngLat
    reach_km: float
    town_km: float


Part = tuple[int, str]
"""A site and which of its grounds: ``whole``, ``town``, or the ``ring`` of the whole without the town."""


@dataclass(frozen=True)
class Cells:
    """The ground of each part of each site; ``touching`` pairs parts of sites of one country that share an edge."""

    ground: Mapping[Part, BaseGeometry]
    touching: frozenset[tuple[Part, Part]]


def patches(sites: Sequence[Site]) -> list[list[Site]]:
    """The sites in groups, by place: no ground of one group can meet that of another, over no border either.

    >>> far = [Site(name, "SY", LngLat(lng, 35.0), 25.0, 10.0) for name, lng in (("a", 36.0), ("b", 36.5), ("c", 37.3))]
    >>> [[site.place for site in patch] for patch in patches(far)]
    [['a', 'b'], ['c']]
    """
    left = sorted(sites, key=lambda site: site.place)
    found: list[list[Site]] = []
    while left:
        patch, left = _grown(left[:1], left[1:])
        found.append(sorted(patch, key=lambda site: site.place))
    return found


def patch_around(places: Set[str], sites: Sequence[Site]) -> list[Site]:
    """All sites of the patches that these places are in."""
    first = [site for site in sites if site.place in places]
    return _grown(first, [site for site in sites if site.place not in places])[0]


def _grown(patch: list[Site], left: list[Site]) -> tuple[list[Site], list[Site]]:
    """The sites with all that may meet them, step by step, and the rest."""
    waiting = list(patch)
    while waiting and left:
        site = waiting.pop()
        joined = [other for other in left if may_meet(site, other)]
        if joined:
            left = [other for other in left if other not in joined]
            patch, waiting = [*patch, *joined], [*waiting, *joined]
    return patch, left


def may_meet(one: Site, other: Site) -> bool:
    """Over a border, within the reach of both; in one country within the larger one twice over, for then a place may
    be nearer to some of the other's ground."""
    reaches = [max(site.reach_km, ISLET_KM) for site in (one, other)]
    reach = 2 * max(reaches) if one.country == other.country else sum(reaches)
    return rough_km(one.point, other.point) <= 1.05 * reach and distance_km(one.point, other.point) <= reach


def cells(sites: Sequence[Site], shapes: Mapping[str, BaseGeometry], water: BaseGeometry | None = None) -> Cells:
    """The ground of each site, in degrees, without ``water``; a place drawn in the water keeps an islet.

    :raises InvalidInput: when ``shapes`` has no polygon for a site's country, or two sites are at one point.
    """
    plane = _plane(sites)
    _apart(sites, plane)
    wide = [disc(site.point, site.reach_km) for site in sites]
    near = [disc(site.point, site.town_km) for site in sites]
    lands = _lands(sites, shapes, wide, water)
    faces = _faces(_lines(sites, lands, plane, (wide, near)))
    owner = _owners(faces, sites, lands, plane)
    middle = shapely.get_coordinates(shapely.point_on_surface(faces))
    ground = {
        (index, kind): shapely.union_all(faces[mine])
        for index in range(len(sites))
        for kind, mine in _parts(index, owner, middle, (wide[index], near[index]))
    }
    return Cells(ground, _touching(sites, ground))


def _lands(
    sites: Sequence[Site], shapes: Mapping[str, BaseGeometry], discs: Sequence[Polygon], water: BaseGeometry | None
) -> Mapping[str, BaseGeometry]:
    """The land of each country around the sites. A site in the water, or so far out that none of its ground is on
    the map (islands that a base map leaves out), gets a small disc."""
    frame = box(*shapely.total_bounds(np.array(discs, dtype=object))).buffer(0.1)
    found: dict[str, BaseGeometry] = {}
    for country in sorted({site.country for site in sites}):
        if country not in shapes:
            raise InvalidInput(f"reports: country {country!r} has no polygon, want an ISO 3166-1 code of the base map")
        whole = shapes[country].intersection(frame)
        found[country] = whole if water is None else whole.difference(water)
        for site, circle in zip(sites, discs, strict=True):
            if site.country != country:
                continue
            if not circle.intersects(whole):
                found[country] = found[country].union(disc(site.point, ISLET_KM))
            elif water is not None and shapely.intersects_xy(water, *site.point):
                found[country] = found[country].union(disc(site.point, ISLET_KM).intersection(whole))
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
    columns = _around(f"{lng:.6f}", f"{lat:.6f}").transform(lnglat[:, 0], lnglat[:, 1], direction=direction)
    return np.column_stack(columns)


@lru_cache(maxsize=64)
def _around(lng: str, lat: str) -> Transformer:
    """To the plane around a point; kept, for to make one takes longer than to project a whole patch."""
    plane = CRS.from_proj4(f"+proj=laea +lon_0={lng} +lat_0={lat} +datum=WGS84 +units=m")
    return Transformer.from_crs("EPSG:4326", plane, always_xy=True)


def _lines(
    sites: Sequence[Site], shapes: Mapping[str, BaseGeometry], plane: NDArray[np.float64],
    discs: tuple[list[Polygon], list[Polygon]],
) -> list[BaseGeometry]:
    """The outlines of all grounds, each clipped on its own and not yet meeting exactly."""
    lines: list[BaseGeometry] = []
    for country in sorted({site.country for site in sites}):
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


def _parts(
    index: int, owner: NDArray[np.int64], middle: NDArray[np.float64], discs: tuple[Polygon, Polygon]
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Which faces each part of a site has."""
    wide, near = (shapely.contains_xy(circle, middle[:, 0], middle[:, 1]) & (owner == index) for circle in discs)
    return [("whole", wide), ("town", near), ("ring", wide & ~near)]


def _touching(sites: Sequence[Site], ground: Mapping[Part, BaseGeometry]) -> frozenset[tuple[Part, Part]]:
    parts = list(ground)
    grounds = np.array(list(ground.values()), dtype=object)
    left, right = shapely.STRtree(grounds).query(grounds, predicate="touches")
    edges = shapely.length(shapely.intersection(grounds[left], grounds[right])) > 0
    return frozenset(
        (parts[a], parts[b])
        for a, b in zip(left[edges].tolist(), right[edges].tolist(), strict=True)
        if sites[parts[a][0]].country == sites[parts[b][0]].country
    )
