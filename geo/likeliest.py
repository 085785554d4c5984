"""Where something happened of which a phrase does not say the place: the likeliest of the names beside it."""
from __future__ import annotations

import re
from collections.abc import Sequence

from geo.anaphora import stand_in
from geo.happened import happened_at
from geo.model import Event, Mention, Span
from geo.scene import Scene
from geo.triggers import Trigger


def likeliest(scene: Scene, trigger: Trigger, told: Sequence[Event]) -> list[Mention]:
    """Of the sentence's names the likeliest, unless that is a land; in a sentence without any, what is told of."""
    named = [one for one in scene.named_in(_part(scene, trigger)) if _may_be_there(scene, one)]
    if not named:
        is_told = trigger.frame in ("hit", "on") and next(scene.placed_before(trigger.span.start), None) is not None
        found = stand_in(scene, trigger.span.start, told, "") if is_told else None
        return [found] if found else []
    best = happened_at(scene.text, trigger.span, trigger.sentence, named)
    return [one for one in best if one.place and not one.place.is_country]


def _part(scene: Scene, trigger: Trigger) -> Span:
    """The sentence, or of one with semicolons the part in which the phrase stands."""
    start = scene.text.rfind("; ", trigger.sentence.start, trigger.span.start)
    end = scene.text.find("; ", trigger.span.end, trigger.sentence.end)
    return Span(max(start, trigger.sentence.start), trigger.sentence.end if end < 0 else end)


def _may_be_there(scene: Scene, one: Mention) -> bool:
    """Not where somebody speaks ("the ministry in Baghdad said"), nor what something lies off, or was fired from."""
    lies_off = _AWAY.search(scene.before(one.toponym.span.start, 30)) is not None
    return not (lies_off or is_elsewhere(scene, one))


_SPEAKS = re.compile(r",? (?:said|says|announced|told|reported)\b")
_SPOKE_IN = re.compile(
    r"\b(?:said|announced|told \w+|reporters|spokes(?:man|woman|person)|officials?|ministry|embassy) in \Z"
)
_AWAY = re.compile(
    r"\b(?:(?:north|south|east|west)(?:-?(?:east|west))? of|(?:off|away|fled|flee|headed|bound) (?:to|towards?|for)) \Z"
)


def is_elsewhere(scene: Scene, one: Mention) -> bool:
    """"Shells fired from A" fell elsewhere, and where "the ministry in B said" so nothing need have happened."""
    span = one.toponym.span
    is_speaker = _SPEAKS.match(scene.text, span.end) is not None or _SPOKE_IN.search(scene.before(span.start, 40))
    return bool(is_speaker) or _SOURCE.search(scene.before(span.start, 40)) is not None


_SOURCE = re.compile(
    r"(?:\b(?:fired|launched|coming|came|flew|flying) from (?:the )?(?:\w+ )?|, in (?:neighbou?ring|nearby) )\Z")
