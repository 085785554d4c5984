"""``/embed/``: the same maps without the page around them, for frames on other sites; the page that makes the code."""
from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from geo.model import Query
from server import language, links, page, params, speech
from server.language import voice
from server.page import LAYERS, OF_STORY, View
from server.params import BadParameter
from server.resources import get_store
from server.showing import HEIGHT, HIGHEST, LOWEST, OF_FRAME, OF_PICTURE, THEMES, Showing, query_of, showing
from server.snippet import Frame, responsive
from server.social import alt
from server.story import Story, tell, title_of

bp = Blueprint("embed", __name__, url_prefix="/embed")

MAP = "map"
"""What stands in an address for the whole map; no story has such an id."""


@bp.get("/")
def start() -> str | AnyResponse:
    """The builder; with a frame's options and no ``what`` it is an old address of the whole map."""
    if request.args and "what" not in request.args and set(request.args) <= set(OF_FRAME):
        return redirect(url_for("embed.whole") + query_of(request.args, OF_FRAME), 301)
    return _builder(request.args.to_dict(flat=False))


@bp.get(f"/{MAP}")
def whole() -> str:
    asked = showing(request.args.to_dict(flat=False))
    return _frame(None, asked, asked.view(page.whole(get_store())))


@bp.get("/<article_id>")
def story(article_id: str) -> str:
    asked, store = showing(request.args.to_dict(flat=False)), get_store()
    told = tell(store, article_id)
    return _frame(told, asked, asked.view(page.of_story(told, page.whole(store))))


def _frame(told: Story | None, asked: Showing, view: View) -> str:
    language.speak(asked.language)
    title = title_of(told.article, voice()) if told else voice().say("page.whole")
    still = url_for("previews.story", article_id=told.article.id) if told else url_for("previews.zones")
    lang = None if asked.language == "en" else asked.language
    full = url_for("maps.story", article_id=told.article.id, lang=lang) if told else url_for("maps.start", lang=lang)
    return render_template(
        "embed.html", story=told, data=frame_data(told, asked, view), asked=asked, title=title,
        alt=alt(title, view.day), still=still + query_of(request.args, OF_PICTURE), full=f"{full}#date={view.day}",
    )


def frame_data(told: Story | None, asked: Showing, view: View) -> Mapping[str, object]:
    """As pages have it, as far as the options do not say otherwise. Marks of a story are events and mentions too."""
    kept = [name for name in (OF_STORY if told else LAYERS) if name in asked.layers]
    found = {
        **page.data(view, story=told), "layers": kept, "frozen": not asked.has_controls, "height": asked.height,
        "backdrop": None,
        "messages": speech.of_frame(asked.language),
    }
    if told:
        found["story"] = {
            name: rows if name == "id" or name in asked.layers else [] for name, rows in told.data.items()
        }
    return found


def _builder(given: Mapping[str, list[str]]) -> str:
    """A form, the code that its values make and what that shows; a mistake is told beside them."""
    values = {name: [each for each in texts if each] for name, texts in given.items() if name != language.NAME}
    values = {name: texts for name, texts in values.items() if texts}
    what = values.pop("what", [MAP])[0]
    options = _options(values) if "what" in given else {}
    trouble = None
    try:
        asked, title = showing({name: [text] for name, text in options.items()}), _title(what)
    except BadParameter as error:
        asked, trouble, title, options = Showing(), error, _title(MAP), {}
    is_whole = what == MAP or trouble is not None
    path = url_for("embed.whole") if is_whole else url_for("embed.story", article_id=what)
    address = links.root() + path.lstrip("/") + query_of(options, OF_FRAME)
    return render_template(
        "builder.html", what=what, given=_shown(given, asked), trouble=trouble, layers=LAYERS, themes=THEMES,
        limits=(LOWEST, HIGHEST), stories=_stories(), preview=path + query_of(options, OF_FRAME),
        code=responsive(Frame(address, title, asked.height)), height=asked.height,
    )


def _options(values: Mapping[str, list[str]]) -> dict[str, str]:
    """Of the form's values those that differ from what a frame does anyway."""
    params.check_names(values, (*OF_FRAME, "bar"))
    plain = [name for name in values if name in OF_FRAME and name not in ("layers", "controls")]
    found = {name: values[name][0] for name in plain}
    layers = ",".join(values.get("layers", ()))
    if layers and layers != ",".join(LAYERS):
        found["layers"] = layers
    if "bar" not in values:
        found["controls"] = "0"
    usual = {"theme": "auto", "language": "en", "height": str(HEIGHT)}
    return {name: text for name, text in found.items() if text != usual.get(name)}


def _title(what: str) -> str:
    return voice().say("page.whole") if what == MAP else title_of(tell(get_store(), what).article, voice())


def _shown(given: Mapping[str, list[str]], asked: Showing) -> dict[str, Any]:
    """What stands in the form's fields."""
    texts = {name: given.get(name, [""])[0] for name in ("date", "from", "to", "place", "bbox")}
    return {
        **texts, "layers": given.get("layers", LAYERS) if "what" in given else LAYERS,
        "bar": "bar" in given or "what" not in given, "theme": asked.theme, "language": asked.language,
        "height": given.get("height", [str(HEIGHT)])[0],
    }


def _stories() -> list[tuple[str, str]]:
    """Id and title, the newest first."""
    def published(row: Any) -> tuple[bool, str]:
        day = row.properties["published"]
        return isinstance(day, date), str(day)

    rows = sorted(get_store().read("articles", Query()), key=published, reverse=True)
    return [(row.id, title_of(row, voice())) for row in rows]
