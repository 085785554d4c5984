"""Where the data files that come with Dateline are: the checkout's ``data/``, or ``geo/data/`` in a wheel."""
from __future__ import annotations

from pathlib import Path

from geo.errors import NotFound


def data_path(*parts: str) -> Path:
    """The path of a bundled file or folder, which exists; else ``NotFound``.

    >>> data_path("basemap", "rivers.geojson").name
    'rivers.geojson'
    """
    path = _folder().joinpath(*parts)
    if not path.exists():
        raise NotFound(f"data file {'/'.join(parts)!r}, want one that came with Dateline in {_folder()}")
    return path


def _folder() -> Path:
    here = Path(__file__).resolve().parent
    checkout = here.parent / "data"
    return checkout if checkout.is_dir() else here / "data"
