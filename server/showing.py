"""What a framed map or a picture is asked to show: the few options of ``/embed/`` and ``/preview/``, strictly."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from geo.basemap import area_shapes
from geo.errors import NotFound
from geo.interval import parse_day
from geo.model import BBox, Place
from server import params
from server.page import LAYERS, View
from server.params import Args, BadParameter
from server.resources import get_gazetteer
from server.speech import LANGUAGES

OF_MAP = ("date", "bbox", "place", "layers", "theme")
"""Options of every kind of map; ``datetime``-style spans are ``from`` and ``to`` here, for a slider has two ends."""

OF_PICTURE = (*OF_MAP, "language")
OF_FRAME = (*OF_PICTURE, "from", "to", "controls", "height")
THEMES = ("auto", "light", "dark")
LOWEST, HIGHEST, HEIGHT = 240, 1200, 480
"""Pixels of a frame: at least, at most, and when nobody says."""

AROUND = 0.6
"""Degrees shown on each side of a place that is a point."""


@dataclass(frozen=True)
class Showing:
    """The options, each ``None`` or its default when not given. ``first`` and ``last`` are both in."""

    day: date | None = None
    first: date | None = None
    last: date | None = None
    bbox: BBox | None = None
    place: Place | None = None
    layers: tuple[str, ...] = LAYERS
    theme: str = "auto"
    has_controls: bool = True
    language: str = "en"
    height: int = HEIGHT

    def view(self, whole: View) -> View:
        """The view of the whole map or of a story, as far as the options do not say otherwise."""
        first, last = self.first or whole.first, self.last or whole.last
        day = self.day or min(max(whole.day, first), last)
        return View(self.frame or whole.bounds, day, first, last)

    @property
    def frame(self) -> BBox | None:
        if self.bbox or not self.place:
            return self.bbox
        area = area_shapes().get(self.place.admin1_iso if self.place.feature_code == "ADM1" else self.place.country)
        if area is not None and (self.place.is_country or self.place.feature_code == "ADM1"):
            return BBox(*area.bounds)
        lng, lat = self.place.point
        return BBox(lng - AROUND, lat - AROUND * 0.8, lng + AROUND, lat + AROUND * 0.8)


def showing(args: Args, allowed: Sequence[str] = OF_FRAME) -> Showing:
    """
    :raises BadParameter: for an option that is unknown, given twice, or says nothing that can be shown.
    """
    params.check_names(args, allowed)
    days = {name: params.once(args, name, parse_day, "YYYY-MM-DD") for name in ("date", "from", "to")}
    found = Showing(
        day=days["date"], first=days["from"], last=days["to"],
        bbox=params.once(args, "bbox", params.parse_bbox, params.WANTED_BBOX),
        place=_place(args), layers=_layers(args),
        theme=_one_of(args, "theme", THEMES) or "auto",
        has_controls=(_one_of(args, "controls", ("0", "1")) or "1") == "1",
        language=_one_of(args, "language", LANGUAGES) or "en",
        height=pixels(args, "height", (LOWEST, HIGHEST)) or HEIGHT,
    )
    return _checked(found)


def query_of(args: Mapping[str, str], names: Sequence[str] = OF_MAP) -> str:
    """Those of the options that another address takes too, as its query string."""
    found = urlencode({name: args[name] for name in names if args.get(name)})
    return f"?{found}" if found else ""


def pixels(args: Args, name: str, limits: tuple[int, int]) -> int | None:
    """
    :raises BadParameter: for anything but a whole number within the limits.
    """
    least, most = limits
    wanted = f"a whole number from {least} to {most}"
    found = params.once(args, name, params.positive, wanted)
    if found is not None and not least <= found <= most:
        raise BadParameter(name, str(found), wanted)
    return found


def _checked(found: Showing) -> Showing:
    if found.first and found.last and found.first > found.last:
        raise BadParameter("from", found.first.isoformat(), f"a day up to {found.last}, which is the last one")
    if found.day and ((found.first and found.day < found.first) or (found.last and found.day > found.last)):
        raise BadParameter("date", found.day.isoformat(), "a day between from and to")
    if found.bbox and found.place:
        raise BadParameter("place", found.place.id, "either bbox or place")
    if found.bbox and (found.bbox.west >= found.bbox.east or found.bbox.south >= found.bbox.north):
        raise BadParameter("bbox", ",".join(map(str, found.bbox)), "west below east and south below north")
    return found if found.has_controls else replace(found, first=found.day, last=found.day)


def _place(args: Args) -> Place | None:
    wanted = "the id of a place in the gazetteer, as sy-al-rai"
    name = params.once(args, "place", str, wanted)
    if name is None:
        return None
    try:
        return get_gazetteer()[name]
    except NotFound:
        raise BadParameter("place", name, wanted) from None


def _layers(args: Args) -> tuple[str, ...]:
    text = params.once(args, "layers", str, "names")
    if text is None:
        return LAYERS
    names = text.split(",")
    if not set(names) <= set(LAYERS):
        raise BadParameter("layers", text, f"some of {', '.join(LAYERS)}, separated by commas")
    return tuple(name for name in LAYERS if name in names)


def _one_of(args: Args, name: str, known: Sequence[str]) -> str | None:
    found = params.once(args, name, str, "one value")
    if found is not None and found not in known:
        raise BadParameter(name, found, f"one of {', '.join(known)}")
    return found
