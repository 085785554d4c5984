"""Words that stand for a place told before: "the town", "the crossing", "it", "the centre"."""
from __future__ import annotations

import re
from collections.abc import Sequence

from geo.cues import KINDS
from geo.facilities import CODES
from geo.model import Event, Mention, Place, Span, Toponym
from geo.scene import Scene
from geo.sentences import paragraph_of, sentence_of

_ANAPHORS = {
    "town": ("town", "city", "village", "provincial capital", "capital", "locality"),
    "crossing": ("crossing", "border post", "border gate", "border crossing", "post"),
    "air base": ("airbase", "air base", "airport", "airfield", "military airport", "air field", "air strip"),
    "dam": ("dam",),
    "camp": ("camp",),
    "oil field": ("refinery", "oil field", "oilfield", "gas field", "plant"),
    "prison": ("prison",),
    "citadel": ("citadel", "castle", "fortress"),
    "quarter": ("neighbourhood", "neighborhood", "quarter"),
    "": ("stronghold", "base", "bastion", "enclave", "strip", "place", "settlement", "pocket", "garrison", "district"),
    "ground": ("area", "territory", "region"),
}
"""Kinds of place → the nouns that may stand for one told before; "ground" only with a determiner."""

KIND_OF = {noun: kind for kind, nouns in _ANAPHORS.items() for noun in nouns}
NOUNS = "|".join(sorted(KIND_OF, key=len, reverse=True))
_PARTS = (
    r"cent(?:re|er)|heart|town hall|city hall|rest|whole|outskirts|quarters|neighbou?rhoods|suburbs|"
    r"(?:municipal|government|governor['’]s) (?:offices?|buildings?|compound)|main square|countryside"
)
_OBJECT = re.compile(
    r"(?: back)?(?: (?:control of|over|from|of|on|at|in|into|out of|around|inside|near|to))?"
    r"(?: (?:the|an?|its|their|this|that|all of|most of|parts of|much of|half of|whole))*"
    rf"(?P<words>(?: [\w'’.-]+){{0,4}}?) (?P<noun>{NOUNS}|{_PARTS})\b(?!['’]s)"
)
_PRONOUN = re.compile(
    r"(?: (?:control of|back|most of|all of|half of|much of|part of|up|over))? (?:it|them)\b(?! was| had)"
)
_SUBJECT = re.compile(
    rf"\b(?:the|this|that|its|whose) (?:[\w-]+ ){{0,2}}?({NOUNS}|{_PARTS})\b(?!['’]s)", re.IGNORECASE
)
_AIMED = re.compile(
    r"\b(?:to|towards?|from|near|outside|between|through|via|as far as|direction of|north of|south of|"
    r"east of|west of|km of|governor of|bishop of)"
    r"(?: (?:the|town of|city of|village of|villages of))?(?: [\w-]+)? ?\Z"
)

def stands_after(text: str, start: int, end: int) -> str | None:
    """The kind of place that a noun or a pronoun right after ``start`` stands for; ``None`` if none does.

    >>> stands_after("seized the border crossing on Monday", 6, 36)
    'crossing'
    """
    after = text[start : min(start + 70, end)]
    if _PRONOUN.match(after):
        return ""
    noun = _OBJECT.match(after)
    if noun is None or NO_PLACE.search(noun["words"]) or re.search(r"\b(?:by|with|and|or|for|while)\b", noun["words"]):
        return None
    kind = KIND_OF.get(noun["noun"].lower(), "")
    is_told = re.search(r"\b(?:the|this|that|its|whole)\b", noun[0]) is not None
    is_known = noun["noun"].lower() in KIND_OF
    return kind if is_told or (kind != "ground" and is_known) else None


def stands_in(text: str, span: Span) -> str | None:
    """The kind of the last "the town", "the place" in ``span``: a subject."""
    found = _SUBJECT.findall(text, span.start, span.end)
    return KIND_OF.get(found[-1].lower(), "") if found else None


NO_PLACE = re.compile(
    r"\b(?:guns?|weapons?|fighters?|prisoners?|soldiers?|troops|vehicles?|tanks?|equipment|ammunition|part|place|"
    r"people|civilians?|hostages?|men|lives?|responsibility|advantage|stockpiles?|routes?|shelter|steps?|talks?|"
    r"meetings?|elections?|conference|ceremony|funeral|rally|protests?|match|game|cup|final|title|prize|medal|vote|"
    r"power|office|breath|hearts?|attention|imagination|photo\w*|pictures?|footage|families|women|children|refugees?|"
    r"money|way|hundreds|thousands|dozens|press|hearings?|exercises|parade|jeeps?|oil|time|note|aim|account)\b"
)
"""Objects that are no place: "took part", "held talks", "captured two guns"."""


def stand_in(scene: Scene, at: int, told: Sequence[Event], kind: str) -> Mention | None:
    """The place for which a word of that kind stands at a position: told before, or a facility of the town told of."""
    if kind not in CODES:
        return last_told(scene, at, told, kind)
    named = next((one for one in scene.placed_before(at) if one.place and fits(one.place, kind)), None)
    if named and (at - named.toponym.span.end < _NEAR or (named.place and named.place.id == scene.focus)):
        return named
    towns = [one for one in (last_told(scene, at, told), *scene.placed_before(at, 4)) if one and one.place]
    for town in towns:
        place = scene.facility(kind, town.place) if town.place else None
        if place:
            span = _noun_span(scene, at, kind)
            return Mention(Toponym(span, scene.text[slice(*span)]), place, 0.5, f"the {kind} by {town.toponym.text}")
    return named or last_told(scene, at, told, kind)


def _noun_span(scene: Scene, at: int, kind: str) -> Span:
    """Where the word stands: the first of its kind from ``at`` on, else the last before."""
    nouns = re.compile(rf"\b(?:{'|'.join(_ANAPHORS[kind])})\b", re.IGNORECASE)
    found = list(nouns.finditer(scene.text, at, at + 90))[:1] or list(nouns.finditer(scene.text, max(at - 90, 0), at))
    return Span(*found[-1].span()) if found else Span(at, at + 1)


_NEAR = 700


def last_told(scene: Scene, at: int, told: Sequence[Event], kind: str = "") -> Mention | None:
    """The place that the story speaks of: the last event's while it is fresh, else the one it is mostly about."""
    here = sentence_of(scene.text, Span(at, at + 1)).start
    recent = [
        one for one in told[-4:]
        if one.place and one.mention and fits(one.place, kind) and at - one.sentence.end < 300
    ]
    paragraph = paragraph_of(scene.text, Span(at, at + 1)).start
    recent = [one for one in recent if one.sentence.start >= paragraph or (one.place and one.place.id == scene.focus)]
    about = next((one for one in recent if one.place and one.place.id == scene.focus), None)
    last = recent[-1] if recent and recent[-1].sentence.start == here else about or (recent[-1] if recent else None)
    since = [one for one in scene.placed_before(at) if one.place and fits(one.place, kind)
             and (last is None or last.mention is None or one.toponym.span.start > last.mention.start)]
    if last is None or last.sentence.start != here:
        within = [one for one in since if one.toponym.span.start >= here and not _is_aimed(scene, one)]
        if found := next((one for one in within if _is_head(scene, one, kind)), within[0] if within else None):
            return found
    if last is not None:
        newer = next((one for one in since if _is_head(scene, one, kind)), None)
        if newer and about is None:
            return newer
        if last.mention and (found := scene.mention_at(last.mention)):
            return found
    return antecedent(scene, at, kind)


def antecedent(scene: Scene, at: int, kind: str) -> Mention | None:
    """The subject named last, if that was just before; else what the story is mostly about; else the last place of
    that kind, passing over mere directions ("towards Jarabulus"); else the first after."""
    earlier = [one for one in scene.placed_before(at) if one.place and fits(one.place, kind)]
    if earlier and at - earlier[0].toponym.span.end < _FRESH and _is_head(scene, earlier[0], kind):
        return earlier[0]
    about = next((one for one in earlier if one.place and one.place.id == scene.focus), None)
    if about and at - about.toponym.span.end < 4 * _NEAR:
        return about
    aimless = (one for one in earlier if not _is_aimed(scene, one))
    if found := next(aimless, earlier[0] if earlier else None):
        return found
    if kind:
        return antecedent(scene, at, "")
    after = scene.placed_in(Span(at, at + 600))
    return next((one for one in after if one.place and fits(one.place, kind)), None)


_FRESH = 180


def _is_aimed(scene: Scene, one: Mention) -> bool:
    """"towards Jarabulus", "south of Aleppo": somebody goes there, or something lies off it."""
    return one.toponym.near or _AIMED.search(scene.before(one.toponym.span.start, 30)) is not None


def _is_head(scene: Scene, one: Mention, kind: str) -> bool:
    """No preposition governs it: it is what the story speaks of."""
    if one.place is None or not fits(one.place, kind) or one.toponym.near:
        return False
    return not _GOVERNED.search(scene.before(one.toponym.span.start, 40))


_GOVERNED = re.compile(
    r"\b(?:to|towards?|from|near|outside|between|through|via|as|of|in|on|at|by|with|and|into|across|beyond|opposite)"
    r"(?: the)?(?: [\w-]+)? ?\Z|[–-]\Z"
)


def fits(place: Place, kind: str) -> bool:
    """Whether a place is of a kind; any but an area and a river will do for "" and for "ground"."""
    if kind in ("", "ground"):
        return not place.is_area and place.feature_class not in "HL"
    return place.feature_code in (CODES.get(kind) or KINDS[kind])


def focus(mentions: Sequence[Mention], title: str = "") -> str:
    """The id of the town or base that a story names most; of equals, the first; a title counts, too. Empty for a
    story of countries."""
    counts: dict[str, int] = {}
    for one in mentions:
        if one.place and fits(one.place, "") and one.toponym.role == "literal":
            is_new = one.place.id not in counts
            in_title = is_new and any(name.toponym in title for name in one.place.names if len(name.toponym) > 3)
            counts[one.place.id] = counts.get(one.place.id, 0) + (1 if one.toponym.near else 2) + (5 if in_title else 0)
    return max(counts, key=lambda place: counts[place]) if counts else ""
