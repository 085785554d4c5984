"""Dateline for analysts: everything takes and gives GeoDataFrames with documented columns.

``from geo import read_article, Gazetteer, Zones, control_at, join, fronts, changes`` brings the same names.

Every table is in EPSG:4326, longitude before latitude. Days are ``datetime64[s]`` at midnight UTC and half-open:
``valid_to`` is the first day on which it is no longer so, ``NaT`` an open end. Texts are ``str`` (missing: ``NaN``),
whole numbers ``Int64``, reals ``float64``, truths ``boolean``, nested values (lists of sources) ``object``.
"""
from __future__ import annotations

from geo.frames.answers import changes, control_at, fronts, join
from geo.frames.gazetteer import Gazetteer
from geo.frames.still import picture
from geo.frames.story import Story, read_article
from geo.frames.zones import Zones

__all__ = ["Gazetteer", "Story", "Zones", "changes", "control_at", "fronts", "join", "picture", "read_article"]
