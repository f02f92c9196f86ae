"""How a picture looks, in 64 bits; and the seven ranges of cells that hold a disk."""

import io
import math
from random import Random

import pytest
from PIL import Image, ImageFilter

from nuanxin.kernel.files.likeness import difference, likeness_of
from nuanxin.kernel.geo.cells import METRES_PER_DEGREE, RING, cell_of, ring
from nuanxin.kernel.geo.coordinates import distance_m
from tests.factories.pictures import drawn


def picture(number):
    return Image.open(io.BytesIO(drawn(number))).convert("RGB")


@pytest.mark.parametrize("number", range(8))
def test_the_same_view_differs_in_few_bits(number):
    first = likeness_of(picture(number))
    again = picture(number).resize((200, 150)).filter(ImageFilter.GaussianBlur(1))
    assert difference(first, likeness_of(again)) <= 6
    assert min(difference(first, likeness_of(picture(other))) for other in range(20, 30)) > 12


def test_it_fits_a_signed_column_and_says_nothing_of_one_colour():
    assert all(-(2**63) <= likeness_of(picture(number)) < 2**63 for number in range(12))
    assert likeness_of(Image.new("RGB", (60, 40), "#D9480F")) is None
    assert difference(-1, 0) == 64


@pytest.mark.parametrize("radius", [7, 30, 50, 53, 138])
def test_a_ring_holds_its_disk(radius):
    rng = Random(radius)
    for _ in range(2000):
        lng, lat = rng.uniform(75, 134), rng.uniform(18, 53)
        turn, far = rng.random() * 2 * math.pi, radius * rng.choice((0.999, 0.6))
        at = (
            lng + far * math.cos(turn) / METRES_PER_DEGREE / math.cos(math.radians(lat)),
            lat + far * math.sin(turn) / METRES_PER_DEGREE,
        )
        ranges = ring(lng, lat, radius)
        assert len(ranges) == RING
        if distance_m(lng, lat, *at) <= radius:
            assert any(first <= cell_of(*at) <= last for first, last in ranges)
