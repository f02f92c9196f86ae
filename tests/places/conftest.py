import pytest

from tests.factories import territories as place


@pytest.fixture
def city(db):
    """The small city with its outlines."""
    place.put_city()
    place.put_outlines()
    return place
