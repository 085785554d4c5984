"""Article → events: who did what, where, when, and who says so.

Phrase by phrase: ``data/triggers.csv`` gives the type and where to look, ``geo.objects`` its places, ``geo.sides`` its
sides, ``geo.mood`` whether it happened. What is only aimed at, possible or failed is kept apart as hypothetical.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import starmap

from geo.actor_points import phrase_of, with_likeliest_actor
from geo.anaphora import focus
from geo.event_places import places
from geo.likeliest import is_elsewhere
from geo.measure import rough_km
from geo.model import Event, Mention, Span
from geo.mood import attribution, is_claim, is_hoped
from geo.objects import TIME
from geo.parties import Party, settle
from geo.scene import Scene
from geo.sentences import sentences
from geo.sides import Sides, sides
from geo.subjects import NO_OBJECT
from geo.triggers import Trigger, find_triggers
from geo.weighing import chances, strongest, surroundings

__all__ = ["Scene", "by_phrases", "find_events", "framed", "settled"]

ENOUGH, TOO_LITTLE = 0.4, 0.25
"""An event that no phrase tells of is told where the words around a name make it likelier than this; one that a phrase
tells of is not where they make it less likely. Where half of what is told is right, F1 is best near these."""

_SIDEBAR = re.compile(
    r"\s*(?:READ MORE|READ|WATCH|ALSO|RELATED|SEE ALSO|MORE|VIDEO|PHOTOS?|IN PICTURES)\b[^a-z]{0,3}[:–—-]"
)
_FROM_THE_AIR = re.compile(
    r"\b(?:jets?|warplanes?|planes?|aircraft|air force|(?<!suicide )bombers|helicopters?|drones?|from the air|"
    r"air power|gunships?|(?<!anti-tank )missiles?|barrels)\b", re.IGNORECASE
)
_OWN_DAY = re.compile(r"; (?:and )?(?:on|in|by|at|a|the|two|three)[\w ]{1,24}, (?:the )?\Z")
""" "took A on Monday; on Tuesday, B"."""

_BOMB_IN = re.compile(r" (?:in|at|near|outside|that (?:killed|wounded))\b")
""" "the bombing in Damascus" was a bomb, "the bombing of Aleppo" is from the air."""

_STRIKES = re.compile(r"(?:str[iu]ck|strik|pound|hit|target|bomb)", re.IGNORECASE)
_WEAPON = re.compile(
    r"\b(?:bombs?|bombers?|blasts?|explosions?|rockets?|shells?|mortars?|gunmen|snipers?|mines?|tanks?|guns|artillery|howitzers?|attackers?|raid|attack)\b",
    re.IGNORECASE,
)
_SLAIN = re.compile(r"(?:shot|execut|behead|massacr|butcher|shell|bombard|fired (?:up)?on)", re.IGNORECASE)
_DEFENDERS = re.compile(r"\b(?:defenders|garrison|defences)\b[^,;.]{0,20}\Z")
_OF_TOWNS = re.compile(
    r"(?:re-?)?(?:captur|seiz|overr[au]n|conquer|liberat|tak(?:e|es|ing) (?:full |complete )?control|took control)"
    r"|retak|retook|re(?:gain|claim)", re.IGNORECASE,
)
"""Verbs that, with a town for an object, need nobody's name to be a change of hands."""

_BLAMELESS = ("master", "theirs", "declare", "fall", "with", "noun", "owned")
"""Frames in which a place and a phrase are enough: nobody need be named who did it."""


def find_events(scene: Scene) -> tuple[Event, ...]:
    """Every event of the story, in order of its sentence; each type, place and day once a sentence."""
    scene = settled(scene)
    found: dict[tuple[object, ...], Event] = {}
    for event in starmap(partial(with_likeliest_actor, scene), framed(scene)):
        found.setdefault((event.sentence, *_key(event)), event)
    return tuple(found.values())


def framed(scene: Scene) -> list[tuple[Event, str]]:
    """Every event of a settled scene, in order, with its actor as frames choose it, and whether a "phrase" tells of
    it or "points"."""
    told = by_phrases(scene)
    kept, added = _weighed(scene, told)
    return sorted([*((one, "phrase") for one in kept), *((one, "points") for one in added)],
                  key=lambda one: one[0].sentence.start)


def settled(scene: Scene) -> Scene:
    """The scene with its sides made definite, what it is mostly about, and days that are looked up once."""
    about = focus(scene.mentions, scene.title)
    parties = settle(scene.parties, scene.mentions, scene.text)
    return replace(scene, parties=parties, focus=about, when=lru_cache(maxsize=4096)(scene.when))


def by_phrases(scene: Scene) -> list[Event]:
    """What the phrases of ``data/triggers.csv`` tell, in order."""
    found: list[Event] = []
    for sentence in sentences(scene.text):
        if not _SIDEBAR.match(scene.text, sentence.start):
            count = len(found)
            known: dict[tuple[object, ...], int] = {}
            for event in _of_sentence(scene, sentence, found):
                at = known.setdefault(_key(event), len(found))
                if at == len(found):
                    found.append(event)
                elif not found[at].actor:  # "in a surprise attack rebels shelled A"
                    found[at] = replace(found[at], actor=event.actor, actor_text=event.actor_text)
            found[count:] = _without_echoes(found[count:])
    return found


def _weighed(scene: Scene, told: Sequence[Event]) -> tuple[list[Event], list[Event]]:
    """What is told without that against which the words around a name speak; and what no phrase tells of, but they do,
    once a type and place a story."""
    known = {(one.type, one.place.id) for one in told if one.place}
    by_sentence: dict[Span, list[Event]] = {}
    for one in told:
        by_sentence.setdefault(one.sentence, []).append(one)
    dropped: set[int] = set()
    likely: list[tuple[Trigger, Mention]] = []
    for sentence in sentences(scene.text):
        if _SIDEBAR.match(scene.text, sentence.start):
            continue
        own = by_sentence.get(sentence, [])
        for mention, around in surroundings(scene, sentence, own):
            chance = chances(around)
            dropped |= {id(one) for one in around.here
                        if chance.get(one.type, 1) < TOO_LITTLE and not _names_its_doer(scene, one)}
            more = [name for name, each in chance.items() if each > ENOUGH]
            for name in () if not more or is_elsewhere(scene, mention) else more:
                key, word = (name, mention.place.id if mention.place else ""), strongest(around, name)
                if word and key not in known and not _is_told_of_part(name, mention, own):
                    known.add(key)
                    likely.append((Trigger(name, _FRAME_OF[name], word, sentence, scene.text[slice(*word)]), mention))
    kept = [one for one in told if id(one) not in dropped]
    return kept, [_by_points(scene, trigger, mention, kept) for trigger, mention in likely]


def _names_its_doer(scene: Scene, event: Event) -> bool:
    """ "captured by Russian troops" is plain."""
    return bool(event.actor) and scene.text.startswith(" by ", phrase_of(scene, event).end)


def _is_told_of_part(name: str, mention: Mention, own: Sequence[Event]) -> bool:
    """"Jisr, in neighbouring Idlib, is held", "the airport of Deir al-Zor": told of what lies in it already."""
    where = mention.place
    assert where is not None
    places = (one.place for one in own if one.type == name and one.place)
    return any(where.is_area or rough_km(where.point, place.point) <= BESIDE_KM for place in places)


BESIDE_KM = 15.0
"""So near a town lie its airport and its dam."""

_FRAME_OF = {"control_gain": "take", "control_loss": "quit", "control_state": "hold", "attack": "hit",
             "airstrike": "strikes", "siege": "take", "clash": "at"}
"""Where the sides of an event stand that no phrase tells of."""


def _by_points(scene: Scene, trigger: Trigger, mention: Mention, told: Sequence[Event]) -> Event:
    """An event by the word that speaks most for it. It is of the name's day: the word need be no verb that has one."""
    before = [one for one in told if one.sentence.start < trigger.sentence.start]
    found = _event(scene, trigger, mention, sides(scene, trigger, before), _certainty(scene, trigger))
    return replace(found, when=scene.when(mention.toponym.span))


def _key(event: Event) -> tuple[object, ...]:
    """A change of hands by another side is another event; a second word for one raid is not."""
    side = event.actor if event.type.startswith("control") else None
    return event.type, event.place.id if event.place else "", side, event.when.interval


_ECHOES = {"attack": ("airstrike", "siege"), "clash": ("attack", "airstrike", "control_gain", "siege")}


def _without_echoes(events: Sequence[Event]) -> list[Event]:
    """"was hit by air strikes", "fighting in the assault": one thing, told by its most telling word."""
    told = {(one.place.id, one.type) for one in events if one.place}
    return [
        one for one in events
        if one.place is None or not any((one.place.id, kind) in told for kind in _ECHOES.get(one.type, ()))
    ]


def _of_sentence(scene: Scene, sentence: Span, told: Sequence[Event]) -> Iterator[Event]:
    done = sentence.start
    for readings in find_triggers(scene.text, sentence):
        for trigger in readings if readings[0].span.start >= done else ():
            events = list(_of_trigger(scene, trigger, told))
            yield from events
            if events:
                done = trigger.span.end
                break


def _of_trigger(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> Iterator[Event]:
    if scene.named_in(Span(trigger.span.start, trigger.span.start + 1)):
        return  # "near Hit": a name, and no verb
    spots = places(scene, trigger, told)
    if not spots:
        return
    found = _compound_sides(scene, trigger) if trigger.who else sides(scene, trigger, told)
    trigger = _from_the_air(scene, trigger, found[0])
    if not _is_told(scene, trigger, found):
        return
    how_sure = _certainty(scene, trigger)
    for mention in spots:
        yield _event(scene, trigger, mention, found, how_sure)


def _compound_sides(scene: Scene, trigger: Trigger) -> Sides:
    inside = scene.parties_in(trigger.span)
    return (inside[0] if inside else None), None


def _from_the_air(scene: Scene, trigger: Trigger, actor: Party | None) -> Trigger:
    """Planes hit and raid, too; who has no guns in the field strikes from the air; but a bombing *in* a town, with no
    plane told of, was a bomb."""
    is_theirs = actor is not None and 0 <= trigger.span.start - actor.span.end < len(" two-day ")
    if trigger.text.lower() in ("bombing", "bombings") and trigger.type == "airstrike" and not is_theirs:
        planes = _FROM_THE_AIR.search(scene.text, *trigger.sentence)
        is_bomb = not planes and _BOMB_IN.match(scene.text, trigger.span.end)
        return replace(trigger, type="attack") if is_bomb else trigger
    if trigger.type != "attack" or trigger.frame not in ("hit", "on"):
        return trigger
    around = scene.before(trigger.span.start, 60, trigger.sentence.start)
    if scene.text.startswith(" from the air", trigger.span.end):
        return replace(trigger, type="airstrike")
    is_verb = trigger.frame == "hit" or trigger.text.lower() == "bombing" or trigger.text.lower().startswith("raid")
    strikes = actor is not None and actor.code in scene.air_powers and _STRIKES.match(trigger.text) is not None
    return replace(trigger, type="airstrike") if strikes or (is_verb and _FROM_THE_AIR.search(around)) else trigger


def _is_told(scene: Scene, trigger: Trigger, found: Sides) -> bool:
    """Whether enough is said: a change of hands has a side, a killing a weapon or a side."""
    actor, target = found
    if trigger.type == "clash" and trigger.text.lower() in ("fight", "fights", "fought"):
        return actor is not None and target is not None  # "he fought in Syria" is no battle
    if trigger.frame == "quit" and _DEFENDERS.search(scene.before(trigger.span.start, 40, trigger.sentence.start)):
        return True
    if _needs_actor(trigger):
        return actor is not None
    if trigger.type.startswith("control"):
        is_told = actor is not None or target is not None or trigger.frame in _BLAMELESS
        return is_told or _is_passive(scene, trigger) or _OF_TOWNS.match(trigger.text) is not None
    if trigger.frame == "hit" and trigger.type == "attack":
        around = scene.before(trigger.span.start, 90, trigger.sentence.start) + " " + (
            scene.after(trigger.span.end, 60, trigger.sentence.end)
        )
        is_slain = trigger.voice == "passive" and _SLAIN.match(trigger.text) is not None
        return actor is not None or is_slain or _WEAPON.search(around) is not None
    return True


def _needs_actor(trigger: Trigger) -> bool:
    """Who left, whose stronghold it is, and who went in: "aid lorries rolled into A" changes no hands."""
    is_entry = trigger.type == "control_gain" and trigger.text.lower().endswith(" into")
    return trigger.frame == "quit" or is_entry or (trigger.type == "control_state" and trigger.frame == "noun")


def _is_passive(scene: Scene, trigger: Trigger) -> bool:
    """A place that "was taken", or a bare participle without an object."""
    is_bare = NO_OBJECT.match(scene.text, trigger.span.end, trigger.sentence.end) is not None
    return trigger.voice == "passive" or (trigger.voice == "either" and is_bare)


def _event(scene: Scene, trigger: Trigger, mention: Mention, found: Sides, certainty: str) -> Event:
    actor, target = found
    span = mention.toponym.span
    is_dated = span.start > trigger.span.end and TIME.match(scene.text, span.end, trigger.sentence.end) is not None
    is_item = span.start >= trigger.sentence.end  # of the list that the phrase heads
    is_item = is_item or _OWN_DAY.search(scene.before(span.start, 40, trigger.span.end)) is not None
    by_itself = is_item or (is_dated and span.end <= trigger.sentence.end)
    return Event(
        type=trigger.type, sentence=trigger.sentence, place=mention.place,
        when=scene.when(span if by_itself else trigger.span),
        actor=actor.code if actor else None, actor_text=actor.text if actor else "",
        target=target.code if target else None, target_text=target.text if target else "",
        attribution=attribution(scene.text, trigger.sentence), certainty=certainty,
        mention=span, trigger=trigger.text,
    )


def _certainty(scene: Scene, trigger: Trigger) -> str:
    if not trigger.who and is_hoped(scene.text, trigger.sentence, trigger.span):
        return "hypothetical"
    return "claimed" if is_claim(scene.text, trigger.sentence) else "reported"
