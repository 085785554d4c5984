"""The pages for readers: the map, the list of stories, a story beside its map."""
from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from geo.conditions import By
from geo.errors import NotFound
from geo.model import Query
from server import page, params, social
from server.language import voice
from server.resources import get_store
from server.story import tell

bp = Blueprint("maps", __name__)

A_PAGE = 100
"""Stories on a page of the list."""


@bp.get("/")
def start() -> str:
    view = page.whole(get_store())
    card = social.of_map(view.day)
    still = url_for("previews.zones", language=voice().language)
    return render_template("map.html", data=page.data(view), card=card, still=still, alt=card.alt)


@bp.get("/stories/")
def stories() -> str:
    """The latest first, so many on a page."""
    number = params.once(request.args.to_dict(flat=False), "page", params.positive, "a whole number from 1") or 1
    wanted = Query(order=(By("published", descending=True),), limit=A_PAGE + 1, offset=(number - 1) * A_PAGE)
    found = list(get_store().read("articles", wanted))
    if number > 1 and not found:
        raise NotFound(f"page: {number}, want one that has stories")
    return render_template("stories.html", articles=found[:A_PAGE], page=number, has_older=len(found) > A_PAGE)


@bp.get("/stories/<article_id>")
def story(article_id: str) -> str:
    store = get_store()
    told = tell(store, article_id)
    view = page.of_story(told, page.whole(store))
    card = social.of_story(told, view.day)
    still = url_for("previews.story", article_id=article_id, language=voice().language)
    data = page.data(view, story=told)
    return render_template("story.html", story=told, data=data, card=card, still=still, alt=card.alt)
