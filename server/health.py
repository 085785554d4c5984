"""``/healthz`` says that the process lives and what writes its tiles, ``/readyz`` that it can answer."""
from __future__ import annotations

from flask import Blueprint, Response, jsonify

from server.resources import get_store
from server.tilesets import kernel

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    return _fresh(jsonify(status="ok", tile_kernel=kernel()))


@bp.get("/readyz")
def readyz() -> Response:
    """503 by the error table while the store cannot be read."""
    return _fresh(jsonify(status="ready", store=get_store().version()))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
