"""The places that follow an event phrase: its object, its list of objects, and those of a verb left out.

"took A, B and C" is three places; so is "A fell on Monday, B on Tuesday and C a day later".
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from geo.anaphora import KIND_OF, NO_PLACE, NOUNS, stand_in
from geo.facilities import CODES
from geo.model import Event, Mention, Span
from geo.scene import Scene
from geo.triggers import Trigger, is_verb

REACH = 130
"""Characters between a phrase and its first place, or between two places of a list."""

STOP = (
    r"(?:by|with|after|before|for|while|when|as|against|was|were|is|are|had|has|have|been|be|who|which|"
    r"that|where|whose|"
    r"and|but|or|because|during|since|until|despite|under|near|said|say|says|told|towards?|between|if|than|to)"
)
_WORDS = rf"(?:(?!{STOP}\b)[\w'’“\"‘.-]+\s)"
_LEAD = re.compile(
    rf"\s*(?:(?:control of|back|over|full|of|from|out of|into|inside|on|at|around|to|in)\s)?{_WORDS}{{0,6}}[“\"‘]?"
)
_IN = re.compile(r"\b(?:in|at|on)(?: the| its)?(?: [\w-]+){0,2} ?[“\"‘]?\Z")
_PART = re.compile(
    r"\b(?:cent(?:re|er)|districts?|offices?|quarters?|neighbou?rhoods?|villages?|positions?|territory|"
    r"ground|areas?|base|"
    r"buildings?|hills?|flag|banner|heart|hall|posts?|victory|outskirts|suburbs?|half|parts?|points?|road|university|"
    r"foothold|towns?|order|safety|security|control|authority|end|rule|fields?|airport|camp|outpost|university|"
    r"hospital|prison|school|factory|mill|barracks|headquarters|mosque|church|station|checkpoints?|court(?:house)?|silos?|"
    r"crossing|gate|bridge|dam|refinery|junction|air ?base|springs?|wells?)"
    r"\s(?:\w+\s)?(?:in|at|on)(?: the| its)?(?: [\w-]+){0,2} ?[“\"‘]?\Z"
)
_SEAT = re.compile(
    r"\b(?:capital|seat|cent(?:re|er)|heart|gateway|edge|(?:largest|biggest|main|second|only) \w+|"
    r"km|miles|kilomet(?:er|re)s|(?:north|south)?-?(?:east|west)|north|south) (?:of|in|to|from) (?:the )?\Z"
)
""""A, the capital of B", "A, 30 km west of B": not both."""
_PART_OF = re.compile(r" (?:suburb|quarter|district|neighbou?rhood)s? of ")
_AND_DID = re.compile(r"\band (?:\w+ly )?\w+ed \w")
"""" A, and attacked posts at B": another verb's."""
_KIND = rf"(?:\s(?:{NOUNS}|province|city))?"
_ITEM = r"(?:(?:,| and) (?:the|its|an?|two|three|their)(?: [\w'’-]+){1,3})"
_JOIN = re.compile(
    rf"{_KIND}(?:\s?\([^()]{{0,50}}\))?{_ITEM}?"
    r"(?P<sep>,? (?:and|or|as well as|along with|together with|plus|then|followed by|&)|,)"
    r" (?:(?:then|also|later|finally|from|of|the|its|both|in|at|on|into|inside|near|around|against|over|further),? )*"
    rf"(?:(?!{STOP}\b)[\w'’.-]+ ){{0,5}}[“\"‘]?\Z"
)
_THEN = re.compile(
    r"[^;.:]{0,60}(?:, then|,? and then|, followed by|, later|, and later)(?:, [^,;.]{1,25},)? (?:the )?(?:\w+ ){0,2}\Z"
)
_GAP = re.compile(
    r"(?:[^;.]{0,70}?,|[^;.,]{0,45} and|[^;.]{0,45}:)(?: and,?| then,?)?"
    r"(?P<time> (?:on|in|at|a|the|two|three|same)[\w ]{0,16},)?"
    rf"(?: (?!{STOP}\b)[\w'’.-]+){{0,4}} ?\Z"
)
_NEXT_DAY = re.compile(r"[^;.]{0,24}; (?:and )?(?P<time>(?:on|in|by|at|a|the|two|three)[\w ]{1,24}, )(?:the )?")
""" "took A; on Tuesday, B; on Wednesday, C"."""

PEOPLE = re.compile(
    r" (?:(?:about|some|over|at least|more than|nearly|up to|\d[\d,]*|dozens of|hundreds of|thousands of|the|its|their"
    r"|two|three|four|five|six|seven|eight|nine|ten|many|several) ){1,3}(?:\w+ )?"
    r"(?:captives|prisoners|hostages|detainees|inmates|people|civilians|families|women|children|soldiers|men|pilots?"
    r"|Yazidis)\b"
)
"""Who is freed, seized or surrounded is no place: "a raid near A that freed 70 captives"."""

TIME = re.compile(
    rf"{_KIND}(?: and [\w' -]{{2,40}}?)?,? ?\(?(?:(?:on|in|at|by|early|late|last|earlier|later) (?:the |"
    rf"[A-Z]|\d|early|late|mid|"
    r"this|that|dawn|noon|night)|(?:a|one|two|three|four|five|six|some) (?:hours?|days?|weeks?|months?) "
    r"(?:later|earlier|before|after)|the (?:same|next|following|previous|day|week|month|year)|yesterday|"
    r"today|overnight|last |since |\d)"
)
_NO_ITEM = re.compile(rf"\b{STOP.replace('and|', '')}\b|[.;:]")
_FACILITY = re.compile(
    rf"(?:,| and|\A)(?: from)? (?:the|its)(?: military| main| international)? ({NOUNS})\b(?=[ ,.;]|\Z)"
)
_VERB_AFTER = re.compile(
    rf"{_KIND}(?:, [^,]{{1,40}},)? (?:was|were|is|are|had|has|have|fell|will|would|said|remains?|came|went)\b"
)


def objects(scene: Scene, start: int, end: int) -> list[Mention]:
    """The list of places that begins right after ``start``, none of them behind ``end``."""
    found: list[Mention] = []
    last, container = start, False
    for mention in scene.placed_in(Span(start, min(start + 6 * REACH, end))):
        span = mention.toponym.span
        between = scene.text[last : span.start]
        if len(between) > REACH or (not found and not (_leads(between) or _leads_late(between))):
            break
        if found and not container and not joins(between, mention):
            is_land = between in (" in ", " in the ") and mention.place is not None and mention.place.is_area
            if not (is_land or _is_apposition(between)):
                break
            last = span.end
            continue
        if found and _VERB_AFTER.match(scene.text, span.end):
            break
        last = span.end
        container = _holds_another(scene, mention, end)
        if not container:
            found.append(mention)
    return [one for one in found if not (one.place and one.place.is_country and len(found) > 1)]


def _leads(between: str) -> bool:
    """Nothing but its own epithets stands between the phrase and the place."""
    if NO_PLACE.search(between) or not _LEAD.fullmatch(between):
        return False
    return between.strip() in ("in", "at", "on") or not _IN.search(between) or _PART.search(between) is not None


def _leads_late(between: str) -> bool:
    """Items that are no names come first: "the airport, two television stations, the Ghizlani camp"."""
    first, comma, rest = between.rpartition(",")
    if not comma or not re.match(r"\s(?:the|its|an?|two|three)\s", first):
        return False
    items = first.split(",")
    return _leads(rest) and all(_LEAD.fullmatch(each + " ") and not NO_PLACE.search(each) for each in items)


def joins(between: str, mention: Mention) -> bool:
    """Whether a list goes on: "A, B", "A and the village of B"; not "A, B province"."""
    join = _JOIN.fullmatch(between)
    if join is None or NO_PLACE.search(between) or _SEAT.search(between) or _AND_DID.search(between):
        return False
    if _BESIDE_IT.search(between):
        return False
    if _tells_more(between):
        return False
    is_container = mention.place is not None and mention.place.is_area and join["sep"] == "," and len(between) <= 3
    return not is_container


_BESIDE_IT = re.compile(r", in (?:neighbou?ring|nearby) \Z")
""" "A, in neighbouring B": where A lies, no second place."""


def _tells_more(between: str) -> bool:
    """Whether another verb stands before the place: "captured A, the army attacked B"; not "A and the besieged B"."""
    words = between.replace(",", " ").split()
    if _AND_THEY.search(between) or _BYSTANDERS.search(between):
        return True
    return any(
        is_verb(word) and word.lower().endswith("ed")
        and (not place or words[place - 1].lower() not in _BEFORE_EPITHET)
        for place, word in enumerate(words)
    )


_AND_THEY = re.compile(
    r"\band (?:its|the|their|his|an?|[A-Z]\w+)(?: (?!\w+ly\b)\w+){1,2} (?!held|based|besieged|occupied|so-called)"
    r"(?:\w+ed|took|won|lost) (?:an?|the|its|their|it|them|on|at|in|into|that|control)\b"
)
""" "bombed A and its infantry claimed a first village, B"."""

_BYSTANDERS = re.compile(
    r"\band (?:residents|people|civilians|activists|witnesses|officials|doctors|hospitals) (?:of|in|from)\b"
)

_BEFORE_EPITHET = frozenset(("the", "a", "an", "its", "their", "of", "long", "recently", "newly", "then", "and"))


def _is_apposition(between: str) -> bool:
    return re.match(r", (?:an?|the|north|south|east|west|just|near|some|about|\d)\b", between) is not None


def _holds_another(scene: Scene, mention: Mention, end: int) -> bool:
    """What only says where the town lies: "the Syrian town", "Syria's Aleppo", "the Damascus suburb of"."""
    span = mention.toponym.span
    after = scene.text[span.end : min(span.end + 60, end)]
    if _PART_OF.match(after) or _has_a_part_named(scene, span, end):
        return True
    if mention.place is None or not mention.place.is_area:
        return False
    if re.match(rf"(?:['’]s)?(?: [\w'’-]+){{0,4}}? (?:{NOUNS})s?\b", after) and mention.place.is_country:
        return True
    if re.match(r",? the (?:towns?|cit(?:y|ies)|villages?)(?: \w+)? of ", after):
        return True
    return after.startswith(("'s", "’s")) and any(scene.placed_in(Span(span.end, min(end, span.end + 60))))


def _has_a_part_named(scene: Scene, town: Span, end: int) -> bool:
    """"the ruins of Mosul's Old City": that, and not the town."""
    ends = town.end + len("'s ")
    return scene.text.startswith(("'s ", "’s "), town.end) and any(scene.placed_in(Span(ends, min(ends + 1, end))))


def facilities(scene: Scene, start: int, end: int, told: Sequence[Event]) -> list[Mention]:
    """Facilities told by their kind alone among the items that follow: "the airport, two stations", "A and its dam"."""
    found: list[Mention] = []
    window = _NO_ITEM.split(scene.after(start, 90, end))[0]
    for match in _FACILITY.finditer(window):
        kind = KIND_OF[match[1].lower()]
        if kind in CODES:
            one = stand_in(scene, start + match.start(1), told, kind)
            found += [one] if one else []
    return found


def left_out(scene: Scene, trigger: Trigger, last: Mention | None) -> list[Mention]:
    """Further places of a verb that is not said again, each with its own time."""
    found: list[Mention] = []
    at = max(last.toponym.span.end if last else 0, trigger.span.end)
    for mention in scene.placed_in(Span(at, min(at + 6 * REACH, trigger.sentence.end))):
        span = mention.toponym.span
        between = scene.text[at : span.start]
        gap = (_NEXT_DAY if ";" in between else _GAP).fullmatch(between) if len(between) <= REACH else None
        if gap is None or _tells_more(between) or _AND_DID.search(between):
            break
        is_timed = gap["time"] or TIME.match(scene.text, span.end, trigger.sentence.end)
        if not is_timed and not (found and between == " and "):
            break
        if not (mention.place and mention.place.is_country):
            found.append(mention)
        at = span.end
    return found


def then(scene: Scene, trigger: Trigger) -> list[Mention]:
    """"took the centre at noon, then, in quick succession, A and B"."""
    for mention in scene.placed_in(Span(trigger.span.end, min(trigger.span.end + REACH, trigger.sentence.end)))[:1]:
        if _THEN.fullmatch(scene.text[trigger.span.end : mention.toponym.span.start]):
            return [mention, *list_after(scene, mention, trigger.sentence.end)]
    return []


def list_after(scene: Scene, mention: Mention, end: int) -> list[Mention]:
    """The rest of a list that begins with ``mention``."""
    return list(_list_after(scene, mention, end))


def _list_after(scene: Scene, mention: Mention, end: int) -> Iterator[Mention]:
    last = mention.toponym.span.end
    for other in scene.placed_in(Span(last, min(last + 4 * REACH, end))):
        if not joins(scene.text[last : other.toponym.span.start], other):
            return
        last = other.toponym.span.end
        yield other
