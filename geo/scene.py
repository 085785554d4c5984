"""One story as the event stages see it: its text, its places in order, its sides in order, and what dates a span."""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from geo.model import Mention, Place, Span, When
from geo.parties import Party


def _no_facility(kind: str, town: Place) -> Place | None:
    return None


@dataclass(frozen=True)
class Scene:
    """All that the earlier stages found in one story; ``when`` dates a span of its text, ``facility`` finds a
    town's airport or dam, ``focus`` is the id of the place that it is mostly about, ``air_powers`` are the codes of
    those who strike from the air alone, ``groups`` of those who are no state, ``families`` the families of all."""

    text: str
    mentions: tuple[Mention, ...]
    parties: tuple[Party, ...]
    when: Callable[[Span], When]
    facility: Callable[[str, Place], Place | None] = _no_facility
    focus: str = ""
    title: str = ""
    air_powers: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    families: Mapping[str, str] = field(default_factory=dict)

    def placed_in(self, span: Span) -> list[Mention]:
        """The mapped names that start in ``span``."""
        first, last = (bisect_left(self.mentions, at, key=lambda one: one.toponym.span.start) for at in span)
        return [mention for mention in self.mentions[first:last] if mention.place]

    def named_in(self, span: Span) -> list[Mention]:
        """Every name that starts in ``span``, mapped or not."""
        first, last = (bisect_left(self.mentions, at, key=lambda one: one.toponym.span.start) for at in span)
        return list(self.mentions[first:last])

    def placed_before(self, at: int, most: int = 40) -> Iterator[Mention]:
        """The mapped names before a position, the last one first; no more than ``most`` are looked at."""
        last = bisect_left(self.mentions, at, key=lambda one: one.toponym.span.start)
        return (one for one in reversed(self.mentions[max(last - most, 0) : last]) if one.place)

    def parties_in(self, span: Span) -> list[Party]:
        """The sides named in ``span``."""
        first, last = (bisect_left(self.parties, at, key=lambda one: one.span.start) for at in span)
        return list(self.parties[first:last])

    def parties_before(self, at: int, most: int = 20) -> Iterator[Party]:
        """The sides named before a position, the last one first."""
        last = bisect_left(self.parties, at, key=lambda one: one.span.start)
        return reversed(self.parties[max(last - most, 0) : last])

    def mention_at(self, span: Span) -> Mention | None:
        """The name at exactly ``span``."""
        at = bisect_left(self.mentions, span.start, key=lambda one: one.toponym.span.start)
        return next((one for one in self.mentions[at : at + 2] if one.toponym.span == span), None)

    def after(self, at: int, length: int, ceiling: int) -> str:
        """Up to ``length`` characters from a position on, none of them from ``ceiling`` on."""
        return self.text[at : min(at + length, ceiling)]

    def before(self, at: int, length: int, floor: int = 0) -> str:
        """Up to ``length`` characters before a position, none of them before ``floor``."""
        return self.text[max(at - length, floor, 0) : at]
