"""Does a story's event agree with the zones? Compared in words, so that an editor can judge."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from geo.interval import DAY, Interval
from geo.model import Control, Event
from geo.style import label

SLACK = 3
"""Days by which a story and the zones may differ and still agree: news travels, fronts are drawn late."""


@dataclass(frozen=True)
class Around:
    """Who held the event's place before, during and after: answers of the join."""

    before: Control
    during: Control
    after: Control


def days_around(when: Interval) -> tuple[Interval, Interval, Interval] | None:
    """The day before, the event's own days, and the day after the slack; ``None`` for open intervals."""
    if when.start is None or when.end is None:
        return None
    return Interval.of_day(when.start - DAY), when, Interval.of_day(when.end + SLACK * DAY)


Kin = Callable[[str, str], bool]
"""Whether two codes stand for one side: the rebels whom Turkey backs are rebels."""


def compare(event: Event, around: Around, kin: Kin) -> Event:
    """The event with its agreement and the reason. Hopes and unnamed sides are never compared."""
    if event.certainty == "hypothetical" or event.type not in _CLAIMS or event.actor is None:
        return replace(event, agreement="silent", agreement_reason="the zones say nothing about this kind of event")
    if around.during.basis == "none" and around.after.basis == "none":
        return replace(event, agreement="silent", agreement_reason="no source states who held the place then")
    agrees = _CLAIMS[event.type](_named_as(event.actor, around, kin), around)
    reason = f"the article says {_told(event)}; the zones show {_shown(around)}"
    return replace(event, agreement="agrees" if agrees else "disagrees", agreement_reason=reason)


def _named_as(actor: str, around: Around, kin: Kin) -> str:
    """The code under which the zones know the actor."""
    known = (*_sides(around.during), *_sides(around.after), *_sides(around.before))
    return next((code for code in known if code == actor or kin(code, actor)), actor)


def _gained(actor: str, around: Around) -> bool:
    return actor in (*_sides(around.during), *_sides(around.after))


def _lost(actor: str, around: Around) -> bool:
    held = actor in (*_sides(around.before), *_sides(around.during))
    return held and (around.after.controller != actor or around.during.controller != actor)


def _held(actor: str, around: Around) -> bool:
    return actor in _sides(around.during)


_CLAIMS = {"control_gain": _gained, "control_loss": _lost, "control_state": _held}


def _sides(control: Control) -> tuple[str, ...]:
    changed = tuple(change.controller for change in control.changed if change.controller)
    return tuple(side for side in (control.controller, control.controller_b, *changed) if side)


def _told(event: Event) -> str:
    verb = {"control_gain": "took", "control_loss": "lost", "control_state": "held"}[event.type]
    return f"{label(event.actor or '')} {verb} {event.place.name if event.place else 'it'} {_on(event.when.interval)}"


def _on(interval: Interval) -> str:
    return f"on {interval}" if interval.days == 1 else f"in {interval}"


def _shown(around: Around) -> str:
    steps: Sequence[tuple[str, Control]] = (("before", around.before), ("then", around.during), ("after", around.after))
    return ", ".join(f"{_who(control)} {when}" for when, control in steps)


def _who(control: Control) -> str:
    return label(control.controller) if control.controller else "nobody stated"
