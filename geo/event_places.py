"""Which places an event phrase is about, by its frame (the column of ``data/triggers.csv``)."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from geo.anaphora import KIND_OF, NO_PLACE, stand_in, stands_after
from geo.headings import headed
from geo.likeliest import is_elsewhere, likeliest
from geo.locations import attacked, fought, heading, struck, surrounded
from geo.model import Event, Mention, Place, Span
from geo.objects import PEOPLE, facilities, left_out, list_after, objects, then
from geo.scene import Scene
from geo.sides import receiver
from geo.subjects import FROM_WHICH, NO_OBJECT, RELATIVE, before_pronoun, heads, joined_back, reduced, segment, subjects
from geo.triggers import Trigger

_NAMED_ONLY = ("leave", "left", "leaving", "quit", "depart", "evacuat", "flee", "fled", "vacat")
_NO_FALL = re.compile(
    r" (?:back|silent|short|ill|behind|apart|by|on (?:army|our|their|police|an?|the (?!first|second|third|"
    r"last|same|next|day|"
    r"night|morning|\d))|into (?!the hands)|\d|from|off|out|through|asleep|in love)\b"
)
_WAS = re.compile(r"\b(?:was|were|been)\b")
_ENDS_OUT = re.compile(r"\s*(?:[.,;]|on|in|at|by|of it|last|after|earlier|during|overnight|\Z)")


def places(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """The places of one event phrase, in order; none where it has none, for then it is no event."""
    found = _FINDERS[trigger.frame](scene, trigger, told)
    if trigger.frame in _FIGHTS:
        found = [one for one in found if not is_elsewhere(scene, one)]
    if not found and trigger.frame in _FIGHTS:
        found = likeliest(scene, trigger, told)
    if not found and trigger.type.startswith("control"):
        found = headed(scene, trigger)
    is_change = trigger.type in ("control_gain", "control_loss", "siege")
    return [one for one in found if one.place and not (is_change and _has_no_master(one.place))]


def _has_no_master(place: Place) -> bool:
    """Nobody takes a country in a day, nor a river."""
    return place.is_country or (place.feature_class == "H" and place.feature_code == "STM")


_FIGHTS = ("hit", "on", "at", "strikes")
"""Frames of what happens at a place that need not be the verb's own object."""


def _taken(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """What was taken, lost, held or surrounded."""
    if PEOPLE.match(scene.text, trigger.span.end, trigger.sentence.end):
        return []
    if trigger.voice == "passive":
        return subjects(scene, trigger, told) or _something_at(scene, trigger, told)
    for find in (_named, _participle, _stood_for, _relative, _not_said):
        if found := find(scene, trigger, told):
            return found
    return []


def _something_at(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"At A, west of B, an academy was captured"."""
    found = heading(scene, trigger, told)
    is_thing = _THING.search(scene.before(trigger.span.start, 70, trigger.sentence.start))
    return [one for one in found if one.place and not one.place.is_area] if is_thing else []


_THING = re.compile(
    r", (?:an?|the|its|two|three|several) (?:[\w'-]+ ){0,3}[\w'-]+ (?:was|were|has been|had been) (?:\w+ )?\Z"
)


def _named(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"took A and its airport, then B"."""
    start, end = trigger.span.end, trigger.sentence.end
    named = objects(scene, start, end)
    if not named:
        return []
    listed = named[1:] if _is_of_it(scene, start, named[0]) else named
    return [*facilities(scene, start, end, told), *listed, *left_out(scene, trigger, named[-1])]


def _is_of_it(scene: Scene, start: int, town: Mention) -> bool:
    """"holds the airport of A": that airport, if it is known, and not the town."""
    noun = _FACILITY_OF.search(scene.text, start, town.toponym.span.start)
    if noun is None or town.place is None:
        return False
    return scene.facility(KIND_OF[noun[1].lower()], town.place) is not None


_FACILITY_OF = re.compile(
    r"\bthe (?:military |main |international )?(airport|air ?base|airfield|dam|refinery|prison) (?:of|at|in) \Z"
)


def _participle(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"Tabqa and its dam, captured on 10 May", "one of the towns held by rebels", "was lost and recaptured"."""
    if trigger.voice != "either":
        return []
    if kinds := _KINDS_LISTED.match(scene.text, trigger.span.end, trigger.sentence.end):
        return objects(scene, kinds.end(), trigger.sentence.end)  # "two besieged villages, A and B"
    if found := reduced(scene, trigger):
        return [*found, *facilities(scene, found[-1].toponym.span.end, trigger.span.start, told)]
    clause = segment(scene, trigger)
    is_second = _WAS.search(scene.text, clause.start, clause.end) and NO_OBJECT.match(scene.text, trigger.span.end)
    is_passive = is_second or scene.text.startswith(" by ", trigger.span.end)
    return subjects(scene, trigger, told) if is_passive else []


_KINDS_LISTED = re.compile(r" (?:[\w'’]+ ){0,2}(?:towns|villages|cities|suburbs|districts|enclaves|bases|crossings),")


def _stood_for(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"took the town", "took it", "took the centre, then A and B"."""
    start, end = trigger.span.end, trigger.sentence.end
    kind = stands_after(scene.text, start, end)
    is_object = trigger.voice == "active" or not re.match(r" (?:in|on|at|from|by)\b", scene.after(start, 6, end))
    if kind is None or not is_object:
        return []
    rest = then(scene, trigger)
    return [*_one(scene, trigger, told, kind), *rest, *left_out(scene, trigger, rest[-1] if rest else None)]


def _relative(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"A, which the rebels took in May"."""
    is_relative = RELATIVE.search(scene.before(trigger.span.start, 70, trigger.sentence.start))
    return before_pronoun(scene, trigger) if is_relative else []


def _not_said(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"our forces have taken full control", "which closed the ring"."""
    if trigger.type == "siege" and (found := surrounded(scene, trigger, told)):
        return found
    is_whole = trigger.voice == "active" and trigger.text.lower().endswith((" control", " the ring", " possession"))
    return _one(scene, trigger, told, "") if is_whole else []


def _one(scene: Scene, trigger: Trigger, told: Sequence[Event], kind: str) -> list[Mention]:
    found = stand_in(scene, trigger.span.start, told, kind)
    return [found] if found else []


def _gone_in(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"Soldiers drove in on Friday": to where the story is."""
    return _one(scene, trigger, told, "") if _ENDS_OUT.match(scene.text, trigger.span.end) else []


def _driven_from(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"drove ISIL out of A and from B", "were driven from A", "drove it out", "leaving it to the rebels"."""
    if trigger.text.lower().startswith(("leav", "left")):
        return _left_to(scene, trigger, told)
    is_from_which = FROM_WHICH.search(scene.before(trigger.span.start, 80, trigger.sentence.start)) is not None
    end = trigger.sentence.end
    is_bare_out = _OUT.match(scene.text, trigger.span.end) and not _OUT_OF.match(scene.text, trigger.span.end)
    if is_from_which and (trigger.voice == "passive" or is_bare_out):
        return before_pronoun(scene, trigger)
    after = scene.text[trigger.span.end : min(trigger.span.end + 90, end)]
    out = re.match(r"(?P<who>[^,.;:]{0,70}?)\b(?P<way>(?:back )?out of|out|from|away from)\b", after)
    if out is None or not _has_victim(scene, trigger, out["who"]):
        return []
    start = trigger.span.end + out.end()
    if named := objects(scene, start, end):
        return [*named, *facilities(scene, named[-1].toponym.span.end, end, told)]
    kind = stands_after(scene.text, start, end)
    if kind is None and out["way"] == "out" and _ENDS_OUT.match(scene.text, start):
        kind = ""
    return [] if kind is None else _one(scene, trigger, told, kind)


_OUT = re.compile(r"[^,.;:]{0,60}?\bout\b")
_OUT_OF = re.compile(r"[^,.;:]{0,60}?\bout of\b")


def _has_victim(scene: Scene, trigger: Trigger, who: str) -> bool:
    """A side, or "it", that was driven out; goods and civilians do not count."""
    if trigger.voice == "passive":
        return True
    named = scene.parties_in(Span(trigger.span.end, trigger.span.end + len(who)))
    return bool(named) or _VICTIM.search(who) is not None


_VICTIM = re.compile(r"\b(?:it|them|him|attackers|intruders|besiegers|invaders|enemy)\b")


def _left_to(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"leaving it to the SDF": a gain of theirs."""
    left = re.match(r" (?:it|them|the \w+) to (?:the )?", scene.after(trigger.span.end, 40, trigger.sentence.end))
    at = trigger.span.end + (left.end() if left else 0)
    near = [one for one in scene.parties_before(at + 60) if one.span.start >= at - 5]
    return _one(scene, trigger, told, "") if left and near else []


def _left(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """What was left: named, or else where the story is."""
    start, end = trigger.span.end, trigger.sentence.end
    named = objects(scene, start, end)
    if named and not re.match(r"\s*(?:to|into|on)\b", scene.text[start : named[0].toponym.span.start]):
        return named
    kind = stands_after(scene.text, start, end)
    if kind is None and RELATIVE.search(scene.before(trigger.span.start, 70, trigger.sentence.start)):
        return before_pronoun(scene, trigger)
    is_gone = kind is None and trigger.text.lower() in ("left", "leave", "leaves") and _ENDS_OUT.match(
        scene.text, start) and scene.parties_in(Span(trigger.span.start - 25, trigger.span.start))
    if is_gone and not named:
        return _one(scene, trigger, told, "")
    is_bare = trigger.text.lower().startswith(_NAMED_ONLY) or NO_PLACE.search(scene.after(start, 25, end)) is not None
    return [] if kind is None and is_bare else _one(scene, trigger, told, kind or "")


def _given(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"give it up", "gave A up"; not "gave themselves up"."""
    given = re.match(r" (?P<what>it|[\w'’ -]{2,30}) up\b", scene.after(trigger.span.end, 40, trigger.sentence.end))
    if given is None or "sel" in given["what"]:
        return []
    return objects(scene, trigger.span.end, trigger.sentence.end) or _one(scene, trigger, told, "")


def _handed(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"handed A to the government": a gain of theirs."""
    return objects(scene, trigger.span.end, trigger.sentence.end) if receiver(scene, trigger) else []


def _of_noun(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"the fall of A", "the siege of the city"."""
    named = objects(scene, trigger.span.end, trigger.sentence.end)
    kind = stands_after(scene.text, trigger.span.end, trigger.sentence.end)
    if not named and (aside := _ASIDE.search(scene.before(trigger.span.start, 60, trigger.sentence.start))):
        return joined_back(scene, Span(trigger.sentence.start, trigger.span.start - len(aside[0])))
    return named or ([] if kind is None else _one(scene, trigger, told, kind))


_ASIDE = re.compile(r", (?:an?|the|its)(?: [\w-]+){0,3} \Z")
"""What a name is called after a comma: "A, a stronghold of the rebels"."""

_FREE_NOW = re.compile(r" (?:fully |completely |entirely )?(?:free|liberated|secured?|cleared)\b")
_FREE = re.compile(
    r"[^.;:]{0,90}?\b(?:clear|free|liberated|secured?|cleared|freed|recaptured|retaken|fallen|taken|"
    r"under (?:full )?control)\b"
)


def _declared(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"declared A and B free", "A was declared free", "A, declared free by the army"."""
    if trigger.voice != "active" and _FREE_NOW.match(scene.text, trigger.span.end):
        return reduced(scene, trigger) or subjects(scene, trigger, told)
    named = objects(scene, trigger.span.end, trigger.sentence.end)
    last = named[-1].toponym.span.end if named else 0
    return named if named and _FREE.match(scene.text, last, trigger.sentence.end) else []


_TURNED = re.compile(
    r"(?: (?:the )?[\w'’-]+(?: [\w'’-]+){0,3}?)??(?:, [^,.;]{3,60},)?(?: now)? (?:is|are|was|were|stands?|lies?) "
)


def _held_by(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"A and B remain with the militants", "In rebel hands are A": only where a side follows, or stands inside."""
    if trigger.text.endswith(("'s", "s'", "’s", "s’")) and _THEIR_THING.match(scene.text, trigger.span.end):
        return []
    if beside := scene.placed_in(Span(max(trigger.span.start - 40, trigger.sentence.start), trigger.span.start))[-1:]:
        lead = scene.text[beside[0].toponym.span.end : trigger.span.start]
        if re.fullmatch(r", (?:(?:still|now|itself|also|long) )?", lead):
            return joined_back(scene, Span(trigger.sentence.start, beside[0].toponym.span.end)) or beside
    near = [one for one in scene.parties_before(trigger.span.end + 40) if one.span.end > trigger.span.start]
    if trigger.type == "control_state" and not near and not re.search(r"\b(?:its|their|his|our)\b", trigger.text):
        return []
    turned = _TURNED.match(scene.text, trigger.span.end)
    if turned and (named := objects(scene, turned.end(), trigger.sentence.end)):
        return named
    return subjects(scene, trigger, told)


_THEIR_THING = re.compile(r" (?!since|again|now|and|but|by|in|on|at|for|as|from|until|to\b)[a-z]")
""""It is the army's next goal"."""


def _fallen(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"A fell on Monday": towns fall; snow, shares and men do too, but have no place before them."""
    if trigger.text.lower().startswith("follow"):
        return _followed(scene, trigger, told)
    return [] if _NO_FALL.match(scene.text, trigger.span.end) else subjects(scene, trigger, told)


def _followed(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"A fell on Friday; B, farther down the river, followed on Saturday, and C on Sunday"."""
    changes = [one for one in told[-3:] if one.type in ("control_gain", "control_loss")]
    if not changes or trigger.span.start - changes[-1].sentence.end > 200:
        return []
    if _NOBODY.match(scene.text, trigger.span.end) is None:
        return []
    breaks = [match.end() for match in _NEW_SUBJECT.finditer(scene.text, trigger.sentence.start, trigger.span.start)]
    start = breaks[-1] if breaks else trigger.sentence.start
    return [*heads(scene, Span(start, trigger.span.start)), *left_out(scene, trigger, None)]


_NEW_SUBJECT = re.compile(r"; |, (?:and|but|while) |(?<=day) and |(?<=\d) and ")


_NOBODY = re.compile(
    r"\s*(?:[.,;:]|\Z|(?:on|in|at|by|an?|the (?:next|same|following|day)|next|within|hours|days|weeks|soon|shortly|"
    r"later|two|three|four|that|and|suit|yesterday|today|overnight)\b)"
)


def _held_inside(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"ISIL-held A", "A is still ISIL-held", "A, a rebel-held town in B"."""
    if _OF_KIND.match(scene.text, trigger.span.end) and (
            aside := _ASIDE.search(scene.before(trigger.span.start, 60, trigger.sentence.start))):
        return joined_back(scene, Span(trigger.sentence.start, trigger.span.start - len(aside[0])))
    return objects(scene, trigger.span.end, trigger.sentence.end)[:1] or (
        subjects(scene, trigger, told) if _IS_STILL.search(scene.before(trigger.span.start, 24)) else []
    )


_OF_KIND = re.compile(
    r" (?:[a-z]+ ){0,2}(?:town|village|city|suburb|district|quarter|base|enclave|camp) (?:in|of|near|outside)\b")
_IS_STILL = re.compile(r"\b(?:is|are|was|were|remains?|stays?)(?: \w+)? \Z")


def _theirs(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"The crossing was theirs"."""
    is_told = re.search(r"\b(?:is|was|were|are|be)(?: now| finally)? \Z", scene.before(trigger.span.start, 20))
    return subjects(scene, trigger, told) if is_told else []


_BY_THEN = re.compile(
    r"\b(?:[Bb]y|[Bb]efore|[Aa]t) (?:the )?(?:next |following )?(?:\w+ )?(?:noon|midday|dusk|dawn|night|nightfall|then|"
    r"lunch\w*|sunset|sunrise|midnight|breakfast|morning|evening|afternoon|[A-Z][a-z]+day|\d)"
    r"|\b(?:hours|days|a day|weeks) later\b"
)


def _arrived(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"By noon the army was in A": where somebody stands who was not there before."""
    before = scene.before(trigger.span.start, 120, trigger.sentence.start)
    near = scene.parties_in(Span(trigger.span.start - 40, trigger.span.start))
    if not near or scene.text[near[-1].span.end : trigger.span.start].strip(" ") or not _BY_THEN.search(before):
        return []
    return _named(scene, trigger, told) or _stood_for(scene, trigger, told)


def _owned(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"A's fall", "A's recapture by the army"."""
    if not _OWNED_ENDS.match(scene.text, trigger.span.end):
        return []
    lead = scene.before(trigger.span.start, 24, trigger.sentence.start)
    if whose := _WHOSE.search(lead):
        return joined_back(scene, Span(trigger.sentence.start, trigger.span.start - len(whose[0])))
    near = scene.placed_in(Span(max(trigger.span.start - 60, trigger.sentence.start), trigger.span.start))[-1:]
    return [
        one for one in near
        if re.fullmatch(r"['’]s(?: \w+)? ", scene.text[one.toponym.span.end : trigger.span.start])
    ]


_WHOSE = re.compile(r",? whose(?: \w+)? \Z")

_OWNED_ENDS = re.compile(
    r" (?:on|in|at|by|to|from|after|before|during|last|this|two|three|the|an?|and|as|was|were|is|would|could|will|has"
    r"|had|c[ao]mes?|mark(?:s|ed)|open(?:s|ed)|left|leaves|mean[st]|shocked|cut)\b|[,.;:]|\Z"
)


def _taken_back(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"got A back", "won it back"."""
    back = _BACK.match(scene.after(trigger.span.end, 52, trigger.sentence.end))
    if back is None:
        return []
    named = objects(scene, trigger.span.end, trigger.span.end + back.end("what") + 1)
    is_told = back["what"] in ("it", "the town", "the city", "the base")
    return _one(scene, trigger, told, "") if is_told and not named else named


_BACK = re.compile(r" (?P<what>it|[\w'’ -]{2,40}?) back\b(?! to\b)")


def _has(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """"IS has A", "have had A since June": the name right behind the verb, no further noun before or after it."""
    first = scene.placed_in(Span(trigger.span.end, trigger.span.end + 6))[:1]
    found = [
        one for one in first
        if scene.text[trigger.span.end : one.toponym.span.start] in (" ", " the ")
        and re.match(r"(?:[,.;:]| since| for| again| and | still|\Z)", scene.text[one.toponym.span.end :][:12])
    ]
    return [*found, *list_after(scene, found[0], trigger.sentence.end)] if found else []


_Finder = Callable[[Scene, Trigger, Sequence[Event]], list[Mention]]
_FINDERS: Mapping[str, _Finder] = {
    "take": _taken, "in": _gone_in, "lose": _taken, "hold": _taken, "master": _taken, "oust": _driven_from,
    "declare": _declared,
    "fall": _fallen, "theirs": _theirs, "hand": _handed,
    "give": _given, "quit": _left, "with": _held_by, "noun": _of_noun,
    "hit": attacked, "on": attacked, "open": attacked, "at": fought, "strikes": struck, "compound": _held_inside,
    "owned": _owned, "back": _taken_back, "arrive": _arrived, "have": _has,
}
