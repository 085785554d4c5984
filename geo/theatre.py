"""A theatre: the folder of plain data with which the news of one war is read; ``docs/theatres.md`` tells what is in it.

Dateline comes with some. The first, of Syria and Iraq, is ``data/`` itself and is meant where none is named.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from geo.assets import data_path
from geo.errors import InvalidInput, NotFound

DEFAULT = "syria-iraq"
NEEDED = ("gazetteer.geojson", "actors.csv")


@dataclass(frozen=True)
class Theatre:
    """Where its files are. ``name`` is that of a bundled one, else the folder's absolute path: what a store keeps."""

    name: str
    folder: Path

    @property
    def gazetteer(self) -> Path:
        return self.folder / "gazetteer.geojson"

    @property
    def actors(self) -> Path:
        return self.folder / "actors.csv"

    @property
    def reports(self) -> Path | None:
        """Its town reports; a theatre without them reads stories and says "no statement" of every place."""
        return self._optional("reports.csv")

    @property
    def known_days(self) -> Path | None:
        """Further days of changes of hands, by which stories without a date are dated; no zone is made of them."""
        return self._optional("known_days.csv")

    @property
    def sample(self) -> Path | None:
        """A folder of stories for ``dateline init --demo``."""
        return self._optional("sample")

    def _optional(self, name: str) -> Path | None:
        path = self.folder / name
        return path if path.exists() else None


def theatre(named: str = "") -> Theatre:
    """A bundled theatre by its name, else the folder at this path; the first one for ``""``.

    :raises NotFound: when there is neither.
    :raises InvalidInput: naming the file that a folder lacks.
    """
    bundled = _bundled()
    if (named or DEFAULT) in bundled:
        return Theatre(named or DEFAULT, bundled[named or DEFAULT])
    folder = Path(named).expanduser().absolute()
    if not folder.is_dir():
        raise NotFound(f"theatre {named!r}: no such folder, want one, or one of {', '.join(bundled)}")
    for file in NEEDED:
        if not (folder / file).is_file():
            raise InvalidInput(f"theatre {folder}: no {file}, want {' and '.join(NEEDED)} in the folder")
    return Theatre(str(folder), folder)


def _bundled() -> dict[str, Path]:
    first = data_path("actors.csv").parent
    others = sorted(path for path in (first / "theatres").glob("*") if path.is_dir())
    return {DEFAULT: first} | {path.name: path for path in others}
