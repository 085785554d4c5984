"""A story read: what it says of places and days, as two tables."""
from __future__ import annotations

from typing import NamedTuple

import geopandas

from geo.articles import read_text
from geo.features import event_features, mention_features
from geo.frames.tables import Day, day_of, table
from geo.pipeline import pipeline_for
from geo.theatre import theatre


class Story(NamedTuple):
    """``mentions``: one row for each place that is named, dated and joined to who held it (collection ``mentions``;
    points, or the ground that "near X" means). ``events``: who did what, where and when (collection ``events``;
    points)."""

    title: str
    mentions: geopandas.GeoDataFrame
    events: geopandas.GeoDataFrame


def read_article(text: str, published: Day | None = None, named: str = "") -> Story:
    """Read one story of plain text, with or without a header (``Date:``, ``Title:``, ``Source:`` and a blank line).

    ``published`` is the day on which it appeared; without it and without a header it is inferred from what the story
    retells, and never taken to be today. ``named`` is the theatre. Nothing is stored.

    >>> told = read_article("Islamic State took the Syrian town of al-Rai on Monday.", "2016-04-11")
    >>> told.mentions[["name", "controller"]].values.tolist()
    [['al-Rai', 'ISIL']]

    :raises InvalidInput: for a text that is none, or too long.
    """
    article = read_text(text, "text", None if published is None else day_of(published))
    reading = pipeline_for(theatre(named)).read(article)
    return Story(
        reading.article.title, table("mentions", mention_features(reading)), table("events", event_features(reading)))
