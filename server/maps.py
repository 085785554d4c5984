"""The pages for readers: the map, the list of stories, a story beside its map."""
from __future__ import annotations

from flask import Blueprint, render_template, url_for

from geo.model import Query
from server import page, social
from server.language import voice
from server.resources import get_store
from server.story import tell

bp = Blueprint("maps", __name__)


@bp.get("/")
def start() -> str:
    view = page.whole(get_store())
    card = social.of_map(view.day)
    still = url_for("previews.zones", language=voice().language)
    return render_template("map.html", data=page.data(view), card=card, still=still, alt=card.alt)


@bp.get("/stories/")
def stories() -> str:
    articles = sorted(get_store().read("articles", Query()), key=lambda each: str(each.properties["published"]))
    return render_template("stories.html", articles=articles[::-1])


@bp.get("/stories/<article_id>")
def story(article_id: str) -> str:
    store = get_store()
    told = tell(store, article_id)
    view = page.of_story(told, page.whole(store))
    card = social.of_story(told, view.day)
    still = url_for("previews.story", article_id=article_id, language=voice().language)
    data = page.data(view, story=told)
    return render_template("story.html", story=told, data=data, card=card, still=still, alt=card.alt)
