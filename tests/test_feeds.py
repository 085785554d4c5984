"""Feeds, and the files, folders, patterns and streams that stories come in."""
from __future__ import annotations

import gzip
import io
import json
import pickle
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidInput
from geo.feeds import numbered, of_entry, read_feed
from geo.model import Article
from geo.sources import MAX_LINE, files_of, read_path, read_stream

RSS = b"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Example News</title><link>https://news.example/</link><language>en-GB</language>
<item><title>Rebels leave al-Rai</title><link>https://news.example/1</link><guid>1</guid>
 <pubDate>Mon, 11 Apr 2016 23:30:00 -0500</pubDate><description>Short.</description>
 <content:encoded><![CDATA[<p>The town fell on Monday.</p><script>alert(1)</script>
 <p>A monitor said so.</p>]]></content:encoded></item>
<item><title>Strikes &amp; talks</title><guid>https://news.example/2</guid><dc:date>2016-04-12T08:00:00Z</dc:date>
 <description>&lt;p&gt;Jets hit &lt;b&gt;Raqqa&lt;/b&gt;.&lt;/p&gt;</description></item>
<item><title>Azaz is shelled</title><guid>tag:news.example,2016:3</guid></item>
</channel></rss>"""

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Example News</title>
<link rel="self" href="https://news.example/feed"/>
<entry><title>Rebels leave al-Rai</title><id>tag:1</id><link rel="self" href="https://news.example/self"/>
 <link href="https://news.example/1"/><updated>2016-04-13T00:00:00Z</updated>
 <published>2016-04-11T18:00:00+03:00</published>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The town fell.</p>
 <p>A monitor said so.</p></div></content>
</entry>
<entry><title>One &lt; two</title><id>tag:2</id><updated>2016-04-12T00:00:00Z</updated>
 <summary type="text">If a &lt; b, then Azaz.</summary></entry></feed>"""


def articles(data: bytes, published: date | None = None) -> list[Article]:
    return [of_entry(entry, name, published) for name, entry in numbered(read_feed(data, "news.xml"), "news.xml")]


def known(article: Article) -> tuple[str, str, str]:
    if article.published is None:
        return "", article.published_how, ""
    return article.published.edtf, article.published_how, article.published.reason


def test_an_rss_feed_gives_an_article_an_entry() -> None:
    first, second, third = articles(RSS)
    assert first.text == "The town fell on Monday.\n\nA monitor said so.\n"
    assert (first.title, first.url, first.source, first.language) == (
        "Rebels leave al-Rai", "https://news.example/1", "Example News", "en-GB")
    assert known(first) == ("2016-04-11", "metadata", "stated in the feed: pubDate")
    assert (second.title, second.url, second.text) == ("Strikes & talks", "https://news.example/2", "Jets hit Raqqa.\n")
    assert known(second) == ("2016-04-12", "metadata", "stated in the feed: date")
    assert (third.text, third.url, known(third)) == ("Azaz is shelled", "", ("", "", ""))


def test_an_atom_feed_gives_an_article_an_entry() -> None:
    first, second = articles(ATOM)
    assert (first.text, first.url) == ("The town fell.\n\nA monitor said so.\n", "https://news.example/1")
    assert known(first) == ("2016-04-11", "metadata", "stated in the feed: published")
    assert (second.title, second.text) == ("One < two", "If a < b, then Azaz.")
    assert known(second)[2] == "stated in the feed: updated"


def test_an_entry_keeps_its_id_when_its_words_change() -> None:
    edited = RSS.replace(b"Azaz is shelled", b"Azaz is shelled again").replace(b"fell on Monday", b"fell")
    assert [article.id for article in articles(RSS)] == [article.id for article in articles(edited)]


def test_a_stated_day_beats_the_feed() -> None:
    assert {known(article)[:2] for article in articles(RSS, date(2016, 5, 1))} == {("2016-05-01", "stated")}


@pytest.mark.parametrize("data, wanted", [
    (b'<!DOCTYPE rss [<!ENTITY a "x">]>' + RSS[39:], "DOCTYPE"),
    (b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd"><rss/>', "DOCTYPE"),
    (RSS.replace(b"Azaz", b"&azaz;"), "undefined entity"),
    (RSS[:400], "want a feed of well-formed XML"),
    (b"<rss><channel>" + b"<a>" * 200, "levels deep"),
    (b"<rss><channel></channel></rss>", "0 entries"),
    (b"<svg/>", "<svg>, want an RSS or Atom feed"),
    (b"", "want a feed of well-formed XML"),
    (b"<rss>" + b"<item/>" * 10_001 + b"</rss>", "10,001 entries"),
    (b'<?xml version="1.0" encoding="no-such"?><rss/>', "want a feed of well-formed XML"),
])
def test_what_is_no_plain_feed_is_refused_by_name(data: bytes, wanted: str) -> None:
    with pytest.raises(InvalidInput, match=wanted) as refused:
        read_feed(data, "news.xml")
    assert str(refused.value).startswith("news.xml: ")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_feed_or_one_clear_error(data: bytes) -> None:
    try:
        assert read_feed(data, "x")
    except InvalidInput as error:
        assert str(error).startswith("x: ")


def parsed(path: Path) -> list[Article]:
    return [story.parse() for story in read_path(path)]


def test_one_bad_entry_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "news.rss"
    path.write_bytes(RSS.replace(b"Mon, 11 Apr 2016 23:30:00 -0500", b"yesterday"))
    first, second, _ = read_path(path)
    with pytest.raises(InvalidInput, match=r"entry 1: pubDate 'yesterday', want a date of RFC 822"):
        first.parse()
    assert second.parse().title == "Strikes & talks"


def test_one_bad_line_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_bytes(b'{"text": "One"}\n{broken\n' + b"x" * (MAX_LINE + 5) + b'\n{"text": "Two"}')
    stories = list(read_path(path))
    assert [story.name.rpartition(": ")[2] for story in stories] == ["line 1", "line 2", "line 3", "line 4"]
    for story, wanted in ((stories[1], "want one JSON object a line"), (stories[2], "more than 16,000,000 bytes")):
        with pytest.raises(InvalidInput, match=wanted):
            story.parse()
    assert [stories[0].parse().text, stories[3].parse().text] == ["One", "Two"]


def test_stories_travel_to_other_processes(tmp_path: Path) -> None:
    path = tmp_path / "news.rss"
    path.write_bytes(RSS)
    copies = pickle.loads(pickle.dumps(list(read_path(path))))
    assert [copy.parse() for copy in copies] == parsed(path)


def test_a_long_file_is_read_as_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for number in range(200_000):
            file.write(json.dumps({"text": f"Story {number} " + "x" * 400}).encode() + b"\n")
    begun = time.process_time()
    stories = read_path(path)
    assert next(stories).parse().text.startswith("Story 0 ")
    first = time.process_time() - begun
    assert sum(1 for _ in stories) == 199_999
    assert first < (time.process_time() - begun) / 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deeper").mkdir()
    for name in ("b.txt", "a.HTML", "c.jsonl.gz", "d.rss", ".hidden.txt", "notes.docx", "README", "deeper/e.txt"):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize("pattern, wanted", [
    ("", ["a.HTML", "b.txt", "c.jsonl.gz", "d.rss"]),  # one level, known endings, by name
    ("*.txt", ["b.txt"]),
    ("?.rss", ["d.rss"]),
    ("**/*.txt", ["b.txt", "e.txt"]),
    ("d*/e.txt", ["e.txt"]),
    ("README", ["README"]),
])
def test_folders_and_patterns_give_their_stories_by_name(folder: Path, pattern: str, wanted: list[str]) -> None:
    found = [path.name for path in files_of(f"{folder}/{pattern}") if path.name != ".hidden.txt"]
    assert found == wanted


@pytest.mark.parametrize("pattern", ["*.pdf", "deeper/*.rss"])
def test_a_pattern_that_finds_nothing_is_refused(folder: Path, pattern: str) -> None:
    with pytest.raises(InvalidInput, match="no stories there"):
        files_of(f"{folder}/{pattern}")


def test_a_file_with_brackets_in_its_name_is_itself(tmp_path: Path) -> None:
    path = tmp_path / "story [1].txt"
    path.write_text("x", encoding="utf-8")
    assert files_of(str(path)) == [path]


LINES = b'{"text": "One"}\n{"text": "Two"}\n'
PAGE = b"<!doctype html><title>T</title><p>" + b"Islamic State seized the border town of al-Rai. " * 8


@pytest.mark.parametrize("data, wanted", [
    (b"Title: A\n\nJust words.", ["Just words."]),
    (b"<3 is no tag", ["<3 is no tag"]),
    (LINES, ["One", "Two"]),
    (gzip.compress(LINES, mtime=0), ["One", "Two"]),
    (b"\xef\xbb\xbf  " + LINES, ["One", "Two"]),
    (RSS, ["The town fell on Monday.\n\nA monitor said so.\n", "Jets hit Raqqa.\n", "Azaz is shelled"]),
    (PAGE, [PAGE[34:].decode().strip() + "\n"]),
])
def test_a_stream_is_known_by_how_it_begins(data: bytes, wanted: list[str]) -> None:
    assert [story.parse().text for story in read_stream(io.BytesIO(data), "standard input")] == wanted


def test_an_xml_file_may_be_a_page(tmp_path: Path) -> None:
    path = tmp_path / "story.xml"
    path.write_bytes(b"<?xml version='1.0'?><html><body><p>" + PAGE[34:] + b"</p></body></html>")
    assert parsed(path)[0].text.startswith("Islamic State seized")
