"""Text on a picture in Noto Sans, whose files come as packages, so that it looks alike on every machine."""
from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import ImageDraw, ImageFont, features

from geo.stills.joining import joined
from geo.stills.writing import Piece, is_rtl, pieces, plain

FAMILIES = {
    False: ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf"),
    True: ("fontpkg_noto_sans_arabic", "NotoSansArabic[wdth,wght].ttf"),
}
"""Package and file, by whether the letters are Arabic."""

LINE = 1.28
"""Height of a line in font sizes."""

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Face:
    """``size`` in pixels, ``weight`` from 100 to 900; ``has_raqm`` says who joins Arabic letters: the font by libraqm,
    or ``geo.stills.joining``."""

    size: int
    weight: int = 400
    has_raqm: bool = bool(features.check("raqm"))

    @property
    def line(self) -> int:
        return round(self.size * LINE)

    def width(self, text: str) -> float:
        return sum(self._length(piece) for piece in pieces(plain(text)))

    def wrap(self, text: str, width: float, most: int) -> list[str]:
        """Lines of at most ``width`` pixels; an ellipsis says that there was no room for the rest."""
        words, lines = plain(text).split(" "), [""]
        for word in words:
            longer = f"{lines[-1]} {word}".strip()
            if self.width(longer) <= width or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(word)
        kept = lines[:most]
        if len(lines) > most:
            kept[-1] += " …"
        return [self._cut(line, width) for line in kept if line]

    def write(self, pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, ink: Colour, **halo: object) -> None:
        """The text from its left edge, with its baseline at ``at``."""
        x, y = at
        for piece in pieces(plain(text)):
            font = _font(self.size, self.weight, _is_arabic(piece.text), self.has_raqm)
            options = {"direction": "rtl" if piece.is_rtl else "ltr"} if self.has_raqm else {}
            pen.text((x, y), self._shown(piece), ink, font, anchor="ls", **options, **halo)  # type: ignore[arg-type]
            x += self._length(piece)

    def write_line(self, pen: ImageDraw.ImageDraw, box: tuple[float, float, float], text: str, ink: Colour) -> None:
        """A line between ``left`` and ``right`` on baseline ``y``: at the side from which its language reads."""
        left, right, y = box
        self.write(pen, (right - self.width(text) if is_rtl(plain(text)) else left, y), text, ink)

    def _cut(self, line: str, width: float) -> str:
        if self.width(line) <= width:
            return line
        stem = line.removesuffix("…").rstrip()
        while stem and self.width(stem + "…") > width:
            stem = stem[:-1]
        return stem.rstrip() + "…"

    def _shown(self, piece: Piece) -> str:
        return joined(piece.text) if piece.is_rtl and not self.has_raqm else piece.text

    def _length(self, piece: Piece) -> float:
        return _length(self._shown(piece), self.size, self.weight, piece.is_rtl, self.has_raqm)


@lru_cache(maxsize=4096)
def _length(text: str, size: int, weight: int, is_right: bool, has_raqm: bool) -> float:
    options = {"direction": "rtl" if is_right else "ltr"} if has_raqm else {}
    return _font(size, weight, _is_arabic(text), has_raqm).getlength(text, **options)  # type: ignore[arg-type]


def _is_arabic(text: str) -> bool:
    """Digits are too, though they run from left to right."""
    return any("\u0600" <= each <= "\u06ff" or "\ufb50" <= each <= "\ufefc" for each in text)


@lru_cache(maxsize=64)
def _font(size: int, weight: int, is_arabic: bool, has_raqm: bool) -> ImageFont.FreeTypeFont:
    package, file = FAMILIES[is_arabic]
    folder = Path(str(importlib.import_module(package).__file__)).parent
    engine = ImageFont.Layout.RAQM if has_raqm else ImageFont.Layout.BASIC
    font = ImageFont.truetype(str(folder / "files" / file), size, layout_engine=engine)
    font.set_variation_by_axes([weight, 100])  # weight, width
    return font
