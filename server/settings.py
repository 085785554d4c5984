"""Every setting of the service: one table, read from the environment as ``DATELINE_NAME``."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from geo.errors import InvalidParameter

PREFIX = "DATELINE_"


class Setting(NamedTuple):
    """A name, the value when nobody says otherwise (its type is the setting's), and what it does."""

    name: str
    default: str | int
    help: str


SETTINGS = (
    Setting("store", "dateline.gpkg", "The store: the path of a GeoPackage, or postgresql://USER@HOST:PORT/NAME"),
    Setting("store_replica", "", "A replica of a store in PostgreSQL, for readers; empty: the store itself"),
    Setting("public_url", "", "Address of the service as readers know it; empty takes it from the request"),
    Setting("trusted_hosts", "", "Host names that requests may use, separated by commas; empty allows any"),
    Setting("proxies", 0, "How many proxies in front of the service set X-Forwarded-For, -Proto and -Host"),
    Setting("frame_ancestors", "*", "Origins that may show /embed/ in a frame, separated by spaces"),
    Setting("attribution", "Dateline; sources with each feature", "Credit line of the tiles"),
    Setting("backdrop", "", "Image tiles of another host under the map, as https://tiles.example/{z}/{x}/{y}.png; then "
            "every reader's browser asks that host. Empty: none"),
    Setting("backdrop_credit", "", "Whose work these tiles are, as their host asks to have it said"),
    Setting("max_zoom", 12, "Deepest zoom of the tiles that TileJSON announces; maps enlarge these further on"),
    Setting("tile_cache_mb", 64, "Memory for encoded tiles, megabytes a process"),
    Setting("tile_folder", "", "Where the arrays behind tiles are kept; empty: beside a file, and those of a database "
            "in this machine's cache"),
    Setting("tile_kernel", "auto", "What writes tiles: c (compiled), numpy, or auto, which takes c where it was built"),
    Setting("seats", 0, "Requests that a process works on at once, kept tiles beside them; four times as many may "
            "wait, others are answered 503. `dateline serve` takes its --threads; 0: as many as come"),
    Setting("log_requests", 0, "1: write a JSON line for each request to standard error; faults are written always"),
    Setting("max_age", 60, "Seconds for which an answer may be reused without asking whether it changed"),
    Setting("preview_rate", 60, "New still pictures a minute that are drawn for one address; 0 for as many as come"),
    Setting("max_request_kb", 4096, "Largest request body, kilobytes"),
    Setting("upload_kb", 20_480, "Largest file of front lines that /api/zones takes, kilobytes"),
    Setting("read_kb", 256, "Largest article that /api/read takes, kilobytes"),
    Setting("read_rate", 30, "Articles a minute that /api/read reads for one address; 0 for as many as come"),
    Setting("search_rate", 300, "Searches a minute that /api/places answers for one address; 0 for as many as come"),
    Setting("desk_rate", 120, "Requests a minute to the desk's routes for one token, and failed ones for one address"),
)


def read(environ: Mapping[str, str], overrides: Mapping[str, object] | None = None) -> dict[str, object]:
    """Flask's configuration: the table's names in capitals; ``overrides`` beat the environment.

    :raises InvalidParameter: for a number that is none, or origins that would break the header they go into, or a
        backdrop that is no address of tiles.
    """
    found: dict[str, object] = {setting.name.upper(): _of(setting, environ) for setting in SETTINGS}
    found |= {name.upper(): value for name, value in (overrides or {}).items()}
    if not re.fullmatch(r"[^;,\x00-\x1f]*", str(found["FRAME_ANCESTORS"])):
        raise InvalidParameter(f"frame_ancestors: {found['FRAME_ANCESTORS']!r}, want origins separated by spaces")
    backdrop_host(str(found["BACKDROP"]))
    return found


def backdrop_host(address: str) -> str:
    """The origin of the backdrop's tiles, for the policy of the pages; ``""`` without one.

    :raises InvalidParameter: for anything but the address of tiles on a host of the web.
    """
    if not address:
        return ""
    parts = re.fullmatch(r"(https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)/[A-Za-z0-9._~/?&=%@{}-]*", address)
    if parts is None or any(f"{{{name}}}" not in address for name in "zxy"):
        raise InvalidParameter(f"backdrop: {address!r}, want https://HOST/… with {{z}}, {{x}} and {{y}}")
    return parts[1]


def _of(setting: Setting, environ: Mapping[str, str]) -> str | int:
    text = environ.get(PREFIX + setting.name.upper())
    if text is None:
        return setting.default
    if isinstance(setting.default, str):
        return text
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise InvalidParameter(f"{PREFIX}{setting.name.upper()}: {text!r}, want a whole number")
    return int(text)
