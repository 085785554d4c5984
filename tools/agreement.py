"""What a careful person scores where the reader is scored: ``python -m tools.agreement``.

``tests/dispatches/frozen-again`` is the frozen part, annotated once more from the plain text alone by hands who knew
the rules of annotation, six annotated stories and the gazetteer's names, and neither the annotation that counts nor
the reader. Here it is scored as if it were the reader's answer (``tools.score``): with all that a person marked, and
without what that person marked as optional.
"""
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from geo.errors import NotFound
from geo.gazetteer import Gazetteer
from geo.interval import Interval
from geo.model import Article, Event, LngLat, Mention, Place, Reading, Span, Toponym, When
from geo.pipeline import bundled
from tools.dispatches import HERE, Dispatch, GoldEvent, GoldMention, load, parse
from tools.score import Tally, compare, parts_table

AGAIN = HERE / "frozen-again"
NOWHERE = LngLat(0.0, 0.0)


def as_reading(dispatch: Dispatch, gazetteer: Gazetteer, *, with_optional: bool) -> Reading:
    """What a person marked in a story, as the reader would say it."""
    events = [one for one in dispatch.events if with_optional or not one.optional]
    times = [one for one in dispatch.times if with_optional or not one.optional]
    return Reading(
        Article(dispatch.text, title=dispatch.title, published=_when(dispatch.published)),
        tuple(_mention(one, gazetteer) for one in dispatch.mentions),
        tuple(_event(one, dispatch, gazetteer) for one in events),
        tuple(When(one.days, str(one.days), "day", "", one.span) for one in times),
    )


def _when(days: Interval | None) -> When | None:
    return None if days is None else When(days, str(days), "day", "")


def _mention(one: GoldMention, gazetteer: Gazetteer) -> Mention:
    place = _place(one.place, one.point, gazetteer) if one.role == "literal" else None
    return Mention(Toponym(one.span, one.text, one.role, near=one.near), place, when=_when(one.when))


def _event(one: GoldEvent, dispatch: Dispatch, gazetteer: Gazetteer) -> Event:
    when = _when(one.days or dispatch.published or Interval())
    assert when is not None
    return Event(
        one.type, Span(*one.trigger), _place(one.place, one.point, gazetteer), when, one.actor or None,
        certainty=one.certainty, trigger=one.trigger_text,
    )


def _place(id_: str, point: LngLat | None, gazetteer: Gazetteer) -> Place:
    """A country by its code, a place of the gazetteer, or a point that a person gave."""
    try:
        return gazetteer[id_]
    except NotFound:
        is_land = len(id_) == len("sy")
        kind = ("A", "PCLI") if is_land else ("P", "PPL")
        return Place(id_, id_ or "a point", point or NOWHERE, id_.upper() if is_land else "", *kind)


def score(gazetteer: Gazetteer, *, with_optional: bool) -> Tally:
    """What the person is right in, by the annotation that counts."""
    tally = Tally()
    for dispatch in load("frozen"):
        name = dispatch.file.rpartition("/")[2]
        again = parse((AGAIN / name).read_text("utf-8"), f"{AGAIN.name}/{name}")
        compare(dispatch, as_reading(again, gazetteer, with_optional=with_optional), gazetteer, tally)
    return tally


def main(arguments: Sequence[str]) -> None:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args(arguments)
    gazetteer = bundled().gazetteer
    readers = {"a person": True, "a person, nothing optional": False}
    results = {name: score(gazetteer, with_optional=with_optional) for name, with_optional in readers.items()}
    print("\n".join(parts_table(results, readers)))


if __name__ == "__main__":
    main(sys.argv[1:])
