"""Image tiles of another host under the map: only where a setting names them, only on whole pages."""
from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Response
from PIL import Image
from playwright.sync_api import Browser, expect

from geo.errors import InvalidParameter
from server import create_app

ADDRESS = "https://tiles.example:8443/a/{z}/{x}/{y}.png?style=plain"


@pytest.mark.parametrize("address", [
    "https://tiles.example/{z}/{x}.png", "ftp://tiles.example/{z}/{x}/{y}", "/{z}/{x}/{y}.png",
    "https://tiles.example/{z}/{x}/{y}; script-src *", "https://a b/{z}/{x}/{y}", "javascript:{z}{x}{y}",
])
def test_what_is_no_address_of_tiles_is_refused(address: str) -> None:
    with pytest.raises(InvalidParameter, match="backdrop"):
        create_app({"store": "none.gpkg", "backdrop": address})


def test_the_policy_allows_that_one_host_on_whole_pages_only(store_path: Path) -> None:
    client = create_app({"store": str(store_path), "backdrop": ADDRESS}).test_client()
    wanted = "img-src 'self' https://tiles.example:8443 data:"
    for page in ("/", "/stories/story"):
        answer = client.get(page)
        assert wanted in answer.headers["Content-Security-Policy"] and "tiles.example" in answer.text
    for other in ("/embed/map", "/embed/story", "/tiles/zones.json"):
        answer = client.get(other)
        assert "tiles.example" not in answer.headers["Content-Security-Policy"] + answer.text


def test_without_the_setting_no_other_host_is_named(store_path: Path) -> None:
    answer = create_app({"store": str(store_path)}).test_client().get("/")
    assert "img-src 'self' data:" in answer.headers["Content-Security-Policy"] and '"backdrop": null' in answer.text


@pytest.mark.browser
def test_the_tiles_are_under_the_map_and_their_credit_is_text(
    chromium: Browser, store_path: Path, serving: Any
) -> None:
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    with serving(Response(_tile(), mimetype="image/png")) as host:
        setting = {"backdrop": host + "/{z}/{x}/{y}.png", "backdrop_credit": "<b>They</b>"}
        with serving(create_app({"store": str(store_path), **setting})) as root:
            page.goto(root + "/#map=7/36/38&date=2016-04-11")
            tile = page.locator(f".leaflet-backdrop-pane img[src^='{host}/7/']").first
            expect(tile).to_be_attached(timeout=15_000)
            expect(page.locator(".leaflet-control-attribution")).to_contain_text("<b>They</b>")
            page.wait_for_load_state("networkidle")
            page.close()
    assert complaints == []


def _tile() -> bytes:
    made = BytesIO()
    Image.new("RGB", (256, 256), "#c8d8c0").save(made, "png")
    return made.getvalue()
