"""What an editor said of a name in one story, offered where the next story makes the same mistake; never applied.

A correction is offered for a mention when three things hold, and the reason says them: the same name; the machine
chose the same place that was wrong then; and the two stories share some other place, or the words beside the name.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geo.anchoring import Anchor
from geo.corrections import Correction
from geo.model import Mention, Reading, Span
from geo.names import fold

SHARED_WORDS = 2
"""So many words beside a name, four letters long or longer, make its context alike where no place is shared."""

OFFERED = ("place", "dropped", "role")
MOST = 3

_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Suggestion:
    """A correction of another story that may hold here, and why, in words."""

    correction: Correction
    reason: str
    strength: int


def around(reading: Reading, span: Span) -> tuple[str, ...]:
    """The ids of the story's other places: what a later story is compared with."""
    return tuple(sorted({
        mention.place.id for mention in reading.mentions
        if mention.place and not mention.place.is_country and not _meet(mention.toponym.span, span)
    }))


def suggestions(
    reading: Reading, corrections: Iterable[Correction], names: Mapping[str, str]
) -> Mapping[Span, Sequence[Suggestion]]:
    """By mention, the strongest first, at most ``MOST``; ``names`` are those of places by their ids, to give reasons.

    What an editor has answered in this story already needs no suggestion.
    """
    known = [each for each in corrections if each.is_in_force and each.kind in OFFERED and each.event is None]
    found: dict[Span, Sequence[Suggestion]] = {}
    for mention in reading.mentions:
        offers = [offer for each in known if (offer := _offer(reading, mention, each, names))]
        if offers:
            ranked = sorted(offers, key=lambda one: (one.strength, one.correction.id))
            best = {_meaning(one.correction): one for one in ranked}.values()  # of the same, the strongest
            found[mention.toponym.span] = sorted(best, key=lambda one: (-one.strength, one.correction.id))[:MOST]
    return found


def _offer(reading: Reading, mention: Mention, known: Correction, names: Mapping[str, str]) -> Suggestion | None:
    chosen = mention.place.id if mention.place else ""
    if known.article == reading.article.id or fold(known.anchor.text) != fold(mention.toponym.text):
        return None
    if known.was != chosen or (known.kind == "role" and known.role == mention.toponym.role):
        return None
    shared = sorted(set(known.around) & set(around(reading, mention.toponym.span)))
    words = sorted(_words(known.anchor) & _words(Anchor.of(reading.article.text, mention.toponym.span)))
    if not shared and len(words) < SHARED_WORDS:
        return None
    places = ", ".join(names.get(each, each) for each in shared[:3])
    why = f"both stories speak of {places}" if shared else f"beside it stand the same words: {', '.join(words[:4])}"
    return Suggestion(known, f"{known.by} corrected this name in another story; {why}", 2 * len(shared) + len(words))


def _meaning(correction: Correction) -> tuple[object, ...]:
    return correction.kind, correction.place, correction.point, correction.km, correction.role


def _words(anchor: Anchor) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(f"{anchor.before} {anchor.after}"))


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
