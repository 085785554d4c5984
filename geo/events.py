"""Article → events: who did what, where, when, and who says so.

Clause by clause: a trigger word gives the type, the names around it the sides, the object its place.
"The town", "the crossing", "the airport" stand for the last place of that kind. What is only aimed at,
possible or failed is kept apart as hypothetical; a side's own word about itself is a claim.
"""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from geo.cues import KINDS
from geo.model import Event, Mention, Place, Span, When
from geo.parties import Party
from geo.sentences import clause_of, sentence_of, sentences
from geo.triggers import Trigger, attribution, find_triggers, is_claim

_SIDEBAR = re.compile(
    r"\s*(?:READ MORE|READ|WATCH|ALSO|RELATED|SEE ALSO|MORE|VIDEO|PHOTOS?|IN PICTURES)\b[^a-z]{0,3}[:–—-]"
)
_ANAPHORS = {
    "town": ("town", "city", "village", "provincial capital"),
    "crossing": ("crossing", "border post", "border gate"),
    "air base": ("airbase", "air base", "airport", "airfield", "military airport", "air field"),
    "dam": ("dam",),
    "camp": ("camp",),
    "": ("stronghold", "base", "bastion", "enclave", "strip"),
    "ground": ("area", "territory", "region"),
}
"""Kinds of place → the nouns that may stand for one told before; "ground" only with a determiner."""

_NOUN_KIND = {noun: kind for kind, nouns in _ANAPHORS.items() for noun in nouns}
_NOUNS = "|".join(sorted(_NOUN_KIND, key=len, reverse=True))
_ADJECTIVE = r"(?:[A-Z]?[a-z]+['’]?s?|[A-Z][\w.]*|\d+|[a-z]+-[a-z]+)"
_OBJECT = re.compile(
    r"(?: back)?(?: (?:control of|over|from|of|on|at|in|out of))?"
    r"(?: (?:the|a|an|its|their|this|that|all of|most of|parts of))?"
    rf"(?P<words>(?: {_ADJECTIVE}){{0,4}}?) (?P<noun>{_NOUNS})\b"
)
_NOUN_AFTER = re.compile(rf" (?:\w+ )?(?:{_NOUNS})\b")
_PRONOUN = re.compile(r"(?: control of| back)? it\b")
_UP_TO_NAME = re.compile(
    r"(?: back)?(?: (?:control of|over|from|of|on|at|in|into|out of|towards?))?"
    r"(?: (?:the|a|an|its|all of|most of|parts of|part of|much of|swaths of))?"
    rf"(?: {_ADJECTIVE}){{0,3}}(?: of)? ?\Z"
)
_NO_PLACE = re.compile(
    r"\b(?:guns?|weapons?|fighters?|prisoners?|soldiers?|troops|vehicles?|tanks?|equipment|ammunition|part|place|"
    r"people|civilians?|hostages?|men|lives?|responsibility|advantage|stockpiles?|routes?|shelter|steps?)\b"
)
_RELATIVE = re.compile(r"\b(?:which|that|where)\b[^,;]{0,60}\Z")
_FROM = re.compile(r"\b(?:from|against|to|of)(?: the| its| their)?(?: \w+-\w+)? ?\Z")
_BY = re.compile(r"\bby(?: the| a| an)?(?: \w+-\w+| \w+)? ?\Z")

CONTROL = ("control_gain", "control_loss", "control_state")


@dataclass(frozen=True)
class Scene:
    """All that the earlier stages found in one story; ``when`` dates a span of its text."""

    text: str
    mentions: tuple[Mention, ...]
    parties: tuple[Party, ...]
    when: Callable[[Span], When]

    def placed_in(self, span: Span) -> list[Mention]:
        first = bisect_left(self.mentions, span.start, key=lambda one: one.toponym.span.start)
        last = bisect_left(self.mentions, span.end, key=lambda one: one.toponym.span.start)
        return [mention for mention in self.mentions[first:last] if mention.place]

    def is_aside(self, mention: Mention) -> bool:
        """Whether it stands in a pointer to another story ("READ MORE: ...")."""
        return _SIDEBAR.match(self.text, sentence_of(self.text, mention.toponym.span).start) is not None

    def parties_in(self, span: Span) -> list[Party]:
        first = bisect_left(self.parties, span.start, key=lambda one: one.span.start)
        last = bisect_left(self.parties, span.end, key=lambda one: one.span.start)
        return list(self.parties[first:last])


def find_events(scene: Scene) -> tuple[Event, ...]:
    """Every event of the story, in order of its trigger; each type, place and day once a sentence."""
    found: list[Event] = []
    for sentence in sentences(scene.text):
        if not _SIDEBAR.match(scene.text, sentence.start):
            for event in _of_sentence(scene, sentence, found):
                if not any(_same(event, other) for other in found if other.sentence == sentence):
                    found.append(event)
    return tuple(found)


def _same(one: Event, other: Event) -> bool:
    return (one.type, one.place, one.actor, one.when.interval) == (
        other.type, other.place, other.actor, other.when.interval,
    )


def _of_sentence(scene: Scene, sentence: Span, told: Sequence[Event]) -> Iterator[Event]:
    for trigger in find_triggers(scene.text, sentence):
        for mention in _places(scene, sentence, trigger, told):
            actor, target = _sides(scene, sentence, trigger, told)
            if actor is None and trigger.type in CONTROL and target is None:
                continue
            yield _event(scene, sentence, trigger, mention, (actor, target))


def _event(
    scene: Scene, sentence: Span, trigger: Trigger, mention: Mention, sides: tuple[Party | None, Party | None]
) -> Event:
    actor, target = sides
    says = attribution(scene.text, sentence)
    return Event(
        type=trigger.type, sentence=sentence, place=mention.place,
        when=scene.when(trigger.span),
        actor=actor.code if actor else None, actor_text=actor.text if actor else "",
        target=target.code if target else None, target_text=target.text if target else "",
        attribution=says, certainty=_certainty(scene, sentence, trigger), mention=mention.toponym.span,
        trigger=trigger.text,
    )


def _certainty(scene: Scene, sentence: Span, trigger: Trigger) -> str:
    if trigger.hypothetical:
        return "hypothetical"
    return "claimed" if is_claim(scene.text, sentence) else "reported"


def _places(scene: Scene, sentence: Span, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    if trigger.type in CONTROL:
        one = _object(scene, sentence, trigger, told)
        return [one] if one else []
    return _scenes_of(scene, sentence, trigger)


def _object(scene: Scene, sentence: Span, trigger: Trigger, told: Sequence[Event]) -> Mention | None:
    """The place that was taken, lost or held."""
    if trigger.passive or trigger.text.lower() in ("fell", "fallen"):
        return _subject_place(scene, sentence, trigger) or _last_told(scene, sentence, told)
    after = scene.text[trigger.span.end : min(trigger.span.end + 110, sentence.end)]
    before = Span(sentence.start, trigger.span.start)
    if _RELATIVE.search(scene.text[slice(*before)]) and not _PRONOUN.match(after):
        antecedents = [one for one in scene.placed_in(before) if not one.toponym.near and not _is_land(one)]
        if antecedents:
            return antecedents[-1]
    named = _named_object(scene, sentence, trigger)
    noun = _OBJECT.match(after)
    if named and (noun is None or named.toponym.span.start <= trigger.span.end + noun.end() + 5):
        return named
    if noun and _stands_for_place(noun):
        return _antecedent(scene, trigger, _NOUN_KIND[noun["noun"].lower()])
    if _PRONOUN.match(after) or (trigger.type == "control_loss" and after[:1] in ",.;"):
        return _last_told(scene, sentence, told)
    return None


def _stands_for_place(noun: re.Match[str]) -> bool:
    """"seized the area", not "losing territory"; "the town", not "the town's weapons"."""
    is_told = re.search(r"\b(?:the|this|that)\b", noun[0]) is not None
    return not _NO_PLACE.search(noun["words"]) and (is_told or _NOUN_KIND[noun["noun"].lower()] != "ground")


def _named_object(scene: Scene, sentence: Span, trigger: Trigger) -> Mention | None:
    """The first place after the trigger, when nothing but its own epithets stands between."""
    for mention in scene.placed_in(Span(trigger.span.end, min(trigger.span.end + 90, sentence.end))):
        between = scene.text[trigger.span.end : mention.toponym.span.start]
        if _NO_PLACE.search(between) or not _UP_TO_NAME.fullmatch(between):
            return None
        if not _holds_another(scene, mention, sentence):
            return mention
    return None


def _holds_another(scene: Scene, mention: Mention, sentence: Span) -> bool:
    """A country that only says where the town lies: "the Syrian town", "Syria's Aleppo"."""
    if mention.place is None or not mention.place.is_country:
        return False
    end = mention.toponym.span.end
    after = Span(end, min(end + 40, sentence.end))
    return any(scene.placed_in(after)) or _NOUN_AFTER.match(scene.text, *after) is not None


def _is_land(mention: Mention) -> bool:
    return mention.place is not None and mention.place.is_country


def _subject_place(scene: Scene, sentence: Span, trigger: Trigger) -> Mention | None:
    """The place of which something is told: "Rai is ... controlled by", "the town fell"."""
    clause = clause_of(scene.text, trigger.span)
    for start in (clause.start, sentence.start):
        before = Span(start, trigger.span.start)
        named = [one for one in scene.placed_in(before) if not one.toponym.near and not _is_land(one)]
        if named:
            return named[-1]
        noun = re.search(rf"\b(?:the|this) (?:[\w-]+ )?({_NOUNS})\b", scene.text[slice(*before)], re.IGNORECASE)
        if noun:
            return _antecedent(scene, trigger, _NOUN_KIND[noun[1].lower()])
    return None


def _last_told(scene: Scene, sentence: Span, told: Sequence[Event]) -> Mention | None:
    """The place of the sentence's last event: "losing it", "driven out"."""
    for event in reversed(told):
        if event.sentence == sentence and event.mention:
            return next((one for one in scene.mentions if one.toponym.span == event.mention), None)
    return _antecedent(scene, None, "", before=sentence.start)


def _antecedent(scene: Scene, trigger: Trigger | None, kind: str, before: int | None = None) -> Mention | None:
    """The last place of that kind before, or else the first after (a headline's "stronghold")."""
    at = trigger.span.start if trigger else before or 0
    fitting = [one for one in scene.mentions if one.place and _fits(one.place, kind) and not scene.is_aside(one)]
    earlier = [one for one in fitting if one.toponym.span.start < at]
    later = [one for one in fitting if one.toponym.span.start >= at]
    if earlier:
        return earlier[-1]
    return later[0] if later else _antecedent(scene, trigger, "", before) if kind else None


def _fits(place: Place, kind: str) -> bool:
    if kind in ("", "ground"):
        return not place.is_area
    return place.feature_code in KINDS[kind]


def _scenes_of(scene: Scene, sentence: Span, trigger: Trigger) -> list[Mention]:
    """Where an attack, a raid, a clash happened: the places after it, else before it, in its sentence."""
    placed = list(scene.placed_in(sentence))
    narrow = [one for one in placed if one.place and not one.place.is_country] or placed
    after = [one for one in narrow if one.toponym.span.start >= trigger.span.end]
    before = [one for one in narrow if one.toponym.span.start < trigger.span.start]
    if after and trigger.type == "airstrike":
        return after
    if after or before:
        return [(after or before[-1:])[0]]
    noun = re.search(rf"\b(?:at|in|on|near|inside|of|towards?) the ({_NOUNS})\b", scene.text[slice(*sentence)])
    found = _antecedent(scene, trigger, _NOUN_KIND[noun[1]]) if noun else None
    return [found] if found else []


def _sides(
    scene: Scene, sentence: Span, trigger: Trigger, told: Sequence[Event]
) -> tuple[Party | None, Party | None]:
    """Actor and target. For a loss the actor is who lost."""
    if trigger.who:
        inside = scene.parties_in(trigger.span)
        return (inside[0] if inside else None), None
    before = scene.parties_in(Span(sentence.start, trigger.span.start))
    after = scene.parties_in(Span(trigger.span.end, sentence.end))
    if trigger.type == "airstrike" and before and before[-1].span.end >= trigger.span.start - 1:
        return before[-1], None
    if trigger.passive or (trigger.type == "airstrike" and not before):
        return _after_by(scene, trigger, after), (before[-1] if before else None)
    actor = _subject(scene, trigger, before) or _pronoun_subject(scene, trigger, told)
    target = next((party for party in after if party.code != (actor.code if actor else "")), None)
    if target and trigger.type in CONTROL and not _FROM.search(scene.text[trigger.span.end : target.span.start]):
        target = None
    return actor, target


def _after_by(scene: Scene, trigger: Trigger, after: Sequence[Party]) -> Party | None:
    if trigger.text.lower().endswith("by"):
        return after[0] if after else None
    return next((one for one in after if _BY.search(scene.text[trigger.span.end : one.span.start])), None)


def _subject(scene: Scene, trigger: Trigger, before: Sequence[Party]) -> Party | None:
    """The party right before the verb, else the clause's own, else the sentence's first.

    A participle has the main clause's subject; "they" is who was named last.
    """
    if before and (adjoining := _adjoining(scene, trigger, before)):
        return adjoining
    clause = clause_of(scene.text, trigger.span)
    own = [one for one in before if one.span.start >= clause.start and not _is_object(scene, one)]
    if trigger.type == "airstrike" and own:
        return own[-1]
    free = [one for one in before if not _is_object(scene, one)]
    return own[0] if own else free[0] if free else None


_LINK = re.compile(
    r"(?: (?:fighters|militants|forces|troops|soldiers|group|men))?"
    r"(?: (?:has|have|had|also|then|now|later|briefly|quickly|"
    r"fully|completely|reportedly|previously|first|still|are|were|is|was|be|been))*\s*\Z"
)
_THEY = re.compile(r"\b(?:they|it|who|which)(?: (?:had|have|has|also|later|then))* \Z", re.IGNORECASE)


def _adjoining(scene: Scene, trigger: Trigger, before: Sequence[Party]) -> Party | None:
    between = scene.text[before[-1].span.end : trigger.span.start]
    if _LINK.fullmatch(between.replace("\xa0", " ")):
        return before[-1]
    if _THEY.search(between) and re.search(r"\bwh(?:ich|o)\b", between):
        return before[-1]
    return None


def _is_object(scene: Scene, party: Party) -> bool:
    """"against the Islamic State", "backed by the coalition": not who acts."""
    lead = scene.text[max(party.span.start - 24, 0) : party.span.start]
    return re.search(r"\b(?:against|from|by|with|near|into|on|to)(?: the| its)? \Z", lead) is not None


def _pronoun_subject(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> Party | None:
    """"They lost control": the side whose gain the story told before the other's."""
    gains = [event for event in told if event.type == "control_gain" and event.certainty != "hypothetical"]
    if trigger.type != "control_loss" or not gains:
        return None
    losers = [event.actor for event in gains if event.actor != gains[-1].actor] or [gains[-1].target]
    named = [one for one in scene.parties if one.span.start < trigger.span.start and one.code == losers[-1]]
    return named[-1] if named else None
