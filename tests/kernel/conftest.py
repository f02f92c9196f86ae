import sys

import pytest
from django.db import connection

from tests.kernel.tables import TABLES
from tests.servers import fresh_database

# `nuanxin.kernel.events.publish` is the function for everybody else; here is its module, with the registries.
EVENTS = sys.modules["nuanxin.kernel.events.publish"]
JOBS = sys.modules["nuanxin.kernel.scheduler.registry"]


@pytest.fixture(scope="session")
def tables(django_db_setup, django_db_blocker):
    """Create the tables of tests/kernel/tables.py; outside any transaction, as SQLite demands."""
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in TABLES:
            editor.create_model(model)
    yield
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        for model in TABLES:
            editor.delete_model(model)


@pytest.fixture
def own_events(monkeypatch):
    """Let a test declare events and reactions that nobody else sees, instead of the application's."""
    monkeypatch.setattr(EVENTS, "_events", {})
    monkeypatch.setattr(EVENTS, "_handlers", EVENTS.defaultdict(dict))
    monkeypatch.setattr(EVENTS, "_waits", {})


@pytest.fixture
def own_jobs(monkeypatch):
    monkeypatch.setattr(JOBS, "_jobs", {})


@pytest.fixture
def environment(tmp_path):
    """For processes of a test's own: the kernel alone, on a database of its own."""
    with fresh_database(tmp_path) as url:
        yield {
            "NUANXIN_DATABASE_URL": url,
            "NUANXIN_TEST_DATABASES": "",  # or tests/settings.py would put another in its place
            "DJANGO_SETTINGS_MODULE": "tests.kernel.kernel_only",
            "NUANXIN_LOG_LEVEL": "CRITICAL",
        }
