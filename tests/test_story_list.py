"""The list of stories, page by page."""
from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from shapely.geometry import MultiPoint

from geo.interval import Interval, Validity
from geo.model import Feature
from geo.store import open_store
from server import create_app, maps

FIRST = date(2016, 1, 1)


def story(number: int) -> Feature:
    day = FIRST + timedelta(days=number)
    told = {"title": f"Story {number:03}", "source": "Dateline", "url": f"https://news.example/{number}",
            "published": day, "language": "en", "publishable": True, "text": "Rebels took al-Rai."}
    return Feature(f"a{number}", MultiPoint([(37.4, 36.6)]), told, Validity.exactly(Interval.of_day(day)))


def test_the_latest_come_first_and_pages_lead_to_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "A_PAGE", 4)
    store = open_store(str(tmp_path / "s.gpkg"), create=True)
    store.write("articles", [story(number) for number in range(9)], FIRST)
    store.close()
    client = create_app({"store": str(tmp_path / "s.gpkg")}).test_client()
    seen, address, way = [], "/stories/?lang=en", []
    while address:
        page = client.get(address).text
        seen.append([int(number) for number in re.findall(r">Story (\d+)<", page)])
        (address,) = re.findall(r'href="([^"]+)" rel="next"', page) or [""]
        way.append(address)
        assert ('rel="prev"' in page) == (len(seen) > 1)
    assert seen == [[8, 7, 6, 5], [4, 3, 2, 1], [0]]
    assert "page=2" in way[0] and "lang=en" in way[0]
    assert client.get("/stories/?page=4").status_code == 404
    assert client.get("/stories/?page=0").status_code == 400
    assert 'rel="next"' not in client.get("/stories/?page=3").text
