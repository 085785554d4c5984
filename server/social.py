"""What other sites show of a page that somebody links to: Open Graph, Twitter cards, oEmbed's discovery."""
from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from flask import url_for

from server import links
from server.language import voice
from server.resources import get_store
from server.story import Story, title_of


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
    title, about = f"Dateline: {voice().say('page.whole')}", voice().say("page.wholeAbout")
    return _card(("website", title, about), url_for("maps.start", lang=None), url_for("previews.zones"), day)


def of_story(story: Story, day: date) -> Card:
    title = title_of(story.article, voice())
    about = voice().say("page.storyAbout", title=title)
    picture = url_for("previews.story", article_id=story.article.id)
    card = _card(("article", title, about), url_for("maps.story", article_id=story.article.id, lang=None), picture, day)
    return replace(card, published=str(story.article.properties["published"] or ""))


def alt(title: str, day: date) -> str:
    return voice().say("page.alt", title=title, day=voice().medium_day(day))


def _card(words: tuple[str, str, str], path: str, picture: str, day: date) -> Card:
    kind, title, about = words
    address = links.root() + path.lstrip("/")
    image = f"{links.root()}{picture.lstrip('/')}?{urlencode({'v': get_store().version()})}"
    return Card(
        kind, title, about, address, image, alt(title, day),
        f"{links.root()}oembed?{urlencode({'url': address, 'format': 'json'})}",
    )
