"""Real GIS programs read what Dateline keeps and serves: QGIS, ogrinfo and ogr2ogr, while the service runs."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from PIL import Image
from shapely.geometry import box, shape
from werkzeug.serving import make_server

from geo.grid import Tile, bounds
from geo.interval import Interval
from geo.model import Query
from geo.schema import COLLECTIONS
from geo.store import open_store
from server import create_app

pytestmark = pytest.mark.gis

LAYERS = list(COLLECTIONS)


@pytest.fixture
def served(demo_store: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A service on the loopback over a copy of the demo's store; its address and the store's path."""
    path = Path(shutil.copy(demo_store, tmp_path / "war.gpkg"))
    app = create_app({"store": str(path)})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", path
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["dateline"].close()


def run(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def qgis(path: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(in_qgis("qgis_probe.py", path.parent, path, *LAYERS)[-1])
    return found


def in_qgis(tool: str, home: Path, *words: object) -> list[str]:
    """What a tool prints, line by line, that the system's Python runs with QGIS."""
    environment = {"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(home),
                   "XDG_RUNTIME_DIR": str(home)}
    command = ["/usr/bin/python3", str(Path(__file__).parents[1] / "tools" / tool), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_qgis_opens_every_layer_while_the_service_runs(served: tuple[str, Path]) -> None:
    _, path = served
    store = open_store(str(path))
    with store.transaction():
        store.delete("events", Query(ids=("no such event",)), date(2026, 1, 1))
        found = qgis(path)
    for name in LAYERS:
        assert found[name]["valid"], name
        assert found[name]["count"] == store.summary(name).count, name
        assert found[name]["crs"] == "EPSG:4326", name
    assert found["zones"]["fields"]["valid_from"] == "Date"  # type: ignore[index]
    assert str(found["zones"]["geometry"]).startswith("MultiPolygon")
    store.close()


@contextmanager
def ingesting(path: Path, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`dateline ingest` at work on more stories than it can read meanwhile, until the block ends."""
    stories = folder / "stories.jsonl"
    text = "ISIL fighters took al-Rai on 11 April 2016 and shelled Azaz. Report {}.\n\nManbij stayed quiet."
    stories.write_text("".join(
        json.dumps({"id": f"wire-{number}", "title": f"Wire {number}", "published": "2016-04-12",
                    "text": text.format(number)}) + "\n" for number in range(50_000)), "utf-8")
    command = [sys.executable, "-m", "server.cli", "--quiet", "--store", str(path), "ingest", str(stories)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def stories(path: Path) -> int:
    store = open_store(str(path))
    count = store.count("articles")
    store.close()
    return count


def test_qgis_reads_file_and_service_while_an_ingest_writes(served: tuple[str, Path], tmp_path: Path) -> None:
    """The GeoPackage's layers, then the project's OGC API layers drawn on two days: both whole, as rows arrive."""
    address, path = served
    project = tmp_path / "dateline.qgs"
    with urllib.request.urlopen(f"{address}/export/project.qgs") as answer:
        project.write_bytes(answer.read())
    before, seen = stories(path), []
    with ingesting(path, tmp_path) as process:
        deadline = time.monotonic() + 60
        while stories(path) < before + 5 and time.monotonic() < deadline:
            time.sleep(0.1)
        least = stories(path)
        found = qgis(path)
        for day in ("2016-04-09", "2016-04-12"):
            out = tmp_path / f"{day}.png"
            in_qgis("qgis_project.py", tmp_path, project, out, day, 36.9, 36.2, 38.1, 36.9)
            seen.append(np.array(Image.open(out).convert("RGB"))[205:225, 330:360].reshape(-1, 3).mean(axis=0))
        most = stories(path)
        assert process.poll() is None, "the ingest ended before QGIS did"
    assert before + 5 <= least < most, "rows arrived while QGIS read"
    assert all(found[name]["valid"] for name in LAYERS)
    assert least <= found["articles"]["count"] <= most  # type: ignore[operator]
    green, grey = seen
    assert green[1] > green[0] + 30, "the rebels' green"
    assert np.ptp(grey) < 15, "ISIL's grey"


def test_ogrinfo_lists_the_layers_with_their_fields(served: tuple[str, Path]) -> None:
    _, path = served
    told = run("ogrinfo", "-ro", "-so", path, "mentions")
    for line in ("valid_from: Date", "score: Real", "start: Integer", "controller: String", "WGS 84"):
        assert line in told, line
    listed = run("ogrinfo", "-ro", path)
    assert all(f": {name}" in listed for name in LAYERS)


def test_ogr2ogr_reads_the_export(served: tuple[str, Path], tmp_path: Path) -> None:
    address, path = served
    out = tmp_path / "mentions.gpkg"
    run("ogr2ogr", "-f", "GPKG", out, f"{address}/export/mentions.geojson")
    store = open_store(str(path))
    assert f"Feature Count: {store.summary('mentions').count}" in run("ogrinfo", "-ro", "-so", "-al", out)
    store.close()


def test_gdal_draws_the_zones_that_the_store_holds(served: tuple[str, Path], tmp_path: Path) -> None:
    """The area of one day's zones through ogr2ogr is that of the store's."""
    address, path = served
    out = tmp_path / "zones.geojson"
    run("ogr2ogr", "-f", "GeoJSON", out, f"{address}/export/zones.geojson?datetime=2016-04-09")
    drawn: Counter[str] = Counter()
    for one in json.loads(out.read_text("utf-8"))["features"]:
        drawn[one["properties"]["controller"]] += shape(one["geometry"]).area
    held: Counter[str] = Counter()
    store = open_store(str(path))
    for zone in store.read("zones", Query(when=Interval.of_day(date(2016, 4, 9)))):
        assert zone.geometry is not None
        held[str(zone.properties["controller"])] += zone.geometry.area
    store.close()
    assert {"ISIL", "REBELS", "GOV_SY", "SDF"} <= set(held)
    assert drawn == pytest.approx(held, rel=1e-5)


def test_qgis_draws_the_picture_tiles(served: tuple[str, Path], tmp_path: Path) -> None:
    """On two days: al-Rai's ground is the rebels' on 9 April 2016 and ISIL's on the 12th."""
    address, _ = served
    seen = []
    for day in ("2016-04-09", "2016-04-12"):
        out = tmp_path / f"{day}.png"
        tiles = f"{address}/tiles/zones/{{z}}/{{x}}/{{y}}.png?datetime={day}"
        in_qgis("qgis_draw.py", tmp_path, tiles, out, 36.9, 36.2, 38.1, 36.9)
        picture = np.array(Image.open(out).convert("RGB"))
        at_rai = picture[195:215, 275:310].reshape(-1, 3).mean(axis=0)
        seen.append(at_rai)
    green, grey = seen
    assert green[1] > green[0] + 30, "the rebels' green"
    assert np.ptp(grey) < 15, "ISIL's grey"
    assert grey.max() < 230, "and no paper"


def test_qgis_draws_the_vector_tiles(served: tuple[str, Path], tmp_path: Path) -> None:
    """On two days, with the page's colours: whose ground al-Rai is."""
    address, _ = served
    held = {}
    colours = {"ISIL": "#000000", "REBELS": "#00ff00", "SDF": "#ffff00", "GOV_SY": "#ff0000"}
    for day in ("2016-04-09", "2016-04-12"):
        out = tmp_path / f"{day}.png"
        tiles = f"{address}/tiles/zones/{{z}}/{{x}}/{{y}}.mvt?datetime={day}"
        in_qgis("qgis_draw.py", tmp_path, tiles, out, 36.9, 36.2, 38.1, 36.9, json.dumps(colours))
        picture = np.array(Image.open(out).convert("RGB"))
        held[day] = picture[205, 290].tolist()
        seen = {tuple(colour) for colour in picture.reshape(-1, 3)[::97].tolist()}
        assert {(0, 0, 0), (0, 255, 0)} <= seen, "ISIL and the rebels, somewhere on the picture"
    assert held == {"2016-04-09": [0, 255, 0], "2016-04-12": [0, 0, 0]}


def test_qgis_draws_the_project_on_two_days(served: tuple[str, Path], tmp_path: Path) -> None:
    """Every layer is there, coloured and timed; al-Rai's ground is the rebels' on one day and ISIL's on the other."""
    address, _ = served
    path = tmp_path / "dateline.qgs"
    with urllib.request.urlopen(f"{address}/export/project.qgs") as answer:
        path.write_bytes(answer.read())
    seen, told = [], ""
    for day in ("2016-04-09", "2016-04-12"):
        out = tmp_path / f"{day}.png"
        *_, told = in_qgis("qgis_project.py", tmp_path, path, out, day, 36.9, 36.2, 38.1, 36.9)
        seen.append(np.array(Image.open(out).convert("RGB"))[205:225, 330:360].reshape(-1, 3).mean(axis=0))
    green, grey = seen
    assert green[1] > green[0] + 30, "the rebels' green"
    assert np.ptp(grey) < 15, "ISIL's grey"
    assert grey.max() < 230, "and no paper"
    project = json.loads(told)
    assert (project["crs"], project["days"]) == ("EPSG:3857", ["2013-01-01T00:00:00Z", "2017-12-31T00:00:00Z"])
    assert project["visible"] == ["dateline_events", "dateline_mentions", "dateline_fronts", "dateline_zones"]
    assert {f"dateline_{name}" for name in LAYERS} == set(project["layers"])
    for name, layer in project["layers"].items():
        assert (layer["valid"], layer["renderer"], layer["provider"]) == (True, "RuleRenderer", "OAPIF"), name
        assert (layer["timed"], layer["start"], layer["end"]) == (name != "dateline_places", "valid_from", "valid_to")
    assert project["layers"]["dateline_zones"]["kinds"]["valid_to"] == "Date"


def test_qgis_opens_a_downloaded_geopackage_coloured(served: tuple[str, Path], tmp_path: Path) -> None:
    address, _ = served
    out = tmp_path / "zones.gpkg"
    with urllib.request.urlopen(f"{address}/export/zones.gpkg?datetime=2016-04-09") as answer:
        out.write_bytes(answer.read())
    found = json.loads(in_qgis("qgis_probe.py", tmp_path, out, "zones")[-1])["zones"]
    assert (found["valid"], found["fields"]["valid_from"], found["renderer"]) == (True, "Date", "RuleRenderer")
    assert (found["start"], found["end"]) == ("valid_from", "valid_to")
    assert "Syrian rebels: contested" in found["rules"]


def test_gdal_reads_a_vector_tile(served: tuple[str, Path], tmp_path: Path) -> None:
    """The Debian GDAL and the one inside pyogrio: the features, where they are, and their days."""
    address, path = served
    x, y = 154, 99
    tile = tmp_path / "tile.mvt"
    with urllib.request.urlopen(f"{address}/tiles/zones/8/{x}/{y}.mvt?datetime=2016-04-09") as answer:
        tile.write_bytes(answer.read())
    out = tmp_path / "tile.geojson"
    run("ogr2ogr", "-f", "GeoJSON", "-t_srs", "EPSG:4326", "-oo", f"X={x}", "-oo", f"Y={y}", "-oo", "Z=8", out, tile)
    theirs = json.loads(out.read_text("utf-8"))["features"]
    ours = pyogrio.read_dataframe(tile, X=x, Y=y, Z=8).to_crs("EPSG:4326")
    store = open_store(str(path))
    area = bounds(Tile(8, x, y), 64 / 4096)
    held = {zone.id: zone for zone in store.read("zones", Query(bbox=area, when=Interval.of_day(date(2016, 4, 9))))}
    store.close()
    drawn = {each["properties"]["id"]: each for each in theirs}
    assert set(drawn) == set(ours["id"]) <= set(held)
    assert len(drawn) >= len(held) - 1, "what only touches the buffer may be missing"
    frame = box(*bounds(Tile(8, x, y)))  # GDAL cuts the buffer off
    for id_, each in drawn.items():
        exact = held[id_].geometry
        assert exact is not None
        exact = exact.intersection(frame)
        assert shape(each["geometry"]).area == pytest.approx(exact.area, rel=0.02, abs=1e-5)
        assert each["properties"]["valid_from"] == str(held[id_].valid.outer.start)
