"""The short-lived code by which a voucher is shown: bound to one place, checked without a network.

Two forms of the same. What is scanned is signed with ECDSA P-256, which every WebCrypto can verify: a desk's phone
holds public keys only. What is typed is twelve characters and carries a keyed digest instead; the key is the place's
own, of one day, so that a lost phone can deceive nobody but its own desk, and not for long (`docs/decisions`).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from nuanxin.kernel.privacy.keys import Key, key_ring

LASTS = timedelta(minutes=2)
SKEW = timedelta(minutes=2)  # by which the clock of a desk without network may be wrong
STEP = 60  # seconds; what is typed is good for `STEPS` of them
STEPS = 2
AHEAD, DAY_SECONDS, SHANGHAI_SECONDS = 2, 86_400, 8 * 3600
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: it is read aloud and typed
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
NUMBER = 6
TYPED = 2 * NUMBER
VERSION = 1
HEAD = 1 + 4 + 16 + 16 + NUMBER + 4 + 4
SIGNATURE = 64
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class NotACode(Exception):
    """Not one of ours, or not of this place; the text says which, and nothing that was shown."""


@dataclass(frozen=True, slots=True)
class Code:
    """What is signed. `name`: masked, and only where the desk has to know whom it is for."""

    place: UUID
    offer: UUID
    number: str
    issued: datetime
    name: str = field(default="", repr=False)

    @property
    def expires(self) -> datetime:
        return self.issued + LASTS

    def is_good(self, at: datetime) -> bool:
        return self.issued - SKEW <= at < self.expires + SKEW


def new_number() -> str:
    return "".join(secrets.choice(ALPHABET) for _position in range(NUMBER))


def signed(code: Code) -> str:
    """What the picture holds: `base64url(fields + signature)`."""
    key = key_ring()[0]
    body = _packed(code, key)
    r, s = decode_dss_signature(_private(key).sign(body, ec.ECDSA(hashes.SHA256())))
    return _text(body + r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def opened(text: str) -> Code:
    """The code as it was signed, whatever the hour. Raises `NotACode`."""
    raw = _bytes(text)
    if len(raw) < HEAD + SIGNATURE or raw[0] != VERSION:
        raise NotACode("no code")
    body, signature = raw[:-SIGNATURE], raw[-SIGNATURE:]
    key = next((each for each in key_ring() if bytes.fromhex(each.id) == body[1:5]), None)
    if key is None:
        raise NotACode("an unknown key")
    pair = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        _private(key).public_key().verify(encode_dss_signature(*pair), body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise NotACode("a wrong signature") from None
    return _unpacked(body)


def public_keys() -> list[dict[str, str]]:
    """For the desks: one JWK for each key of the ring, so that a rotation refuses nobody."""
    return [{"kid": key.id, **_jwk(key)} for key in key_ring()]


def typed(code: Code) -> str:
    """The short form: `K7QM2F-9XTR4D`, of which the first half is the number."""
    step = int(code.issued.timestamp()) // STEP
    return f"{code.number}{_mark(code.place, code.offer, code.number, step)}"


def in_groups(text: str) -> str:
    """`K7QM 2F9X TR4D`: four at a time are easily read aloud."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def cleaned(text: str) -> str:
    """As it is compared: no spaces and hyphens, capitals, and what is easily taken for a digit as the digit."""
    return text.replace(" ", "").replace("-", "").upper().translate(READ_AS)


def is_typed(text: str) -> bool:
    said = cleaned(text)
    return len(said) == TYPED and set(said) <= set(ALPHABET)


def is_marked(text: str, *, place: UUID, offer: UUID, at: datetime) -> bool:
    """Whether what was typed is of this place and offer, and of about that time."""
    said, now = cleaned(text), int(at.timestamp()) // STEP
    number, mark = said[:NUMBER], said[NUMBER:]
    steps = range(now - STEPS - AHEAD, now + AHEAD + 1)
    return any(
        hmac.compare_digest(_mark(place, offer, number, step).encode(), mark.encode()) for step in steps
    )


def day_of(at: datetime) -> int:
    """The number of the city's day, by which desks' keys are named."""
    return (int(at.timestamp()) + SHANGHAI_SECONDS) // DAY_SECONDS


def desk_key(place: UUID, day: int) -> bytes:
    """A place's own key of one day."""
    secret = key_ring()[0].derived("intl", "places.desk", 32)
    return hmac.new(secret, place.bytes + day.to_bytes(4, "big"), hashlib.sha256).digest()


def desk_keys(place: UUID, now: datetime, *, days: int) -> dict[str, str]:
    """From yesterday, for whoever is busy at midnight, to the last day on which a desk may be without network."""
    today = day_of(now)
    return {str(day): _text(desk_key(place, day)) for day in range(today - 1, today + days + 1)}


def _mark(place: UUID, offer: UUID, number: str, step: int) -> str:
    day = (step * STEP + SHANGHAI_SECONDS) // DAY_SECONDS
    digest = hmac.new(desk_key(place, day), f"{offer.hex}|{number}|{step}".encode(), hashlib.sha256).digest()
    bits = int.from_bytes(digest[:4], "big") >> 2
    return "".join(ALPHABET[(bits >> shift) & 31] for shift in range(25, -1, -5))


def _packed(code: Code, key: Key) -> bytes:
    issued = int(code.issued.timestamp())
    return b"".join((
        bytes([VERSION]),
        bytes.fromhex(key.id),
        code.place.bytes,
        code.offer.bytes,
        code.number.encode(),
        issued.to_bytes(4, "big"),
        (issued + int(LASTS.total_seconds())).to_bytes(4, "big"),
        code.name.encode(),
    ))  # fmt: skip


def _unpacked(body: bytes) -> Code:
    try:
        return Code(
            place=UUID(bytes=body[5:21]),
            offer=UUID(bytes=body[21:37]),
            number=body[37:43].decode(),
            issued=datetime.fromtimestamp(int.from_bytes(body[43:47], "big"), UTC),
            name=body[HEAD:].decode(),
        )
    except UnicodeDecodeError as error:  # pragma: no cover  -- we signed it
        raise NotACode("no text") from error


@lru_cache(maxsize=8)
def _private(key: Key) -> ec.EllipticCurvePrivateKey:
    """From the key ring, so that there is nothing more to keep; the first key signs, every key verifies."""
    drawn = int.from_bytes(key.derived("intl", "places.voucher", 48), "big")
    return ec.derive_private_key(drawn % (ORDER - 1) + 1, ec.SECP256R1())


def _jwk(key: Key) -> dict[str, Any]:
    numbers = _private(key).public_key().public_numbers()
    x, y = (_text(each.to_bytes(32, "big")) for each in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotACode("no code") from None
