"""The code on the check-in screen: it belongs to one shift and changes every half minute.

The server alone makes and reads it, so a keyed digest is enough, where a desk without a network needs a signature
(decision 0014). What is scanned names the shift, the half minute and the digest; what is typed is six characters and
tried only against the shifts that somebody is to come to.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from nuanxin.kernel.privacy.keys import key_ring

STEP = 30  # seconds
FRESH = timedelta(minutes=2)  # somebody reads it, walks aside, types it
GRACE = timedelta(minutes=30)  # a phone in a basement sends it when it has signal; labelled
AHEAD = 1  # steps by which two servers' clocks may differ
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # it is read aloud and typed
TYPED = 6
MARK = 12  # bytes


class NotACheckCode(Exception):
    """Not one of ours, or not one of now."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Which shift's screen somebody stood before, and when."""

    shift: UUID
    at: datetime


def pictured(shift: UUID, now: datetime) -> str:
    """What the picture holds."""
    step = _step(now)
    return f"{_text(shift.bytes)}.{step:x}.{_text(_mark(shift, step)[:MARK])}"


def typed(shift: UUID, now: datetime) -> str:
    """`K7QM2F`: of the same half minute."""
    return _letters(shift, _step(now))


def is_typed(text: str) -> bool:
    said = cleaned(text)
    return len(said) == TYPED and set(said) <= set(ALPHABET)


def cleaned(text: str) -> str:
    return text.replace(" ", "").replace("-", "").upper()


def opened(text: str, now: datetime) -> Seen:
    """Of a scanned picture, at most `GRACE` old. Raises `NotACheckCode`."""
    try:
        shift_text, step_text, mark_text = text.rpartition("#")[2].strip().split(".")
        shift, step, mark = UUID(bytes=_bytes(shift_text)), int(step_text, 16), _bytes(mark_text)
    except ValueError as error:
        raise NotACheckCode from error
    if (_text(shift.bytes), f"{step:x}", _text(mark)) != (shift_text, step_text, mark_text):
        raise NotACheckCode  # the same said in another way: there is one way to say it
    now_step = _step(now)
    if not now_step - GRACE // timedelta(seconds=STEP) <= step <= now_step + AHEAD:
        raise NotACheckCode
    if not any(
        hmac.compare_digest(_mark(shift, step, number)[:MARK], mark) for number in range(len(key_ring()))
    ):
        raise NotACheckCode
    return Seen(shift, min(_at(step), now))


def read_typed(text: str, shifts: list[UUID], now: datetime) -> Seen:
    """Against the shifts where somebody is expected. Raises `NotACheckCode`."""
    said, last = cleaned(text), _step(now)
    for shift in shifts:
        for step in range(last - FRESH // timedelta(seconds=STEP), last + AHEAD + 1):
            if hmac.compare_digest(_letters(shift, step).encode(), said.encode()):
                return Seen(shift, min(_at(step), now))
    raise NotACheckCode


def seconds_left(now: datetime) -> int:
    """Until the next one."""
    return STEP - int(now.timestamp()) % STEP


def device_digest(device: str, shift: UUID) -> str:
    """Tells two phones of one shift apart; in another shift the same phone is another one."""
    if not device:
        return ""
    secret = key_ring()[0].derived("intl", "volunteering.device", 32)
    return hmac.new(secret, f"{shift.hex}|{device}".encode(), hashlib.sha256).hexdigest()[:32]


def _step(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def _at(step: int) -> datetime:
    return datetime.fromtimestamp(step * STEP, UTC)


def _mark(shift: UUID, step: int, key_number: int = 0) -> bytes:
    secret = key_ring()[key_number].derived("intl", "volunteering.check_in", 32)
    return hmac.new(secret, shift.bytes + step.to_bytes(8, "big"), hashlib.sha256).digest()


def _letters(shift: UUID, step: int) -> str:
    drawn = int.from_bytes(_mark(shift, step)[MARK:], "big")
    letters = ""
    for _position in range(TYPED):
        drawn, place = divmod(drawn, len(ALPHABET))
        letters += ALPHABET[place]
    return letters


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
