"""Colours of a still picture, light or dark: those of the pages' style sheet (``static/css/page.css``)."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.motifs import colour
from geo.stills.lettering import Colour
from geo.style import Style, Styles

VANISHES = 2.0
"""Below this contrast against dark land a half-transparent fill cannot be seen."""


@dataclass(frozen=True)
class Theme:
    """``#rrggbb`` each."""

    name: str
    panel: str
    ink: str
    quiet: str
    rule: str
    accent: str
    land: str
    water: str
    river: str
    border: str


THEMES: Mapping[str, Theme] = {
    theme.name: theme
    for theme in (
        Theme("light", "#fffdf9", "#1d1b18", "#5c574e", "#d9d2c4", "#17506b", land="#f4efe4", water="#cbdbe1",
              river="#93b3c1", border="#8b8272"),
        Theme("dark", "#1c1f23", "#ece7dc", "#a9a399", "#363a40", "#8cc3de", land="#272a2e", water="#14191e",
              river="#3c5460", border="#77736b"),
    )
}


def rgb(hex_: str) -> Colour:
    """
    >>> rgb("#17506b")
    (23, 80, 107)
    """
    red, green, blue = bytes.fromhex(hex_[1:])
    return red, green, blue


def visible(known: Styles, theme: Theme) -> Styles:
    """On dark land the sides whose colours would vanish are lighter, as on the page."""
    return known if theme.name == "light" else {code: _lighter(style, theme.land) for code, style in known.items()}


def _lighter(style: Style, land: str) -> Style:
    """As much lighter as a contrast of 3 to 1 asks for, where there is hardly any."""
    own, part = colour(style.colour), 0.0
    if _contrast(own, colour(land)) >= VANISHES:
        return style
    while _contrast(own + (1 - own) * part, colour(land)) < 3 and part < 1:
        part += 0.1
    found = np.rint(255 * (own + (1 - own) * part)).astype(int)
    return replace(style, colour="#" + "".join(f"{channel:02x}" for channel in found))


def _contrast(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """WCAG's ratio of two colours of channels from 0 to 1."""
    dim, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def _luminance(value: NDArray[np.float64]) -> float:
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
