"""What other sites show of a page that somebody links to: Open Graph, Twitter cards, oEmbed's discovery."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask import url_for

from server import links
from server.resources import get_store
from server.story import Story
from server.words import medium_day

WHOLE = "Who held what, day by day"


@dataclass(frozen=True)
class Card:
    """Whole addresses; ``image`` is 1200 by 630 pixels and ``alt`` says what it shows."""

    kind: str
    title: str
    description: str
    address: str
    image: str
    alt: str
    oembed: str
    published: str = ""


def of_map(day: date) -> Card:
    title = f"Dateline: {WHOLE[0].lower()}{WHOLE[1:]}"
    about = "A map of front lines through time, with the places that the news named on each day."
    return _card(("website", title, about), url_for("maps.start"), url_for("previews.zones"), day)


def of_story(story: Story, day: date) -> Card:
    said = story.article.properties
    title = str(said["title"] or "Untitled")
    about = f"{title}: its places on the map, on their day, and who held them."
    picture = url_for("previews.story", article_id=story.article.id)
    card = _card(("article", title, about), url_for("maps.story", article_id=story.article.id), picture, day)
    return Card(**{**vars(card), "published": str(said["published"] or "")})


def alt(title: str, day: date) -> str:
    return f"{title}. Map of who held what on {medium_day(day)}"


def _card(words: tuple[str, str, str], path: str, picture: str, day: date) -> Card:
    kind, title, about = words
    address = links.root() + path.lstrip("/")
    image = f"{links.root()}{picture.lstrip('/')}?{urlencode({'v': get_store().version()})}"
    return Card(
        kind, title, about, address, image, alt(title, day),
        f"{links.root()}oembed?{urlencode({'url': address, 'format': 'json'})}",
    )
