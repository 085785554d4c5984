from __future__ import annotations

import json
import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from geo import style
from geo.actors import Actors

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
}
THEATRES = (("ISIL", "GOV_SY", "REBELS", "TURKEY_REBELS", "SDF", "HTS"), ("ISIL", "GOV_IQ", "KRG", "SDF"))


def lab(colour: str, sight: str) -> NDArray[np.float64]:
    rgb = np.array([int(colour[at:at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = np.array([
        [0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505],
    ]) @ np.clip(SIGHT[sight] @ linear, 0, 1) / np.array([0.9505, 1, 1.089])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("codes", THEATRES)
def test_sides_of_one_theatre_differ_for_every_eye(codes: tuple[str, ...], sight: str) -> None:
    for a, b in combinations(codes, 2):
        apart = np.linalg.norm(lab(style.STYLES[a].colour, sight) - lab(style.STYLES[b].colour, sight))
        assert apart > 15, (a, b, apart)


def test_every_actor_has_a_colour_of_its_own() -> None:
    assert {actor.code for actor in Actors.load().rows} == set(style.STYLES)
    colours = [each.colour for each in (*style.STYLES.values(), style.UNKNOWN)]
    assert len(set(colours)) == len(colours)
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours)


def test_the_table_is_plain_json_and_unknown_codes_keep_their_name() -> None:
    assert json.loads(json.dumps(style.table()))["ISIL"] == {
        "label": "Islamic State (ISIL)", "colour": "#3b3b3b", "pattern": "solid",
    }
    assert style.label("XYZ") == "XYZ"
    assert style.label(None) == "No statement"
