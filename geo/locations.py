"""Where attacks, strikes and fights happened: the object, else what the clause names, else where the story is."""
from __future__ import annotations

import re
from collections.abc import Sequence

from geo.anaphora import stand_in, stands_after, stands_in
from geo.model import Event, Mention, Span
from geo.objects import left_out, list_after, objects
from geo.scene import Scene
from geo.subjects import FROM_WHICH, before_pronoun, heads, reduced, segment
from geo.triggers import Trigger

_LOCATIVE = re.compile(
    r"\b(?:in|at|near|on|inside|around|outside|over|against|of|into|across|towards?|to|targeting|hit|"
    r"struck|beside|above)"
    r"(?: (?!and\b)[\w'’-]+){0,4}? ?[“\"‘]?\Z",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:[Ii]n|[Aa]t|[Nn]ear|[Aa]round|[Ii]nside|[Oo]utside|[Oo]ver|[Oo]n|[Oo]f)(?: the)?(?: [\w-]+){0,2} ?\Z"
)
_BATTLE = re.compile(
    r"\s(?:for|in|at|near|over|around|inside|of|on)\b|\s(?:there|raged|erupted|broke out|continued|"
    r"between|intensified|(?:was|were) (?:reported|under way|going on))"
)
_CLAUSE_END = re.compile(r";|,? (?:but|while|whereas|which|who|where|after|before|as|because) ")
_STRIKE_LIST = re.compile(r"(?:--? ?|• ?|\* ?)?(?:In|Near|Around|At|North of|South of|East of|West of) ")
_HIT_BY = re.compile(r"\b(?:hit|struck|targeted|bombed|pounded)\b[^,;.]{0,40}\bby\b[^,;.]{0,30}\Z")
_STRIKING = re.compile(r"(?:bombing|striking|struck|bombed)", re.IGNORECASE)
_WAY = re.compile(r"\b(?:from|to|by)(?: the)? \Z")
_FURTHER = re.compile(r"(?:\band|,|:) [\w ]{0,25}?(?:near|in|on|at|around) (?:the )?\Z")


def attacked(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """Places of an attack or a raid."""
    named = objects(scene, trigger.span.end, trigger.sentence.end)
    if named and trigger.voice != "passive":
        return [*named, *left_out(scene, trigger, named[-1])]
    if trigger.voice == "passive" and (found := heads(scene, segment(scene, trigger))):
        return found
    if trigger.voice == "either" and (found := reduced(scene, trigger)):
        return found
    if FROM_WHICH.search(scene.before(trigger.span.start, 70, trigger.sentence.start)):
        return before_pronoun(scene, trigger)
    for find in (_after, _adjoining, _before, _anaphor):
        if found := find(scene, trigger, told):
            return found
    return _lands(scene, trigger) if _STRIKING.match(trigger.text) else []


def surrounded(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"encircled ISIL fighters in Manbij", "inside the city it surrounded 90,000 people"."""
    for find in (_after, _before, _anaphor):
        if found := find(scene, trigger, told):
            return found
    return []


def _lands(scene: Scene, trigger: Trigger) -> list[Mention]:
    """"has been striking targets in Iraq and Syria"."""
    lands = scene.placed_in(Span(trigger.span.end, _clause_end(scene, trigger)))
    return [one for one in lands if _LOCATIVE.search(scene.before(one.toponym.span.start, 40)) or one is not lands[0]]


def fought(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """Places of a clash or a battle: only where it is said."""
    if FROM_WHICH.search(scene.before(trigger.span.start, 70, trigger.sentence.start)):
        return before_pronoun(scene, trigger)
    if _BATTLE.match(scene.text, trigger.span.end) is None and trigger.type == "clash":
        return []
    for find in (_after, heading, _anaphor) if trigger.type == "clash" else (_after, _before, _anaphor):
        if found := find(scene, trigger, told):
            return found
    return []


def struck(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """Places of air strikes: "near A and five near B", or the item of a strike list ("Near A, two strikes ...")."""
    if _STRIKE_LIST.match(scene.text, trigger.sentence.start, trigger.span.start):
        heading = scene.placed_in(Span(trigger.sentence.start, min(trigger.span.start, trigger.sentence.start + 120)))
        if heading:
            return heading[:1]
    if found := _after(scene, trigger, told):
        return found
    if _HIT_BY.search(scene.before(trigger.span.start, 80)) and (found := heads(scene, segment(scene, trigger))):
        return found
    for find in (_adjoining, _before, _anaphor):
        if named := find(scene, trigger, told):
            return named
    return []


def _after(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """The first place in the rest of the clause, its list, and "five near B"."""
    end = _clause_end(scene, trigger)
    found: list[Mention] = []
    for mention in scene.placed_in(Span(trigger.span.end, end)):
        before = scene.before(mention.toponym.span.start, 45, trigger.span.end)
        is_land = mention.place is not None and mention.place.is_country
        is_there = _LOCATIVE.search(before) and not _WAY.search(before)
        if is_there and not is_land and mention not in found and (not found or _FURTHER.search(before)):
            found += [one for one in (mention, *list_after(scene, mention, end)) if one not in found]
    return found


def _clause_end(scene: Scene, trigger: Trigger) -> int:
    """The end of the phrase's own clause, at most 160 characters off."""
    most = min(trigger.span.end + 160, trigger.sentence.end)
    end = _CLAUSE_END.search(scene.text, trigger.span.end, most)
    return end.start() if end else most


def _adjoining(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"a Baghdad car bomb"."""
    before = scene.placed_in(Span(max(trigger.span.start - 40, trigger.sentence.start), trigger.span.start))[-1:]
    return [
        one for one in before
        if one.place and not one.place.is_country
        and not scene.text[one.toponym.span.end : trigger.span.start].strip()
    ]


def _before(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    clause = Span(max(trigger.sentence.start, trigger.span.start - 200), trigger.span.start)
    for mention in reversed(scene.placed_in(clause)):
        if not (mention.place and mention.place.is_country):
            before = scene.before(mention.toponym.span.start, 30, clause.start)
            if _BEFORE.search(before) and not re.search(r"\b(?:from|west|east|north|south)\b", before[-22:]):
                return [mention]
    return []


def heading(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"In Hasakah, ..." at the head of the sentence."""
    first = scene.placed_in(Span(trigger.sentence.start, min(trigger.span.start, trigger.sentence.start + 60)))[:1]
    return [one for one in first if re.fullmatch(r"(?:In|At|Near|Around|Outside) (?:the )?(?:\w+ )?(?:of )?",
                                                 scene.text[trigger.sentence.start : one.toponym.span.start])]


def _anaphor(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    around = Span(
        max(trigger.sentence.start, trigger.span.start - 120), min(trigger.span.end + 90, trigger.sentence.end)
    )
    kind: str | None = stands_after(scene.text, trigger.span.end, trigger.sentence.end)
    if trigger.text.endswith("there") and told and told[-1].mention:
        there = scene.mention_at(told[-1].mention)
        return [there] if there else []
    if re.match(r" (?:it|them|there)\b", scene.after(trigger.span.end, 8, trigger.sentence.end)):
        kind = ""
    if kind is None:
        kind = stands_in(scene.text, Span(trigger.span.end, around.end))
    if kind is None:
        kind = stands_in(scene.text, Span(around.start, trigger.span.start))
    if kind is None and trigger.frame != "open":
        return []
    found = stand_in(scene, trigger.span.start, told, kind or "")
    return [found] if found else []
