import pytest

from tests.factories import territories as place


@pytest.fixture
def city(db):
    """Names and codes, without outlines."""
    place.put_city()
    return place


@pytest.fixture
def drawn_city(city):
    """With outlines."""
    city.put_outlines()
    return city
