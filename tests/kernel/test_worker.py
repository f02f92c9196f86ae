"""The worker as a whole: it delivers, keeps time, says that it lives, and outlives a database that goes away."""

import json
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection, transaction

from nuanxin.kernel import audit, events, scheduler, worker
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit import guard
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.checks import Level, background, seals
from nuanxin.kernel.events.models import Delivery
from nuanxin.kernel.scheduler.models import Heartbeat, Job
from tests.kernel import killing
from tests.kernel.sealing import seal_all

KILLED = "tests.kernel.killed"
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PATIENCE_SECONDS = 40


@pytest.mark.django_db(transaction=True)
def test_the_loop_delivers_runs_jobs_and_shows_that_it_lives(own_events, own_jobs):
    stop = threading.Event()
    ran = []

    @events.event
    class LampLit:
        lamp: int

    @events.subscribe(LampLit)
    def enough(happened, envelope):
        stop.set()

    @scheduler.periodic(every=timedelta(hours=1), name="tests.tick")
    def tick(now):
        ran.append(now)

    assert worker.last_seen() is None
    with transaction.atomic():
        events.publish(LampLit(lamp=1), now=NOW)
    worker.run_forever(stop)
    assert Delivery.objects.get().state == "done"
    assert len(ran) == 1
    assert worker.last_seen() is not None


def wait_for(environment, number):
    """Until so many events have been applied; a slow machine may take its time."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while True:
        left = json.loads(killing.run(KILLED, "report", environment=environment))
        if len(left["applied"]) >= number or time.monotonic() > patience:
            return left
        time.sleep(0.3)


@pytest.mark.slow
def test_it_outlives_a_database_that_is_not_there_yet_or_goes_away(environment, tmp_path):
    ledger = str(tmp_path / "committed")
    running = subprocess.Popen(
        killing.program(KILLED, "work"),
        env=killing.full(environment),
        cwd=killing.ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert running.stdout.readline() == killing.READY
        time.sleep(0.5)  # no tables: every look fails
        killing.run(KILLED, "prepare", ledger, environment=environment)
        assert len(wait_for(environment, 300)["applied"]) == 300
        if connection.vendor == "postgresql":
            with psycopg.connect(environment["NUANXIN_DATABASE_URL"], autocommit=True) as server:
                server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            killing.run(KILLED, "more", ledger, environment=environment)
            assert len(wait_for(environment, 310)["applied"]) == 310
        assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


@pytest.mark.slow
def test_embedded_it_is_one_thread_and_ends_with_its_process(environment, tmp_path):
    killing.run(KILLED, "prepare", str(tmp_path / "committed"), environment=environment)
    output = killing.run(KILLED, "embedded", environment=environment)
    assert output == "1 thread\n"
    assert len(wait_for(environment, 1)["applied"]) > 0


# --- What `nuanxin check` says ----------------------------------------------------------------------------------


def codes(check, now=NOW):
    return [(finding.code, finding.level) for finding in check(now)]


@pytest.mark.django_db
def test_a_silent_worker_is_a_warning():
    assert codes(background.worker_alive) == [("worker-silent", Level.WARNING)]
    Heartbeat.objects.create(worker="a:1", started_at=NOW, alive_at=NOW)
    assert codes(background.worker_alive, NOW + timedelta(seconds=30)) == [("worker", Level.OK)]
    assert codes(background.worker_alive, NOW + timedelta(hours=3)) == [("worker-silent", Level.WARNING)]


@pytest.mark.django_db
def test_waiting_failing_and_dead_deliveries_are_told(own_events, settings):
    settings.NUANXIN_DELIVERY_ATTEMPTS = 2

    @events.event
    class LampLit:
        lamp: int

    @events.subscribe(LampLit)
    def fail(happened, envelope):
        raise OSError

    assert codes(background.deliveries) == [("deliveries", Level.OK)]
    events.publish(LampLit(lamp=1), now=NOW)
    assert codes(background.deliveries) == [("deliveries", Level.OK)]
    assert codes(background.deliveries, NOW + timedelta(minutes=6)) == [("deliveries-late", Level.WARNING)]
    events.drain(NOW)
    assert codes(background.deliveries) == [("deliveries-late", Level.WARNING)]
    events.drain(NOW + timedelta(hours=1))
    (dead,) = background.deliveries(NOW)
    assert (dead.code, dead.level) == ("deliveries-dead", Level.ERROR)
    assert "tests.fail: OSError" in dead.message


@pytest.mark.django_db
def test_a_failing_job_is_told(own_jobs):
    assert codes(background.periodic_jobs) == [("jobs", Level.OK)]
    Job.objects.create(name="tests.tick", next_run_at=NOW, failures=3, last_error="OSError")
    assert codes(background.periodic_jobs) == [("job-failing", Level.ERROR)]


@pytest.mark.django_db(transaction=True)
def test_the_state_of_the_audit_log_is_told():
    assert codes(seals.audit_log) == [("audit-seals", Level.OK)]
    with transaction.atomic():
        audit.record(actor=SYSTEM, action="lamps.light", now=NOW)
    later = NOW + timedelta(minutes=10)
    assert codes(seals.audit_lag, later) == [("audit-unsealed", Level.WARNING)]
    seal_all(now=later)
    assert codes(seals.audit_lag, later) == []
    guard.remove(connection)
    AuditEntry.objects.update(role="x")
    assert codes(seals.audit_log, later) == [("audit-tampered", Level.ERROR)]
