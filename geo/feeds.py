"""RSS and Atom files → articles, one an entry.

Read by expat, which fetches nothing; a file with a DOCTYPE, and with it every entity of its own, is refused. An
entry's HTML becomes text; an entry that has a headline only is that headline.
"""
from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from geo.articles import article
from geo.errors import InvalidInput
from geo.model import Article
from geo.pages import text_of

MAX_BYTES = 20_000_000
MAX_DEPTH = 100
MAX_ENTRIES = 10_000

_XML = "{http://www.w3.org/XML/1998/namespace}"
_DATES = ("pubDate", "published", "issued", "date", "updated", "modified")
_BODIES = ("encoded", "content", "description", "summary")


@dataclass(frozen=True)
class Entry:
    """One entry as the feed states it; ``body`` is HTML unless ``is_plain``."""

    title: str
    body: str
    is_plain: bool
    fields: Mapping[str, str]
    date_from: str


def read_feed(data: bytes, name: str) -> list[Entry]:
    """The entries of an RSS 0.9 to 2.0 or Atom file, in its order.

    :raises InvalidInput: for what is no feed, has a DOCTYPE, or is larger or deeper than a feed is.
    """
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"{name}: {len(data):,} bytes, want a feed of at most {MAX_BYTES:,}")
    root = _parsed(data, name)
    if _local(root) not in ("rss", "RDF", "feed"):
        raise InvalidInput(f"{name}: <{_local(root)[:40]}>, want an RSS or Atom feed")
    entries = [each for each in root.iter() if _local(each) in ("item", "entry")]
    if not 0 < len(entries) <= MAX_ENTRIES:
        raise InvalidInput(f"{name}: {len(entries):,} entries, want 1 to {MAX_ENTRIES:,}")
    channel = next((each for each in root if _local(each) == "channel"), root)
    common = {"source": _text(channel, "title"), "language": _language(root, channel)}
    return [_entry(each, common) for each in entries]


def of_entry(entry: Entry, name: str, published: date | None = None) -> Article:
    """The article of one entry; its day is the feed's.

    :raises InvalidInput: for an entry without words, or with a day that is none.
    """
    body = entry.body if entry.is_plain else text_of(entry.body, name)
    day = published.isoformat() if published else _day(entry, name)
    text = body if body.strip() else entry.title
    made = article(text, {**entry.fields, "title": entry.title, "date": day}, name)
    if published or made.published is None:
        return made
    reason = f"stated in the feed: {entry.date_from}"
    return replace(made, published=replace(made.published, reason=reason), published_how="metadata")


class _Tree(ElementTree.TreeBuilder):
    """Stops at a DOCTYPE and at too many levels, before anything is made of them."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._depth = 0

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise InvalidInput(f"{self._name}: has a DOCTYPE, want a feed without")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InvalidInput(f"{self._name}: more than {MAX_DEPTH} levels deep, want a feed")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def _parsed(data: bytes, name: str) -> Element:
    parser = ElementTree.XMLParser(target=_Tree(name))
    try:
        parser.feed(data)
        root: Element = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InvalidInput(f"{name}: {error}, want a feed of well-formed XML") from error
    return root


def _entry(element: Element, common: Mapping[str, str]) -> Entry:
    source = next((each for tag in _BODIES for each in element if _local(each) == tag and _is_full(each)), None)
    when = next((each for tag in _DATES for each in element if _local(each) == tag and each.text), None)
    address = _link(element)
    fields = {**common, "url": address, "date": (when.text or "").strip() if when is not None else ""}
    guid = _text(element, "guid") or _text(element, "id")
    if guid and not address:
        fields["id"] = hashlib.sha256(guid.encode()).hexdigest()[:16]
    return Entry(
        _text(element, "title"), _inner(source) if source is not None else "",
        source is not None and source.get("type") == "text", fields, _local(when) if when is not None else "",
    )


def _is_full(element: Element) -> bool:
    return bool(len(element) or (element.text or "").strip()) and element.get("src") is None


def _inner(element: Element) -> str:
    """What stands in it: escaped HTML as its text, XHTML as markup."""
    if not len(element):
        return element.text or ""
    return (element.text or "") + "".join(ElementTree.tostring(_bare(child), encoding="unicode") for child in element)


def _bare(element: Element) -> Element:
    """The same without namespaces, as HTML writes it."""
    copy = Element(_local(element))
    copy.text, copy.tail = element.text, element.tail
    copy.extend(_bare(child) for child in element)
    return copy


def _link(element: Element) -> str:
    links = [each for each in element if _local(each) == "link"]
    chosen = [each for each in links if each.get("rel", "alternate") == "alternate"]
    for link in chosen:
        address = (link.get("href") or link.text or "").strip()
        if address:
            return address
    guid = _text(element, "guid")
    return guid if guid.startswith(("http://", "https://")) else ""


def _language(root: Element, channel: Element) -> str:
    return _text(channel, "language") or root.get(f"{_XML}lang", "")


def _text(element: Element, tag: str) -> str:
    for child in element:
        if _local(child) == tag:
            return " ".join("".join(child.itertext()).split())
    return ""


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _day(entry: Entry, name: str) -> str:
    """As the publisher's clock had it. RSS writes days as mail does, Atom as ISO 8601."""
    said = entry.fields["date"]
    if not said or said[:4].isdecimal():
        return said[:10]
    try:
        return parsedate_to_datetime(said).date().isoformat()
    except ValueError as error:
        raise InvalidInput(f"{name}: {entry.date_from} {said[:60]!r}, want a date of RFC 822 or ISO 8601") from error


def numbered(entries: list[Entry], name: str) -> Iterator[tuple[str, Entry]]:
    """Each entry with a name for what is wrong with it."""
    for number, entry in enumerate(entries, start=1):
        yield f"{name}: entry {number}", entry
