"""What a store knows of a source: a small TOML page that says how to read its files, written once.

Its keys are the fields of ``geo.load.LoadOptions``, with ``name`` for the source; ``controllers`` and ``statuses`` are
tables from a field's values to codes, and each ``[[files]]`` says what the name of a file says. All that is not
understood is refused: a mistyped key would silently load other ground.
"""
from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from geo.errors import InvalidInput, InvalidParameter, NotFound
from geo.interval import DAY, LAST
from geo.load import FileRule, LoadOptions, learning
from geo.model import BBox
from geo.outlines import front_rule
from geo.schema import STATUSES
from geo.store import Store

_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "name": str, "controllers": dict, "statuses": dict, "files": list, "frame": list, "step_days": int,
    "known_lag_days": int,
    "max_area_change": (int, float), "tolerance_km": (int, float),
    **{each.name: str for each in fields(LoadOptions) if each.name not in (
        "source", "controllers", "statuses", "rules", "frame", "step_days", "known_lag_days", "max_area_change",
        "tolerance_km", "date",
    )},
}


def read_profile(text: str, where: str = "profile") -> LoadOptions:
    """The options that a source's page gives.

    >>> read_profile('name = "my desk"\\ncontroller_field = "side"\\ndate_from_name = "YYYYMMDD"').source
    'my desk'

    :raises InvalidInput: naming ``where`` and the key, for anything that is not as it should be.
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InvalidInput(f"{where}: no TOML: {problem}") from None
    if told.get("method") == "derived":
        raise InvalidInput(f"{where}: its zones are derived from town reports, want another source to load files into")
    for key, value in told.items():
        wanted = _KINDS.get(key)
        if wanted is None:
            raise InvalidInput(f"{where}: {key!r} is not known, want one of {', '.join(sorted(_KINDS))}")
        if not isinstance(value, wanted) or isinstance(value, bool):
            raise InvalidInput(f"{where}: {key} = {str(value)[:60]!r}, want {_words(wanted)}")
    if not told.get("name", "").strip():
        raise InvalidInput(f"{where}: no name, want name = \"…\"")
    plain = {key: told[key] for key in told if key not in ("name", "files", "frame", "controllers", "statuses")}
    frame = frame_of(told["frame"], f"{where}: frame") if "frame" in told else None
    options = LoadOptions(
        told["name"], controllers=_table(told, "controllers", where), statuses=_table(told, "statuses", where),
        rules=_rules(told.get("files", []), where), frame=frame, **plain,
    )
    _sound(options, where)
    return options


def keep_profile(store: Store, text: str, where: str = "profile") -> LoadOptions:
    """Keep a source's page in the store, in place of the one it may have.

    :raises InvalidInput: as ``read_profile``.
    """
    options = read_profile(text, where)
    store.set_source(options.source, text)
    return options


def profile_of(store: Store, name: str) -> LoadOptions:
    """The options that the store's page of this source gives.

    :raises NotFound: when it has none.
    """
    return read_profile(profile_text(store, name), f"source {name!r}")


def profile_text(store: Store, name: str) -> str:
    """The page as it was written.

    :raises NotFound: when the store has none of that name.
    """
    kept = store.sources()
    if name not in kept:
        raise NotFound(f"source: {name!r}, want one of {', '.join(sorted(kept)) or 'none: no source is kept yet'}")
    return kept[name]


def _words(wanted: type | tuple[type, ...]) -> str:
    names = {str: "a text", dict: "a table", list: "a list", int: "a whole number"}
    return "a number" if isinstance(wanted, tuple) else names[wanted]


def _table(told: Mapping[str, Any], name: str, where: str) -> dict[str, str]:
    table = told.get(name, {})
    for key, value in table.items():
        if not isinstance(value, str):
            raise InvalidInput(f"{where}: {name}.{key} = {str(value)[:60]!r}, want a text")
        if name == "statuses" and value not in STATUSES:
            raise InvalidInput(f"{where}: statuses.{key} = {value[:60]!r}, want one of {', '.join(STATUSES)}")
    return dict(table)


def _rules(files: list[Any], where: str) -> tuple[FileRule, ...]:
    for rule in files:
        if not isinstance(rule, dict) or set(rule) - {"name", "controller", "status"} or "name" not in rule:
            raise InvalidInput(f"{where}: files: {str(rule)[:80]}, want name, and controller or status")
        if not all(isinstance(value, str) for value in rule.values()):
            raise InvalidInput(f"{where}: files: {str(rule)[:80]}, want texts")
        if rule.get("status", STATUSES[0]) not in STATUSES:
            raise InvalidInput(f"{where}: files: status {rule['status'][:60]!r}, want one of {', '.join(STATUSES)}")
    return tuple(FileRule(**rule) for rule in files)


def frame_of(edges: Sequence[Any], where: str = "frame") -> BBox:
    """Four edges in degrees as a box.

    :raises InvalidInput: naming ``where`` and the edges, for anything else.
    """
    is_four = len(edges) == 4 and all(isinstance(edge, int | float) and not isinstance(edge, bool) for edge in edges)
    box = BBox(*(float(edge) for edge in edges)) if is_four else None
    if box is None or not (-180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90):
        raise InvalidInput(f"{where}: {str(list(edges))[:60]}, want west, south, east, north in degrees")
    return box


def _sound(options: LoadOptions, where: str) -> None:
    """What can be known wrong before any file is read."""
    if not 1 <= options.step_days <= 366:
        raise InvalidInput(f"{where}: step_days = {options.step_days}, want 1 to 366")
    if not 0 <= options.max_area_change <= 1:
        raise InvalidInput(f"{where}: max_area_change = {options.max_area_change}, want a share from 0 to 1")
    try:
        learning(options, LAST - DAY)
        front_rule(options.tolerance_km, options.opponent, options.country)
    except InvalidParameter as problem:
        raise InvalidInput(f"{where}: {problem}") from None
    if options.status_field is None and options.status not in STATUSES:
        raise InvalidInput(f"{where}: status = {options.status[:60]!r}, want one of {', '.join(STATUSES)}")


def options_of(store: Store, said: Mapping[str, Any]) -> LoadOptions:
    """What the store keeps of the source, with what is ``said`` now instead."""
    if said["source"] not in store.sources():
        return LoadOptions(**said)
    kept = profile_of(store, said["source"])
    if "controller" in said or "controller_field" in said:
        kept = replace(kept, controller=None, controller_field=None, rules=())
    if "status" in said:
        kept = replace(kept, status_field=None)
    if "known_from" in said:
        kept = replace(kept, known_lag_days=0)
    if any(name in said for name in _DAYS):
        kept = replace(kept, date_field=None, date_from_name=None, from_field=None, to_field=None)
    return replace(kept, **said)


_DAYS = ("date", "date_field", "date_from_name", "from_field", "to_field")
