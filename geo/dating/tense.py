"""Past, past perfect or future: the tense of the words around a time expression."""
from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from geo.model import Span

_BEFORE, _AFTER = 200, 120
"""Code points that are searched on each side; a longer clause has other verbs nearer by."""

_ADVERBS = r"(?:(?:\w{2,14}ly|been|be|also|already|not|never|just|since|then|long|once|first|now|still)\s){0,3}"
_CUE = re.compile(
    rf"""(?<![-\w])(?:
    (?P<future>(?:will|shall|won['\u2019]t|would|['\u2019]ll)\s{_ADVERBS}[a-z]{{2,18}}
        |(?:(?:(?:is|are|was|were)\s(?:(?:now|also|still|not)\s)?)?
        (?:due|set|scheduled|slated|poised|expected|going|planning|promised)|is|are|plans?|hopes?|intends?|vowed|agreed)
        \s(?:{_ADVERBS})(?:to\s(?:be\s)?[a-z]{{2,18}}|for)
        |(?:is|are)(?=\s(?:on|this|next)\s(?:mon|tues|wednes|thurs|fri|satur|sun)day)
        |(?<!\bto\s)(?:falls?|begins?|starts?|opens?|ends?|expires?|meets?|assembles?|gathers?|convenes?|votes?|visits?|resumes?)
        (?=\s(?:(?:in|at|with)\s[a-z][a-z'\u2019-]+\s(?:[a-z'\u2019-]+\s)?)?(?:on\s|the\sday\safter|tomorrow|next\s|at\sthe\send))
        |(?:may|might|must)\s(?:not\s|soon\s|still\s)?(?:be|need|begin|come|take|fall|start|go|see|end|return|attack
        |try|leave|get)
        |(?:is|are)\s(?:expected|planned|promised|scheduled|due|set)(?=\s(?:before|by|in|on|within|next|this|at|for)\s)
        |(?:was|were)\sto\s(?:be\s)?[a-z]{{2,18}}
        |(?:promises?|threatens?|vows|pledges|wants|aims|intends|means|seeks|hopes)(?=\s(?:to|a|an|that|the)\s)
        |upcoming|ahead\sof\s(?:an?\s|the\s)?(?=expected|planned|assault|offensive|attack|talks|operation|push|battle|elections?|vote
        |ground|summit|meeting|visit))
    |(?P<passive>(?:is|are)\s(?:being\s)?{_ADVERBS}(?:[a-z]{{2,16}}(?:ed|en)|held|made|cut|left|lost|split|shut|built|fought
        |said))
    |(?P<perfect>had\s{_ADVERBS}[a-z]{{2,18}})
    |(?P<ongoing>(?:has|have)\s{_ADVERBS}[a-z]{{2,18}})
    |(?P<past>(?:was|were|did)\s{_ADVERBS}[a-z]{{2,18}}|said|took|made|fell|lost|won|left|held|went|came|began
        |drove|fled|broke|gave|got|hit|shot|cut|sent|led|told|saw|rose|struck|fought|met|wrote|became|brought|built
        |withdrew|overran|retook|ran|put|set|stood|sat|rode|flew|threw|dug|hid|kept|lay|spoke|drew|thought|paid|sold|bought|taught
        |caught|sought|taken|retaken|driven|broken|begun|overrun|swept|blew|chose|hung|spent|stole|tore|spread|knew|grew|ate|was|were|found|heard|felt|dealt|bore|clung|crept|fed|hung|laid|lent|meant|proved|rang|sank|shook|slid|slept
        |sprang|stuck|swore|swung|undertook|understood|woke|wore|overcame|overthrew|upheld|withheld|withstood|shut|quit|let|burst
        |(?<!\bthe\s)(?<!\ba\s)(?<!\ban\s)(?<!\bits\s)(?<!\btheir\s)(?!need|hundred|shed\b|red\b|bed\b|seed|speed|feed\b|indeed|unprecedented|naked|sacred|breed)[a-z]{{2,16}}ed)
    |(?P<present>is|are|has|have|says?|remains?|continues?|(?:warn|claim|reckon|insist|think|expect|credit|hold|lie|cover|sit
        |belong|want|need|hope|fear|argue|expect|stand|live|refuse|blame|count|put|doubt)s?|denies|flies|controls|rules|stays?|keeps|watches|waits
        |(?:report|announce|estimate|believe|know|add|note|confirm)s?(?=\sthat\b)|can(?:not)?(?:\snow)?\sbe)
    )(?![-\w])""",
    re.VERBOSE,
)


_KINDS = {"passive": "present"}


@dataclass(frozen=True)
class Cues:
    """The verbs of one sentence that show a tense, in order."""

    starts: tuple[int, ...]
    kinds: tuple[str, ...]

    def at(self, clause: Span, span: Span) -> str:
        """``future``, ``perfect`` (had …), ``ongoing`` (has …), ``past``, ``present`` or ``none`` at ``span``.

        The verb before the expression counts ("said on Monday it would withdraw" is past), without one
        the first after it ("On Monday they will withdraw" is future), without one that of the sentence.
        """
        first = bisect_left(self.starts, max(clause.start, span.start - _BEFORE))
        before = bisect_left(self.starts, span.start)
        last = bisect_left(self.starts, min(clause.end, span.end + _AFTER))
        if before > first:
            return self.kinds[before - 1]
        return self.kinds[before] if last > before else self.first

    @property
    def first(self) -> str:
        return self.kinds[0] if self.kinds else "none"


def cues(lowered: str, sentence: Span) -> Cues:
    """Of ``lowered``, the text in lower case."""
    found = [
        (match.start(), _KINDS.get(match.lastgroup or "", match.lastgroup or "none"))
        for match in _CUE.finditer(lowered, *sentence)
    ]
    return Cues(tuple(start for start, _ in found), tuple(kind for _, kind in found))
