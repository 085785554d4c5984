"""The order of the stages: recognise → resolve → locate → date → find events → join. Only this module knows it."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from geo.actors import Actors
from geo.agreement import Around, compare, days_around
from geo.assets import data_path
from geo.basemap import area_shapes
from geo.corrections import Correction, Fixes
from geo.dates import find_times
from geo.dating.assign import when_of
from geo.dating.story import Story
from geo.derive import bundled_ground, derive
from geo.events import Scene, find_events
from geo.facilities import Facilities
from geo.gazetteer import Gazetteer
from geo.interval import Interval
from geo.join import control_of_place, join
from geo.keep import kept_features
from geo.known_days import anchored_days, anchors
from geo.model import Article, Control, Event, Feature, LngLat, Mention, Place, Reading, Span, Toponym, When
from geo.parties import PartyFinder
from geo.publication import Anchor, infer_published
from geo.recognise import Recogniser
from geo.relative import locate
from geo.reports import read_reports
from geo.resolve import resolve
from geo.theatre import Theatre, theatre
from geo.zones import ZoneIndex

KEPT_ANSWERS = 50_000
"""Answers of the join that one pipeline remembers; about 100 MB."""


_Around = tuple[str, Interval, tuple[LngLat, float, bytes] | None, bool]


@dataclass(frozen=True)
class Pipeline:
    """What the stages need, built once and shared by all articles.

    ``recognise`` and ``resolve`` are seams: any function of the same shape will do. ``zones`` may be
    empty: then every control says that no source makes a statement. ``corrections`` are those of known stories by
    their ids.
    """

    gazetteer: Gazetteer
    recognise: Callable[[str], Sequence[Toponym]]
    parties: PartyFinder
    zones: ZoneIndex
    is_kin: Callable[[str, str, Interval], bool]
    ground: tuple[Feature, ...] = ()
    anchors: tuple[Anchor, ...] = ()
    facility: Callable[[str, Place], Place | None] = Facilities()
    shapes: Mapping[str, BaseGeometry] = field(default_factory=dict)
    air_powers: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    families: Mapping[str, str] = field(default_factory=dict)
    resolve: Callable[[Sequence[Toponym], Gazetteer], tuple[Mention, ...]] = resolve
    corrections: Mapping[str, Sequence[Correction]] = field(default_factory=dict)
    _asked: dict[tuple[str, Interval], Control] = field(default_factory=dict, repr=False)
    _asked_around: dict[_Around, Control | None] = field(default_factory=dict, repr=False)

    def read(self, article: Article, corrections: Sequence[Correction] | None = None) -> Reading:
        """Everything that ``article`` says about places and days, joined to who held the ground; with what editors
        say of it laid over each stage, by default what they said of the story with this id."""
        dated = self._published(article)
        text, published = dated.text, dated.published
        fixes = Fixes.of(self.corrections.get(article.id, ()) if corrections is None else corrections, text)
        times = find_times(text, published)
        when = partial(when_of, Story(text, times, published))
        resolved = self.resolve(fixes.toponyms(text, self.recognise(text)), self.gazetteer)
        placed, lost = fixes.places(resolved, self.gazetteer)
        found = fixes.grounds(locate(placed, self.shapes))
        mentions = tuple(replace(mention, when=when(mention.toponym.span)) for mention in found)
        told = find_events(self.scene(dated, mentions, when))
        joined = tuple(self._joined(mention) for mention in fixes.dates(mentions))
        events = tuple(self._compared(event) for event in fixes.events(text, told, mentions))
        return Reading(dated, joined, events, times, (*fixes.lost, *lost))

    def scene(self, article: Article, mentions: tuple[Mention, ...], when: Callable[[Span], When]) -> Scene:
        """A story as the stages of events see it; ``when`` dates its spans."""
        return Scene(
            article.text, mentions, self.parties(article.text), when, self.facility, title=article.title,
            air_powers=self.air_powers, groups=self.groups, families=self.families,
        )

    def zones_between(self, days: Interval) -> list[Feature]:
        """The zones that hold on some day of ``days``."""
        return [zone for zone in self.ground if zone.valid.outer.intersects(days)]

    def _published(self, article: Article) -> Article:
        if article.published:
            return article
        when, how = infer_published(article.text, article.title, anchors=self.anchors)
        return replace(article, published=when, published_how=how)

    def _joined(self, mention: Mention) -> Mention:
        """Of a mention that nobody dates, nobody can say who held its place."""
        if mention.when is None or mention.when.interval == Interval():
            return mention
        if mention.place and mention.extent is None and not mention.toponym.near:
            return replace(mention, control=self._control(mention.place, mention.when.interval))
        return replace(mention, control=self._control_around(mention, mention.when.interval))

    def _control_around(self, mention: Mention, days: Interval) -> Control | None:
        """Of ground around or beside a place; kept like that of the place itself."""
        extent, toponym = mention.extent, mention.toponym
        key = (mention.place.id if mention.place else "", days, extent.key if extent else None, toponym.near)
        if key not in self._asked_around:
            if len(self._asked_around) >= KEPT_ANSWERS:
                self._asked_around.clear()
            self._asked_around[key] = join(mention, self.zones, self.shapes).control
        return self._asked_around[key]

    def _control(self, place: Place, days: Interval) -> Control:
        """Kept, for one day's news asks for the same places again and again."""
        key = (place.id, days)
        if key not in self._asked:
            if len(self._asked) >= KEPT_ANSWERS:
                self._asked.clear()
            self._asked[key] = control_of_place(place, days, self.zones, self.shapes, changes=False)
        return self._asked[key]

    def _compared(self, event: Event) -> Event:
        days = days_around(event.when.interval)
        if event.place is None or days is None:
            return event
        place = event.place
        before, during, after = (self._control(place, one) for one in days)
        return compare(event, Around(before, during, after), lambda one, other: self.is_kin(one, other, days[1]))


def pipeline(
    gazetteer: Gazetteer, actors: Actors, reports: Iterable[Feature], zones: Iterable[Feature],
    war: Theatre | None = None,
) -> Pipeline:
    """A pipeline over ``zones``; the ``reports`` behind them, and the days that the theatre ``war`` knows, also date
    stories that give no date."""
    reports, ground = tuple(reports), tuple(zones)
    known = anchored_days(war.known_days, gazetteer, actors) if war and war.known_days else ()
    return Pipeline(
        gazetteer, Recogniser(gazetteer, actors.patterns()), PartyFinder(actors.patterns()),
        ZoneIndex(ground, reports), actors.are_kin, ground, (*anchors(reports, gazetteer, actors), *known),
        Facilities.of(gazetteer),
        area_shapes(), actors.air_powers(), actors.groups(), actors.families(),
    )


def bundled() -> Pipeline:
    """The pipeline over what comes with Dateline: its gazetteer, its reports, the zones derived from them."""
    return pipeline_for(theatre())


@lru_cache(maxsize=1)
def pipeline_for(war: Theatre) -> Pipeline:
    """The pipeline over the files of a theatre, with the zones derived from its reports."""
    reports, zones = [], []
    if war.reports:
        reports = read_reports(war.reports)
        here = Path(__file__).parent
        drawn = (data_path("basemap", f"{name}.geojson") for name in ("countries", "lakes"))
        sources = [war.reports, *drawn, *sorted(here.glob("*.py"))]
        zones = kept_features("zones", sources, lambda: derive(reports, bundled_ground()))
    return pipeline(Gazetteer.load(war.gazetteer), Actors.load(war.actors), reports, zones, war)
