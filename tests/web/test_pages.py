"""The pages as HTML, without a browser."""
from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import server
from geo.errors import NotFound
from server.story import Mark, paragraphs
from server.vendor import HASHES, VendorError, checked


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def texts(text: str, *marks: Mark) -> list[list[tuple[str, str]]]:
    return [[(piece.kind, piece.text) for piece in paragraph] for paragraph in paragraphs(text, marks)]


def test_marks_count_code_points() -> None:
    assert texts("🙂 Rai fell", Mark(2, 5, "mention", "m")) == [
        [("text", "🙂 "), ("mention", "Rai"), ("text", " fell")]]


def test_of_two_marks_that_overlap_the_first_stays() -> None:
    both = Mark(0, 11, "mention", "a"), Mark(5, 11, "mention", "b")
    assert texts("Deir ez-Zor", *both) == [[("mention", "Deir ez-Zor")]]


def test_blank_lines_part_paragraphs_but_never_a_mark() -> None:
    assert texts("One\n \nTwo\nlines", Mark(6, 9, "time", "t")) == [
        [("text", "One")], [("time", "Two"), ("text", "\nlines")]]


@pytest.mark.parametrize("mark", [Mark(3, 3, "mention", "m"), Mark(9, 99, "mention", "m"), Mark(-2, 2, "mention", "m")])
def test_a_mark_that_fits_nothing_is_left_out(mark: Mark) -> None:
    assert texts("plain text", mark) == [[("text", "plain text")]]


def test_no_character_is_lost() -> None:
    text = "a\u202eb\x00c <i> &amp;"
    assert "".join(piece.text for each in paragraphs(text, [Mark(1, 3, "mention", "m")]) for piece in each) == text


@pytest.mark.parametrize("address", ["/", "/stories/", "/stories/story", "/embed/", "/embed/map", "/embed/story"])
def test_every_page_says_what_it_is(client: FlaskClient, address: str) -> None:
    html = client.get(address).text
    assert '<html lang="en"' in html and "<title>" in html and '<meta name="description"' in html
    html = re.sub(r"<textarea.*?</textarea>", "", html, flags=re.DOTALL)  # code for other pages, as text
    assert "style=" not in html and "<style" not in html and "onclick" not in html


def test_no_page_runs_a_script_of_its_own(client: FlaskClient) -> None:
    for address in ("/", "/stories/hostile", "/embed/hostile"):
        html = client.get(address).text
        assert html.count("<script") == 3 and html.count("</script") == 3
        assert '<script type="application/json"' in html


def test_an_unknown_story_is_not_found(client: FlaskClient) -> None:
    assert client.get("/stories/nothing").status_code == 404
    assert client.get("/embed/nothing").status_code == 404


def test_a_private_story_shows_only_the_sentences_that_name_a_place(client: FlaskClient) -> None:
    for address in ("/stories/private", "/embed/private"):
        assert "The secret end" not in client.get(address).text
    html = client.get("/stories/private").text
    assert "They spoke of <a" in html and "This line names nothing" not in html


def test_a_story_marks_each_mention_and_date(client: FlaskClient) -> None:
    html = client.get("/stories/story").text
    assert 'Rebels took <a class="mark" href="#f-m-friday" data-feature="m-friday">al-Rai</a>' in html
    assert '<span class="mark-time" data-feature="m-friday">last Friday</span>' in html
    assert '<a class="mark" href="#f-m-azaz" data-feature="m-azaz">Azaz</a> would say' in html


def test_leaflet_is_the_one_that_was_checked(client: FlaskClient) -> None:
    for name in HASHES:
        assert client.get(f"/vendor/leaflet-1.9.3/{name}").status_code == 200
    assert client.get("/vendor/leaflet-1.9.3/leaflet-src.js").status_code == 404


def test_a_changed_leaflet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leaflet.js").write_text("window.L = {}", encoding="utf-8")
    with pytest.raises(VendorError, match=r"leaflet\.js: its content"):
        checked("leaflet.js", tmp_path)
    with pytest.raises(VendorError, match=r"leaflet\.css: not in"):
        checked("leaflet.css", tmp_path)
    with pytest.raises(NotFound, match="passwd"):
        checked("../../../etc/passwd", tmp_path)


@pytest.mark.parametrize("name", ["countries", "admin1", "lakes", "rivers"])
def test_the_basemap_is_served_packed_and_once(client: FlaskClient, name: str) -> None:
    first = client.get(f"/basemap/{name}.geojson", headers={"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip"
    again = client.get(f"/basemap/{name}.geojson", headers={
        "Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert client.get(f"/basemap/{name}.geojson").json["type"] == "FeatureCollection"


def test_the_basemap_has_no_other_file(client: FlaskClient) -> None:
    assert client.get("/basemap/README.geojson").status_code == 404


def test_scripts_and_styles_come_packed_and_may_be_kept_for_ever(client: FlaskClient) -> None:
    html = client.get("/").text
    address = re.search(r'<script src="(/assets/[0-9a-f]+/js/app\.js)" type="module">', html)
    assert address
    answer = client.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip" and "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in client.get("/assets/old/js/app.js").headers["Cache-Control"]
    for name in ("js/nothing.js", "../__init__.py", "js/../../settings.py"):
        assert client.get(f"/assets/x/{name}").status_code == 404


@pytest.mark.parametrize("address, most", [("/", 42_000), ("/stories/story", 42_000), ("/embed/", 6_000)])
def test_the_parts_of_a_page_are_small(client: FlaskClient, address: str, most: int) -> None:
    """Own scripts and styles, gzipped one by one; Leaflet's 44 kB come on top where there is a map."""
    linked = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', client.get(address).text))
    assert len(linked) >= 5
    sizes = [len(gzip.compress(client.get(each).data)) for each in linked]
    assert sum(sizes) < most


def test_only_editors_load_the_desk_and_it_is_small(client: FlaskClient) -> None:
    folder = Path(server.__file__).parent / "static"
    parts = [*folder.glob("js/desk/*.js"), folder / "css/desk.css"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in parts) < 20_000
    assert "/js/desk/" not in client.get("/stories/story").text and "/js/desk/app.js" in client.get("/desk/").text
