"""Leaflet.TimeDimension and folium's TimestampedGeoJson with the same dated areas, as pages without another host."""
from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shapely.geometry import mapping

from geo.interval import DAY
from geo.model import Feature
from geo.style import style_of

PACKAGES = {
    "leaflet": "leaflet@1.9.4", "leaflet-timedimension": "leaflet-timedimension@1.1.1", "jquery": "jquery@3.7.1",
    "jquery-ui-dist": "jquery-ui-dist", "moment": "moment", "iso8601-js-period": "iso8601-js-period",
}
MODULES = Path("var/peers/time")
FILES = {
    "leaflet.js": "leaflet/dist/leaflet.js", "leaflet.css": "leaflet/dist/leaflet.css",
    "iso8601.js": "iso8601-js-period/iso8601.js", "jquery.js": "jquery/dist/jquery.min.js",
    "jquery-ui.js": "jquery-ui-dist/jquery-ui.min.js", "moment.js": "moment/min/moment.min.js",
    "timedimension.js": "leaflet-timedimension/dist/leaflet.timedimension.min.js",
    "timedimension.css": "leaflet-timedimension/dist/leaflet.timedimension.control.min.css",
}
"""What the pages load, by the name under which they do."""

OF_FOLIUM = {
    "leaflet": "leaflet.js", "jquery3.7.1": "jquery.js", "jqueryui1.10.2": "jquery-ui.js", "iso8601": "iso8601.js",
    "leaflet.timedimension": "timedimension.js", "moment": "moment.js", "leaflet_css": "leaflet.css",
    "leaflet.timedimension_css": "timedimension.css",
}
"""Which of them stand for folium's own, by folium's names; what else it links a map of areas does without."""

STEP = "PT23H"
"""How long an area stays: a whole day would show yesterday's too."""

PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<link rel="stylesheet" href="leaflet.css"><link rel="stylesheet" href="timedimension.css">
<style>html, body, #map {{ height: 100%; margin: 0 }}</style><div id="map"></div>
<script src="leaflet.js"></script><script src="iso8601.js"></script><script src="timedimension.js"></script>
<script>
fetch("{data}").then((answer) => answer.json()).then((data) => {{
  const map = L.map("map", {{ preferCanvas: true, timeDimension: true, timeDimensionControl: true }});
  map.setView([{lat}, {lng}], {zoom});
  const areas = L.geoJson(data, {{ style: (feature) => feature.properties.style }});
  L.timeDimension.layer.geoJson(areas, {{ updateTimeDimension: true, duration: "{step}" }}).addTo(map);
  window.peer = map;
}});
</script>"""


def installed() -> Path:
    """The folder that holds the packages, installed there first."""
    if not (MODULES / "node_modules" / "leaflet-timedimension").exists():
        if shutil.which("npm") is None:
            sys.exit("no npm: install Node.js to measure what is on it")
        MODULES.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--prefix", str(MODULES), *PACKAGES.values()], check=True)
    return MODULES / "node_modules"


def write(rows: Sequence[Feature], folder: Path, name: str, view: tuple[float, float, int]) -> None:
    """``NAME-timedimension.html`` and ``NAME-folium.html`` with all that they load; ``view`` is lng, lat, zoom."""
    modules = installed()
    for local, path in FILES.items():
        shutil.copy(modules / path, folder / local)
    data = {"type": "FeatureCollection", "features": list(_days(rows))}
    (folder / f"{name}.json").write_text(json.dumps(data))
    lng, lat, zoom = view
    page = PAGE.format(data=f"{name}.json", lat=lat, lng=lng, zoom=zoom, step=STEP)
    (folder / f"{name}-timedimension.html").write_text(page)
    (folder / f"{name}-folium.html").write_text(_folium(data, view))


def _days(rows: Sequence[Feature]) -> Iterator[dict[str, Any]]:
    """Both show an area for the one time that it has: what lasts is written again for every day."""
    for row in rows:
        start, end = row.valid.outer.start, row.valid.outer.end
        assert start is not None
        assert end is not None
        assert row.geometry is not None
        look = {"color": style_of(str(row.properties["controller"])).colour, "weight": 1.25, "fillOpacity": 0.5}
        for number in range((end - start).days):
            yield {"type": "Feature", "geometry": mapping(row.geometry),
                   "properties": {"times": [f"{start + number * DAY}T00:00:00Z"], "style": look}}


def _folium(data: dict[str, Any], view: tuple[float, float, int]) -> str:
    import folium  # noqa: PLC0415  heavy; only this page needs it
    from folium.plugins import TimestampedGeoJson  # noqa: PLC0415

    lng, lat, zoom = view
    drawn = folium.Map([lat, lng], zoom_start=zoom, tiles=None, prefer_canvas=True)
    layer: Any = TimestampedGeoJson
    layer(data, period="P1D", duration=STEP, auto_play=False, add_last_point=False).add_to(drawn)
    parts = (folium.Map.default_js, folium.Map.default_css, layer.default_js, layer.default_css)
    local = {address: OF_FOLIUM.get(name) for links in parts for name, address in links}
    page: str = drawn.get_root().render()
    for address, file in local.items():
        tag = rf'<(?:script src|link rel="stylesheet" href)="{re.escape(address)}"\s*/?>(?:</script>)?'
        page = re.sub(tag, _tag(file), page)
    return page.replace("</html>", f"<script>window.peer = {drawn.get_name()};</script></html>")


def _tag(file: str | None) -> str:
    if file is None:
        return ""
    return f'<script src="{file}"></script>' if file.endswith(".js") else f'<link rel="stylesheet" href="{file}">'
