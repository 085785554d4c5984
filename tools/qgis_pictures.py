"""Dateline's map beside QGIS's, for the docs: ``make demo`` first, then ``python -m tools.qgis_pictures ADDRESS``.

The same ground on the same day three times: the page in Chromium, the vector tiles in QGIS with the page's colours, and
the picture tiles in QGIS. Needs Debian's python3-qgis and chromium, as the tests do.
"""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from geo.actors import Actors
from geo.grid import project, unproject
from geo.style import styles
from geo.theatre import theatre
from tools.picture import FLAGS, IMAGES

DAY, ZOOM, MIDDLE, SIZE = "2016-04-09", 7, (38.6, 35.6), (640, 480)
SLIDER = 107
"""Pixels below the page's map."""
AL_RAI = (36.9, 36.2, 38.1, 36.9)
"""West, south, east and north of what the project's pictures show."""
GAP = 8
"""Pixels between two pictures."""


def frame() -> list[float]:
    """West, south, east and north of a picture of ``SIZE`` at ``ZOOM``."""
    world = 256 << ZOOM
    half = np.array(SIZE) / world / 2
    middle = project(np.array([MIDDLE]))[0]
    (west, north), (east, south) = unproject(np.array([middle - half, middle + half]))
    return [float(edge) for edge in (west, south, east, north)]


def in_chromium(root: str, out: Path) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        window = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1] + SLIDER})
        window.goto(f"{root}/embed/#map={ZOOM}/{MIDDLE[1]}/{MIDDLE[0]}&date={DAY}")
        window.wait_for_load_state("networkidle")
        window.wait_for_timeout(1000)
        window.screenshot(path=out, clip={"x": 0, "y": 0, "width": SIZE[0], "height": SIZE[1]})
        browser.close()


def in_qgis(tiles: str, out: Path) -> None:
    looks = styles(Actors.load(theatre("").actors).rows)
    colours = json.dumps({controller: look.colour for controller, look in looks.items()})
    run_in_qgis("qgis_draw.py", tiles, str(out), *map(str, frame()), colours)


def run_in_qgis(tool: str, *words: str) -> None:
    """By the system's Python."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": home, "XDG_RUNTIME_DIR": home}
        command = ["/usr/bin/python3", str(Path(__file__).with_name(tool)), *words]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def project_on(root: str, days: Sequence[str], out: Path) -> None:
    """The project that the service gives, as QGIS draws it on these days."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "dateline.qgs")
        with urlopen(f"{root}/export/project.qgs") as answer:
            path.write_bytes(answer.read())
        paths = [path.with_suffix(f".{day}.png") for day in days]
        for day, picture in zip(days, paths, strict=True):
            run_in_qgis("qgis_project.py", str(path), str(picture), day, *map(str, AL_RAI))
        joined(paths).quantize(64).save(out, optimize=True)


def joined(paths: Sequence[Path]) -> Image.Image:
    """Pictures of one size side by side."""
    whole = Image.new("RGB", (len(paths) * (SIZE[0] + GAP) - GAP, SIZE[1]), "white")
    for number, path in enumerate(paths):
        whole.paste(Image.open(path).convert("RGB"), (number * (SIZE[0] + GAP), 0))
    return whole


def main(root: str) -> None:
    """Write ``docs/img/qgis.png``: page, vector tiles, picture tiles; ``qgis_project.png``: the project on two days."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{name}.png") for name in ("page", "vectors", "pictures")]
        in_chromium(root, paths[0])
        for kind, path in (("mvt", paths[1]), ("png", paths[2])):
            in_qgis(f"{root}/tiles/zones/{{z}}/{{x}}/{{y}}.{kind}?datetime={DAY}", path)
        joined(paths).quantize(128).save(IMAGES / "qgis.png", optimize=True)
    project_on(root, ("2016-04-09", "2016-04-12"), IMAGES / "qgis_project.png")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
