"""Past, past perfect or future: the tense of the words around a time expression."""
from __future__ import annotations

import re
from collections import deque

from geo.model import Span

_BEFORE, _AFTER = 200, 120
"""Code points that are searched on each side; a longer clause has other verbs nearer by."""

_ADVERBS = r"(?:(?:\w{2,14}ly|been|be|also|already|not|never|just|since|then|long|once|first|now|still)\s){0,3}"
_CUE = re.compile(
    rf"""(?<![-\w])(?:
    (?P<future>(?:will|shall|won['\u2019]t|would|['\u2019]ll)\s{_ADVERBS}[a-z]{{2,18}}
        |(?:is|are|due|set|scheduled|slated|poised|expected|going|plan|plans|planning|hopes?|intends?|vowed|agreed)
        \s(?:{_ADVERBS})(?:to\s[a-z]{{2,18}}|for)
        |upcoming|ahead\sof)
    |(?P<perfect>had\s{_ADVERBS}[a-z]{{2,18}})
    |(?P<ongoing>(?:has|have)\s{_ADVERBS}[a-z]{{2,18}})
    |(?P<past>(?:was|were|did)\s{_ADVERBS}[a-z]{{2,18}}|said|took|made|fell|lost|won|left|held|went|came|began
        |drove|fled|broke|gave|got|hit|shot|cut|sent|led|told|saw|rose|struck|fought|met|wrote|became|brought|built
        |withdrew|overran|retook|ran|put|set|was|were|[a-z]{{2,16}}ed)
    |(?P<present>is|are|has|have|says?|remains?|continues?)
    )(?![-\w])""",
    re.VERBOSE,
)


def tense_at(lowered: str, clause: Span, span: Span) -> str:
    """``future``, ``perfect`` (had …), ``ongoing`` (has …), ``past``, ``present`` or ``none`` at ``span``.

    The verb before the expression counts ("said on Monday it would withdraw" is past), without one the
    first after it ("On Monday they will withdraw" is future). ``lowered`` is the text in lower case.
    """
    before = _last(lowered, max(clause.start, span.start - _BEFORE), span.start)
    after = _CUE.search(lowered, span.end, min(clause.end, span.end + _AFTER))
    found = before or after
    return (found.lastgroup or "none") if found else "none"


def tense_in(lowered: str, clause: Span) -> str:
    """The tense of the first verb of a clause."""
    found = _CUE.search(lowered, clause.start, min(clause.end, clause.start + _BEFORE + _AFTER))
    return (found.lastgroup or "none") if found else "none"


def _last(lowered: str, start: int, end: int) -> re.Match[str] | None:
    return next(iter(deque(_CUE.finditer(lowered, start, end), maxlen=1)), None)
