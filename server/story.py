"""A story made ready to be shown: its text in marked pieces, its places and events as rows.

Spans count Unicode code points, as Python does; a browser counts otherwise, so marks are set here.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from geo.errors import NotFound
from geo.model import Feature, Query
from geo.store import Store
from server.published import said_then
from server.voice import Voice

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_CONTROL = (
    "controller", "controller_b", "status", "besieged_by", "front_km", "front_bearing", "age_days",
    "precision_km", "basis", "shares", "changed",
)

AREAS = ("PCL", "ADM1", "RGN")
"""How the feature codes of countries, provinces and regions begin."""


def title_of(article: Feature, spoken: Voice) -> str:
    return str(article.properties["title"] or spoken.say("page.untitled"))


class Mark(NamedTuple):
    """Code points ``start`` up to ``end`` of the text: a ``mention`` or a ``time``, by the feature's id."""

    start: int
    end: int
    kind: str
    id: str


class Piece(NamedTuple):
    """Text of one kind: ``text``, ``mention`` or ``time``; ``id`` is the feature that it opens."""

    kind: str
    text: str
    id: str = ""


Paragraph = tuple[Piece, ...]


@dataclass(frozen=True)
class Story:
    """One article with what was read in it. ``paragraphs`` is the whole text of a publishable article;
    of any other only the sentences around its mentions, each a paragraph of its own."""

    article: Feature
    paragraphs: tuple[Paragraph, ...]
    mentions: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]
    bounds: tuple[float, float, float, float] | None = field(default=None)

    @property
    def data(self) -> dict[str, object]:
        """What the page's script needs; plain JSON values."""
        return {"id": self.article.id, "mentions": list(self.mentions), "events": list(self.events)}


def tell(store: Store, article_id: str) -> Story:
    """The story with this id.

    :raises NotFound: naming the id, when the store has no such article.
    """
    article = next(store.read("articles", Query(ids=(article_id,))), None)
    if article is None:
        raise NotFound(f"story: {article_id[:80]!r}, want the id of an article in the store")
    of_article = Query(where={"article": (article_id,)})
    mentions = sorted(store.read("mentions", of_article), key=lambda each: int(str(each.properties["start"])))
    events = sorted(store.read("events", of_article), key=lambda each: int(str(each.properties["start"])))
    then = said_then(article, mentions)
    return Story(
        article,
        tuple(_paragraphs(article, mentions)),
        tuple(mention_row(each, then.get(each.id)) for each in mentions),
        tuple(feature_row(each) for each in events),
        _bounds(_spots(mentions, events)) or _bounds(mentions),
    )


def feature_row(feature: Feature) -> dict[str, Any]:
    """A feature as JSON values: its fields, its days as ISO text, ``at`` as latitude, longitude."""
    valid = feature.valid.outer
    return {
        **{name: value for name, value in feature.properties.items() if value is not None},
        "id": feature.id,
        "valid_from": valid.start and valid.start.isoformat(),
        "valid_to": valid.end and valid.end.isoformat(),
        "at": _position(feature),
    }


def mention_row(mention: Feature, as_published: Mapping[str, object] | None = None) -> dict[str, Any]:
    """As ``feature_row``, with the answer of the time join gathered under ``control``; ``as_published`` is the one of
    the day on which the story appeared, where that was another."""
    row = feature_row(mention)
    told = {**_control_of(row), "sources": row.pop("control_sources", None) or []}
    rest = {name: value for name, value in row.items() if name not in (*_CONTROL, "control_certainty")}
    then = {"as_published": _control_of(as_published)} if as_published else {}
    return {**rest, "control": told, **then}


def _control_of(row: Mapping[str, Any]) -> dict[str, Any]:
    control = {name: row[name] for name in _CONTROL if name in row}
    return {**control, "certainty": row.get("control_certainty")}


def paragraphs(text: str, marks: Iterable[Mark]) -> Iterator[Paragraph]:
    """The text cut at blank lines and at marks. Of two marks that overlap the first stays; no character
    is lost but the blank lines, and no mark is cut in two.

    >>> [piece.text for piece in next(paragraphs("In Rai today", [Mark(3, 6, "mention", "m1")]))]
    ['In ', 'Rai', ' today']
    """
    pieces: list[Piece] = []
    for piece in _pieces(text, marks):
        lines = _BLANK_LINE.split(piece.text) if piece.kind == "text" else [piece.text]
        for number, line in enumerate(lines):
            if number and pieces:
                yield tuple(pieces)
                pieces = []
            if line:
                pieces.append(piece._replace(text=line))
    if pieces:
        yield tuple(pieces)


def _pieces(text: str, marks: Iterable[Mark]) -> Iterator[Piece]:
    done = 0
    for mark in sorted(marks):
        if mark.start < done or not mark.start < mark.end <= len(text):
            continue
        if mark.start > done:
            yield Piece("text", text[done : mark.start])
        yield Piece(mark.kind, text[mark.start : mark.end], mark.id)
        done = mark.end
    if done < len(text):
        yield Piece("text", text[done:])


def _paragraphs(article: Feature, mentions: list[Feature]) -> Iterator[Paragraph]:
    text = article.properties["text"]
    if article.properties["publishable"] and isinstance(text, str):
        yield from paragraphs(text, _marks(mentions))
    else:
        yield from _excerpts(mentions)


def _marks(mentions: Iterable[Feature]) -> Iterator[Mark]:
    for mention in mentions:
        yield _mark(mention, "mention", "start", "end")
        if mention.properties["time_start"] is not None:
            yield _mark(mention, "time", "time_start", "time_end")


def _mark(mention: Feature, kind: str, start: str, end: str) -> Mark:
    return Mark(int(str(mention.properties[start])), int(str(mention.properties[end])), kind, mention.id)


def _excerpts(mentions: Iterable[Feature]) -> Iterator[Paragraph]:
    """The sentences that name a place, in order, each once, with all of its mentions marked."""
    by_sentence: dict[str, list[Feature]] = {}
    for mention in mentions:
        by_sentence.setdefault(str(mention.properties["sentence"] or mention.properties["toponym"]), []).append(mention)
    for sentence, inside in by_sentence.items():
        yield from paragraphs(_BLANK_LINE.sub(" ", sentence), _find(sentence, inside))


def _find(sentence: str, mentions: Iterable[Feature]) -> Iterator[Mark]:
    """Where a sentence on its own writes its toponyms: one after the other, as the text does."""
    text, after = _BLANK_LINE.sub(" ", sentence), 0
    for mention in mentions:
        toponym = str(mention.properties["toponym"])
        start = text.find(toponym, after)
        if start >= 0:
            after = start + len(toponym)
            yield Mark(start, after, "mention", mention.id)


def _spots(mentions: Iterable[Feature], events: Iterable[Feature]) -> list[Feature]:
    """What lies at a point: a country or a province would make the map of a story too wide to see its towns."""
    literal = [each for each in mentions if each.properties["role"] == "literal"]
    areas = {each.properties["place"] for each in literal if str(each.properties["feature_code"]).startswith(AREAS)}
    return [each for each in (*literal, *events) if each.properties["place"] not in areas]


def _position(feature: Feature) -> list[float] | None:
    """Latitude, longitude of the point that stands for a feature: its own ``lng`` and ``lat``, if it has them."""
    geometry = feature.geometry
    if geometry is None or geometry.is_empty:
        return None
    lng, lat = feature.properties.get("lng"), feature.properties.get("lat")
    if isinstance(lng, float) and isinstance(lat, float):
        return [round(lat, 6), round(lng, 6)]
    point = geometry.representative_point()
    return [round(point.y, 6), round(point.x, 6)]


def _bounds(features: Iterable[Feature]) -> tuple[float, float, float, float] | None:
    positions = [position for each in features if (position := _position(each))]
    if not positions:
        return None
    lats, lngs = zip(*positions, strict=True)
    return min(lngs), min(lats), max(lngs), max(lats)
