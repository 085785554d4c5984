"""Which of the sides that a story names is the actor of an event: points, where a frame says too little.

Every side of the event's sentence, those told of before it and "nobody" are weighed: by where they stand, the words
beside them and between, what kind of side they are, and whether the frame of the phrase chose them.
``data/actor_points.csv`` has what each sign is worth, in hundredths of a logit, fitted on labelled stories and
sentences (a conditional logit, McFadden 1974, most of its weights zero) by ``python -m tools.fit_actors``.
"""
from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from geo.assets import data_path
from geo.model import Event, Span
from geo.parties import Party
from geo.scene import Scene
from geo.weighing import WEIGHED, Sign, stem

AHEAD = 100
"""Hundredths of a logit by which another side must be likelier than that of the frame to stand in its place."""

TYPES = tuple(name for name in WEIGHED if name not in ("siege", "clash"))
"""The types whose actors are weighed. Who besieges is not who breaks a siege, and in a clash nobody is the one who did
it: frames know that."""

_WORD = re.compile(r"[A-Za-z][a-z'’-]*")
_BESIDE, _BEFORE, _AFTER = 25, 60, 40
"""Code points beside a side, and before and behind a phrase, whose words count."""
_REACH = 400
"""Code points from the phrase to a side of its sentence: a sentence may be endless."""
_EARLIER, _BETWEEN = 6, 10
"""So many sides told before the sentence, and so many words between two things, are looked at."""


class Candidate(NamedTuple):
    """Somebody who may be the actor: code and words, both empty for nobody, and the signs for and against."""

    code: str
    text: str
    signs: frozenset[Sign]


class _Deed(NamedTuple):
    """An event as its sides see it: its type, where its phrase stands, the stem of that, and its place's name."""

    type: str
    phrase: Span
    verb: str
    name: Span


def phrase_of(scene: Scene, event: Event) -> Span:
    """Where the words of an event stand: their first place in its sentence, of an endless one in the part around the
    name."""
    first, end = event.sentence
    if event.mention and first <= event.mention.start < end:
        first, end = max(first, event.mention.start - _ENDLESS), min(end, event.mention.end + _ENDLESS)
    start = max(scene.text.find(event.trigger, first, end), first)
    return Span(start, start + len(event.trigger))


_ENDLESS = 2000


def _deed(scene: Scene, event: Event) -> _Deed:
    phrase = phrase_of(scene, event)
    first = event.trigger.split()[0].lower() if event.trigger else ""
    return _Deed(event.type, phrase, stem(first), event.mention or phrase)


def candidates(scene: Scene, event: Event, how: str) -> Iterator[Candidate]:
    """All who may have done it; ``how`` is "phrase" or "points", by which the event was found. Of "rebel-held" the
    rebels hold, and do nothing else."""
    deed = _deed(scene, event)
    first, end = event.sentence
    near = Span(max(first, deed.phrase.start - _REACH), min(end, deed.phrase.end + _REACH))
    here = [one for one in scene.parties_in(near)
            if event.type == "control_state" or not scene.text.startswith(("-", "\u2011"), one.span.end)]
    for party in here:
        found = {*_standing(scene.text, deed, party, here), *_between(scene.text, deed, party)}
        yield Candidate(party.code, party.text, frozenset({*found, *_chosen(scene, event, party.code, how)}))
    earlier: list[str] = []
    for party in scene.parties_before(event.sentence.start, _EARLIER):
        if party.code not in earlier:
            earlier.append(party.code)
            told = _told_before(deed, len(earlier), len(here))
            yield Candidate(party.code, party.text, frozenset({*told, *_chosen(scene, event, party.code, how)}))
    yield Candidate("", "", frozenset({*_nobody(scene.text, deed, len(here)), *_chosen(scene, event, "", how)}))


def _place(span: Span, party: Span) -> str:
    """Where a side stands to a span."""
    return "before" if party.end <= span.start else "behind" if party.start >= span.end else "inside"


def _standing(text: str, deed: _Deed, party: Party, here: Sequence[Party]) -> Iterator[Sign]:
    """Where it stands, among how many, and the words beside it."""
    where = _place(deed.phrase, party.span)
    nearer = sum(_place(deed.phrase, one.span) == where and abs(one.span.start - deed.phrase.start) < abs(
        party.span.start - deed.phrase.start) for one in here)
    rank = f"{where} {min(nearer, 2)}"
    before = _words(text, party.span.start - _BESIDE, party.span.start)[-1:]
    behind = _words(text, party.span.end, party.span.end + _BESIDE)[:1]
    yield from (("stands", rank), (f"{deed.type} stands", rank), (f"stands {rank}", deed.verb))
    yield f"{deed.type} stands to the name", f"{rank} {_place(deed.name, party.span)}"
    yield "among", f"{min(len(here), 3)} {rank}"
    yield f"{deed.type} first", str(party is here[0])
    for word in before or ["^"]:
        yield from ((f"word before, {where}", word), (f"{deed.type} word before, {where}", word))
    for word in behind or ["$"]:
        yield from (("word behind", stem(word)), (f"{deed.type} word behind, {where}", word))


def _between(text: str, deed: _Deed, party: Party) -> Iterator[Sign]:
    """What stands between it and the phrase, and between it and the name."""
    where, words = _place(deed.phrase, party.span), _gap(deed.phrase, party.span)
    yield f"commas, {where}", str(min(text.count(",", *words), 3))
    yield f"length, {where}", str(min((words.end - words.start) // 15, 6))
    yield from ((f"{deed.type} between, {where}", stem(word)) for word in _words(text, *words)[:_BETWEEN])
    first, end = _gap(deed.name, party.span)  # the name may stand paragraphs before
    side = f"to the name, {_place(deed.name, party.span)}"
    yield from ((side, stem(word)) for word in _words(text, first, min(end, first + _REACH))[:_BETWEEN])


def _told_before(deed: _Deed, rank: int, here: int) -> Iterator[Sign]:
    place = str(min(rank, 3))
    yield from (("earlier", place), (f"{deed.type} earlier", place), (f"earlier {place}", deed.verb))
    yield f"{deed.type} earlier, here", str(min(here, 2))


def _nobody(text: str, deed: _Deed, here: int) -> Iterator[Sign]:
    yield from (("nobody", ""), (f"{deed.type} nobody", ""), ("nobody, verb", deed.verb))
    yield f"{deed.type} nobody, here", str(min(here, 3))
    around = _words(text, deed.phrase.start - _BEFORE, deed.phrase.end + _AFTER)
    yield from (("nobody, word", stem(word)) for word in around)


def _chosen(scene: Scene, event: Event, code: str, how: str) -> Iterator[Sign]:
    """Whether the frame chose it, and what kind of side it is."""
    family = scene.families.get(code, "none")
    yield f"{event.type} family", family
    yield f"{event.type} by air", str(code in scene.air_powers)
    if code == (event.actor or ""):
        yield from (("chosen", ""), (f"chosen {event.type}", how), ("chosen family", family))
        yield f"chosen {event.type}, somebody", str(bool(code))
    else:
        yield "not chosen", ""


def _gap(one: Span, other: Span) -> Span:
    """What lies between two spans: nothing, where one is inside the other."""
    first, last = sorted((one, other), key=lambda span: span.start)
    return Span(first.end, max(first.end, last.start))


def _words(text: str, start: int, end: int) -> list[str]:
    return [word.lower() for word in _WORD.findall(text, max(start, 0), end)]


@lru_cache(maxsize=1)
def points() -> Mapping[Sign, int]:
    """Sign → what it is worth."""
    with data_path("actor_points.csv").open(encoding="utf-8", newline="") as rows:
        return {(row["where"], row["what"]): int(row["points"]) for row in csv.DictReader(rows)}


def with_likeliest_actor(scene: Scene, event: Event, how: str) -> Event:
    """The event with its likeliest actor, where that is far enough ahead of the frame's."""
    if event.type not in TYPES:
        return event
    known = points()
    best, most, least = None, 0, None
    for side in candidates(scene, event, how):
        total = sum(known.get(sign, 0) for sign in side.signs)
        if side.code == (event.actor or ""):
            least = total if least is None else max(least, total)
        elif best is None or total > most:
            best, most = side, total
    if best is None or (least is not None and most < least + AHEAD):
        return event
    is_target = best.code and best.code == event.target
    target, words = (None, "") if is_target else (event.target, event.target_text)
    return replace(event, actor=best.code or None, actor_text=best.text, target=target, target_text=words)
