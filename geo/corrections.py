"""What an editor says of a story, kept by quoted context, and laid over what the machine reads of it.

One correction is one statement about one name or one event: its place, its day, its role, that it is right, that it is
nothing, that something was overlooked. Of two about the same the later counts. ``Fixes`` lays them over each stage of
the pipeline, so that whatever follows (events, the join, rows, tiles) is made from the corrected values.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from geo.anchoring import Anchor
from geo.edtf import parse_edtf
from geo.errors import InvalidInput, InvalidParameter, NotFound
from geo.gazetteer import Gazetteer
from geo.measure import disc
from geo.model import Candidate, Event, Extent, LngLat, Lost, Mention, Place, Relation, Span, Toponym, When
from geo.schema import ROLES

KINDS = ("place", "date", "role", "confirmed", "dropped", "added")
EVENT_KINDS = ("date", "confirmed", "dropped")
POINT = "point:"
"""How the id begins of a place that is in no gazetteer, but where an editor put it."""

POINT_KM = 1.0
MOST_KM = 500.0
SAYS = "an editor's choice"
CONFIRMS = "confirmed by an editor"


@dataclass(frozen=True)
class EventKey:
    """Which event a correction is about: its type and the name at which it happened, at the anchor's word."""

    type: str
    name: str = ""


@dataclass(frozen=True)
class Correction:
    """One statement. ``place`` is a gazetteer's id; ``point`` a position in its stead; ``km`` makes either "near".
    What is confirmed is a place with, if it is known, its ``date``: no later version of the reader changes it.

    ``was`` is the id of the place that the machine had chosen, ``around`` those of the story's other places: by these
    the next story that makes the same mistake is found. Times are ISO 8601, UTC.
    """

    id: str
    article: str
    kind: str
    anchor: Anchor
    event: EventKey | None = None
    place: str = ""
    point: LngLat | None = None
    km: float | None = None
    date: str = ""
    role: str = ""
    was: str = ""
    around: tuple[str, ...] = ()
    by: str = ""
    made: str = ""
    undone_by: str = ""
    undone: str = ""

    @property
    def is_in_force(self) -> bool:
        return not self.undone

    @property
    def says(self) -> tuple[object, ...]:
        """What makes two corrections the same statement."""
        return (self.article, self.kind, self.anchor.text, self.anchor.span, self.event, self.place, self.point,
                self.km, self.date, self.role)


def checked(correction: Correction) -> Correction:
    """The correction itself.

    :raises InvalidInput: naming what is missing or does not fit its kind.
    """
    kinds = EVENT_KINDS if correction.event else KINDS
    if correction.kind not in kinds:
        raise InvalidInput(f"kind: {correction.kind!r}, want one of {', '.join(kinds)}")
    if correction.kind == "place" and bool(correction.place) == bool(correction.point):
        raise InvalidInput("place: want either the id of a place or a position")
    if correction.kind == "confirmed" and not correction.event and not (correction.place or correction.point):
        raise InvalidInput("place: '', want the place that is confirmed")
    if correction.km is not None and not 0 < correction.km <= MOST_KM:
        raise InvalidInput(f"km: {correction.km}, want more than 0 and at most {MOST_KM:g}")
    if correction.kind == "role" and correction.role not in ROLES:
        raise InvalidInput(f"role: {correction.role!r}, want one of {', '.join(ROLES)}")
    if correction.kind == "date" or correction.date:
        try:
            parse_edtf(correction.date)
        except InvalidParameter:
            raise InvalidInput(f"date: {correction.date!r}, want a day or a span in EDTF, as 2016-04-11") from None
    return correction


Spot = tuple[Span, EventKey | None]


@dataclass(frozen=True)
class Fixes:
    """The corrections in force of one story at their places in its present text; ``lost`` are those without one."""

    at: Mapping[Spot, Mapping[str, Correction]] = field(default_factory=dict)
    lost: tuple[Lost, ...] = ()

    @classmethod
    def of(cls, corrections: Iterable[Correction], text: str) -> Fixes:
        """Later ones about the same win; places, confirmations and roles are kinds of one answer each."""
        at: dict[Spot, dict[str, Correction]] = {}
        lost: list[Lost] = []
        for each in corrections:
            if not each.is_in_force:
                continue
            span = each.anchor.find(text)
            if span is None:
                gone = "its words are gone" if each.anchor.text not in text else "the words around it have changed"
                lost.append(Lost(each.id, gone))
            else:
                at.setdefault((span, each.event), {}).update(dict.fromkeys(questions(each), each))
        return cls(at, tuple(lost))

    def toponyms(self, text: str, found: Sequence[Toponym]) -> list[Toponym]:
        """The names: without those that are none, with those that were overlooked, in the roles they have."""
        names = {spot[0]: said for spot, said in self.at.items() if spot[1] is None}
        if not names:
            return list(found)
        kept = [each for each in found if not any(_meet(each.span, span) for span in names)]
        known = {each.span: each for each in found}
        for span, said in names.items():
            if _is(said, "presence", "dropped"):
                continue
            toponym = known.get(span) or Toponym(span, text[span.start : span.end])
            kept.append(_in_role(toponym, said))
        return sorted(kept, key=lambda each: each.span)

    def places(self, found: Sequence[Mention], gazetteer: Gazetteer) -> tuple[tuple[Mention, ...], tuple[Lost, ...]]:
        """The names at the places that an editor chose; what was chosen before is now a candidate."""
        lost: list[Lost] = []

        def fixed(mention: Mention) -> Mention:
            said = self._of(mention.toponym.span, "place")
            try:
                return _at(mention, said, gazetteer) if said else mention
            except NotFound:
                lost.append(Lost(said.id if said else "", "the gazetteer no longer has the place"))
                return mention

        return tuple(fixed(mention) for mention in found), tuple(lost)

    def grounds(self, found: Sequence[Mention]) -> tuple[Mention, ...]:
        """After ``locate``: the ground of what an editor put near a place."""
        return tuple(_near(each, self._of(each.toponym.span, "place")) for each in found)

    def dates(self, found: Sequence[Mention]) -> tuple[Mention, ...]:
        return tuple(
            each if (said := self._of(each.toponym.span, "date")) is None else replace(each, when=when_said(said))
            for each in found
        )

    def events(self, text: str, events: Sequence[Event], mentions: Sequence[Mention]) -> tuple[Event, ...]:
        """Without those that are none; with the day of their own correction, else with that of their name, where the
        machine had dated both alike. ``mentions`` are as the machine dated them."""
        machine = {each.toponym.span: each.when for each in mentions}
        fixed = []
        for event in events:
            said = self.at.get((word_of(text, event), key_of(text, event)), {})
            if _is(said, "presence", "dropped"):
                continue
            own = said.get("date")
            named = self._of(event.mention, "date") if event.mention else None
            then = machine.get(event.mention) if event.mention else None
            if own is None and named is not None and then is not None and then.interval == event.when.interval:
                own = named
            fixed.append(replace(event, when=when_said(own)) if own else event)
        return tuple(fixed)

    def _of(self, span: Span, aspect: str) -> Correction | None:
        return self.at.get((span, None), {}).get(aspect)


def questions(correction: Correction) -> tuple[str, ...]:
    """What it answers about its name or event: of two answers to one question the later counts."""
    kind = correction.kind
    if kind in ("dropped", "added"):
        return ("presence",)
    if kind == "confirmed":
        return ("presence" if correction.event else "place", *(("date",) if correction.date else ()))
    return (kind,)


def word_of(text: str, event: Event) -> Span:
    """Where the word stands that makes the event."""
    start = text.find(event.trigger, event.sentence.start, event.sentence.end)
    return Span(start, start + len(event.trigger)) if start >= 0 and event.trigger else event.sentence


def key_of(text: str, event: Event) -> EventKey:
    return EventKey(event.type, text[event.mention.start : event.mention.end] if event.mention else "")


def when_said(correction: Correction) -> When:
    vague = parse_edtf(correction.date)
    return When(vague.interval, vague.text, vague.precision, _reason(correction))


def place_said(point: LngLat, name: str, like: Place | None = None) -> Place:
    """The place that a position makes, under the name that the story writes."""
    at = LngLat(round(point.lng, 5), round(point.lat, 5))
    return Place(
        f"{POINT}{at.lng:g},{at.lat:g}", name, at, like.country if like else "", "P", "PPL", precision_km=POINT_KM,
        admin1=like.admin1 if like else "", tier="desk",
    )


def identity(correction: Correction, count: int) -> str:
    """Of what it says, and of how often that was said and undone before."""
    return hashlib.sha256(repr((*correction.says, count)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _reason(correction: Correction) -> str:
    return CONFIRMS if correction.kind == "confirmed" else SAYS


def _is(said: Mapping[str, Correction], aspect: str, kind: str) -> bool:
    return aspect in said and said[aspect].kind == kind


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _in_role(toponym: Toponym, said: Mapping[str, Correction]) -> Toponym:
    """What an editor puts on the map is meant literally. A position or a radius takes the place of "20 km north of"."""
    role = said["role"].role if "role" in said else toponym.role
    place = said.get("place")
    if place is None:
        return replace(toponym, role=role)
    if place.point is not None or place.km is not None:
        toponym = replace(toponym, relation=None, near=False)
    return replace(toponym, role="literal" if "role" not in said else role)


def _at(mention: Mention, said: Correction, gazetteer: Gazetteer) -> Mention:
    if mention.toponym.role != "literal":
        return mention
    if said.point is not None:
        place = place_said(said.point, mention.toponym.text, mention.place)
    else:
        place = gazetteer[said.place]
    before = [Candidate(mention.place, mention.score, mention.reason)] if mention.place else []
    others = tuple(each for each in (*before, *mention.runners_up) if each.place.id != place.id)
    return replace(mention, place=place, score=1.0, reason=_reason(said), runners_up=others[:4])


def _near(mention: Mention, said: Correction | None) -> Mention:
    if said is None or said.km is None or mention.place is None or mention.toponym.role != "literal":
        return mention
    ground = disc(mention.place.point, said.km)
    told = Relation("near", f"within {said.km:g} km of {mention.place.name}", said.km)
    extent = Extent(ground, mention.place.point, said.km, is_disc=True)
    return replace(mention, extent=extent, toponym=replace(mention.toponym, relation=told))
