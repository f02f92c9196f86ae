"""That an entry is under a seal, shown so that somebody else can compute it without the rest of the log."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from nuanxin.kernel.audit import merkle
from nuanxin.kernel.audit.models import AuditEntry, AuditSeal
from nuanxin.kernel.audit.record import is_digest_of
from nuanxin.kernel.audit.seal import digest_of_seal, entries_after


@dataclass(frozen=True, slots=True)
class Proof:
    """`path`: what to hash the leaf with, step by step, and on which side it stands; digests as hexadecimal.

    A step is `H(0x01 ‖ left ‖ right)`; the end of the way is the seal's `root`. `is_sound`: all of it fits together.
    """

    number: int
    sealed_at: datetime
    algorithm: str
    entry: int
    entry_digest: str
    leaf: str
    path: tuple[tuple[str, str], ...]
    root: str
    seal: str
    is_sound: bool


def prove(entry: AuditEntry) -> Proof | None:
    """The way from the entry to the root of its seal; nothing as long as it is not sealed."""
    behind = Q(last_xid__gt=entry.xid) | Q(last_xid=entry.xid, last_id__gte=entry.pk)
    seal = AuditSeal.objects.filter(behind).order_by("number").first()
    if seal is None:
        return None
    before = AuditSeal.objects.filter(number=seal.number - 1).first()
    rows = entries_after((before.last_xid, before.last_id) if before else None)
    ours = rows.filter(Q(xid__lt=seal.last_xid) | Q(xid=seal.last_xid, id__lte=seal.last_id)).order_by(
        "xid", "id"
    )
    under = [(pk, bytes(digest)) for pk, digest in ours.values_list("pk", "digest")]
    leaves = [merkle.leaf(pk, digest, algorithm=seal.algorithm) for pk, digest in under]
    place = next((at for at, (pk, _digest) in enumerate(under) if pk == entry.pk), None)
    if place is None:
        return None
    sound = (
        is_digest_of(bytes(entry.digest), entry)
        and len(under) == seal.count
        and merkle.root(leaves, algorithm=seal.algorithm) == bytes(seal.root)
        and digest_of_seal(seal) == bytes(seal.digest)
    )
    return Proof(
        number=seal.number, sealed_at=seal.sealed_at, algorithm=seal.algorithm, entry=entry.pk,
        entry_digest=bytes(entry.digest).hex(), leaf=leaves[place].hex(),
        path=tuple((side, digest.hex()) for side, digest in merkle.path(leaves, place, algorithm=seal.algorithm)),
        root=bytes(seal.root).hex(), seal=bytes(seal.digest).hex(), is_sound=sound,
    )  # fmt: skip
