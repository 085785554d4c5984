"""oEmbed and what other sites read of a page."""
from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

OURS = "http://localhost"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, url: str, more: str = "") -> dict[str, object]:
    answer = client.get(f"/oembed?url={quote(url, safe='')}{more}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json", "as oembed.com asks for"
    found: dict[str, object] = answer.json
    return found


@pytest.mark.parametrize("url, src", [
    ("/", "/embed/map"), ("/#map=9/36.5/37.5&date=2016-04-09", "/embed/map?date=2016-04-09"),
    ("/stories/story", "/embed/story"), ("/stories/story#date=2016-04-09", "/embed/story?date=2016-04-09"),
    ("/embed/story?theme=dark&height=300", "/embed/story?theme=dark&height=300"), ("/embed/map", "/embed/map"),
])
def test_a_link_of_ours_becomes_a_frame(client: FlaskClient, url: str, src: str) -> None:
    found = ask(client, OURS + url)
    assert found["version"] == "1.0" and found["type"] == "rich" and found["provider_name"] == "Dateline"
    html = str(found["html"])
    assert unescape(re.findall(r'src="([^"]*)"', html)[0]) == OURS + src
    assert f'width="{found["width"]}" height="{found["height"]}"' in html and "<script" not in html
    assert client.get(src).status_code == 200


def test_its_title_and_picture_are_the_storys(client: FlaskClient) -> None:
    found = ask(client, OURS + "/stories/story")
    assert found["title"] == "A border town changes hands twice"
    picture = urlsplit(str(found["thumbnail_url"]))
    answer = client.get(f"{picture.path}?{picture.query}")
    assert answer.mimetype == "image/png"
    assert (found["thumbnail_width"], found["thumbnail_height"]) == (600, 315)


@pytest.mark.parametrize("more, width, height", [
    ("", 640, 480), ("&maxwidth=400", 400, 480), ("&maxheight=200", 640, 200),
    ("&maxwidth=9000&maxheight=9000", 640, 480), ("&maxwidth=300&maxheight=250&format=json", 300, 250),
])
def test_limits_are_kept_by_frame_and_picture(client: FlaskClient, more: str, width: int, height: int) -> None:
    found = ask(client, OURS + "/stories/story", more)
    assert (found["width"], found["height"]) == (width, height)
    assert int(str(found.get("thumbnail_width", 0))) <= width and int(str(found.get("thumbnail_height", 0))) <= height


@pytest.mark.parametrize("url", [
    "https://example.org/stories/story", OURS + "/api/control", OURS + "/stories/", OURS + "/stories/nothing",
    OURS + "/embed/x/y", "javascript:alert(1)", "//localhost.example.org/", "x" * 5000, OURS + ".example.org/",
])
def test_any_other_address_is_not_found(client: FlaskClient, url: str) -> None:
    assert client.get(f"/oembed?url={quote(url, safe='')}").status_code == 404


@pytest.mark.parametrize("query, status", [
    ("", 400), ("format=xml&url=http://localhost/", 501), ("format=yaml&url=http://localhost/", 400),
    ("url=http://localhost/&maxwidth=0", 400), ("url=http://localhost/&maxwidth=-1", 400), ("url=a&url=b", 400),
    ("url=http://localhost/&callback=x", 400), ("url=http://localhost/embed/map%3Ftheme%3Dpink", 400),
])
def test_a_wrong_question_is_told_so(client: FlaskClient, query: str, status: int) -> None:
    assert client.get(f"/oembed?{query}").status_code == status


def test_a_hostile_title_stays_text(client: FlaskClient) -> None:
    html = str(ask(client, OURS + "/stories/hostile")["html"])
    assert html.count("<") == 2 and html.startswith("<iframe ") and html.endswith("></iframe>")


@pytest.mark.parametrize("address, kind", [
    ("/", "website"), ("/stories/story", "article"), ("/stories/hostile", "article"),
])
def test_a_page_tells_other_sites_what_it_is(client: FlaskClient, address: str, kind: str) -> None:
    html = client.get(address).text
    tags = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', html)
    said = {name: unescape(text) for name, text in tags}
    assert said["og:type"] == kind and said["twitter:card"] == "summary_large_image"
    assert said["og:url"] == OURS + address and said["og:title"] and said["og:image:alt"]
    picture = urlsplit(said["og:image"])
    answer = client.get(f"{picture.path}?{picture.query}")
    assert answer.mimetype == "image/png" and "immutable" in answer.headers["Cache-Control"]
    found = re.search(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', html)
    assert found
    discovered = urlsplit(unescape(found[1]))
    assert client.get(f"{discovered.path}?{discovered.query}").json["type"] == "rich"
