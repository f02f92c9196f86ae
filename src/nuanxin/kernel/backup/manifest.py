"""What an archive says about itself. It is the last but one member; the last one is its digest and its signature.

The signature (HMAC under a key derived from `NUANXIN_KEYS`) is what an archive that somebody has altered cannot have:
its members are named in the manifest by their digests, so it speaks for all of them.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import constant_time_compare

from nuanxin.kernel.backup.refused import Refused
from nuanxin.kernel.privacy.keys import keyed_digests

FORMAT = 1
PURPOSE = "backup.manifest"
MANIFEST, DIGEST = "manifest.json", "manifest.sha256"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive: bytes as stored there."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`at` is UTC; `keys` are the ids of the keys without which an encrypted column cannot be read."""

    version: str
    at: str
    vendor: str
    server: str
    tables: dict[str, int]
    migrations: list[str]
    keys: list[str]
    members: dict[str, Member]
    missing: list[str] = field(
        default_factory=list
    )  # files that the database speaks of and the archive lacks
    format: int = FORMAT

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True).encode()

    @property
    def files(self) -> int:
        return sum(name.startswith("files/") for name in self.members)


def digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def signed(text: bytes) -> bytes:
    """The last member. Without keys there is no signature, and restoring will say so."""
    try:
        signature = keyed_digests(digest(text), PURPOSE)[0]
    except ImproperlyConfigured:
        signature = ""
    return f"{digest(text)}\n{signature}".encode()


def is_signed(last: str) -> bool:
    """Whether a key of this installation made the signature, under either kind of algorithm."""
    expected, _line, signature = last.strip().partition("\n")
    try:
        known = keyed_digests(expected, PURPOSE)
    except ImproperlyConfigured:
        return False
    return any(constant_time_compare(signature.strip(), each) for each in known)


def read_manifest(text: bytes, expected: str) -> Manifest:
    """Raises `Refused` for one that was changed, or written by a later version."""
    if digest(text) != expected.strip().partition("\n")[0]:
        raise Refused(
            "The manifest was changed or damaged.", hint="Take another backup; this one is not safe."
        )
    given: dict[str, Any] = json.loads(text)
    if given.get("format") != FORMAT:
        raise Refused(
            f"The archive has format {given.get('format')}, this version reads {FORMAT}.",
            hint=f"Restore it with Nuanxin {given.get('version', '?')}.",
        )
    members = {name: Member(**member) for name, member in given.pop("members").items()}
    return Manifest(members=members, **given)
