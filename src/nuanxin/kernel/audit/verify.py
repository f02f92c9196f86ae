"""Recompute the audit log against its seals and say what was tampered with."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from nuanxin.kernel.audit import merkle
from nuanxin.kernel.audit.models import AuditEntry, AuditSeal
from nuanxin.kernel.audit.record import is_digest_of
from nuanxin.kernel.audit.seal import Key, digest_of_seal, entries_after

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` is altered_entry, deleted_entry, inserted_entry, replaced_entry, altered_seal, missing_seal or
    unrecorded_cut; `seal` the number of the seal in whose range it is, `entry` the row where one can be named."""

    kind: str
    seal: int
    entry: int | None = None


@dataclass(slots=True)
class Report:
    seals: int = 0
    entries: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify(since: datetime | None = None) -> Report:
    """Check every seal made at or after `since` (all without it), the chain between them and every entry under them.

    One pass over both tables in the order of sealing. What no log can show by itself is that its end was cut off,
    seals included: keep the digest of the newest seal somewhere else (`nuanxin check` prints it).
    """
    report = Report()
    seals = AuditSeal.objects.order_by("number")
    base = _base(since)
    if base is not None:
        seals = seals.filter(number__gt=base.number)
        _check_base(report, base)
    entries = _Entries(base)
    previous = base
    for seal in seals.iterator(chunk_size=CHUNK):
        _check_seal(report, seal, previous)
        _check_entries(report, seal, entries.up_to((seal.last_xid, seal.last_id)))
        previous = seal
        report.seals += 1
    return report


def head_digest() -> str:
    """The newest seal, as a short text to keep elsewhere: `number:digest`."""
    head = AuditSeal.objects.order_by("-number").first()
    return f"{head.number}:{bytes(head.digest).hex()}" if head else ""


def _base(since: datetime | None) -> AuditSeal | None:
    """The seal to start behind: the last one before `since`, or the one at which retention has cut the log."""
    cut = AuditSeal.objects.exclude(cut_at=None).order_by("-number").first()
    earlier = AuditSeal.objects.filter(sealed_at__lt=since).order_by("-number").first() if since else None
    return max(filter(None, (cut, earlier)), key=lambda seal: seal.number, default=None)


def _check_base(report: Report, base: AuditSeal) -> None:
    if not _is_intact(base):
        report.faults.append(Fault("altered_seal", base.number))
    if base.cut_at is None:
        return
    digest = bytes(base.digest).hex()
    told = AuditEntry.objects.filter(object_type="audit.seal", object_id=str(base.number), action="audit.cut")
    if not any(entry.detail.get("digest") == digest for entry in told):
        report.faults.append(Fault("unrecorded_cut", base.number))
    behind = AuditEntry.objects.order_by("xid", "id").first()
    if behind and (behind.xid, behind.pk) <= (base.last_xid, base.last_id):
        report.faults.append(Fault("inserted_entry", base.number, behind.pk))


def _is_intact(seal: AuditSeal) -> bool:
    return seal.algorithm in merkle.ALGORITHMS and bytes(seal.digest) == digest_of_seal(seal)


def _check_seal(report: Report, seal: AuditSeal, previous: AuditSeal | None) -> None:
    if not _is_intact(seal):
        report.faults.append(Fault("altered_seal", seal.number))
    number, digest = (previous.number, bytes(previous.digest)) if previous else (0, merkle.NO_SEAL)
    if seal.number != number + 1 or bytes(seal.previous) != digest:
        report.faults.append(Fault("missing_seal", seal.number))


def _check_entries(report: Report, seal: AuditSeal, entries: Iterator[AuditEntry]) -> None:
    leaves = []
    altered = False
    algorithm = seal.algorithm if seal.algorithm in merkle.ALGORITHMS else "sha256"
    for entry in entries:
        report.entries += 1
        stored = bytes(entry.digest)
        if not is_digest_of(stored, entry):
            altered = True
            report.faults.append(Fault("altered_entry", seal.number, entry.pk))
        leaves.append(merkle.leaf(entry.pk, stored, algorithm=algorithm))
    if len(leaves) != seal.count:
        kind = "deleted_entry" if len(leaves) < seal.count else "inserted_entry"
        report.faults.append(Fault(kind, seal.number))
    elif not altered and merkle.root(leaves, algorithm=algorithm) != bytes(seal.root):
        report.faults.append(Fault("replaced_entry", seal.number))


class _Entries:
    """The entries behind a seal, handed out range by range."""

    def __init__(self, base: AuditSeal | None) -> None:
        after = entries_after((base.last_xid, base.last_id) if base else None)
        self._rows = after.order_by("xid", "id").iterator(chunk_size=CHUNK)
        self._next = next(self._rows, None)

    def up_to(self, key: Key) -> Iterator[AuditEntry]:
        while self._next is not None and (self._next.xid, self._next.pk) <= key:
            yield self._next
            self._next = next(self._rows, None)
