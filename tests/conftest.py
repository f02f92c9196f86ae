"""What every test may count on. Factories are in tests/factories, the browser in tests/browser.py."""

import gc
import os
import shutil

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation

from nuanxin.incentives.models import guard as ledger_guard
from nuanxin.kernel.access.limits import forget_leases
from nuanxin.kernel.audit import guard
from nuanxin.kernel.cached import forget_all
from nuanxin.kernel.prepared import forget_actors
from nuanxin.territories.queries import expire_all
from scripts import chromium
from tests.pristine import Pristine

gc.disable()  # until all is imported: pytest_collection_finish
pytest_plugins = ["tests.browser", "tests.factories.fixtures"]

# Nothing times out a test: a slow machine is not a wrong answer.
hypothesis.settings.register_profile("suite", deadline=None, max_examples=60, print_blob=True)
hypothesis.settings.register_profile(
    "thorough", parent=hypothesis.settings.get_profile("suite"), max_examples=1000
)
hypothesis.settings.load_profile(os.environ.get("NUANXIN_HYPOTHESIS", "suite"))

REQUIRED = set(os.environ.get("NUANXIN_REQUIRE", "").split(","))
# The same on every database, so `make test` runs them with the first only: what reads files or only computes, what
# drives the browser, what other programs read of our answers or how the server is started, what is stored in a bucket,
# the walks over all addresses as everybody, and pages and forms whose services are tried on both: three roles open
# every page of theirs on the later database too (ON_EACH). The other half of them:
# `.venv/bin/python scripts/pg.py --no-fsync -- .venv/bin/pytest tests/journeys tests/cases/test_wall.py`.
ONCE = (
    "tests/architecture/test_access_walk.py",
    "tests/architecture/test_administration.py",
    "tests/architecture/test_docs.py",
    "tests/architecture/test_layers.py",
    "tests/architecture/test_locks.py",
    "tests/architecture/test_process.py",
    "tests/architecture/test_style.py",
    "tests/architecture/test_translations.py",
    "tests/architecture/test_urls.py",
    "tests/architecture/test_what_is_sent.py",
    "tests/cases/test_casepage.py",
    "tests/cases/test_duplicates_pages.py",
    "tests/cases/test_pictures.py",
    "tests/cases/test_public_pages.py",
    "tests/cases/test_reporter_pages.py",
    "tests/cases/test_tables.py",
    "tests/cases/test_together_pages.py",
    "tests/cases/test_wall.py",
    "tests/cli/test_commands.py",
    "tests/cli/test_serve.py::test_it_answers_and_stops_when_asked",
    "tests/cli/test_serve.py::test_modules_are_served_as_javascript",
    "tests/compounds/test_pages.py",
    "tests/demo/test_city.py",
    "tests/demo/test_personas",
    "tests/demo/test_plan.py",
    "tests/demo/test_player.py",
    "tests/gateway/test_exchange_pages.py",
    "tests/gateway/test_open311_doors.py",
    "tests/gateway/test_webhook_pages.py",
    "tests/incentives/test_my_page.py",
    "tests/incentives/test_shop_near.py",
    "tests/incentives/test_shop_pages.py",
    "tests/insight/test_indicators.py::test_only_placeholders_are_left_of_the_parameters",
    "tests/insight/test_indicators.py::test_the_compiled_files_are_current",
    "tests/insight/test_pages.py",
    "tests/insight/test_periods.py",
    "tests/journeys/",
    "tests/kernel/test_backup.py::test_a_backup_is_never_overwritten",
    "tests/kernel/test_backup.py::test_a_backup_of_a_later_version_and_of_another_database_are_refused",
    "tests/kernel/test_backup.py::test_a_backup_whose_keys_are_not_here_is_refused",
    "tests/kernel/test_backup.py::test_a_flipped_byte_is_found_wherever_it_is",
    "tests/kernel/test_backup.py::test_a_full_disk_leaves_nothing_half_written",
    "tests/kernel/test_backup.py::test_a_killed_backup_leaves_nothing",
    "tests/kernel/test_backup.py::test_a_missing_or_foreign_member_and_a_cut_archive_are_refused",
    "tests/kernel/test_chat.py",
    "tests/kernel/test_headers.py",
    "tests/kernel/test_likeness.py",
    "tests/kernel/test_redact.py",
    *(
        f"tests/kernel/test_s3.py::test_{begins}"
        for begins in ("a_backup", "a_lost", "a_picture", "check", "in_a_folder", "nothing", "what_a_roll")
    ),
    "tests/kernel/test_sounds.py",
    "tests/kernel/test_opening",
    "tests/kernel/test_worktime",
    "tests/people/test_identifiers.py",
    "tests/people/test_level_three.py::test_with_tls",
    "tests/people/test_pages.py",
    "tests/places/test_booking_pages.py",
    "tests/places/test_offer_pages.py",
    "tests/places/test_pages.py",
    "tests/places/test_scene_pages.py",
    "tests/scripts/",
    "tests/standards/test_clients.py",
    "tests/standards/test_every_operation.py",
    "tests/territories/test_pages.py",
    "tests/ui/",
    "tests/volunteering/test_activity_pages.py",
    "tests/volunteering/test_record_pages.py",
    "tests/volunteering/test_team_pages.py",
)
# Of those what both databases answer: the gas leak from end to end, and every query of the pages of who has most of
# them and of who has fewest.
ON_EACH = (
    "tests/journeys/test_gas_leak.py",
    *(
        f"tests/cases/test_wall.py::test_no_page_says_who_reported[{who}]"
        for who in ("dispatcher", "swd", "worker")
    ),
)

# What takes longest begins first, so that all workers end together.
FIRST = (
    "tests/journeys/test_every_page.py",
    "tests/cases/test_wall.py",
    "tests/kernel/test_backup.py",
    "tests/kernel/test_s3.py",
    "tests/cases/test_load_and_faults.py",
    "tests/architecture/test_access_walk.py",
    "tests/cli/",
    "tests/demo/test_player.py",
    "tests/gateway/test_killed.py",
    "tests/cases/test_kill_server.py",
    "tests/cases/test_machine.py",
    "tests/standards/",
    "tests/journeys/",
)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The tables as the migrations left them, before any test.

    The audit log and the ledger let themselves be emptied between tests; those of their guards put these back.
    """
    with django_db_blocker.unblock():
        guard.remove(connection)
        ledger_guard.remove(connection)
        pristine = Pristine()
    with pristine.instead_of_flushing():
        yield pristine


@pytest.fixture(autouse=True)
def held_values_of_this_test():
    """What the process holds of outlines and reference tables belongs to a test's rows, gone after it.

    So does the language that a command took from the terminal it was called in.
    """
    translation.deactivate()
    expire_all()
    forget_all()
    forget_actors()
    forget_leases()


def pytest_report_header():
    return f"database: {connection.vendor}; chromium: {chromium.find() or 'not installed'}"


def pytest_ignore_collect(collection_path, config):
    """What a later run has nothing to do with is not even imported."""
    if not os.environ.get("NUANXIN_LATER_RUN") or not collection_path.is_file():
        return None
    file = collection_path.relative_to(config.rootpath).as_posix()
    return (_was_done(file) and not any(name.startswith(file) for name in ON_EACH)) or None


def pytest_collection_modifyitems(config, items):
    """The longest first; skip, with its reason, what this machine cannot do."""
    items.sort(key=_turn)
    if os.environ.get("NUANXIN_LATER_RUN"):
        done = [item for item in items if _was_done(item.nodeid)]
        config.hook.pytest_deselected(items=done)
        items[:] = [item for item in items if not _was_done(item.nodeid)]
    for item in items:
        is_of_browser = item.get_closest_marker("browser") is not None
        if is_of_browser and chromium.find() is None and "browser" not in REQUIRED:
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))
        if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="only about PostgreSQL"))


def _was_done(name):
    return name.startswith(ONCE) and not name.startswith(ON_EACH)


def _turn(item):
    return next((place for place, begins in enumerate(FIRST) if item.nodeid.startswith(begins)), len(FIRST))


def pytest_collection_finish():
    """What is imported stays: looking through it for cycles again and again is a tenth of the time of a test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


def pytest_sessionfinish(session):
    """Remove the folder of uploads that tests/settings.py made for this run; workers leave it to their controller."""
    home = settings.HOME
    if not hasattr(session.config, "workerinput") and home.name.startswith("nuanxin-test-"):
        shutil.rmtree(home, ignore_errors=True)
