"""Periodic work: once for all processes, not piled up, never silent. `kernel.scheduler`."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from nuanxin.kernel import scheduler
from nuanxin.kernel.scheduler.models import Job
from nuanxin.kernel.scheduler.run import _claim

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_jobs")]


@pytest.fixture
def runs():
    """The instants at which the hourly job `tests.tick` ran."""
    times = []

    @scheduler.periodic(every=HOUR)
    def tick(now):
        """Note the hour.

        Nothing else.
        """
        times.append(now)

    return times


def seconds(instants):
    """Claims follow a real clock between jobs, so instants are compared by the second."""
    return [instant.replace(microsecond=0) for instant in instants]


def test_jobs_have_a_name_and_a_purpose(runs):
    (job,) = scheduler.periodic_jobs().values()
    assert (job.name, job.every, job.purpose) == ("tests.tick", HOUR, "Note the hour.")


def test_two_jobs_of_one_name_are_refused(runs):
    def tick(now): ...

    tick.__module__ = "nuanxin.tests.elsewhere"
    with pytest.raises(ValueError, match=r"tests\.tick"):
        scheduler.periodic(every=HOUR)(tick)


def test_a_job_keeps_its_rhythm(runs):
    assert scheduler.run_due(NOW) == ["tests.tick"]
    assert scheduler.run_due(NOW + 59 * MINUTE) == []
    assert scheduler.run_due(NOW + 65 * MINUTE) == ["tests.tick"]
    assert scheduler.run_due(NOW + 119 * MINUTE) == []
    assert scheduler.run_due(NOW + 120 * MINUTE) == ["tests.tick"]
    assert seconds(runs) == [NOW, NOW + 65 * MINUTE, NOW + 120 * MINUTE]


def test_what_was_missed_is_not_piled_up(runs):
    scheduler.run_due(NOW)
    week = NOW + timedelta(days=7, minutes=20)
    assert scheduler.run_due(week) == ["tests.tick"]
    assert scheduler.run_due(week) == []
    assert Job.objects.get().next_run_at == NOW + timedelta(days=7, hours=1)


def test_of_many_claims_one_wins(runs):
    (job,) = scheduler.periodic_jobs().values()
    Job.objects.create(name=job.name, next_run_at=NOW)
    claims = [_claim(job, NOW, NOW) for _ in range(10)]
    assert sum(claim is not None for claim in claims) == 1


def test_a_job_whose_process_died_runs_again_after_its_lease(runs):
    (job,) = scheduler.periodic_jobs().values()
    Job.objects.create(name=job.name, next_run_at=NOW)
    assert _claim(job, NOW, NOW)  # and then the process is killed
    assert scheduler.run_due(NOW + job.lease - MINUTE) == []
    assert scheduler.run_due(NOW + job.lease + MINUTE) == ["tests.tick"]
    row = Job.objects.get()
    assert row.lease_until is None
    assert row.last_duration_ms is not None


def test_a_result_that_comes_after_the_lease_changes_nothing(runs):
    """A process that slept through its lease must not release what another one holds."""
    other_until = NOW + 5 * HOUR

    @scheduler.periodic(every=HOUR, name="tests.slow")
    def slow(now):
        Job.objects.filter(name="tests.slow").update(lease_until=other_until)

    scheduler.run_due(NOW)
    assert Job.objects.get(name="tests.slow").lease_until == other_until


def test_a_failure_is_visible_stops_no_other_job_and_is_tried_again_soon(runs):
    broken = [True]

    @scheduler.periodic(every=HOUR, name="tests.fragile")
    def fragile(now):
        if broken[0]:
            raise ConnectionError("smtp://secret@mail")

    assert sorted(scheduler.run_due(NOW)) == ["tests.fragile", "tests.tick"]
    (failing,) = scheduler.failing_jobs()
    assert (failing.name, failing.failures) == ("tests.fragile", 1)
    assert "ConnectionError" in failing.last_error
    assert "secret" not in failing.last_error

    assert scheduler.run_due(NOW + MINUTE + timedelta(seconds=5)) == ["tests.fragile"]
    assert scheduler.run_due(NOW + 2 * MINUTE) == []
    broken[0] = False
    assert scheduler.run_due(NOW + 4 * MINUTE) == ["tests.fragile"]
    assert not scheduler.failing_jobs().exists()


def test_a_short_job_is_not_put_off_beyond_its_interval():
    @scheduler.periodic(every=timedelta(seconds=1), name="tests.seal")
    def seal(now):
        raise OSError

    scheduler.run_due(NOW)
    assert Job.objects.get().next_run_at - NOW < timedelta(seconds=2)


def test_rows_of_jobs_that_are_gone_are_left_alone(runs):
    Job.objects.create(name="tests.gone", next_run_at=NOW)
    assert scheduler.run_due(NOW) == ["tests.tick"]


def test_an_idle_look_is_one_query(runs, django_assert_num_queries):
    scheduler.run_due(NOW)
    with django_assert_num_queries(1):
        scheduler.run_due(NOW)


@pytest.mark.django_db(transaction=True)
def test_ten_threads_run_a_job_once(runs):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads cannot share SQLite's memory; the claim itself is tested above")
    start = threading.Barrier(10)

    def work():
        start.wait()
        scheduler.run_due(NOW)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 1
