"""Fixtures that every context's tests may use."""

import io

import pytest
from PIL import Image

from nuanxin.cases.services import Photo
from nuanxin.kernel.files.accept import accept_image
from tests.factories.town import START, Town, build_town
from tests.pristine import Copies


@pytest.fixture(scope="session")
def _towns(django_db_setup) -> Copies:
    return Copies(django_db_setup, build_town)


@pytest.fixture
def town_of(_towns, db) -> Copies:
    """A town that lives at this moment, for pages that read the clock of the wall: `town_of(timezone.now())`."""
    return _towns


@pytest.fixture
def town(town_of) -> Town:
    return town_of(START)


def jpeg(colour: str = "#D9480F", size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.fixture
def photo():
    def make(kind: str = "near", colour: str = "#D9480F") -> Photo:
        return Photo(kind, accept_image(jpeg(colour), name="x.jpg"))

    return make
