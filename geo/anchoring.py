"""A quotation with the words around it → where it stands in a text that has been edited meanwhile.

W3C's Web Annotation Data Model calls this a text quote selector (https://www.w3.org/TR/annotation-model/#text-quote-selector).
Of several places with the quoted words the one with most of the context is meant; where two have equally much and not
all of it, nobody can say which, and no place is found.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from geo.model import Span

CONTEXT = 40
"""Characters kept on each side."""

LEAST = 12
"""Characters of context that must be left, on both sides together, for a place to be the same."""


@dataclass(frozen=True)
class Anchor:
    """Words of a text, what stood before and after them, and where; at an end of the text less than ``CONTEXT``."""

    text: str
    before: str
    after: str
    span: Span
    length: int

    @classmethod
    def of(cls, text: str, span: Span) -> Anchor:
        """
        >>> Anchor.of("Rebels took Azaz.", Span(12, 16)).before
        'Rebels took '
        """
        before, after = text[max(span.start - CONTEXT, 0) : span.start], text[span.end : span.end + CONTEXT]
        return cls(text[span.start : span.end], before, after, span, len(text))

    def find(self, text: str) -> Span | None:
        """Where it stands now; ``None`` when its words are gone or their context does not say which they are.

        >>> Anchor.of("Rebels took Azaz.", Span(12, 16)).find("On Monday Rebels took Azaz.")
        Span(start=22, end=26)
        """
        found = [(self._kept(text, start), start) for start in _starts(text, self.text)]
        most = max((kept for kept, _ in found), default=-1)
        best = [start for kept, start in found if kept == most]
        whole = len(self.before) + len(self.after)
        if not best or most < min(LEAST, whole) or (len(best) > 1 and most < whole):
            return None
        start = min(best, key=lambda start: (self._moved(text, start), start))
        return Span(start, start + len(self.text))

    def _kept(self, text: str, start: int) -> int:
        """Characters of the context that still stand beside the words."""
        end = start + len(self.text)
        before = _shared(self.before[::-1], text[max(start - len(self.before), 0) : start][::-1])
        return before + _shared(self.after, text[end : end + len(self.after)])

    def _moved(self, text: str, start: int) -> int:
        """How far it would have moved, counted from the start or from the end, whichever is less."""
        from_end = (len(text) - start) - (self.length - self.span.start)
        return min(abs(start - self.span.start), abs(from_end))


def _starts(text: str, words: str) -> Iterator[int]:
    start = text.find(words) if words else -1
    while start >= 0:
        yield start
        start = text.find(words, start + 1)


def _shared(one: str, other: str) -> int:
    """How many characters both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
