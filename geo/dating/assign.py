"""Which of a story's dates a mention or an event belongs to: by clause, tense and discourse."""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from geo.dating.carried import RELATIVE_CLAUSE, carried, tense_at
from geo.dating.links import first_of
from geo.dating.scope import ATTRIBUTE, Scope, distance, segment
from geo.dating.story import OPENING, REACH, Story, is_said_on
from geo.model import Span, When
from geo.sentences import around


def when_of(story: Story, span: Span) -> When:
    """The days of a mention or an event at ``span``.

    The nearest expression of its clause, else of its sentence; else, for something told in the past, the
    date told before it in the paragraph or the day of the main event; else the publication; never today.
    Without a publication an open interval says that nothing is known.
    """
    text, sentence = story.text, story.sentence(span)
    parts = story.clauses(sentence)
    clause = around(parts, span)
    here = segment(text, clause, span)
    near = Span(max(sentence.start, span.start - REACH), min(sentence.end, span.end + REACH))
    said = [one for one in story.scopes(near, sentence) if one.holds(span)]
    own = [one for one in said if around(parts, one.words) == clause]
    is_now = _is_of_now(story, here, span)
    if is_now:
        own = [one for one in own if one.words.start >= here.start]
    behind = _right_behind(text, own, span)
    own = [behind] if behind else _of_segment(text, own, span) or own
    if told := _of_relative(story, span, sentence) or _stated(text, own, span):
        return told
    if labelled := _of_label(story, span, sentence):
        return replace(labelled, reason=f"{labelled.reason}; the name is its label")
    heading = _heading(story, sentence)
    is_other = any(one.when is not heading for one in said)
    if heading and not is_other and tense_at(story, clause, span, sentence) != "future":
        return replace(heading, reason=f"{heading.reason}; it heads the paragraph")
    if not is_now:
        beside = [one for one in said if _reaches(story, one, around(parts, one.words), clause)]
        if beside:
            when = _began(text, _nearest(text, beside, span).when, Span(clause.start, span.start))
            return replace(when, reason=f"{when.reason}; said in its sentence")
        is_said = _ATTRIBUTION.match(text, clause.start, clause.end) is not None
        if not is_said and not _is_of_now(story, clause, span) and (earlier := carried(story, span)):
            return earlier
    return own[0].when if own and not is_now else story.undated


def _stated(text: str, own: Sequence[Scope], span: Span) -> When | None:
    """The nearest date of its clause, unless that only says how old something is."""
    best = _nearest(text, own, span) if own else None
    if best is None or best.rank == ATTRIBUTE:
        return None
    at = best.when.span  # "since they took A in May": A, of May
    return first_of(text, best.when) if at and at.start < span.start and span.end <= at.end else best.when


def _right_behind(text: str, own: Sequence[Scope], span: Span) -> Scope | None:
    """ "took A on the 12th and B on the 13th", "took A, on Monday, then C": the date that stands by the name."""
    behind = (one for one in own if one.words.start >= span.end and one.rank != ATTRIBUTE)
    return next((one for one in behind if _BY_IT.fullmatch(text, span.end, one.words.start)), None)


_BY_IT = re.compile(
    r",?\s(?:(?:on|in|at|by|early|late)\s){0,2}(?:the\s)?(?:(?:morning|afternoon|evening|night)\sof\s(?:the\s)?)?|\s\("
    r"|,\s(?:across|beside|near|outside|opposite|north|south|east|west|a|an|the|its|along|behind|between)\s[^,;.:()]{2,50},\s"
    r"(?:(?:on|in|at|early|late)\s){0,2}(?:the\s)?"
)

_LABEL_ENDS = re.compile(r"[^.:;!?\n]{0,40}:\s|\.\s|\s?[\u2013\u2014]\s")
_HEADS_SENTENCE = re.compile(r":\s")
_HEADS = re.compile(r"\s?(?:[.:)\u2013\u2014-]|\n)")


def _of_label(story: Story, span: Span, sentence: Span) -> When | None:
    """ "Rawa: last Friday, in a single morning", "AFRIN. Troops walked in on Sunday": what follows dates the label."""
    text, paragraph = story.text, story.paragraph(sentence)
    opening = text[paragraph.start : span.start].strip(" \u2022*-\u2013\u2014")
    ends = _LABEL_ENDS.match(text, span.end)
    if ends is None or (opening and not re.fullmatch(r"(?:[A-Z][\w'\u2019-]*(?:,| and|, and)? ?){1,4}", opening)):
        return None
    told = story.sentence(Span(ends.end(), ends.end() + 1))
    inside = story.inside(Span(ends.end(), min(max(told.end, sentence.end), paragraph.end)))
    return next((when for when in inside if story.leads_on(when)), None)


def _heading(story: Story, sentence: Span) -> When | None:
    """ "24 March. Seven factions announce …": the date that a chronology's entry opens with; of several in a paragraph
    ("Monday: …. Tuesday: …") the sentence's own."""
    paragraph = story.paragraph(sentence)
    for opened, heads in ((sentence, _HEADS_SENTENCE), (paragraph, _HEADS)):
        first = story.inside(Span(opened.start, min(opened.start + len("\u2022 On the "), opened.end)))[:1]
        at = first[0].span if first else None
        if at and heads.match(story.text, at.end) and first[0].interval.days is not None:
            return first[0]
    return None


def _nearest(text: str, scopes: Sequence[Scope], span: Span) -> Scope:
    """A date that bounds only one side ("before then") gives way to one that does not."""
    return min(scopes, key=lambda one: (_is_open(one.when), one.rank, distance(text, one.words, span)))


def _of_segment(text: str, scopes: Sequence[Scope], span: Span) -> list[Scope]:
    """ "A fell on Sunday, B and its air strip on Monday": of several dates the one between the same commas."""
    if len(scopes) < 2:
        return []
    first = min(one.words.start for one in scopes)
    last = max(one.words.end for one in scopes)
    found: list[Scope] = []
    for boundary in (_AND_NAME, _COMMA, _AND_VERB):
        opened = boundary.finditer(text, min(first, span.start), span.end + 1)
        marks = [match.end() for match in opened if match.end() <= span.start]
        start = marks[-1] if marks else min(first, span.start)
        closing = boundary.search(text, span.end, max(last, span.end))
        end = closing.start() if closing else max(last, span.end)
        inside = [one for one in scopes if start <= one.words.start < end and one.rank != ATTRIBUTE]
        if inside and len(inside) < len(scopes):
            return inside
        found = found or inside
    return found


_AND_NAME = re.compile(r",\s(?:and|but|while)\s(?=(?:the\s)?[A-Z])")
_COMMA = re.compile(r"[,;]\s")
_AND_VERB = re.compile(
    r"\s(?:and|but|then)\s(?=(?:then\s|later\s|also\s)?(?:[a-z]{2,14}ed|took|retook|overran|lost|won|fell|drove|struck|hit|shot)\s"
    r"|(?:of|in|into|at|from|to|on|around)\s)"
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


def _is_of_now(story: Story, clause: Span, span: Span) -> bool:
    """A clause of the present ("who now sit in") or of a condition ("if it reached") is of the publication."""
    words = story.low[max(clause.start, span.start - REACH) : min(clause.end, span.end + 120)]
    return _NOW.search(words) is not None or words.startswith(("if ", "\u201cif ", '"if '))


def _reaches(story: Story, scope: Scope, dated: Span, clause: Span) -> bool:
    """Whether the date of one clause is that of another: not out of "after they left in May" or "since June"."""
    if dated == clause:
        return True
    text = story.text
    if _ATTRIBUTION.match(text, clause.start, clause.end):
        return False  # "until next year, a diplomat in Baghdad said"
    at = scope.words
    if _WHEN.match(text, clause.start) and 0 <= clause.start - at.end <= len(", "):
        return True  # "since 17 October, when the operation began"
    opens = max(dated.start, text.rfind(", ", dated.start, at.start) + len(", "))  # "which did that, struck on Friday"
    if _APART.match(text, opens, dated.end) or text[at.start : at.start + 6].casefold() == "since ":
        return False
    if clause.end <= dated.start and is_said_on(story.low, at):
        return True  # "A is theirs, an officer said on Monday"
    return _tense(story, clause) != "present" or _ASIDE.match(text, clause.start) is not None


_ATTRIBUTION = re.compile(
    r"(?:(?!and |but )[\w.'\u2019-]{1,30}\s){1,9}(?:said|says?|told|reported|announced)"
    r"(?:\s(?:the\s)?(?!in\b)[\w.]+){0,2}(?:\sin(?:\s[A-Z][\w'-]+){1,3})?[.\s]*\Z"
    r"|(?:said|says|added|asked)\s"
)
_WHEN = re.compile(r"(?:when|as)\s")


def _began(text: str, when: When, lead: Span) -> When:
    """ "since June 2014, when they swept down from Mosul": of June, not of all the time since. ``lead`` is what stands
    in the clause before the name: behind a comma the telling goes on, "since June, when A fell, they have taken B"."""
    return first_of(text, when) if _WHEN.match(text, lead.start) and "," not in text[slice(*lead)] else when


_ASIDE = re.compile(r"[^,.;]{1,50}\b(?:said|says?|told|reported|reports|claims?|announced),\s")


def _tense(story: Story, clause: Span) -> str:
    end = min(clause.end, clause.start + REACH)
    found = story.verbs(clause.start, end).first
    return "present" if found == "none" and RELATIVE_CLAUSE.match(story.low, clause.start, end) else found


_CLAUSE_END = re.compile(r"[,;.]")
_WHICH_DID = re.compile(r",\s(?:which|where)\s(?=[^,;.]{3,80}[,;.])")
_IS = re.compile(r",\s(?:is|are|lies?|remains?|stands?)\s")


def _of_relative(story: Story, span: Span, sentence: Span) -> When | None:
    """ "A, which they captured in April, is 50 km away": the one date of the clause that tells of the name, of which
    nothing else is told than how it is."""
    text = story.text
    match = _WHICH_DID.match(text, span.end, sentence.end)
    if match is None:
        return None
    ends = _CLAUSE_END.search(text, match.end(), sentence.end)
    if ends is None or not _IS.match(text, ends.start()):
        return None
    clause = Span(match.end(), ends.start())
    inside = story.inside(clause)
    is_past = story.verbs(*clause).first in ("past", "perfect")
    if len(inside) != 1 or not is_past or _is_open(inside[0]):
        return None
    if (said := inside[0].span) and OPENING.match(text, said.start):
        return None
    return replace(inside[0], reason=f"{inside[0].reason}; said of the place")
