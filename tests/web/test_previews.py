"""``/preview/``: still pictures over HTTP."""
from __future__ import annotations

import re
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from server import create_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("address, size", [
    ("/preview/zones.png", (1200, 630)),
    ("/preview/zones.png?date=2016-04-09&place=sy-al-rai&theme=dark&layers=zones,fronts", (1200, 630)),
    ("/preview/zones.png?bbox=36,35,38,37&width=600", (600, 315)),
    ("/preview/story/story.png", (1200, 630)),
    ("/preview/story/hostile.png?width=500&height=700", (500, 700)),
])
def test_a_picture_is_drawn_and_may_be_kept(client: FlaskClient, address: str, size: tuple[int, int]) -> None:
    answer = client.get(address)
    assert answer.status_code == 200 and answer.mimetype == "image/png"
    assert Image.open(BytesIO(answer.data)).size == size
    assert len(answer.data) < 400_000
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.data
    assert "max-age" in answer.headers["Cache-Control"]


def test_al_rai_changes_hands_between_two_pictures(client: FlaskClient) -> None:
    shown = [
        np.asarray(Image.open(BytesIO(client.get(f"/preview/story/story.png?date={day}").data)).convert("RGB"))
        for day in ("2016-04-09", "2016-04-10", "2016-04-12")
    ]
    changed = [(a[:, 401:] != b[:, 401:]).any(axis=2).mean() for a, b in pairwise(shown)]
    assert changed[0] < 0.01 < changed[1], changed


@pytest.mark.parametrize("query, parameter", [
    ("date=2016-13-01", "date"), ("date=2016-01-01&date=2016-01-02", "date"), ("width=100", "width"),
    ("width=9999", "width"), ("width=2400&height=2400", "width"), ("height=x", "height"), ("theme=pink", "theme"),
    ("place=nowhere", "place"), ("bbox=1,2,3", "bbox"), ("bbox=38,35,36,37", "bbox"), ("layers=zones,x", "layers"),
    ("place=sy-al-rai&bbox=36,35,38,37", "place"), ("controls=0", "controls"), ("x=1", "x"),
    ("language=xx", "language"),
])
def test_what_cannot_be_drawn_is_refused_by_name(client: FlaskClient, query: str, parameter: str) -> None:
    for address in ("/preview/zones.png", "/preview/story/story.png"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 400
        assert answer.mimetype == "application/problem+json"
        assert [each["parameter"] for each in answer.json["errors"]] == [parameter]


def test_an_unknown_story_has_no_picture(client: FlaskClient) -> None:
    assert client.get("/preview/story/nothing.png").status_code == 404
    assert client.get("/preview/nothing.png").status_code == 404


def test_new_pictures_are_counted_and_kept_ones_are_not(store_path: Path) -> None:
    client = create_app({"store": str(store_path), "preview_rate": 2}).test_client()
    first, second, again, third = (
        client.get(f"/preview/zones.png?width={width}&height=240") for width in (240, 250, 240, 260)
    )
    assert [each.status_code for each in (first, second, again, third)] == [200, 200, 200, 429]
    assert int(third.headers["Retry-After"]) >= 1


def test_a_picture_speaks_the_language_of_its_page(client: FlaskClient) -> None:
    drawn = {language: client.get(f"/preview/zones.png?date=2016-04-09&width=600&language={language}").data
             for language in ("en", "ar", "uk")}
    assert len(set(drawn.values())) == 3
    assert drawn["en"] == client.get("/preview/zones.png?date=2016-04-09&width=600").data
    for address in ("/?lang=ar", "/stories/story?lang=ar", "/embed/story?language=ar"):
        assert re.search(r'data-still="[^"?]+"[^>]* (?:href|src)="[^"]+language=ar', client.get(address).text), address


def test_the_key_stands_at_the_side_from_which_its_language_reads(client: FlaskClient) -> None:
    def sign(language: str) -> float:
        """Where the fills of the key are, from 0 at the left to 1 at the right of its column."""
        picture = client.get(f"/preview/zones.png?date=2016-04-09&language={language}").data
        column = np.asarray(Image.open(BytesIO(picture)).convert("HSV"))[160:460, 20:380, 1]
        return float(np.argwhere(column > 100)[:, 1].mean()) / 360
    assert sign("en") < 0.25 and sign("ar") > 0.75
