"""Who does the work that is written twice: a compiled kernel, or numpy where that was not built."""
from __future__ import annotations

import importlib
from types import ModuleType

from geo.errors import InvalidParameter

CHOICES = ("auto", "c", "numpy")
"""``auto`` is the compiled one where it was built."""


def chosen(kernel: str, choice: str = "auto") -> ModuleType | None:
    """The module ``kernel`` (``geo.cover``), or ``None``, which is numpy.

    :raises InvalidParameter: for another choice, or ``c`` where it was not built.
    """
    if choice not in CHOICES:
        raise InvalidParameter(f"tile_kernel: {choice!r}, want one of {', '.join(CHOICES)}")
    found = None if choice == "numpy" else _built(kernel)
    if choice == "c" and found is None:
        raise InvalidParameter("tile_kernel: 'c', want auto or numpy: this installation was built without a compiler")
    return found


def _built(kernel: str) -> ModuleType | None:
    try:
        return importlib.import_module(kernel)
    except ImportError:
        return None
