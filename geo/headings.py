"""The places of a list under a heading: "In government hands: A, B and C", or an item a line."""
from __future__ import annotations

import re
from collections.abc import Iterator

from geo.model import Mention, Span
from geo.scene import Scene
from geo.sentences import around, layout
from geo.triggers import Trigger

_BULLET = re.compile(r"\s*(?:[-•*–—]|\(?\d{1,2}[.)])\s*(?:the |The )?")
_JOIN = re.compile(
    r"(?:\s?\([^()]{0,60}\))?(?:,|;|,? and)? ?"
    r"(?:(?:the|its|most of|all of|parts of|and|both|in the \w+) ?){0,3}(?:\w+ ){0,2}"
)
LINES = 30
"""A list under a heading has no more items."""


def headed(scene: Scene, trigger: Trigger) -> list[Mention]:
    """The names of the list that the phrase heads; none where no colon follows within its sentence."""
    colon = scene.text.find(":", trigger.span.end, min(trigger.span.end + 40, trigger.sentence.end + 1))
    if colon < 0 or scene.text[trigger.span.end : colon].count(" ") > len(("by", "the", "Free", "Syrian", "Army")):
        return []
    if colon + 1 >= trigger.sentence.end:
        return list(_items(scene, trigger.sentence))
    return list(_listed(scene, Span(colon + 1, trigger.sentence.end)))


def _listed(scene: Scene, span: Span) -> Iterator[Mention]:
    """The names of one line up to the first that no comma and no "and" joins to the one before."""
    last = span.start
    for mention in scene.placed_in(span):
        if not _JOIN.fullmatch(scene.text[last : mention.toponym.span.start]):
            return
        yield mention
        last = mention.toponym.span.end


def _items(scene: Scene, heading: Span) -> Iterator[Mention]:
    """The name that opens each of the lines that follow, as long as they open with a mark and a name."""
    lines = layout(scene.text).paragraphs
    first = lines.index(around(lines, heading)) + 1
    for line in lines[first : first + LINES]:
        bullet = _BULLET.match(scene.text, line.start, line.end)
        named = scene.placed_in(Span(bullet.end(), bullet.end() + 2)) if bullet else []
        if not named:
            return
        yield named[0]
