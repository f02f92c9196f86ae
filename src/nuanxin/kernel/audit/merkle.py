"""Digests of the audit log. The shapes are those of RFC 6962: leaves and nodes are told apart by a first byte."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from django.conf import settings


def _sha256(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def _sm3(text: bytes) -> bytes:
    """GB/T 32905; by OpenSSL, which Python's own `hashlib` does not everywhere know it from."""
    hashed = hashes.Hash(hashes.SM3())
    hashed.update(text)
    return hashed.finalize()


ALGORITHMS = {"sha256": _sha256, "sm3": _sm3}
NO_SEAL = bytes(32)  # what the first seal is chained to


def algorithm_now() -> str:
    """What is written from now on; what was written before stays readable under its own."""
    return "sm3" if settings.NUANXIN_CRYPTO == "sm" else "sha256"


def leaf(entry_id: int, entry_digest: bytes, *, algorithm: str) -> bytes:
    return _hash(algorithm, b"\x00", entry_id.to_bytes(8, "big", signed=True), entry_digest)


def root(leaves: Sequence[bytes], *, algorithm: str) -> bytes:
    """The Merkle root; an odd node climbs unpaired, so that no two lists of leaves share a root."""
    if not leaves:
        return _hash(algorithm)
    level = list(leaves)
    while len(level) > 1:
        paired = [_hash(algorithm, b"\x01", level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def path(leaves: Sequence[bytes], place: int, *, algorithm: str) -> list[tuple[str, bytes]]:
    """What the leaf at `place` is hashed with on its way to the root, and on which side that stands."""
    found, level = [], list(leaves)
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            found.append(("left" if beside < place else "right", level[beside]))
        paired = [_hash(algorithm, b"\x01", level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
        place //= 2
    return found


def seal_digest(
    *,
    number: int,
    sealed_at: datetime,
    last: tuple[int, int],
    count: int,
    algorithm: str,
    root: bytes,
    previous: bytes,
) -> bytes:
    at = sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    head = f"{number}|{at}|{last[0]}|{last[1]}|{count}|{algorithm}|"
    return _hash(algorithm, b"\x02", head.encode(), root, previous)


def _hash(algorithm: str, *parts: bytes) -> bytes:
    return ALGORITHMS[algorithm](b"".join(parts))
