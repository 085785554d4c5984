"""Saved pages: what is taken from them, and that a hostile one costs little and reaches nothing."""
from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest

from geo import pages
from geo.errors import InvalidInput
from geo.model import Article
from geo.pages import read_page, text_of

FIRST = (
    "Islamic State seized the Syrian border town of al-Rai from rebels on Monday, a monitor and rebel sources said, "
    "four days after they lost it."
)
SECOND = (
    "Rebels had captured the town on Thursday with the help of Turkish artillery and coalition strikes, and had hoped "
    "to move on to the east."
)
DAY = '<meta property="article:published_time" content="2016-04-11T23:30:00-05:00">'


def page(body: str = f"<p>{FIRST}</p><p>{SECOND}</p>", head: str = DAY) -> bytes:
    return f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">
<title>Rebels leave al-Rai | Example News</title><meta property="og:title" content="Rebels leave al-Rai">
<meta property="og:site_name" content="Example News"><link rel="canonical" href="https://news.example/world/1">{head}
</head><body><nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Rebels leave al-Rai</h1>{body}</article>
<aside><h3>Most read</h3><a href="/2">Ten things to know about Damascus</a></aside>
<footer>© 2015 Example News, Baghdad bureau</footer></body></html>""".encode()


def published(article: Article) -> tuple[str, str]:
    return (article.published.edtf if article.published else "", article.published_how)


def test_a_page_gives_title_day_address_publisher_language_and_body() -> None:
    article = read_page(page(), "story.html")
    assert article.text == f"{FIRST}\n\n{SECOND}\n"
    assert (article.title, article.source, article.url, article.language) == (
        "Rebels leave al-Rai", "Example News", "https://news.example/world/1", "en-GB")
    assert published(article) == ("2016-04-11", "metadata")
    assert article.published is not None
    assert article.published.reason == "stated in the page: article:published_time"


def test_a_stated_day_beats_the_page() -> None:
    assert published(read_page(page(), "story.html", date(2016, 4, 12))) == ("2016-04-12", "stated")


@pytest.mark.parametrize("head, body, wanted", [
    ('<meta name="dc.date" content="2016-04-11">', "", "dc.date"),
    ('<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2016-04-11T08:00:00Z"}</script>', "",
     "JSON-LD"),
    ("", '<time datetime="2016-04-11T08:00">Monday</time>', "time"),
    ("", '<p class="pub-date">11 April 2016</p>', "class pub-date"),
])
def test_the_day_names_the_part_of_the_page_that_states_it(head: str, body: str, wanted: str) -> None:
    article = read_page(page(f"{body}<p>{FIRST}</p><p>{SECOND}</p>", head), "story.html")
    assert published(article) == ("2016-04-11", "metadata")
    assert article.published is not None
    assert article.published.reason == f"stated in the page: {wanted}"


def test_a_day_that_merely_stands_in_the_text_is_not_the_day_of_publication() -> None:
    body = f"<p>{FIRST}</p><p>The first battle there, on 2014-01-09, had lasted a week. {SECOND}</p>"
    assert published(read_page(page(body, ""), "story.html")) == ("", "")


@pytest.mark.parametrize("encoding, words", [
    ("windows-1256", "سيطر تنظيم داعش على بلدة الراعي شمال حلب يوم الاثنين بعد أربعة أيام من خسارتها"),
    ("iso-8859-9", "Çobanbey kasabası pazartesi günü yeniden örgütün eline geçti, dört gün önce kaybetmişti"),
])
def test_a_page_is_read_in_the_charset_that_it_declares(encoding: str, words: str) -> None:
    text = page(f"<p>{words}.</p>" * 4).decode().replace("utf-8", encoding).replace("©", "")
    assert words in read_page(text.encode(encoding), "story.html").text


@pytest.mark.parametrize("prolog", [
    '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    '<!DOCTYPE html [<!ENTITY c SYSTEM "file:///etc/hostname">]>',
])
def test_the_entities_of_a_doctype_are_not_expanded(prolog: str) -> None:
    made = page(f"<p>{FIRST}</p><p>{SECOND} &c;</p>").decode().replace("<!DOCTYPE html>", prolog)
    text = read_page(made.encode(), "story.xhtml").text
    assert "aaaa" not in text
    assert len(text) < len(FIRST) + len(SECOND) + 20


class _Listening(http.server.BaseHTTPRequestHandler):
    called: list[str] = []  # noqa: RUF012  shared on purpose

    def do_GET(self) -> None:
        self.called.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def listener() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Listening)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_nothing_that_a_page_names_is_fetched(listener: str) -> None:
    head = DAY + f'<base href="{listener}/"><link rel="canonical" href="{listener}/c"><meta http-equiv="refresh" ' \
        f'content="0;url={listener}/r"><link rel="stylesheet" href="{listener}/s"><script src="{listener}/j"></script>'
    body = f'<p>{FIRST}</p><img src="{listener}/i"><iframe src="{listener}/f"></iframe><p>{SECOND}</p>'
    read_page(page(body, head), "story.html")
    assert _Listening.called == []


@pytest.mark.parametrize("body, wanted", [
    (f"<p>{FIRST}</p>" + "x" * pages.MAX_BYTES, "want a page of at most"),
    ("<div>" * 200 + f"<p>{FIRST}</p>", "deep, want at most"),
    ("<br>" * (pages.MAX_TAGS + 1), "tags, "),
    ("<div " + "a=1 " * 600 + f"><p>{FIRST}</p></div>", "attributes"),
    (f"<p>{FIRST}</p>\x00", "NUL"),
])
def test_a_page_that_would_cost_too_much_is_refused_before_it_is_parsed(body: str, wanted: str) -> None:
    begun = time.monotonic()
    with pytest.raises(InvalidInput, match=wanted) as refused:
        read_page(page(body), "story.html")
    assert str(refused.value).startswith("story.html: ")
    assert time.monotonic() - begun < 1


def test_a_page_that_takes_too_long_is_given_up_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read_page(page(), "warm.html")
    monkeypatch.setattr(pages, "SECONDS", 0.2)
    with pytest.raises(InvalidInput, match=r"slow\.html: not read within"):
        read_page(page("<p>" + "<b>a</b> " * 24_000 + "</p>"), "slow.html")
    monkeypatch.undo()
    assert read_page(page(), "next.html").title == "Rebels leave al-Rai"


@pytest.mark.parametrize("data, wanted", [
    (b"", "no article"), (b"   ", "no article"), (b"<html><body></body></html>", "no article"),
    (b"<p>caf\xe9 in Raqqa</p>", "declares no charset"),
    (b'<meta charset="zip"><p>caf\xe9</p>', "is not in 'zip'"),
    (b'<meta charset="utf-8"><p>caf\xe9</p>', "is not in 'utf-8'"),
])
def test_what_holds_no_article_is_refused_by_name(data: bytes, wanted: str) -> None:
    with pytest.raises(InvalidInput, match=wanted) as refused:
        read_page(data, "story.html")
    assert str(refused.value).startswith("story.html: ")


@pytest.mark.parametrize("unclosed", ["<!--" * 100_000, "<" * 500_000, "<p " * 100_000, "&" * 500_000, "'\"<a" * 9_000])
def test_broken_markup_costs_little(unclosed: str) -> None:
    begun = time.monotonic()
    try:
        read_page(page(f"<p>{FIRST}</p><p>{SECOND}</p>{unclosed}"), "story.html")
    except InvalidInput as error:
        assert str(error).startswith("story.html: ")
    assert time.monotonic() - begun < pages.SECONDS + 2


@pytest.mark.parametrize("fragment, words", [
    ("Plain words", "Plain words\n"),
    ("<p>One &amp; two</p><p>Three<br>four</p>", "One & two\n\nThree\n\nfour\n"),
    ("A<script>alert(1)</script> <b>b</b>old<style>x{}</style>", "A bold\n"),
    ("<ul><li>al-Rai<li>Azaz</ul>", "al-Rai\n\nAzaz\n"),
])
def test_a_fragment_becomes_its_words(fragment: str, words: str) -> None:
    assert text_of(fragment, "entry 1") == words
