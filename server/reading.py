"""``POST /api/read``: an article in, what ``dateline read`` says of it out; nothing is stored, nothing is logged."""
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Response, current_app, json, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.exceptions import TooManyRequests

from geo.corrections import Correction
from geo.drafts import corrections_of, is_public
from geo.features import mention_features
from geo.formats import FORMATS
from geo.formats.reading import as_json
from geo.interval import parse_day
from geo.model import Reading
from geo.schema import MENTIONS
from server import intake, params
from server.params import BadParameter
from server.rate import Rate
from server.resources import get_pipeline, get_store

bp = Blueprint("reading", __name__, url_prefix="/api")

@bp.record
def _install(state: BlueprintSetupState) -> None:
    state.app.extensions["dateline.reading"] = Rate(int(state.app.config["READ_RATE"]))


@bp.post("/read")
def read() -> Response:
    _within_rate()
    args = request.args.to_dict(flat=False)
    params.check_names(args, ("format", "date"))
    form = params.once(args, "format", str, "json or geojson") or "geojson"
    if form not in _ANSWERS:
        raise BadParameter("format", form, "json or geojson")
    story = intake.article_in(intake.body(), params.once(args, "date", parse_day, "YYYY-MM-DD"))
    with intake.turn():
        reading = get_pipeline().read(story, _published_corrections(story.id))
    response = _ANSWERS[form](reading)
    response.headers["Cache-Control"] = "no-store"
    return response


def _within_rate() -> None:
    rate = current_app.extensions["dateline.reading"]
    seconds = rate.wait(request.remote_addr or "")
    if seconds:
        raise TooManyRequests(
            f"read_rate: more than {current_app.config['READ_RATE']} articles a minute, want fewer",
            retry_after=math.ceil(seconds),
        )


def _published_corrections(article: str) -> Sequence[Correction]:
    """What editors said of a story that readers see; of a draft nobody learns that there is one."""
    store = get_store()
    return corrections_of(store, article) if is_public(store, article) else ()


def _json(reading: Reading) -> Response:
    body = json.dumps(as_json(reading), ensure_ascii=False, sort_keys=False)
    return Response(body + "\n", mimetype="application/json")


def _geojson(reading: Reading) -> Response:
    form = FORMATS["geojson"]
    return Response(b"".join(form.write(MENTIONS, mention_features(reading))), mimetype=form.mimetype)


_ANSWERS: Mapping[str, Callable[[Reading], Response]] = {"json": _json, "geojson": _geojson}
