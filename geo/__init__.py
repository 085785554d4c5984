"""Dateline's library: from the text of a story to dated places and who held them.

For analysts: ``from geo import read_article, Gazetteer, Zones, control_at, join, fronts, changes`` (``geo.frames``).
"""
from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.frames import Gazetteer, Story, Zones, changes, control_at, fronts, join, picture, read_article

__all__ = ["Gazetteer", "Story", "Zones", "changes", "control_at", "fronts", "join", "picture", "read_article"]


class _Library(ModuleType):
    """Gives the analysts' names when they are asked for: pandas is heavy, and a tile needs none.

    ``join``, ``fronts`` and ``changes`` are modules too. Python puts a module that it loads in the place of the name;
    here the name stays the function's, and ``from geo.fronts import …`` finds the module as ever.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> object:
        if name in __all__:
            return getattr(import_module("geo.frames"), name)
        raise AttributeError(f"module 'geo' has no attribute {name!r}")


sys.modules[__name__].__class__ = _Library
