"""The pictures of docs/fronts.md show what the demo holds now: `make pictures` draws them anew."""
from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from geo.store import open_store
from tools.ground_pictures import draw

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "img"


def test_the_pictures_are_those_of_the_demo(demo_store: Path, tmp_path: Path) -> None:
    store = open_store(str(demo_store))
    for path in draw(store, tmp_path):
        assert path.read_text("utf-8") == (IMAGES / path.name).read_text("utf-8"), f"{path.name}: make pictures"
    store.close()


def test_a_picture_is_plain_svg_with_a_title_and_no_script() -> None:
    for name, words in {"al-rai": "9 April 2016", "deir-ez-zor": "1 July 2016", "moved": "gained"}.items():
        root = ElementTree.fromstring((IMAGES / f"{name}.svg").read_text("utf-8"))
        texts = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]
        assert any(words in text for text in texts)
        assert root.find("{http://www.w3.org/2000/svg}title") is not None
        assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
