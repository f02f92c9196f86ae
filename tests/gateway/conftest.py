import pytest

from tests.gateway.consumer import consumer


@pytest.fixture
def other():
    """The other system's server."""
    with consumer() as running:
        yield running


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.NUANXIN_OUTSIDE_LOOPBACK = True
