"""The places before an event phrase: of which something is told ("A and B fell"), or for which "which" stands."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from geo.anaphora import stand_in, stands_in
from geo.dating.words import MOMENT
from geo.model import Event, Mention, Span
from geo.objects import REACH, left_out, list_after, objects
from geo.scene import Scene
from geo.triggers import Trigger

_PREPOSITION = re.compile(
    r"\b(?:in|at|near|from|to|towards?|on|into|between|outside|through|via|by|with|around|behind|across|over|off|"
    r"(?:north|south|east|west|km|miles|kilomet(?:er|re)s) of|inside|like|opposite|beyond|against)"
    rf"(?: the)?(?: (?:town|city|village|province|district|streets|camp|road) of)?(?: (?!{MOMENT}\b)[\w-]+)? ?\Z|[–]\Z",
    re.IGNORECASE,
)
_SEGMENT = re.compile(
    r"[;:—]|\s[-–]\s|[“\"]|,? (?P<relative>where|which|who|whose|when) |"
    r",? (?:but|while|whereas|as|because|although|though|until|after|before) (?!the (?:war|uprising|revolt)\b)|\(|"
    r", and (?=(?:the|then|on|in|they|it|he|that|a)\b)"
)
_WHICH_WAS = re.compile(r"\b(?:which|that) (?:has|have|had|is|are|was|were)\b[^,;]{0,30}\Z")
_PRONOUN = re.compile(r"(?:\A\W*(?:\w+ ){0,2}|[ ,])(?:it|they|itself|this)(?: [\w'’]+){0,3} ?\Z", re.IGNORECASE)
RELATIVE = re.compile(r"\b(?:which|that|whom)\b[^,;]{0,50}\Z")
FROM_WHICH = re.compile(r"\b(?:from|of|in|at) (?:which|where)\b[^;]{0,60}\Z|,? where\b[^,;]{0,60}\Z")
_ASIDE = re.compile(r"\b(?:[Aa]part|[Aa]side) from |\b[Ee]xcept(?: for)? |\b[Oo]ther than ")
_COUNT = {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNTED = re.compile(
    r"\b(?:the last |the other |the |all )?(both|two|three|four|five|"
    r"six)(?: of them)?(?: \w+)?(?: (?:were|was|had|have|been|are))*\s*\Z",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?: [a-z]+)?(?: and its \w+)?,?(?: (?:now|itself|since|briefly|first|finally|also|only))?"
    r"(?: (?:an?|the|two|three|both)(?: [\w'’-]+){1,4})? "
)

NO_OBJECT = re.compile(
    r"\s*(?:[.,;:)—–-]|\Z|(?:by|in|on|at|from|after|before|during|since|for|only|last|this|that|earlier|"
    r"just|then|and|but|"
    r"several|twice|yesterday|today|overnight|two|three|a|when|as|with|under|late|early|again)\b(?! (?:guns|tanks)))"
)

_OWN_PART = re.compile(
    r"['’]s (?:[\w-]+ )?(?:districts?|quarters?|neighbou?rhoods|suburbs|half|side|part|cent(?:re|er)|"
    r"old city|outskirts|countryside|refinery|dam|prison|university|airport|air ?base|"
    r"government (?:complex|compound))\b"
)
_SO_DO = re.compile(r"\b(?:and )?(?:so|as) (?:do|does|did|is|are|was|were|has|have) ")
_OFF = re.compile(r"\b(?:\w*(?:north|south|east|west|km|miles|kilomet(?:er|re)s)\w* (?:of|from)|near)(?: the)? \Z")


def segment(scene: Scene, trigger: Trigger) -> Span:
    """The clause up to the phrase: from the last break that is no comma of a list and no relative clause's."""
    start = max(trigger.sentence.start, trigger.span.start - 260)
    for match in reversed(list(_SEGMENT.finditer(scene.text, start, trigger.span.start))):
        between = scene.text[match.end() : trigger.span.start]
        if between and not (match["relative"] and re.search(r",[^,]{0,40}\Z", between)):
            return Span(match.end(), trigger.span.start)
    return Span(start, trigger.span.start)


def subjects(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """The places of which something is told: "A, B and the airfield of C fell", "the town is held by"."""
    lead = scene.before(trigger.span.start, 80, trigger.sentence.start)
    if FROM_WHICH.search(lead) or _WHICH_WAS.search(lead):
        return before_pronoun(scene, trigger)
    clause = segment(scene, trigger)
    if found := _apart_from(scene, trigger) or heads(scene, clause):
        return [*found, *_so_do(scene, trigger), *left_out(scene, trigger, None)]
    if counted := _COUNTED.search(scene.before(trigger.span.start, 50, clause.start)):
        last = [one for one, _ in zip(_small(scene, clause.end), range(_COUNT[counted[1].lower()]), strict=False)]
        return [*reversed(last), *_along(scene, trigger)]
    kind = stands_in(scene.text, clause)
    if kind is None and _PRONOUN.search(scene.text[slice(*clause)]):
        kind = ""
    if kind is None:
        return []
    one = stand_in(scene, clause.start, told, kind)
    return [*([one] if one else []), *left_out(scene, trigger, None)]


def _apart_from(scene: Scene, trigger: Trigger) -> list[Mention]:
    """"Apart from A and B, little of C is in government hands": it is A and B that are."""
    start = max(trigger.sentence.start, trigger.span.start - 400)
    aside = _ASIDE.search(scene.text, start, trigger.span.start)
    if aside is None or not re.search(r"\b(?:little|nothing|none|no )", scene.text[aside.end() : trigger.span.start]):
        return []
    return objects(scene, aside.end(), trigger.span.start)


def _so_do(scene: Scene, trigger: Trigger) -> list[Mention]:
    """"and so do A and B"."""
    so = _SO_DO.search(scene.after(trigger.span.end, 60, trigger.sentence.end))
    return objects(scene, trigger.span.end + so.end(), trigger.sentence.end) if so else []


def _small(scene: Scene, at: int) -> Iterator[Mention]:
    return (one for one in scene.placed_before(at) if one.place and not one.place.is_area)


def _along(scene: Scene, trigger: Trigger) -> list[Mention]:
    """"along with the Walid crossing"."""
    after = scene.placed_in(Span(trigger.span.end, min(trigger.span.end + REACH, trigger.sentence.end)))[:1]
    return [
        one for one in after
        if re.search(r"\b(?:along with|as was|together with) (?:the )?\Z", scene.before(one.toponym.span.start, 20))
    ]


def heads(scene: Scene, clause: Span) -> list[Mention]:
    """The first place that no preposition governs, with its list."""
    free: list[Mention] = []
    governed_end, was_area = -1, False
    for one in scene.placed_in(clause):
        start = one.toponym.span.start
        between = scene.text[governed_end:start] if governed_end >= 0 else "."
        is_joined = re.fullmatch(r",? and (?:the )?" if was_area else r",? (?:and )?(?:the )?", between) is not None
        is_between = "between" in scene.before(start, 60, clause.start)
        is_governed = is_joined or is_between or _PREPOSITION.search(scene.before(start, 40, clause.start)) is not None
        governed_end, was_area = one.toponym.span.end if is_governed else -1, bool(one.place and one.place.is_area)
        if not (is_governed or one.toponym.near or _owns(scene, one) or (one.place and one.place.is_country)):
            free.append(one)
    return [free[0], *list_after(scene, free[0], clause.end)] if free else []


def _owns(scene: Scene, one: Mention) -> bool:
    """"Iraq's largest refinery": not what is told of; "Aleppo's eastern districts" are."""
    after = scene.text[one.toponym.span.end : one.toponym.span.end + 40]
    return after.startswith(("'s", "’s")) and _OWN_PART.match(after) is None


def before_pronoun(scene: Scene, trigger: Trigger) -> list[Mention]:
    """What "which", "that" or "where" stands for: the place before it, and those joined to it by "and"."""
    near = scene.before(trigger.span.start, 90, trigger.sentence.start)
    pronouns = [match.start() for match in re.finditer(r"\b(?:which|that|whom|where)\b", near)]
    end = trigger.span.start - len(near) + (pronouns[-1] if pronouns else 0)
    found = joined_back(scene, Span(trigger.sentence.start, end))
    is_that = near[pronouns[-1] :].startswith("that") if pronouns else False
    return [] if not found or end - found[-1].toponym.span.end > (22 if is_that else 80) else found


def reduced(scene: Scene, trigger: Trigger) -> list[Mention]:
    """A bare participle: "Sukhna, taken last month", "two villages, A and B, besieged by rebels"."""
    if not NO_OBJECT.match(scene.text, trigger.span.end, trigger.sentence.end):
        return []
    found = joined_back(scene, Span(trigger.sentence.start, trigger.span.start))
    is_bare = found and _BARE.fullmatch(scene.text[found[-1].toponym.span.end : trigger.span.start])
    return found if is_bare else []


def joined_back(scene: Scene, span: Span) -> list[Mention]:
    """The last place of ``span`` and those that "and" joins to it."""
    found: list[Mention] = []
    near = scene.placed_in(Span(max(span.start, span.end - 200), span.end))
    told = [one for one in near if not _OFF.search(scene.before(one.toponym.span.start, 24))]
    for mention in reversed(told):
        if found and not re.fullmatch(
            r",? and (?:the )?(?:\w+ )?", scene.text[mention.toponym.span.end : found[-1].toponym.span.start]
        ):
            break
        if not (mention.place and mention.place.is_country):
            found.append(mention)
    return found[::-1]
