"""Seal the audit log in batches, after the fact: writers never wait for each other (`design.md` §4)."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Func, Q, QuerySet

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.audit import merkle
from nuanxin.kernel.audit.models import AuditEntry, AuditSeal, TransactionIdField
from nuanxin.kernel.audit.record import record

BATCH = 5_000
SEALS_AT_ONCE = 1_000
LOCK = 0x6E75616E  # the advisory lock of the one sealer at a time: "nuan"

Key = tuple[int, int]


def seal_pending(*, now: datetime) -> int:
    """Seal every entry whose transaction is finished, one seal a batch; returns how many entries were sealed.

    On PostgreSQL only entries of transactions older than every running one can be sealed, so that none commits behind
    the seal: a long transaction holds sealing up, and `unsealed` shows it. Raises `ForeignLog` on a log that was
    restored into another database cluster.
    """
    total = 0
    while unsealed_entries().exists():
        count = _seal_batch(now)
        total += count
        if count < BATCH:
            break
    return total


def unsealed_entries() -> QuerySet[AuditEntry]:
    head = AuditSeal.objects.order_by("-number").first()
    return entries_after((head.last_xid, head.last_id) if head else None)


def unsealed_age(now: datetime) -> timedelta:
    """How long the oldest unsealed entry has been waiting; zero when there is none."""
    oldest = unsealed_entries().order_by("xid", "id").values_list("at", flat=True).first()
    return max(now - oldest, timedelta()) if oldest else timedelta()


def entries_after(key: Key | None) -> QuerySet[AuditEntry]:
    """Entries behind (xid, id) in the order of sealing, by the index on both columns."""
    if key is None:
        return AuditEntry.objects.all()
    return AuditEntry.objects.filter(Q(xid__gt=key[0]) | Q(xid=key[0], id__gt=key[1]), xid__gte=key[0])


def cuttable(*, before: datetime) -> int:
    """How many entries lie under seals made before `before`."""
    sealed = AuditSeal.objects.filter(sealed_at__lt=before, cut_at=None)
    return sum(sealed.values_list("count", flat=True))


def cut(*, before: datetime, now: datetime, actor: Actor = SYSTEM, most_seals: int = SEALS_AT_ONCE) -> int:
    """Retention: delete entries up to the last seal made before `before`, so many seals at once; returns how many.

    The log says itself, in an entry of its own, what was cut and up to which seal. That seal stays as the beginning of
    the chain. The database lets entries go only behind such a mark (`kernel/migrations/0002`).
    """
    with transaction.atomic():
        sealed = AuditSeal.objects.filter(sealed_at__lt=before, cut_at=None)
        first = sealed.order_by("number").first()
        if first is None:
            return 0
        mark = sealed.filter(number__lt=first.number + most_seals).order_by("-number")[0]
        AuditSeal.objects.filter(pk=mark.pk).update(cut_at=now)
        up_to = Q(xid__lt=mark.last_xid) | Q(xid=mark.last_xid, id__lte=mark.last_id)
        deleted, _ = AuditEntry.objects.filter(up_to).delete()
        AuditSeal.objects.filter(number__lt=mark.number).delete()
        detail = {"seal": mark.number, "digest": bytes(mark.digest).hex(), "entries": deleted}
        record(
            actor=actor,
            action="audit.cut",
            object_type="audit.seal",
            object_id=mark.number,
            detail=detail,
            now=now,
        )
    return deleted


class ForeignLog(RuntimeError):
    """The log's transaction numbers are ahead of this PostgreSQL cluster's: it was restored from another one.

    Entries written now would count as older than the seals. Raise the cluster's next transaction number before the
    application starts (`pg_resetwal --next-transaction-id`, `--epoch`; docs/decisions/0010).
    """


def _seal_batch(now: datetime) -> int:
    with transaction.atomic():
        if not _only_sealer():
            return 0
        head = AuditSeal.objects.order_by("-number").first()
        entries = _finished(entries_after((head.last_xid, head.last_id) if head else None), head)
        columns = entries.order_by("xid", "id").values_list("xid", "id", "digest")
        rows = [(xid, pk, bytes(digest)) for xid, pk, digest in columns[:BATCH]]
        if rows:
            _add_seal(head, rows, now)
    return len(rows)


def _add_seal(head: AuditSeal | None, rows: list[tuple[int, int, bytes]], now: datetime) -> None:
    algorithm = merkle.algorithm_now()
    leaves = [merkle.leaf(pk, digest, algorithm=algorithm) for _xid, pk, digest in rows]
    seal = AuditSeal(
        number=head.number + 1 if head else 1,
        sealed_at=now,
        last_xid=rows[-1][0],
        last_id=rows[-1][1],
        count=len(rows),
        algorithm=algorithm,
        root=merkle.root(leaves, algorithm=algorithm),
        previous=bytes(head.digest) if head else merkle.NO_SEAL,
    )
    seal.digest = digest_of_seal(seal)
    seal.save(force_insert=True)


def digest_of_seal(seal: AuditSeal) -> bytes:
    return merkle.seal_digest(
        number=seal.number,
        sealed_at=seal.sealed_at,
        last=(seal.last_xid, seal.last_id),
        count=seal.count,
        algorithm=seal.algorithm,
        root=bytes(seal.root),
        previous=bytes(seal.previous),
    )


def _only_sealer() -> bool:
    """SQLite's write lock does it; on PostgreSQL an advisory lock to the end of the transaction."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _finished(entries: QuerySet[AuditEntry], head: AuditSeal | None) -> QuerySet[AuditEntry]:
    if connection.vendor != "postgresql":
        return entries
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        if head and cursor.fetchone()[0] <= head.last_xid:
            raise ForeignLog
    oldest_running = Func(
        Func(function="pg_current_snapshot"), function="pg_snapshot_xmin", output_field=TransactionIdField()
    )
    return entries.filter(xid__lt=oldest_running)
