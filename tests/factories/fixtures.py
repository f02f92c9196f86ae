"""Fixtures that every context's tests may use."""

import io

import pytest
from PIL import Image

from nuanxin.cases.services import Photo
from nuanxin.kernel.files.accept import accept_image
from tests.factories.town import Town, build_town


@pytest.fixture
def town(db) -> Town:
    return build_town()


def jpeg(colour: str = "#D9480F", size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def photo():
    def make(kind: str = "near", colour: str = "#D9480F") -> Photo:
        return Photo(kind, accept_image(jpeg(colour), name="x.jpg"))

    return make
