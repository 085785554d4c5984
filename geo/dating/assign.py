"""Which of a story's dates a mention or an event belongs to: by clause, tense and discourse."""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from geo.dating.grammar import lower, lowered
from geo.dating.links import first_of
from geo.dating.scope import ATTRIBUTE, Scope, distance, scope_of, segment
from geo.dating.tense import cues
from geo.interval import Interval
from geo.model import Span, When
from geo.sentences import around, clauses, layout, paragraph_of

LEAD_PARAGRAPHS, LEAD_TIMES = 3, 12
"""The main event's day is looked for in so many paragraphs, among so many times."""

REACH = 500
"""Code points: a date that lies further from a name, even in one sentence, is not its."""

NEWS, LONGEST_CARRIED = timedelta(days=8), 100
"""A main event lies so near to the publication; a date that is told on lasts at most so many days."""


def when_of(span: Span, text: str, times: Sequence[When], published: When | None) -> When:
    """The days of a mention or an event at ``span``.

    The nearest expression of its clause, else of its sentence; else, for something told in the past, the
    date told before it in the paragraph or the day of the main event; else the publication; never today.
    Without a publication an open interval says that nothing is known.
    """
    laid = layout(text)
    sentence = around(laid.sentences, span)
    parts = clauses(text, sentence)
    clause = around(parts, span)
    here = segment(text, clause, span)
    near = Span(max(sentence.start, span.start - REACH), min(sentence.end, span.end + REACH))
    scopes = [scope_of(text, when, sentence) for when in _inside(times, near)]
    said = [one for one in scopes if one.holds(span)]
    own = [one for one in said if around(parts, one.words) == clause]
    is_now = _is_of_now(text, here, span)
    if is_now:
        own = [one for one in own if one.words.start >= here.start]
    own = _of_segment(text, own, span) or own
    if told := _of_relative(text, span, sentence, times) or _stated(text, own, span):
        return told
    if labelled := _of_label(text, span, sentence, times):
        return replace(labelled, reason=f"{labelled.reason}; the name is its label")
    heading = _heading(text, sentence, times)
    if heading and not said and _tense_at(text, clause, span, sentence) != "future":
        return replace(heading, reason=f"{heading.reason}; it heads the paragraph")
    if not is_now:
        beside = [one for one in said if _reaches(text, one, around(parts, one.words), clause)]
        if beside:
            when = _began(text, _nearest(text, beside, span).when, Span(clause.start, span.start))
            return replace(when, reason=f"{when.reason}; said in its sentence")
        if not _is_of_now(text, clause, span) and (carried := _carried(text, span, times, published)):
            return carried
    return own[0].when if own and not is_now else _published(published)


def _stated(text: str, own: Sequence[Scope], span: Span) -> When | None:
    """The nearest date of its clause, unless that only says how old something is."""
    best = _nearest(text, own, span) if own else None
    if best is None or best.rank == ATTRIBUTE:
        return None
    at = best.when.span  # "since they took A in May": A, of May
    return first_of(text, best.when) if at and at.start < span.start and span.end <= at.end else best.when


_LABEL_ENDS = re.compile(r"[^.:;!?\n]{0,40}:\s|\.\s|\s?[\u2013\u2014]\s")
_HEADS = re.compile(r"\s?(?:[.:)\u2013\u2014-]|\n)")


def _of_label(text: str, span: Span, sentence: Span, times: Sequence[When]) -> When | None:
    """ "Rawa: last Friday, in a single morning", "AFRIN. Troops walked in on Sunday": what follows dates the label."""
    paragraph = paragraph_of(text, sentence)
    opening = text[paragraph.start : span.start].strip(" \u2022*-\u2013\u2014")
    ends = _LABEL_ENDS.match(text, span.end)
    if ends is None or (opening and not re.fullmatch(r"(?:[A-Z][\w'\u2019-]*(?:,| and|, and)? ?){1,4}", opening)):
        return None
    told = around(layout(text).sentences, Span(ends.end(), ends.end() + 1))
    inside = _inside(times, Span(ends.end(), min(max(told.end, sentence.end), paragraph.end)))
    return next((when for when in inside if _leads_on(text, when)), None)


def _heading(text: str, sentence: Span, times: Sequence[When]) -> When | None:
    """ "24 March. Seven factions announce …": the date that a chronology's entry opens with."""
    paragraph = paragraph_of(text, sentence)
    first = _inside(times, Span(paragraph.start, min(paragraph.start + len("\u2022 On the "), paragraph.end)))[:1]
    heads = first and first[0].span and _HEADS.match(text, first[0].span.end)
    return first[0] if heads and first[0].interval.days is not None else None


def _inside(times: Sequence[When], span: Span) -> list[When]:
    """Those that start inside ``span``; ``times`` are in order of their spans."""
    first = bisect_left(times, span.start, key=_start)
    return list(times[first : bisect_left(times, span.end, first, key=_start)])


def _start(when: When) -> int:
    return when.span.start if when.span else -1


def _nearest(text: str, scopes: Sequence[Scope], span: Span) -> Scope:
    """A date that bounds only one side ("before then") gives way to one that does not."""
    return min(scopes, key=lambda one: (_is_open(one.when), one.rank, distance(text, one.words, span)))


def _of_segment(text: str, scopes: Sequence[Scope], span: Span) -> list[Scope]:
    """ "A fell on Sunday, B and its air strip on Monday": of several dates the one between the same commas."""
    if len(scopes) < 2:
        return []
    first = min(one.words.start for one in scopes)
    last = max(one.words.end for one in scopes)
    for boundary in (_COMMA, _AND_VERB):
        marks = [match.end() for match in boundary.finditer(text, min(first, span.start), span.start)]
        start = marks[-1] if marks else min(first, span.start)
        closing = boundary.search(text, span.end, max(last, span.end))
        end = closing.start() if closing else max(last, span.end)
        if found := [one for one in scopes if start <= one.words.start < end and one.rank != ATTRIBUTE]:
            return found
    return []


_COMMA = re.compile(r"[,;]\s")
_AND_VERB = re.compile(
    r"\s(?:and|but|then)\s(?=(?:then\s|later\s|also\s)?(?:[a-z]{2,14}ed|took|retook|overran|lost|won|fell|drove|struck|hit|shot)\s"
    r"|(?:of|in|at|from|to|on)\s)"
)
""""took A on Monday and stormed B, a base, a day later": where the next verb or preposition begins."""


def _is_open(when: When) -> bool:
    return when.interval.start is None or when.interval.end is None


_NOW = re.compile(r"\b(?:now|nowadays|these days|currently|(?<!was )(?<!were )(?<!had )still|so do|so does)\b")
_APART = re.compile(
    r"(?:which|who|whose|whom|where|after|before|until|since|because|although|though|once|if"
    r"|(?:just\s|only\s)?(?:hours|days|weeks|months|years)\s(?:after|before))\b",
    re.IGNORECASE,
)


def _is_of_now(text: str, clause: Span, span: Span) -> bool:
    """A clause of the present ("who now sit in") or of a condition ("if it reached") is of the publication."""
    words = lowered(text)[max(clause.start, span.start - REACH) : min(clause.end, span.end + 120)]
    return _NOW.search(words) is not None or words.startswith(("if ", "\u201cif ", '"if '))


def _reaches(text: str, scope: Scope, dated: Span, clause: Span) -> bool:
    """Whether the date of one clause is that of another: not out of "after they left in May" or "since June"."""
    if dated == clause:
        return True
    if _ATTRIBUTION.match(text, clause.start, clause.end):
        return False  # "until next year, a diplomat in Baghdad said"
    at = scope.words
    if _WHEN.match(text, clause.start) and 0 <= clause.start - at.end <= len(", "):
        return True  # "since 17 October, when the operation began"
    if _APART.match(text, dated.start, dated.end) or text[at.start : at.start + 6].casefold() == "since ":
        return False
    return _tense(text, clause) != "present" or _ASIDE.match(text, clause.start) is not None


_ATTRIBUTION = re.compile(r"(?:(?!and |but )[\w.'\u2019-]{1,30}\s){1,9}(?:said|says?|told|reported|announced)[.\s]*\Z")
_WHEN = re.compile(r"(?:when|as)\s")


def _began(text: str, when: When, lead: Span) -> When:
    """ "since June 2014, when they swept down from Mosul": of June, not of all the time since. ``lead`` is what stands
    in the clause before the name: behind a comma the telling goes on, "since June, when A fell, they have taken B"."""
    return first_of(text, when) if _WHEN.match(text, lead.start) and "," not in text[slice(*lead)] else when


_ASIDE = re.compile(r"[^,.;]{1,50}\b(?:said|says?|told|reported|reports|claims?|announced),\s")


def _tense(text: str, clause: Span) -> str:
    words = lowered(text)[clause.start : min(clause.end, clause.start + REACH)]
    found = cues(words, Span(0, len(words))).first
    return "present" if found == "none" and _RELATIVE_CLAUSE.match(words) else found


_SAYING = re.compile(
    r"\b(?:said|says|told|reported|announced|wrote|tweeted|added)(?:\s[a-z]{1,14}){0,3}\s(?:on\s|late\son\s)?\Z"
)
_OPENING = re.compile(r"(?:since|until|till|before|from|for|over|in the past|within|(?:in )?the \d+)\b", re.IGNORECASE)


def _carried(text: str, span: Span, times: Sequence[When], published: When | None) -> When | None:
    """For the past: the last date told before in the paragraph, else the day of the main event."""
    sentence = around(layout(text).sentences, span)
    clause = around(clauses(text, sentence), span)
    is_headed = _HEADING.match(text, sentence.start, sentence.end) is not None
    if not is_headed and _tense_at(text, clause, span, sentence) not in ("past", "perfect"):
        return None
    if relative := _of_which(text, span, sentence, times):
        return relative
    opening = Span(sentence.start, min(sentence.end, sentence.start + REACH))
    if _OF_THE_PRESS.search(lowered(text), *opening) or _is_promise(text, opening):
        return None
    paragraph = paragraph_of(text, sentence)
    before = _inside(times, Span(max(paragraph.start, sentence.start - 4 * REACH), sentence.start))
    told = [when for when in before[-LEAD_TIMES:] if _leads_on(text, when)]
    if told:
        return replace(told[-1], reason=f"{told[-1].reason}; told before it in the paragraph")
    is_beside = _is_state(text, clause, span) or _is_beside_news(text, sentence) or _stands_alone(text, paragraph)
    return None if is_beside and not is_headed else _of_main(text, span, times, published)


def _of_main(text: str, span: Span, times: Sequence[When], published: When | None) -> When | None:
    """The day of the main event, unless the paragraph tells of something long before it."""
    sentence = around(layout(text).sentences, span)
    paragraph = paragraph_of(text, sentence)
    main = _main(text, times, published)
    told_here = _inside(times, Span(max(paragraph.start, span.start - 2 * REACH), min(sentence.end, span.end + REACH)))
    if main is None or any(_is_old(when, main) for when in told_here):
        return None
    return replace(main, reason=f"{main.reason}; the day of the main event")


_HEADING = re.compile(r"(?:(?:Air )?[Ss]trikes in|In|Near) [^.;,\n]{2,40}:?\s*\Z")
""" "In Syria:", "Strikes in Iraq": the head of a list of what was done on the day of the main event."""

_WHICH = re.compile(r",\s(?:from\swhich|who)\s")


def _of_which(text: str, span: Span, sentence: Span, times: Sequence[When]) -> When | None:
    """ "the ground won in Hit, from which they were driven in April.": the name has no other date."""
    match = _WHICH.search(text, span.end, min(sentence.end, span.end + 60))
    if match is None or cues(lowered(text)[span.end : match.start()], Span(0, match.start() - span.end)).kinds:
        return None
    inside = _inside(times, Span(match.end(), min(sentence.end, match.end() + REACH)))
    last = inside[0] if len(inside) == 1 else None
    if last is None or last.span is None or text[last.span.end : last.span.end + 1] != ".":
        return None
    return replace(last, reason=f"{last.reason}; said of the place")


_CLAUSE_END = re.compile(r"[,;.]")
_WHICH_DID = re.compile(r",\s(?:which|where)\s(?=[^,;.]{3,80}[,;.])")
_IS = re.compile(r",\s(?:is|are|lies?|remains?|stands?)\s")


def _of_relative(text: str, span: Span, sentence: Span, times: Sequence[When]) -> When | None:
    """ "A, which they captured in April, is 50 km away": the one date of the clause that tells of the name, of which
    nothing else is told than how it is."""
    match = _WHICH_DID.match(text, span.end, sentence.end)
    if match is None:
        return None
    ends = _CLAUSE_END.search(text, match.end(), sentence.end)
    if ends is None or not _IS.match(text, ends.start()):
        return None
    clause = Span(match.end(), ends.start())
    inside = _inside(times, clause)
    is_past = cues(lowered(text)[slice(*clause)], Span(0, clause.end - clause.start)).first in ("past", "perfect")
    if len(inside) != 1 or not is_past or _is_open(inside[0]) or _OPENING.match(text, _start(inside[0])):
        return None
    return replace(inside[0], reason=f"{inside[0].reason}; said of the place")


_STATE = re.compile(
    r"\b(?:was|were)\s(?!(?:\w{2,14}ly\s|not\s|also\s|itself\s)?\w{2,16}(?:ed|en|ing|ne|ght|ld|de|ost)\b|hit|shot|cut)"
)


def _is_state(text: str, clause: Span, span: Span) -> bool:
    """ "The mediators were clerics from Tripoli" tells of no day."""
    words = lowered(text)[max(clause.start, span.start - REACH) : span.start]
    found = list(_STATE.finditer(words))
    return bool(found) and not cues(words[found[-1].end() :], Span(0, len(words) - found[-1].end())).kinds


_HEADLINES = 0.6
"""A text whose lines are so often without a full stop is a list of headlines."""


def _stands_alone(text: str, paragraph: Span) -> bool:
    """A headline, or an item of a list, tells its own story: the main event is another's."""
    def is_open(one: Span) -> bool:
        return text[one.end - 1 : one.end] not in ".!?\u201d\"')"

    laid = layout(text).paragraphs
    return is_open(paragraph) and sum(map(is_open, laid)) > _HEADLINES * len(laid)


_SPEECH = re.compile(
    r"(?:said|told|blamed|claimed|denied|reported|announced|wrote|warned|added|called|accused|insisted)\b"
)
_IF = re.compile(r"[\"\u201c]?(?:if|unless)\s", re.IGNORECASE)


@lru_cache(maxsize=64)
def _is_beside_news(text: str, sentence: Span) -> bool:
    """A sentence of the present, of a condition, or of what somebody said, which is of the day of the saying."""
    words = lowered(text)[sentence.start : min(sentence.end, sentence.start + REACH)]
    found = cues(words, Span(0, len(words)))
    is_said = bool(found.starts) and _SPEECH.match(words, found.starts[0]) is not None
    is_quote = _QUOTE_FIRST.match(words) is not None
    return found.first == "present" or is_said or is_quote or _IF.match(words) is not None


@lru_cache(maxsize=64)
def _is_promise(text: str, sentence: Span) -> bool:
    """ "In Iraq, troops said they would attack Hit": of the day of the saying."""
    words = lowered(text)[slice(*sentence)]
    found = cues(words, Span(0, len(words)))
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


def _tense_at(text: str, clause: Span, span: Span, sentence: Span) -> str:
    """By the verbs of the clause; "cutting the road" has the tense of its sentence."""
    near = Span(max(sentence.start, span.start - REACH // 2), min(sentence.end, span.end + REACH // 4))
    for part in (Span(max(clause.start, near.start), min(clause.end, near.end)), near):
        words = lowered(text)[part.start : part.end]
        whole = Span(0, len(words))
        found = cues(words, whole)
        if found.kinds:
            return found.at(whole, Span(span.start - part.start, span.end - part.start))
        if _RELATIVE_CLAUSE.match(words):
            return "present"  # "where the army watches from A": a clause whose verb is of no past
    return "none"


_RELATIVE_CLAUSE = re.compile(r"(?:where|who|which|whose)\s")


def _leads_on(text: str, when: When) -> bool:
    """Whether the telling goes on from it: no duration, nothing out of a side remark, a quote, or of a saying."""
    at, days = when.span, when.interval.days
    if at is None or days is None or days > LONGEST_CARRIED or _OPENING.match(text, at.start):
        return False
    before = text[max(at.start - 200, 0) : at.start]
    if _SAYING.search(lower(before[-50:])) or _is_quoted(before):
        return False
    return scope_of(text, when, around(layout(text).sentences, at)).is_free


def _is_quoted(before: str) -> bool:
    line = before.rpartition("\n")[2]
    return line.count("\u201c") > line.count("\u201d") or line.count('"') % 2 == 1


def _main(text: str, times: Sequence[When], published: When | None) -> When | None:
    """The day that the lead tells of, the last of its paragraph, when it is news on the day of publication."""
    lead = layout(text).paragraphs[:LEAD_PARAGRAPHS]
    if not lead or published is None or published.interval.start is None:
        return None
    for paragraph in lead:
        first = Span(paragraph.start, min(paragraph.end, paragraph.start + 2 * REACH))
        for when in reversed(_inside(times, first)[:LEAD_TIMES]):
            if _is_main(text, when, paragraph, published.interval.start):
                return when
    return None


def _is_main(text: str, when: When, paragraph: Span, published: date) -> bool:
    start, at = when.interval.start, when.span
    if start is None or at is None or when.interval.days != 1 or not _leads_on(text, when):
        return False
    is_dateline = text[paragraph.start : at.start].strip(" ,(").isupper()
    return not is_dateline and timedelta() <= published - start <= NEWS


def _published(published: When | None) -> When:
    if published is None:
        return When(Interval(), "../..", "period", "no date is stated, and the publication is unknown")
    return replace(published, reason="no date is stated: the publication", span=None)
