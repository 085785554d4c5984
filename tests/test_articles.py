"""Files of stories: what is taken from a header, where spans count from, and what is refused."""
from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.articles import MAX_CHARACTERS, article_id, decode, read_line, read_text
from geo.errors import InvalidInput
from geo.interval import Interval
from geo.model import Article
from geo.sources import read_file

HEADER = """Title: Rebels leave al-Rai
Date: 2016-04-11
Source: Example Wire
Url: https://news.example/1
Language: en
Publish: yes
Based on: a wire story of that day
"""
BODY = "GAZIANTEP: The town fell on Monday.\n\nA monitor said so.\n"


def one(path: Path, published: date | None = None) -> Article:
    found = list(read_file(path, published))
    assert len(found) == 1
    return found[0]


def written(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_a_header_gives_title_date_source_and_the_rest() -> None:
    article = read_text(HEADER + "\n" + BODY, "story.txt")
    assert (article.title, article.source, article.url) == (
        "Rebels leave al-Rai", "Example Wire", "https://news.example/1")
    assert (article.language, article.publishable, article.based_on) == ("en", True, "a wire story of that day")
    assert article.published is not None
    assert article.published.interval == Interval.of_day(date(2016, 4, 11))
    assert article.published_how == "stated"


def test_spans_count_from_the_first_character_after_the_header() -> None:
    assert read_text(HEADER + "\n" + BODY, "story.txt").text == BODY


def test_a_header_may_have_the_line_ends_of_windows() -> None:
    article = read_text((HEADER + "\n" + BODY).replace("\n", "\r\n"), "story.txt")
    assert (article.title, article.text) == ("Rebels leave al-Rai", BODY.replace("\n", "\r\n"))


@pytest.mark.parametrize("text", [
    BODY,                                          # no header at all
    "Note: the town fell.\n\nA monitor said so.",  # a line like one, but neither title nor date
    "Title: not ended by an empty line\nThe town fell.",
])
def test_a_text_without_a_header_is_taken_whole(text: str) -> None:
    article = read_text(text, "story.txt")
    assert (article.text, article.title, article.published) == (text, "", None)


def test_a_stated_day_beats_the_header() -> None:
    article = read_text(HEADER + "\n" + BODY, "story.txt", date(2016, 4, 12))
    assert article.published is not None
    assert article.published.interval.start == date(2016, 4, 12)


def test_a_private_story_is_the_default() -> None:
    assert not read_text(BODY, "story.txt").publishable


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert one(written(tmp_path, "a.txt", b"\xef\xbb\xbf" + BODY.encode())).text == BODY


@pytest.mark.parametrize("name", ["s.jsonl", "s.jsonl.gz"])
def test_json_lines_give_one_article_a_line(tmp_path: Path, name: str) -> None:
    lines = [
        {"id": "a", "text": "First.", "title": "One", "date": "2016-04-11T18:03:00Z", "url": "https://n.example/a"},
        {"text": "Second.", "published": "2016-04-12", "source": None},
    ]
    data = "\n\n".join(json.dumps(line) for line in lines).encode()
    path = written(tmp_path, name, gzip.compress(data) if name.endswith(".gz") else data)
    first, second = read_file(path)
    assert (first.id, first.text, first.title, first.url) == ("a", "First.", "One", "https://n.example/a")
    assert [each.published.interval.start for each in (first, second) if each.published] == [
        date(2016, 4, 11), date(2016, 4, 12)]
    assert (second.id, second.source) == (article_id("", "", "Second."), "")


def test_json_lines_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = written(tmp_path, "s.jsonl", b'{"text": "First."}\n{broken\n')
    articles = read_file(path)
    assert next(articles).text == "First."
    with pytest.raises(InvalidInput, match=r"s\.jsonl: line 2"):
        next(articles)


@pytest.mark.parametrize("name, data, wanted", [
    ("empty.txt", b" \n ", "the article is empty, want its text"),
    ("nul.txt", b"The town\x00 fell.", "want text"),
    ("image.txt", b"\x89PNG\r\n\x1a\n", "not UTF-8, want a text file"),
    ("latin.txt", b"caf\xe9", "byte 3 is not UTF-8, want a text file"),
    ("story.docx", b"PK", "want .txt, .jsonl"),
    ("date.txt", b"Title: x\nDate: 2016-13-40\n\ntext", "2016-13-40"),
    ("date.txt", b"Title: x\nDate: Monday\n\ntext", "Monday"),
    ("s.jsonl", b"[1, 2]", "line 1: want a JSON object with a 'text'"),
    ("s.jsonl", b'{"text": 7}', "line 1: want a JSON object with a 'text'"),
    ("s.jsonl", b'{"text": "x"}\n\n{"text": " "}', "line 3: the article is empty"),
    ("s.jsonl", b'{"text": "x", "date": "yesterday"}', "line 1"),
    ("s.jsonl", b'{"text": "\xff"}', "UTF-8"),
    ("s.jsonl", b"[" * 100_000, "line 1"),
    ("s.jsonl.gz", b"not gzip", "want a gzip file"),
    ("cut.jsonl.gz", gzip.compress(b'{"text": "x"}' * 99, mtime=0)[:-9], "want a gzip file"),
])
def test_what_is_no_story_is_refused_naming_the_file_and_what_was_expected(
    tmp_path: Path, name: str, data: bytes, wanted: str
) -> None:
    path = written(tmp_path, name, data)
    with pytest.raises(InvalidInput) as refused:
        list(read_file(path))
    assert str(refused.value).startswith(str(path))
    assert wanted in str(refused.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.txt: No such file"):
        list(read_file(tmp_path / "nowhere.txt"))


def test_a_text_longer_than_the_cap_is_refused() -> None:
    with pytest.raises(InvalidInput, match="want at most 2,000,000"):
        read_text("a" * (MAX_CHARACTERS + 1), "long.txt")


def test_the_address_is_the_identity_else_the_content() -> None:
    assert article_id("https://n.example/1", "a", "b") == article_id("https://n.example/1", "c", "d")
    assert len({article_id("", "a", "b"), article_id("", "a", "c"), article_id("", "c", "b")}) == 3


@given(st.binary(max_size=300))
def test_any_bytes_are_an_article_or_one_clear_error(data: bytes) -> None:
    try:
        assert read_text(decode(data, "x"), "x").text.strip()
    except InvalidInput as error:
        assert str(error).startswith("x: ")


@given(st.binary(max_size=200) | st.builds(lambda text: json.dumps({"text": text}).encode(), st.text(max_size=50)))
def test_any_line_is_an_article_or_one_clear_error(line: bytes) -> None:
    try:
        assert read_line(line, "x").text.strip()
    except InvalidInput as error:
        assert str(error).startswith("x: ")


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(InvalidInput, match="want text"):
        read_line(b'{"text": "al-Rai \\ud800"}', "x")


def test_only_an_address_of_the_web_becomes_a_link() -> None:
    first, second = (read_line(json.dumps({"text": "x", "url": url}).encode(), "x") for url in (
        "javascript:alert(1)", "https://n.example/1"))
    assert (first.url, second.url) == ("", "https://n.example/1")
    assert first.id == article_id("javascript:alert(1)", "", "x")
