"""The folium map of a story: Leaflet alone, no tiles, and one element that brings data, style and script."""
from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, BinaryIO

import folium
from branca.element import Figure, MacroElement
from jinja2 import Template

from geo.model import Feature
from geo.preview.content import Content, values
from geo.preview.inert import inert_json
from geo.preview.page import to_html
from geo.style import STYLES, Styles

SCRIPTS = (
    "days", "words", "dom", "shapes", "fills", "cards", "key", "slider",
    "ground", "labels", "layers", "places", "start",
)
"""Our own files in the order in which they are read; none of them holds data or anything that opens a Jinja tag."""

FRAME_HEIGHT = "34rem"


def preview(  # noqa: PLR0913  the four collections and a title are what a map of a story is
    mentions: Sequence[Feature], zones: Sequence[Feature], *, title: str, day: date | None = None,
    events: Sequence[Feature] = (), fronts: Sequence[Feature] = (), styles: Styles = STYLES,
) -> folium.Map:
    """A map of what a story tells and who held the ground, with a slider that shows only what is valid on its day.

    Rows are those of the collections ``mentions``, ``zones``, ``events`` and ``fronts`` (``geo.schema``), WGS 84.
    ``day`` is where the slider starts; without it, the last day that the story tells exactly. ``styles`` are those of
    another theatre's sides. The map shows itself
    in a notebook; ``to_html`` makes a page of it. It carries Leaflet and nothing else: folium layers that need
    jQuery or a tile server (``folium.Popup``, ``folium.TileLayer``) do not work on it.

    :raises InvalidInput: when a number is not finite.
    """
    content = Content(title, mentions, events, zones, fronts, day, styles)
    return StoryMap(values(content))


class StoryMap(folium.Map):
    """A folium map that shows and saves itself as one page without any link.

    Its names are fixed, so that the same story gives the same bytes; each page or notebook frame holds one map.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        west, south, east, north = data["view"]
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2], zoom_start=7, tiles=None, zoom_control="topright",
            zoom_snap=0.25, max_zoom=13, font_size="16px",
        )
        self._id = "story"
        self.default_js = [link for link in folium.Map.default_js if link[0] == "leaflet"]
        self.default_css = [link for link in folium.Map.default_css if link[0] == "leaflet_css"]
        page = self.get_root()
        assert isinstance(page, Figure)
        page.title = "Dateline"
        self.add_child(DatedStory(inert_json(data)), name="dated_story")

    def save(self, outfile: str | bytes | Path | BinaryIO, close_file: bool = True, **_: object) -> None:
        """Write the page of ``to_html``."""
        page = to_html(self).encode()
        if isinstance(outfile, str | bytes | Path):
            Path(os.fsdecode(outfile)).write_bytes(page)
            return
        outfile.write(page)
        if close_file:
            outfile.close()

    def _repr_html_(self, **_: object) -> str:
        """For notebooks: the whole page in a frame of its own, from which nothing reaches the notebook."""
        return (
            f'<iframe title="Map of the story" sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" '
            f'style="width:100%;height:{FRAME_HEIGHT};border:0" srcdoc="{escape(to_html(self))}"></iframe>'
        )


class DatedStory(MacroElement):
    """Data, style and script of a story on its map.

    branca compiles what these macros print once more as a template: ``data`` is inert JSON, the rest our own files.
    """

    _template = Template(
        "{% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}"
        "{% macro html(this, kwargs) %}"
        '<script type="application/json" id="{{ this.get_name() }}">{{ this.data }}</script>'
        "<noscript>This map needs JavaScript; it asks no other host for anything.</noscript>{% endmacro %}"
        "{% macro script(this, kwargs) %}(() => {\n\"use strict\";\n{{ this.code }}\n"
        'const data = document.getElementById("{{ this.get_name() }}").textContent;\n'
        "start({{ this._parent.get_name() }}, JSON.parse(data));\n"
        "})();{% endmacro %}"
    )

    def __init__(self, data: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = "DatedStory", "data"
        self.data, self.css, self.code = data, _text("preview.css"), _code()


@cache
def _code() -> str:
    return "\n".join(_text(f"{name}.js") for name in SCRIPTS)


def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
