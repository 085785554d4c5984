"""Who did it, and to whom: the sides around an event phrase. Of a loss the actor is who lost."""
from __future__ import annotations

import re
from collections.abc import Sequence

from geo.dating.words import MOMENT
from geo.model import Event, Span
from geo.parties import Party
from geo.scene import Scene
from geo.sentences import around, layout, paragraph_of
from geo.triggers import Trigger, find_triggers

Sides = tuple[Party | None, Party | None]

_NO_ACTOR = re.compile(
    r"\b(?:against|from|by|with|near|into|on|to|of|between|over|told|under|backed by|than)(?: the| its|"
    rf" their| an?| Syrian)?(?: (?!(?:{MOMENT}|war|fighting|battles?|clashes|siege|bombardment|bombing|shelling|talks"
    r"|town|city|village|river)\b)\w+)? \Z"
)
_GOVERNED = re.compile(r"\b(?:against|from|by|with|near|into|on|to|of|between|over|told|under|backed by|than) \Z")
"""Before a side with its article nothing stands between: "of the rebels", but "at the end of July the rebels"."""
_BY = re.compile(r"\b(?:by|to|of|with|under|on)(?: the| an?| its| their| both)?(?: [\w'’-]+){0,3} ?\Z", re.IGNORECASE)
_FROM = re.compile(
    r"\b(?:from|against|(?<!help )(?<!support )(?<!cover )(?<!backing )of|to|by)(?: the| its| their)?(?: [\w-]+)? ?\Z"
)
_PRONOUN = re.compile(
    r"\b(?:they|it|its|their|he|his|theirs|the (?:group|movement|alliance|attackers|force|column|two sides|militia))\b",
    re.IGNORECASE,
)
_THEY = re.compile(r"\b(?:they|it) (?:[a-z]+ ){1,3}\Z")
""" "took A from the rebels, days after they had been driven out": who took it, not whom it was taken from."""
_SAID = re.compile(r"\b(?:said|says?|reported|claimed|announced|confirmed)(?: that)? ")
_LIFTS = re.compile(r"(?:br(?:oke|eak|oken)|lift|end)(?:s|ed|ing)?\b", re.IGNORECASE)
_LIFTED = re.compile(r"\b(?:br(?:oke|eaks?|eaking|oken)|lift(?:s|ed|ing)?|end(?:s|ed|ing)?)(?: [\w'’-]+){1,5} \Z")
""""troops broke a three-year siege": it is not they who besiege."""
_OPENS = re.compile(r"(?:counter-?)?(?:offensive|assault|push|attack|operation) ", re.IGNORECASE)
""""when the assault began": whose it is must stand before it."""
_WE = re.compile(r"\b(?:we|our)\b(?! (?:own |foreign )?(?:correspondent|reporter|staff|wire|agency))", re.IGNORECASE)
_GROUP = re.compile(r"\bthe (?:group|movement)(?:['’]s)?(?: [\w-]+){0,3} ?\Z", re.IGNORECASE)
_BOMB = re.compile(r"bomb|blast|explosion|suicide", re.IGNORECASE)
_CUT = re.compile(r"[;:]|, (?:but|and|when|while|as)\b|\b(?:after|when|while|before)\b")
_MEN_OF = re.compile(
    r"\b(?:fighters|men|troops|forces|soldiers|columns?|units|militants|gunmen|rebels) of(?: the)? \Z", re.IGNORECASE
)
_RELATIVE = re.compile(r",? (?:who|which|that)\b[^,;.]{0,40}\Z")
_REACH = 220
ADJOINING = 22
"""Characters between a side and a noun that is its: "a rebel takeover", "an Islamic State siege"."""


def sides(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> Sides:
    """Actor and target, ``None`` where the story does not say."""
    before = scene.parties_in(Span(max(trigger.sentence.start, trigger.span.start - _REACH), trigger.span.start))
    after = scene.parties_in(Span(trigger.span.end, min(trigger.sentence.end, trigger.span.end + _REACH)))
    lead = scene.before(trigger.span.start, 60, trigger.sentence.start)
    if trigger.type == "siege" and _LIFTS.match(trigger.text):
        return _after_by(scene, trigger, after), None
    if trigger.type == "siege" and (lifted := _LIFTED.search(lead)):
        own = scene.parties_in(Span(trigger.span.start - len(lead) + lifted.start(), trigger.span.start))
        return _after_by(scene, trigger, after) or next(iter(own), None), None
    return _READERS.get(trigger.frame, _doer)(scene, trigger, (before, after), told)


Around = tuple[list[Party], list[Party]]


def _doer(scene: Scene, trigger: Trigger, around: Around, told: Sequence[Event]) -> Sides:
    """Subject and object: of a passive, who stands after "by"."""
    before, after = around
    if trigger.voice == "passive" or (trigger.voice == "either" and scene.text.startswith(" by", trigger.span.end)):
        actor = _after_by(scene, trigger, after)
        is_taken = trigger.frame == "take" and not scene.text.startswith(" by ", trigger.span.end)
        return actor or (_attacker(told, None, scene, trigger) if is_taken else None), None
    if trigger.frame == "on" and (by := _after_by(scene, trigger, after)) and by.span.start - trigger.span.end < 30:
        return by, None
    if trigger.frame == "on" and _BOMB.search(trigger.text):
        near = before[-1] if before and trigger.span.start - before[-1].span.end < 12 else None
        return near, None
    if trigger.frame == "open" and _OPENS.match(trigger.text):
        return (before[-1] if before and trigger.span.start - before[-1].span.end <= ADJOINING else None), None
    actor = subject(scene, trigger, before, told)
    if actor is None and trigger.frame == "hold" and before:
        actor = before[-1]
    if actor and after and after[0].code == actor.code and after[0].span.start - trigger.span.end <= len(" the "):
        actor = None  # "it bombed SDF positions"
    target = next((one for one in after if one.code != (actor.code if actor else "")), None)
    if target is None and trigger.type == "clash" and len(before) > 1 and _BOTH.fullmatch(
            scene.text[before[-2].span.end:before[-1].span.start]):
        return before[-2], before[-1]
    if target and trigger.type.startswith("control"):
        target = target if _FROM.search(scene.before(target.span.start, 40, trigger.span.end)) else None
    return actor, target


_BOTH = re.compile(r" and (?:the )?")
""""rebels and jihadists fought over A"."""


def _after_by(scene: Scene, trigger: Trigger, after: Sequence[Party]) -> Party | None:
    if after and trigger.text.lower().endswith(" by") and after[0].span.start - trigger.span.end < 40:
        return after[0]
    for one in after[:3]:
        between = scene.text[trigger.span.end : one.span.start]
        if re.search(r"\bby\b[^,]*\Z", between) and len(between) < 110:
            return one
    return None


def _holder(scene: Scene, trigger: Trigger, around: Around, told: Sequence[Event]) -> Sides:
    """"A is in rebel hands", "B remains with the militants"."""
    inside = scene.parties_in(trigger.span)
    if inside:
        return inside[-1], None
    near = [one for one in around[1] if one.span.start - trigger.span.end < 40]
    if trigger.type == "siege":
        return _after_by(scene, trigger, around[1]) or _attacker(told, None, scene, trigger), None
    if not near and re.search(r"\b(?:its|their|his)\b", trigger.text):
        return subject_before(scene, trigger.span.start), None
    return (near[0] if near else None), None


def _faller(scene: Scene, trigger: Trigger, around: Around, told: Sequence[Event]) -> Sides:
    """"fell to the rebels"; else who was on the attack. "passed out of ISIL's hands": ISIL lost it."""
    inside = scene.parties_in(trigger.span)
    near = [*inside, *(one for one in around[1] if one.span.start - trigger.span.end < 40)]
    if trigger.text.endswith((" out of", "from")):
        loser = near[0] if near else None
        gainer = _attacker(told, loser, scene, trigger)
        return (loser, gainer) if trigger.type == "control_loss" else (gainer, loser)
    if inside:
        return inside[-1], None
    gainer = next((one for one in near if re.match(r"\s*(?:in)?to\b", scene.text[trigger.span.end : one.span.start])
                   or trigger.text.endswith(("to", "of"))), None)
    if gainer is None and re.match(r" to (?:it|them)\b", scene.text[trigger.span.end : trigger.span.end + 9]):
        gainer = subject_before(scene, trigger.span.start)
    if gainer is None:
        came = (one for one in around[1] if _WHO_CAME.search(scene.before(one.span.start, 24, trigger.span.end)))
        gainer = next(came, None)
    return gainer or _attacker(told, None, scene, trigger), None


_WHO_CAME = re.compile(r"(?:, (?:both|all|all three) to|\A(?: hands)? (?:when|as|after))(?: the)? \Z")
""" "A fell on Monday, B on Tuesday, both to rebels", "A fell when rebels stormed it"."""


def _noun(scene: Scene, trigger: Trigger, around: Around, told: Sequence[Event]) -> Sides:
    """"the capture of A by B", "B's capture of A", "a rebel takeover of A"."""
    before, after = around
    if trigger.type == "control_state" and after and after[0].span.start - trigger.span.end <= len(" the "):
        return after[0], None  # "a stronghold of the rebels"
    by = _after_by(scene, trigger, after)
    if by and re.search(r"\b(?:was|were|is|are|has|had)\b", scene.text[trigger.span.end : by.span.start]):
        by = None
    adjoining = before[-1] if before and trigger.span.start - before[-1].span.end <= ADJOINING else None
    if trigger.text.lower().startswith("fall"):
        by = by or next((one for one in after[:1] if _TO.search(scene.before(one.span.start, 8))), None)
    if trigger.type == "control_loss":
        return adjoining or by or subject(scene, trigger, before, told), None
    return by or adjoining or subject(scene, trigger, before, told), None


_TO = re.compile(r" to (?:the )?\Z")
""""the fall of A to the rebels"."""


def _ouster(scene: Scene, trigger: Trigger, around: Around, told: Sequence[Event]) -> Sides:
    """Who drove out whom."""
    before, after = around
    if trigger.voice == "passive":
        loser, others = before[-1] if before else None, list[Party]()
        if _THEY.search(scene.before(trigger.span.start, 40, trigger.sentence.start)):
            loser = _pronoun(scene, trigger, told)
            others = [one for one in before if loser and one.code != loser.code]
        taker = _after_by(scene, trigger, after) or _attacker(told, loser, scene, trigger)
        return taker or next(iter(others), None), loser
    near = [one for one in after if one.span.start - trigger.span.end < 60]
    if trigger.text.lower().startswith(("leav", "left")):
        return (near[0] if near else None), (before[-1] if before else None)
    actor = subject(scene, trigger, before, told)
    return actor, next((one for one in near if actor is None or one.code != actor.code), None)


def _striker(scene: Scene, trigger: Trigger, around: Around, told: Sequence[Event]) -> Sides:
    """Whose strikes: the adjective before, "by" after, the clause's subject, or who flies in this story."""
    before, after = around
    inside = scene.parties_in(Span(trigger.span.start - 1, trigger.span.end))
    near = [one for one in before if trigger.span.start - one.span.end < 120 and not _is_object(scene, one)]
    adjoining = before[-1:] if before and trigger.span.start - before[-1].span.end <= 14 else []
    by = _after_by(scene, trigger, after)
    actor = next(iter([*inside, *adjoining, *([by] if by else []), *near[::-1]]), None)
    if actor is None:
        flying = (one for one in scene.parties_before(trigger.span.start) if one.code in ("COALITION", "RUSSIA", "USA"))
        actor = next(flying, None)
    return actor, None


def receiver(scene: Scene, trigger: Trigger) -> Party | None:
    """To whom something is handed."""
    after = scene.parties_in(Span(trigger.span.end, min(trigger.sentence.end, trigger.span.end + 140)))
    to = (one for one in after if re.search(r"\bto(?: the| its| their)? \Z", scene.before(one.span.start, 12)))
    return next(to, None)


def _handed(scene: Scene, trigger: Trigger, around: Around, told: Sequence[Event]) -> Sides:
    """"A handed B to C": C has it, A had it."""
    return receiver(scene, trigger), subject(scene, trigger, around[0], told)


_READERS = {
    "hand": _handed,
    "with": _holder, "fall": _faller, "noun": _noun, "oust": _ouster, "strikes": _striker,
}


def subject(scene: Scene, trigger: Trigger, before: Sequence[Party], told: Sequence[Event]) -> Party | None:
    """Who acts: the party right before the verb or its "who", else the first of the clause that no preposition
    governs; "they" and "the group" are who acted last."""
    if before and _adjoins(scene, trigger, before[-1]):
        return _owner(scene, before) or before[-1]
    if head := _before_relative(scene, trigger, before):
        return head
    clause = scene.before(trigger.span.start, 110, trigger.sentence.start)
    cut = max((match.end() for match in _CUT.finditer(clause)), default=0)
    start = trigger.span.start - len(clause) + cut
    free = [one for one in before if not _is_object(scene, one)]
    own = [one for one in free if one.span.start >= start]
    if _WE.search(clause[cut:]):
        speakers = scene.parties_in(Span(trigger.span.end, min(trigger.sentence.end, trigger.span.end + _REACH)))
        return speakers[0] if speakers else _pronoun(scene, trigger, told)
    if own:
        said = max((match.end() for match in _SAID.finditer(clause)), default=0)
        told_of = [one for one in own if one.span.start >= trigger.span.start - len(clause) + said]
        return (told_of or own)[0]
    if _PRONOUN.search(clause[cut:]):
        is_accusation = trigger.type in ("attack", "airstrike") and _is_accused(clause)
        return None if is_accusation else _pronoun(scene, trigger, told)
    return free[0] if free else _of_main_clause(scene, trigger) or _going_on(scene, trigger, told)


def _before_relative(scene: Scene, trigger: Trigger, before: Sequence[Party]) -> Party | None:
    """"The Kurds, who had moved in when the army ran away, lost it": who stands before the clause that a comma ends."""
    lead = scene.text[trigger.sentence.start : trigger.span.start]
    opened = lead.rfind(", who ")
    if opened < 0 or not _CLOSED.search(lead, opened + 1) or ";" in lead[opened:]:
        return None
    at = trigger.sentence.start + opened
    return next((one for one in reversed(before) if one.span.end <= at < one.span.end + ADJOINING), None)


_CLOSED = re.compile(r"[\w'’)],(?: [a-z]+ly| then| later| also)? (?:(?:has|have|had|was|were) )?\Z")

_OPENING = re.compile(
    r"\W*(?:Having|After|By|Before|Since|While|On|With|In|Without|(?:\w+ ){1,2}(?:after|before))?(?: \w+ly)? ?\Z")


def _of_main_clause(scene: Scene, trigger: Trigger) -> Party | None:
    """"Having taken A on Monday, the army moved on": who acts stands behind the comma."""
    if not _OPENING.match(scene.text[trigger.sentence.start : trigger.span.start][:24]):
        return None
    comma = scene.text.find(",", trigger.span.end, min(trigger.sentence.end, trigger.span.end + _REACH))
    after = scene.parties_in(Span(comma, comma + 30)) if comma >= 0 else []
    return next((one for one in after if not _is_object(scene, one)), None)


def _going_on(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> Party | None:
    """"captured A, 30 km west of B, and attacked C": who did the one did the other."""
    last = told[-1] if told and told[-1].sentence == trigger.sentence else None
    if last is None or not last.actor or not _AND.search(scene.before(trigger.span.start, 30, trigger.sentence.start)):
        return None
    return next((one for one in scene.parties_before(trigger.span.start) if one.code == last.actor), None)


_AND = re.compile(r"\band (?:\w+ly |later |then |also )?\Z")


def _owner(scene: Scene, before: Sequence[Party]) -> Party | None:
    """"Turkey said its troops had ...": Turkey's."""
    is_owned = re.search(r"\b(?:its|their) \Z", scene.before(before[-1].span.start, 7)) is not None
    return before[-2] if is_owned and before[-1].by_country and len(before) > 1 else None


def _is_accused(clause: str) -> bool:
    """"They are bombing everything", somebody says: whom is known to those who hear it."""
    opens = max(clause.rfind("\u201c"), clause.rfind('"'))
    closes = clause.rfind("\u201d")
    return opens > closes and clause.count('"') % 2 == (clause[opens] == '"') and "they" in clause[opens:].lower()


def subject_before(scene: Scene, at: int) -> Party | None:
    """The last party before a position that may act."""
    return next((one for one in scene.parties_before(at) if not _is_object(scene, one)), None)


def _adjoins(scene: Scene, trigger: Trigger, party: Party) -> bool:
    between = scene.text[party.span.end : trigger.span.start].replace("\xa0", " ")
    if re.fullmatch(r",? (?:who|which|that)(?: [\w'’]+){0,4} ", between):
        return True
    return not _is_object(scene, party) and re.fullmatch(
        r"(?: (?:fighters|militants|forces|troops|soldiers|group|men|has|have|had|also|then|now|later|briefly|"
        r"quickly|still|fully|\w+ly|"
        r"first|previously|are|were|is|was|be|been|and))*\s*", between
    ) is not None


def _is_object(scene: Scene, party: Party) -> bool:
    """"against the Islamic State", "backed by the coalition": not who acts."""
    lead = scene.before(party.span.start, 30)
    if _MEN_OF.search(lead):
        return False
    has_article = scene.text.startswith(("the ", "The "), party.span.start)
    return (_GOVERNED if has_article else _NO_ACTOR).search(lead) is not None


def _pronoun(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> Party | None:
    """"They lost control": the side whose gain the story told before the other's; else who acted or was named last."""
    gains = [event for event in told[-12:] if event.type == "control_gain" and event.certainty != "hypothetical"]
    if trigger.type == "control_loss" and gains:
        losers = [event.actor for event in gains if event.actor != gains[-1].actor] or [gains[-1].target]
        lost = next((one for one in scene.parties_before(trigger.span.start, 60) if one.code == losers[-1]), None)
        if lost:
            return lost
    here = scene.parties_in(Span(max(trigger.sentence.start, trigger.span.start - _REACH), trigger.span.start))
    if _GROUP.search(scene.before(trigger.span.start, 40, trigger.sentence.start)):
        return _group(scene, trigger)
    free = [one for one in here if not _is_object(scene, one)]
    return next(iter([*free[::-1], *here[::-1]]), None) or subject_before(scene, trigger.sentence.start)


def _group(scene: Scene, trigger: Trigger) -> Party | None:
    """"the group": no state and no army."""
    groups = [one for one in scene.parties_before(trigger.span.start) if one.code in scene.groups]
    return next((one for one in groups if not _is_object(scene, one)), None)


def _sentence_before(scene: Scene, trigger: Trigger) -> Span | None:
    """In its paragraph."""
    before = Span(trigger.sentence.start - 2, trigger.sentence.start - 1)
    is_first = before.start <= paragraph_of(scene.text, trigger.sentence).start
    return None if is_first else around(layout(scene.text).sentences, before)


def _taker(scene: Scene, sentence: Span) -> Party | None:
    """"The army has retaken most of the enclave. A fell on Monday": who took, though of no place of a name."""
    for readings in reversed(find_triggers(scene.text, sentence)):
        first = readings[0]
        if first.type in ("control_gain", "attack") and first.frame in ("take", "hit", "on"):
            before = scene.parties_in(Span(sentence.start, first.span.start))
            return subject(scene, first, before, ())
    return None


def _attacker(told: Sequence[Event], loser: Party | None, scene: Scene, trigger: Trigger) -> Party | None:
    """Who was taking places just before, and is not the loser."""
    losing = loser.code if loser else ""
    taking = [event for event in reversed(told[-6:])
              if event.type in ("control_gain", "attack", "siege") and event.actor and event.actor != losing]
    before = _sentence_before(scene, trigger)
    if before and not any(event.sentence.start >= before.start for event in taking):
        taker = _taker(scene, before)
        if taker and taker.code != losing:
            return taker
    if taking:
        return next((one for one in scene.parties_before(trigger.span.start, 80) if one.code == taking[0].actor), None)
    near = scene.parties_before(trigger.span.start, 6)
    return next((one for one in near if not _is_object(scene, one) and one.code != losing), None)
