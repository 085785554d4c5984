"""A saved HTML page → title, day, address, language and body, as plain values.

Runs in a child process of its own (``geo.pages``): pages are hostile, and no count of tags foretells what one costs.
trafilatura finds the body and htmldate the day; neither is given an address, so nothing is ever fetched.
"""
from __future__ import annotations

import json
import logging
import re
import resource
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection

import trafilatura
from htmldate import find_date
from lxml import html
from lxml.etree import LxmlError

_CLOSED = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "urllib.")
_MARKS = "//meta[@content]|//time[@datetime]|//script[@type='application/ld+json']"
_DATED = "//*[contains(@class,'date') or contains(@class,'publish') or contains(@class,'time')]"
MOST_DATED = 20
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")

Page = Mapping[str, str]
"""``text title url source language date date_from``, empty where the page does not say; or ``error`` alone."""


def extract(page: str) -> Page:
    """What ``page`` says of itself, and the article in it without menus, captions and comments."""
    found = trafilatura.bare_extraction(page, include_comments=False, include_tables=False, with_metadata=True)
    if found is None or isinstance(found, dict) or not (found.text or "").strip():
        return {"error": "no article found in the page"}
    title = _line(found.title)
    day = find_date(page, original_date=True, extensive_search=False, min_date="1995-01-01", max_date="2099-12-31")
    tree = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    mark = _mark(tree, day, found.url or "") if day else ""
    return {
        "text": _body(found.text or "", title), "title": title, "url": _line(found.url),
        "source": _line(found.sitename), "language": _language(tree), "date": day if day and mark else "",
        "date_from": mark,
    }


def _body(text: str, title: str) -> str:
    """A paragraph a line, an empty line between; the headline that pages repeat above the body is left out."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and lines[0] == title:
        lines = lines[1:]
    return "\n\n".join(lines) + "\n"


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _language(tree: html.HtmlElement) -> str:
    stated = (tree.get("lang") or tree.get("xml:lang") or "").strip()
    return stated if _LANGUAGE.fullmatch(stated) else ""


def _mark(tree: html.HtmlElement, day: str, address: str) -> str:
    """The part of the page that states the day, by name; none when it merely stands somewhere in the text."""
    for mark in tree.xpath(_MARKS):
        said = mark.get("content") or mark.get("datetime") or mark.text or ""
        if day in said:
            name = mark.get("property") or mark.get("name") or mark.get("itemprop")
            return str(name or {"time": "time", "script": "JSON-LD"}.get(mark.tag, "meta"))[:60]
    year, _, number = day.partition("-")
    if day.replace("-", "/") in address or day in address:
        return "its address"
    for element in tree.xpath(_DATED)[:MOST_DATED]:
        said = element.text_content()[:100]
        if year in said and re.search(rf"\b0?{int(number[-2:])}\b", said):
            return f"class {element.get('class')[:40]}"
    return ""


def words(fragment: str) -> Page:
    """The text of a piece of HTML, a paragraph a line; scripts and styles are no text."""
    tree = html.document_fromstring(f"<div>{fragment}</div>".encode(), parser=html.HTMLParser(encoding="utf-8"))
    for hidden in tree.xpath("//script|//style|//noscript|//iframe|//comment()"):
        hidden.drop_tree()
    for block in tree.iter(*_BLOCKS):
        block.tail = "\n" + (block.tail or "")
        block.text = "\n" + (block.text or "")
    return {"text": _body(tree.text_content(), "")}


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_BLOCKS = ("p", "br", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "tr", "pre", "hr")
_WORK = {"page": extract, "fragment": words}


def _answer(request: Mapping[str, str]) -> Page:
    try:
        return _WORK[request["kind"]](_CONTROL.sub(" ", request["html"]))
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError) as problem:
        return {"error": f"{type(problem).__name__} while its article was looked for"}


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_CLOSED):
        raise PermissionError(f"{event} is closed while a page is read")


def main(descriptor: int, megabytes: int) -> None:
    """Answer page after page on the connection until it is closed; no network, bounded memory."""
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_refuse)
    channel = Connection(descriptor)
    while True:
        try:
            request = json.loads(channel.recv_bytes())
        except EOFError:
            return
        channel.send_bytes(json.dumps(_answer(request)).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
