"""Dateline's web service: ``create_app()`` makes it."""
from __future__ import annotations

import os
from collections.abc import Mapping

from flask import Flask

from server import (
    assets,
    basemap,
    bearer,
    changes,
    control,
    deskpage,
    editing,
    embed,
    errors,
    exports,
    feeds,
    gate,
    health,
    intake,
    journal,
    language,
    maps,
    meters,
    oembed,
    ogc,
    places,
    previews,
    rasters,
    reading,
    rejoining,
    releasing,
    resources,
    security,
    settings,
    thin,
    tiles,
    tileservice,
    tilesets,
    uploading,
    vendor,
)

BLUEPRINTS = (
    maps.bp, assets.bp, embed.bp, oembed.bp, vendor.bp, basemap.bp, tiles.bp, rasters.bp, previews.bp, exports.bp,
    ogc.bp, feeds.bp, control.bp, changes.bp, places.bp, reading.bp, editing.bp, uploading.bp, deskpage.bp,
    health.bp,
)
PARTS = (
    meters, gate, security, errors, resources, language, tilesets, tileservice, thin, journal, intake, bearer,
    releasing, rejoining,
)


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """The WSGI application; ``config`` beats the environment, by the names of ``settings.SETTINGS``.

    The store is opened by the first request that needs it, so that ``/healthz`` lives without one.

    :raises InvalidParameter: for a setting that does not parse.
    """
    app = Flask(__name__)
    app.config.update(settings.read(os.environ, config))
    for part in PARTS:
        part.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    security.trust_proxies(app)
    return app
