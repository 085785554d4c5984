"""The same maps without the page around them, for frames on other sites."""
from __future__ import annotations

from flask import Blueprint, render_template

from server import page
from server.resources import get_store
from server.story import tell

bp = Blueprint("embed", __name__, url_prefix="/embed")


@bp.get("/")
def start() -> str:
    return render_template("embed.html", story=None, data=page.data(page.whole(get_store()), embed=True))


@bp.get("/<article_id>")
def story(article_id: str) -> str:
    store = get_store()
    told = tell(store, article_id)
    data = page.data(page.of_story(told, page.whole(store)), story=told, embed=True)
    return render_template("embed.html", story=told, data=data)
