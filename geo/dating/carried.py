"""Names that have no date of their own: the date told before them goes on, or the day of the main event."""
from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from datetime import date, timedelta

from geo.dating.story import REACH, Story
from geo.model import Span, When
from geo.sentences import around, layout

LEAD_PARAGRAPHS, LEAD_TIMES = 3, 12
"""The main event's day is looked for in so many paragraphs, among so many times."""

NEWS = timedelta(days=8)
"""A main event lies so near to the publication."""


def carried(story: Story, span: Span) -> When | None:
    """For the past: the last date told before in the paragraph, else the day of the main event."""
    text, sentence = story.text, story.sentence(span)
    if listed := _of_list(story, sentence):
        return listed
    clause = around(story.clauses(sentence), span)
    is_headed = _HEADING.match(text, sentence.start, sentence.end) is not None
    if not is_headed and tense_at(story, clause, span, sentence) not in ("past", "perfect"):
        return None
    if relative := _of_which(story, span, sentence):
        return relative
    opening = Span(sentence.start, min(sentence.end, sentence.start + REACH))
    if _OF_THE_PRESS.search(story.low, *opening) or _is_promise(story, opening):
        return None
    paragraph = story.paragraph(sentence)
    before = story.inside(Span(max(paragraph.start, sentence.start - 4 * REACH), sentence.start))
    told = [when for when in before[-LEAD_TIMES:] if story.leads_on(when) and not _is_to_come(story, when)]
    if tense_at(story, clause, span, sentence) == "past":
        told = [when for when in told if not _is_of_before(story, when)] or told
    if told and not (_is_long_ago(story, told[-1]) and _is_beside_news(story, sentence)):
        return replace(told[-1], reason=f"{told[-1].reason}; told before it in the paragraph")
    is_beside = _is_state(story, clause, span) or _is_beside_news(story, sentence) or _stands_alone(text, paragraph)
    return None if is_beside and not is_headed else _of_main(story, span)


LONGEST_LIST = 60
"""Items that one opening dates."""

_ITEM = re.compile(r"(?:[-\u2013\u2014\u2022*]|\d{1,2}[.)])\s")


def _of_list(story: Story, sentence: Span) -> When | None:
    """ "On Monday 111 died. The worst attacks: - Taji, …; - Mosul, …": an item is of the day of what opens its list."""
    text, paragraph = story.text, story.paragraph(sentence)
    if not _ITEM.match(text, paragraph.start) or any(map(story.leads_on, story.inside(paragraph))):
        return None
    laid = layout(text).paragraphs
    at = bisect_left(laid, paragraph.start, key=lambda one: one.start)
    above = reversed(laid[max(at - LONGEST_LIST, 0) : at])
    head = next((one for one in above if not _ITEM.match(text, one.start)), None)
    if head is None or not text[slice(*head)].rstrip().endswith(":"):
        return None
    told = next(filter(story.leads_on, story.inside(head)), None)
    return replace(told, reason=f"{told.reason}; it opens the list") if told else None


def _is_to_come(story: Story, when: When) -> bool:
    """ "They will merge this week. A diplomat said …": what is told next is not of days ahead."""
    now, end = story.published.interval.end if story.published else None, when.interval.end
    return now is not None and end is not None and end > now


def _is_long_ago(story: Story, when: When) -> bool:
    """No news any more: what somebody says after it is said today."""
    day, end = story.published.interval.start if story.published else None, when.interval.end
    return day is not None and end is not None and end <= day - NEWS


def _is_of_before(story: Story, when: When) -> bool:
    """ "Three had been killed on Sunday.": an aside in the past perfect; the past goes on with what was told before."""
    at = when.span
    if at is None:
        return False
    sentence = story.sentence(at)
    return tense_at(story, around(story.clauses(sentence), at), at, sentence) == "perfect"


def _of_main(story: Story, span: Span) -> When | None:
    """The day of the main event, unless the paragraph tells of something long before it."""
    sentence = story.sentence(span)
    paragraph = story.paragraph(sentence)
    main = _main(story)
    told_here = story.inside(Span(max(paragraph.start, span.start - 2 * REACH), min(sentence.end, span.end + REACH)))
    if main is None or any(_is_old(when, main) for when in told_here):
        return None
    return replace(main, reason=f"{main.reason}; the day of the main event")


_HEADING = re.compile(r"(?:(?:Air )?[Ss]trikes in|In|Near) [^.;,\n]{2,40}:?\s*\Z")
""" "In Syria:", "Strikes in Iraq": the head of a list of what was done on the day of the main event."""

_WHICH = re.compile(r",\s(?:from\swhich|who)\s")


def _of_which(story: Story, span: Span, sentence: Span) -> When | None:
    """ "the ground won in Hit, from which they were driven in April.": the name has no other date."""
    text = story.text
    match = _WHICH.search(text, span.end, min(sentence.end, span.end + 60))
    if match is None or story.verbs(span.end, match.start()).kinds:
        return None
    inside = story.inside(Span(match.end(), min(sentence.end, match.end() + REACH)))
    last = inside[0] if len(inside) == 1 else None
    if last is None or last.span is None or text[last.span.end : last.span.end + 1] != ".":
        return None
    return replace(last, reason=f"{last.reason}; said of the place")


_STATE = re.compile(
    r"\b(?:was|were)\s(?!(?:\w{2,14}ly\s|not\s|also\s|itself\s)?\w{2,16}(?:ed|en|ing|ne|ght|ld|de|ost)\b|hit|shot|cut)"
)


def _is_state(story: Story, clause: Span, span: Span) -> bool:
    """ "The mediators were clerics from Tripoli" tells of no day."""
    found = list(_STATE.finditer(story.low[max(clause.start, span.start - REACH) : span.start]))
    if not found:
        return False
    after = max(clause.start, span.start - REACH) + found[-1].end()
    return not story.verbs(after, span.start).kinds


_HEADLINES = 0.6
"""A text whose lines are so often without a full stop is a list of headlines."""


def _stands_alone(text: str, paragraph: Span) -> bool:
    """A headline, or an item of a list, tells its own story: the main event is another's."""
    def is_open(one: Span) -> bool:
        return text[one.end - 1 : one.end] not in ".!?\u201d\"')"

    laid = layout(text).paragraphs
    return is_open(paragraph) and sum(map(is_open, laid)) > _HEADLINES * len(laid)


_SPEECH = re.compile(
    r"(?:said|told|blamed|claimed|denied|reported|announced|wrote|warned|added|called|accused|insisted|urged|condemned|conceded"
    r"|demanded|acknowledged|appealed|(?:was|were)\s(?:also\s)?reported\sfrom)\b"
)
_IF = re.compile(r"[\"\u201c]?(?:if|unless)\s", re.IGNORECASE)


def _is_beside_news(story: Story, sentence: Span) -> bool:
    """A sentence of the present, of a condition, or of what somebody said, which is of the day of the saying."""
    end = min(sentence.end, sentence.start + REACH)
    words, found = story.low[sentence.start : end], story.verbs(sentence.start, end)
    is_said = bool(found.starts) and _SPEECH.match(words, found.starts[0]) is not None
    is_quote = _QUOTE_FIRST.match(words) is not None
    return found.first == "present" or is_said or is_quote or _IF.match(words) is not None


def _is_promise(story: Story, sentence: Span) -> bool:
    """ "In Iraq, troops said they would attack Hit": of the day of the saying."""
    words, found = story.low[slice(*sentence)], story.verbs(*sentence)
    return found.kinds[:2] == ("past", "future") and _SPEECH.match(words, found.starts[0]) is not None


_QUOTE_FIRST = re.compile(
    r"[\"\u201c][^\"\u201d]{1,300}[,?!][\"\u201d]\s(?:said|says|told|asked|added|wrote|replied)\b"
)


_OF_THE_PRESS = re.compile(
    r"\b(?:(?:this|an?|our|same|earlier|previous|original)\s(?:article|story|caption|headline|dispatch|map|report)s?"
    r"(?:\s(?!that|said)[a-z]+){0,5}\s(?:said|gave|put|placed|named|mis\w+|wrongly|incorrectly|showed|stated|called)"
    r"|the\sheadline|we\s(?:also\s)?(?:apologi[sz]e|regret|gave|wrote|misspel\w+|called|placed|misstated))\b"
)
"""A paper that speaks of itself, in a correction."""


def _is_old(when: When, main: When) -> bool:
    """Whether a paragraph that tells of ``when`` is background to the main event."""
    end, start = when.interval.end, main.interval.start
    return end is not None and start is not None and end <= start - NEWS


def _main(story: Story) -> When | None:
    """The day that the lead tells of, the last of its paragraph, when it is news on the day of publication."""
    published = story.published
    lead = layout(story.text).paragraphs[:LEAD_PARAGRAPHS]
    if not lead or published is None or published.interval.start is None:
        return None
    for paragraph in lead:
        first = Span(paragraph.start, min(paragraph.end, paragraph.start + 2 * REACH))
        for when in reversed(story.inside(first)[:LEAD_TIMES]):
            if _is_main(story, when, paragraph, published.interval.start):
                return when
    return None


def _is_main(story: Story, when: When, paragraph: Span, published: date) -> bool:
    start, at = when.interval.start, when.span
    if start is None or at is None or when.interval.days != 1 or not story.leads_on(when):
        return False
    is_dateline = story.text[paragraph.start : at.start].strip(" ,(").isupper()
    return not is_dateline and timedelta() <= published - start <= NEWS


def tense_at(story: Story, clause: Span, span: Span, sentence: Span) -> str:
    """By the verbs of the clause; "cutting the road" has the tense of its sentence."""
    near = Span(max(sentence.start, span.start - REACH // 2), min(sentence.end, span.end + REACH // 4))
    for part in (Span(max(clause.start, near.start), min(clause.end, near.end)), near):
        found = story.verbs(*part)
        if found.kinds:
            return found.at(Span(0, part.end - part.start), Span(span.start - part.start, span.end - part.start))
        if RELATIVE_CLAUSE.match(story.low, part.start, part.end):
            return "present"  # "where the army watches from A": a clause whose verb is of no past
    return "none"


RELATIVE_CLAUSE = re.compile(r"(?:where|who|which|whose)\s")
