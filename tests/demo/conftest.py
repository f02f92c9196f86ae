"""The demo city, settled or played once for a module: committed for all its tests, and flushed behind them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.cases.services import load_categories
from nuanxin.demo.city import build_city
from nuanxin.demo.personas import cast
from nuanxin.demo.player import play
from nuanxin.demo.population import settle
from nuanxin.territories.queries import expire_all

NOW = datetime(2026, 11, 18, 2, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalogue(django_db_setup, django_db_blocker):
    """Nothing but the reference data; whatever is committed on top of it goes with it."""
    with django_db_blocker.unblock():
        load_categories()
        yield
        django_db_setup.restore()
        CATALOGUE.forget()
        expire_all()


@pytest.fixture(scope="module")
def played(catalogue):
    with override_settings(
        NUANXIN_EXCHANGE_PROVIDER="recorder", NUANXIN_OUTSIDE_LOOPBACK=True
    ):  # as in the demo
        return play(now=NOW, days=5, count=70)


@pytest.fixture(scope="module")
def settled(catalogue):
    city = build_city()
    return settle(city, cast(city), now=timezone.now() - timedelta(days=1))
