"""``POST /api/zones``: an editor's file of front lines, checked at the door and kept by a process of its own.

No request waits for another one's polygons: the file is read by a child of ``geo.door``, and what is slow after that
happens in ``geo.loader``. What the options of ``dateline zones load`` say, the query string says here.
"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from geo.errors import DatelineError, InvalidInput, StoreBusy, StoreError, StoreFull, StoreGone, StoreReadOnly
from geo.interval import parse_day
from server import bearer, intake, params
from server.params import BadParameter
from server.rejoining import rejoin

bp = Blueprint("uploading", __name__, url_prefix="/api")

TEXTS = (
    "source", "controller", "controller_field", "status", "status_field", "date_field", "from_field", "to_field",
    "layer", "title", "publisher", "licence", "attribution", "url", "baseline", "opponent", "country", "known_from",
)
OPTIONS = (*TEXTS, "date", "step_days")
LONGEST = 300
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
"""What a page of somebody else's may send unasked."""
KINDS = {kind.__name__: kind for kind in (StoreBusy, StoreFull, StoreGone, StoreReadOnly)}
"""Faults of the store that a sender is told apart."""
SECONDS = 120
"""For reading, which has limits of its own, and for keeping."""


@bp.post("/zones")
@bearer.needs("write")
def load() -> Response:
    """201 when ground is new or changed, 200 when the store said all that before."""
    args = request.args.to_dict(flat=False)
    params.check_names(args, OPTIONS)
    told = _told(args)
    if request.mimetype in FORMS or not request.mimetype:
        wanted = "application/octet-stream or the file's own type"
        raise UnsupportedMediaType(f"Content-Type: {request.mimetype[:60]!r}, want {wanted}")
    with intake.turn(), _kept() as path:
        report = _loaded(path, told)
    is_new = bool(report["added"] or report["changed"])
    if is_new:
        rejoin()
    return Response(json.dumps(report) + "\n", 201 if is_new else 200, mimetype="application/json")


def _told(args: params.Args) -> dict[str, object]:
    told: dict[str, object] = {}
    for name in TEXTS:
        value = params.once(args, name, str, "a text")
        if value is None:
            continue
        if not value.isprintable() or not 0 < len(value) <= LONGEST:
            raise BadParameter(name, value, f"1 to {LONGEST} characters that can be seen")
        told[name] = value
    if "source" not in told:
        raise BadParameter("source", "", "the name of who drew the file")
    day = params.once(args, "date", parse_day, "YYYY-MM-DD")
    step = params.once(args, "step_days", params.positive, "a whole number from 1")
    return {**told, **({"date": str(day)} if day else {}), **({"step_days": step} if step else {})}


@contextmanager
def _kept() -> Iterator[Path]:
    """The body as a file, as it comes; never more than the setting ``upload_kb`` of it."""
    kilobytes = int(current_app.config["UPLOAD_KB"])
    request.max_content_length = kilobytes * 1024
    with tempfile.TemporaryDirectory(prefix="dateline-") as folder:
        path = Path(folder) / intake.BODY
        try:
            with intake.listening(), path.open("wb") as file:
                shutil.copyfileobj(request.stream, file)
        except RequestEntityTooLarge:
            raise RequestEntityTooLarge(f"{intake.BODY}: want at most {kilobytes} kB") from None
        yield path


def _loaded(path: Path, told: Mapping[str, object]) -> dict[str, int]:
    """
    :raises InvalidInput: naming what is wrong with the file; nothing of it is kept then.
    """
    asked = json.dumps({"store": str(current_app.config["STORE"]), "path": str(path), "told": told})
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "geo.loader"], input=asked, capture_output=True, text=True, timeout=SECONDS,
            env=environment, check=False,
        )
        answer: dict[str, dict[str, int]] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise InvalidInput(f"{intake.BODY}: not kept within {SECONDS} seconds, want a smaller file") from None
    except ValueError:
        raise DatelineError(f"geo.loader ended with {done.returncode}: {done.stderr[-300:]}") from None
    if "refused" in answer:
        raise InvalidInput(str(answer["refused"]))
    if "fault" in answer:
        raise KINDS.get(str(answer["fault"]), StoreError)(str(answer["detail"]))
    return answer["report"]
