"""Still pictures: letters that run and join as they must, colours of the tiles, words that fit."""
from __future__ import annotations

import unicodedata
from datetime import date
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, features
from shapely.geometry import LineString, Point, box

from geo.interval import Interval, Validity
from geo.model import BBox, Feature, LngLat
from geo.stills import Mark, Size, Still, draw, frame_of
from geo.stills.joining import joined
from geo.stills.lettering import Face
from geo.stills.writing import is_rtl, pieces, plain

FRAME = BBox(37.0, 36.3, 38.0, 36.8)
DAY = date(2016, 4, 11)
ALWAYS = Validity.exactly(Interval(date(2016, 4, 1), date(2016, 5, 1)))


def pixels(body: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(body)).convert("RGB"))


def zone(controller: str, west: float, east: float, **said: object) -> Feature:
    given = {"controller": controller, "status": "control", "method": "derived", **said}
    return Feature(controller, box(west, 36.0, east, 37.0), given, ALWAYS)


def still(**fields: object) -> Still:
    given: dict[str, object] = {
        "title": "A border town changes hands", "day": DAY, "bounds": FRAME,
        "zones": [zone("REBELS", 36.0, 37.5), zone("ISIL", 37.5, 39.0)], "credits": "Reports: somebody, CC BY-SA 4.0",
        "fronts": [Feature("f", LineString([(37.5, 36), (37.5, 37)]), {"side_a": "ISIL", "side_b": "REBELS"}, ALWAYS)],
    }
    return Still(**{**given, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("line, shown", [
    ("al-Rai falls", ["al-Rai falls"]),
    ("سقوط الراعي", ["سقوط الراعي"]),
    ("In الراعي and حلب", ["In ", "الراعي", " and ", "حلب"]),
    ("الراعي (RU) حلب", [" حلب", "(RU", "الراعي "]),
    ("في 2016", ["2016", "في "]),
    ("In (حلب) 12.5", ["In (", "حلب", ") ", "12.5"]),
])
def test_a_line_stands_on_paper_from_left_to_right(line: str, shown: list[str]) -> None:
    found = [piece.text for piece in pieces(line)]
    assert sorted("".join(found)) == sorted(line), "no letter is lost"
    if line != "الراعي (RU) حلب":  # its brackets are pieces of their own
        assert found == shown


def test_brackets_around_latin_in_an_arabic_line_stay_around_it() -> None:
    found = pieces("الراعي (RU) حلب")
    at = next(number for number, piece in enumerate(found) if piece.text == "RU")
    assert found[at - 1].is_rtl and found[at - 1].text.startswith(")")
    assert found[at + 1].is_rtl and found[at + 1].text.endswith("(")


def test_a_title_cannot_turn_what_is_around_it() -> None:
    assert plain("\u202etxet\u202c \u2066x\u2069\x00\n\ny") == "txet x y"
    assert len(plain("x" * 100_000)) == 400
    assert not is_rtl("123 (al-Rai)") and is_rtl("«الراعي» al-Rai")


def test_every_arabic_letter_has_the_form_of_its_place() -> None:
    kinds = [unicodedata.name(each).rsplit(" ", 2)[1] for each in joined("جيش")]
    assert kinds == ["FINAL", "MEDIAL", "INITIAL"], "on paper the last letter is leftmost"
    assert [unicodedata.name(each).split()[-2] for each in joined("دار")] == ["ISOLATED"] * 3


@pytest.mark.skipif(not features.check("raqm"), reason="without libfribidi there is only one way to join letters")
@pytest.mark.parametrize("text", ["الراعي", "حلب", "تنظيم الدولة الإسلامية", "دير الزور 2017", "(الرقة)"])
def test_letters_join_alike_with_and_without_raqm(text: str) -> None:
    drawn = []
    for has_raqm in (True, False):
        image = Image.new("L", (700, 90), 255)
        Face(48, 500, has_raqm).write(ImageDraw.Draw(image), (10, 60), text, 0)  # type: ignore[arg-type]
        drawn.append(np.asarray(image) < 128)
    both, either = (drawn[0] & drawn[1]).sum(), (drawn[0] | drawn[1]).sum()
    assert both / either > 0.6, f"{both / either:.2f}: more than kerning sets them apart"


def test_letters_that_do_not_join_would_look_otherwise() -> None:
    """What the test above would miss if both ways were wrong alike: letters one by one, from left to right."""
    image, wrong = Image.new("L", (400, 90), 255), Image.new("L", (400, 90), 255)
    Face(48).write(ImageDraw.Draw(image), (10, 60), "الراعي", 0)  # type: ignore[arg-type]
    x = 10.0
    for letter in "الراعي":
        Face(48).write(ImageDraw.Draw(wrong), (x, 60), letter, 0)  # type: ignore[arg-type]
        x += Face(48).width(letter)
    one, other = np.asarray(image) < 128, np.asarray(wrong) < 128
    assert (one & other).sum() / (one | other).sum() < 0.6


@pytest.mark.parametrize("digits", ["0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669"])
def test_every_digit_has_a_shape_of_its_own(digits: str) -> None:
    shapes = set()
    for digit in digits:
        image = Image.new("L", (40, 60), 255)
        Face(40).write(ImageDraw.Draw(image), (5, 45), digit, 0)  # type: ignore[arg-type]
        shapes.add(image.tobytes())
    assert len(shapes) == 10


def test_long_words_are_cut_and_say_so() -> None:
    face = Face(20)
    assert face.wrap("one two three", 10_000, 3) == ["one two three"]
    lines = face.wrap("word " * 200, 200, 3)
    assert len(lines) == 3 and lines[-1].endswith("…") and all(face.width(line) <= 200 for line in lines)
    assert face.width(face.wrap("x" * 5_000, 120, 2)[0]) <= 120
    assert face.wrap("", 100, 2) == []


@pytest.mark.parametrize("size", [Size(), Size(600, 315, "dark"), Size(800, 1000), Size(240, 240), Size(2400, 1000)])
def test_a_picture_has_the_size_asked_for_and_the_same_bytes_each_time(size: Size) -> None:
    body = draw(still(), size)
    assert pixels(body).shape == (size.height, size.width, 3)
    assert body == draw(still(), size)


def test_the_ground_has_the_colours_of_the_tiles() -> None:
    shown = pixels(draw(still(), Size()))
    left, right = shown[300, 420:700].mean(axis=0), shown[300, 900:1190].mean(axis=0)
    rebels, isil = (np.array(c) * 0.5 + np.array((244, 239, 228)) * 0.5 for c in ((0, 158, 115), (59, 59, 59)))
    assert abs(left - rebels).max() < 25 and abs(right - isil).max() < 25


def test_only_what_holds_on_the_day_is_drawn() -> None:
    bare = pixels(draw(still(zones=(), fronts=()), Size()))
    later = pixels(draw(still(day=date(2016, 5, 1)), Size()))
    assert (bare[:, 401:] == later[:, 401:]).all()
    assert (bare[:, 401:] != pixels(draw(still(), Size()))[:, 401:]).mean() > 0.5


def test_a_mark_lies_on_its_place_and_is_pale_on_other_days() -> None:
    at = LngLat(37.75, 36.55)
    size = Size()
    x, y = (round(each) for each in frame_of(FRAME, size).at(at))
    for is_now, expected in ((True, (255, 0, 0)), (False, (255, 253, 249))):
        shown = pixels(draw(still(marks=[Mark(at, "al-Rai", True, "#ff0000", is_now)]), size))
        found = shown[y - 1 : y + 2, x + size.map_box[0] - 1 : x + size.map_box[0] + 2].reshape(-1, 3).mean(axis=0)
        assert abs(found - expected).max() < 12, (found, expected)


def test_the_whole_frame_is_shown_and_north_is_up() -> None:
    for size in (Size(), Size(800, 1000), Size(240, 240)):
        shown = frame_of(FRAME, size).bounds
        assert shown.west <= FRAME.west + 1e-9 and shown.east >= FRAME.east - 1e-9
        assert shown.south <= FRAME.south + 1e-9 and shown.north >= FRAME.north - 1e-9
        assert frame_of(FRAME, size).at(LngLat(37.5, 36.8))[1] < frame_of(FRAME, size).at(LngLat(37.5, 36.3))[1]


@pytest.mark.parametrize("frame", [
    BBox(-180, -85, 180, 85), BBox(179.5, -10, 180, -9), BBox(37.4, 36.6, 37.4, 36.6), BBox(170, 0, -170, 10),
])
def test_any_frame_can_be_drawn(frame: BBox) -> None:
    assert pixels(draw(still(bounds=frame), Size(400, 240))).shape == (240, 400, 3)


def test_hostile_text_is_only_drawn() -> None:
    hostile = "<script>alert(1)</script>{{7*7}}\u202e\x00" + "x" * 20_000
    towns = [Feature("t", Point(37.4, 36.5), {"name": hostile, "feature_code": "PPLC"}, ALWAYS)]
    marks = [Mark(LngLat(37.2, 36.5), hostile, False, "#ffffff")]
    body = draw(still(title=hostile, credits=hostile, towns=towns, marks=marks), Size())
    assert pixels(body).shape == (630, 1200, 3)
    assert b"alert" not in body
