"""What of a feature its look on a map depends on, apart from its ground and the day."""
from __future__ import annotations

import json
from typing import NamedTuple

from geo.model import Feature
from geo.motifs import Look, look_of


class Said(NamedTuple):
    """``is_above``: claimed or assessed upon held ground, by a source of its own; ``mark`` is the side in whose colour
    a place or an event is a dot."""

    side: str | None
    other: str | None
    status: str
    is_low: bool
    is_above: bool
    source: str
    mark: str | None

    def look(self, *, is_certain: bool) -> Look:
        """``is_certain``: on that day."""
        return look_of(self.side, self.other, self.status, is_sure=is_certain and not self.is_low)


def said_of(feature: Feature) -> Said:
    said = feature.properties
    status = str(said.get("status"))
    is_above = status in ("claimed", "assessed_advance") and said.get("method") != "derived"
    side = _text(said.get("controller"))
    return Said(
        side, _text(said.get("controller_b")), status, said.get("confidence") == "low", is_above,
        str(said.get("source_id")), side or _text(said.get("actor")),
    )


def written(said: Said) -> bytes:
    """
    >>> said = Said("ISIL", None, "claimed", False, True, "a", "ISIL")
    >>> read(written(said)) == said
    True
    """
    return json.dumps(said).encode()


def read(text: bytes) -> Said:
    return Said(*json.loads(text))


def _text(value: object) -> str | None:
    return str(value) if value else None
