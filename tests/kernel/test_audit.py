"""The audit log: sealed behind the writers' backs, guarded by the database, and every tampering found."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.audit import guard, merkle, seal
from nuanxin.kernel.audit.models import AuditEntry, AuditSeal
from tests.kernel.sealing import seal_all

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
# Sealing sees committed transactions only, so these tests commit.
pytestmark = pytest.mark.django_db(transaction=True)


def write(count, *, at=NOW):
    with transaction.atomic():
        for number in range(count):
            audit.record(
                actor=Actor(
                    role="dispatcher", subject_id=uuid4(), assignment_id=3, scope_code="990101001000"
                ),
                action="cases.dispatch",
                object_type="case",
                object_id=number,
                scope_code="990101001001",
                detail={"units": [1, 2], "share": 2.0, "reason": "R1"},
                now=at,
            )


@pytest.fixture
def sealed():
    """Three seals over ten entries each."""
    for number in range(3):
        write(10, at=NOW + number * SECOND)
        assert seal_all(now=NOW + number * SECOND) == 10
    return list(AuditSeal.objects.order_by("number"))


def entry_of(seal_number, place=4):
    return AuditEntry.objects.order_by("xid", "id")[(seal_number - 1) * 10 + place]


def tamper(statement, *values):
    guard.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount == 1


def faults():
    return {(fault.kind, fault.seal, fault.entry) for fault in audit.verify().faults}


def test_seals_are_numbered_chained_and_sound(sealed):
    assert [row.number for row in sealed] == [1, 2, 3]
    assert bytes(sealed[0].previous) == merkle.NO_SEAL
    assert [bytes(row.previous) for row in sealed[1:]] == [bytes(row.digest) for row in sealed[:-1]]
    report = audit.verify()
    assert (report.seals, report.entries, report.is_sound) == (3, 30, True)
    assert audit.head_digest() == f"3:{bytes(sealed[2].digest).hex()}"


def test_sealing_nothing_makes_no_seal(sealed):
    assert seal_all(now=NOW) == 0
    assert AuditSeal.objects.count() == 3


def test_a_large_backlog_becomes_several_seals(monkeypatch):
    monkeypatch.setattr(seal, "BATCH", 7)
    write(20)
    assert seal_all(now=NOW) == 20
    assert list(AuditSeal.objects.order_by("number").values_list("count", flat=True)) == [7, 7, 6]
    assert audit.verify().is_sound


def test_the_unsealed_age_is_shown():
    assert audit.unsealed_age(NOW) == timedelta()
    write(2, at=NOW)
    assert audit.unsealed_age(NOW + 90 * SECOND) == 90 * SECOND
    seal_all(now=NOW)
    assert audit.unsealed_age(NOW + 90 * SECOND) == timedelta()


# --- Tampering -----------------------------------------------------------------------------------------------


def test_an_altered_entry_is_named(sealed):
    entry = entry_of(2)
    tamper("UPDATE kernel_auditentry SET action = 'cases.nothing' WHERE id = %s", entry.pk)
    assert faults() == {("altered_entry", 2, entry.pk)}


@pytest.mark.parametrize(
    "column",
    ["role", "object_type", "object_id", "scope_code", "result", "assignment_id", "actor_subject_id", "at"],
)
def test_no_column_can_be_altered_unseen(sealed, column):
    entry = entry_of(1)
    other = {"assignment_id": 4, "actor_subject_id": uuid4().hex, "at": "2026-01-01 00:00:00+00:00"}.get(
        column, "x"
    )
    tamper(f"UPDATE kernel_auditentry SET {column} = %s WHERE id = %s", other, entry.pk)
    assert faults() == {("altered_entry", 1, entry.pk)}


def test_an_altered_entry_with_a_matching_digest_breaks_its_seal(sealed):
    entry = entry_of(2)
    entry.action = "cases.nothing"
    tamper("UPDATE kernel_auditentry SET action = %s WHERE id = %s", entry.action, entry.pk)
    tamper("UPDATE kernel_auditentry SET digest = %s WHERE id = %s", audit.digest_of(entry), entry.pk)
    assert faults() == {("replaced_entry", 2, None)}


def test_a_deleted_entry_is_missed(sealed):
    tamper("DELETE FROM kernel_auditentry WHERE id = %s", entry_of(3).pk)
    assert faults() == {("deleted_entry", 3, None)}


def test_an_entry_slipped_into_a_sealed_range_is_found(sealed):
    below = AuditEntry.objects.order_by("id").first()
    guard.remove(connection)
    below.pk = below.pk - 1
    below.save(force_insert=True)
    assert faults() == {("inserted_entry", 1, None)}


def test_an_altered_seal_is_found_by_itself_and_by_the_chain(sealed):
    tamper("UPDATE kernel_auditseal SET root = %s WHERE number = 2", bytes(32))
    assert faults() == {("altered_seal", 2, None), ("replaced_entry", 2, None)}


def test_a_seal_recomputed_to_fit_breaks_the_chain(sealed):
    """Who alters an entry, its digest and its seal must forge every later seal, and then the head kept elsewhere."""
    forged = sealed[1]
    tamper("DELETE FROM kernel_auditentry WHERE id = %s", entry_of(2).pk)
    rows = AuditEntry.objects.order_by("xid", "id")[10:19]
    leaves = [merkle.leaf(row.pk, bytes(row.digest), algorithm="sha256") for row in rows]
    forged.count, forged.root = 9, merkle.root(leaves, algorithm="sha256")
    forged.digest = seal.digest_of_seal(forged)
    forged.save()
    assert faults() == {("missing_seal", 3, None)}


def test_a_deleted_seal_is_missed(sealed):
    tamper("DELETE FROM kernel_auditseal WHERE number = 2")
    assert ("missing_seal", 3, None) in faults()


def test_an_unknown_algorithm_is_an_altered_seal(sealed):
    tamper("UPDATE kernel_auditseal SET algorithm = 'none' WHERE number = 3")
    assert faults() == {("altered_seal", 3, None)}


def test_verifying_since_looks_at_later_seals_only(sealed):
    tamper("UPDATE kernel_auditentry SET action = 'x' WHERE id = %s", entry_of(1).pk)
    assert not audit.verify().is_sound
    report = audit.verify(since=NOW + SECOND)
    assert (report.seals, report.entries, report.is_sound) == (2, 20, True)


# --- The guard -----------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(sealed):
    guard.install(connection)
    yield sealed
    guard.remove(connection)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_auditentry SET action = 'x'",
        "DELETE FROM kernel_auditentry",
        "UPDATE kernel_auditseal SET count = 3",
        "DELETE FROM kernel_auditseal",
        pytest.param("TRUNCATE kernel_auditentry", marks=pytest.mark.postgres),
        pytest.param("TRUNCATE kernel_auditseal", marks=pytest.mark.postgres),
    ],
)
def test_the_database_refuses_to_change_the_log(guarded, statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert audit.verify().is_sound


def test_the_guard_lets_writers_write(guarded):
    write(3)
    assert seal_all(now=NOW + 9 * SECOND) == 3


# --- Retention -----------------------------------------------------------------------------------------------


def test_retention_cuts_at_a_seal_and_the_rest_still_verifies(guarded):
    later = NOW + timedelta(days=400)
    assert audit.cut(before=NOW + 2 * SECOND, now=later) == 20
    seal_all(now=later)
    report = audit.verify()
    assert (report.seals, report.entries, report.is_sound) == (2, 11, True)
    assert list(AuditSeal.objects.order_by("number").values_list("number", flat=True)) == [2, 3, 4]
    assert AuditEntry.objects.get(action="audit.cut").detail["entries"] == 20

    assert audit.cut(before=NOW + 2 * SECOND, now=later) == 0
    assert audit.cut(before=later + SECOND, now=later + SECOND) == 11
    assert audit.verify().is_sound


def test_a_cut_that_nobody_recorded_is_found(sealed):
    tamper("UPDATE kernel_auditseal SET cut_at = %s WHERE number = 1", NOW.isoformat())
    with connection.cursor() as cursor:
        first = sealed[0]
        cursor.execute("DELETE FROM kernel_auditentry WHERE id <= %s", [first.last_id])
    assert faults() == {("unrecorded_cut", 1, None)}


# --- Concurrency ---------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_a_commit_that_comes_late_is_sealed_after_all():
    """Its id was drawn before the sealed ones: a watermark of ids would skip it for ever."""
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            audit.record(actor=SYSTEM, action="slow", now=NOW)
            written.set()
            go_on.wait(10)
        connection.close()

    other = threading.Thread(target=slow)
    other.start()
    assert written.wait(10)
    write(5)
    assert audit.seal_pending(now=NOW) == 0  # a running transaction is older than all of these
    assert audit.unsealed_age(NOW + SECOND) == SECOND
    go_on.set()
    other.join()
    assert seal_all(now=NOW) == 6
    assert audit.verify().is_sound


@pytest.mark.postgres
def test_writers_and_sealers_at_once_lose_nothing():
    stop = threading.Event()

    def sealer():
        while not stop.is_set():
            audit.seal_pending(now=NOW)
        connection.close()

    def writer():
        for _ in range(40):
            write(3)
        connection.close()

    sealers = [threading.Thread(target=sealer) for _ in range(2)]
    writers = [threading.Thread(target=writer) for _ in range(4)]
    for thread in sealers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sealers:
        thread.join()
    seal_all(now=NOW)
    report = audit.verify()
    assert (report.entries, report.is_sound) == (480, True)


@pytest.mark.postgres
def test_a_log_from_another_cluster_is_refused_with_its_reason():
    write(1)
    seal_all(now=NOW)
    guard.remove(connection)
    AuditSeal.objects.update(last_xid=2**60)
    with transaction.atomic():
        AuditEntry.objects.create(xid=2**60 + 1, at=NOW, role="system", action="x", digest=bytes(32))
    with pytest.raises(seal.ForeignLog):
        audit.seal_pending(now=NOW)


def test_roots_of_different_lists_differ():
    leaves = [merkle.leaf(number, bytes(32), algorithm="sha256") for number in range(9)]
    lists = [leaves[:count] for count in range(10)] + [leaves[:2] + leaves[1:2], leaves[::-1]]
    roots = {merkle.root(items, algorithm="sha256") for items in lists}
    assert len(roots) == len(lists)
