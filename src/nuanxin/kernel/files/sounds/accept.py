import hashlib
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.sounds.mp4 import clean_mp4, is_mp4
from nuanxin.kernel.files.sounds.ogg import clean_ogg, is_ogg
from nuanxin.kernel.files.sounds.parts import Cleaned, Cut, Foreign
from nuanxin.kernel.files.sounds.wav import clean_wav, is_wav
from nuanxin.kernel.files.sounds.webm import clean_webm, is_webm

MAX_BYTES = 2 * 1024 * 1024
MOST_SECONDS = 60
SLACK_SECONDS = 5  # a recorder stops a little after it was told to


class NotASound(Invalid):
    default_message = _("这个文件不是可以使用的录音。")
    default_hint = _("请点“说一句”现录一段，或选手机录音机存下的 M4A、WebM、WAV 文件。")


class SoundTooLarge(Invalid):
    default_message = _("录音太大，超过了 2 MB。")
    default_hint = _("一分钟以内的话不会这么大，请再录一次。")


class SoundTooLong(Invalid):
    default_message = _("录音太长，超过了 60 秒。")
    default_hint = _("请说短一点，或者分两次说。")


class BrokenSound(Invalid):
    default_message = _("录音不完整，可能上传时断了网。")
    default_hint = _("请再录一次；还不行就写一句。")


@dataclass(frozen=True, slots=True)
class AcceptedSound:
    """A recording without its tags, and what its file claimed: `seconds` is none where it does not say."""

    kind: str
    data: bytes = field(repr=False)
    seconds: int | None
    source_sha256: str


CONTENT_TYPES = {"webm": "audio/webm", "ogg": "audio/ogg", "mp4": "audio/mp4", "wav": "audio/wav"}
_KINDS: tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], Cleaned]], ...] = (
    ("webm", is_webm, clean_webm),
    ("ogg", is_ogg, clean_ogg),
    ("mp4", is_mp4, clean_mp4),
    ("wav", is_wav, clean_wav),
)


def accept_sound(data: bytes | BinaryIO) -> AcceptedSound:
    """Check a recording by its bytes alone and take its tags off; nothing is stored, and its name is never asked.

    Raises `Invalid` in one of the kinds above, each with what the user can do.
    """
    raw = data if isinstance(data, bytes) else data.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise SoundTooLarge
    for kind, is_kind, clean in _KINDS:
        if is_kind(raw):
            return _accepted(raw, kind, clean)
    raise NotASound


def _accepted(raw: bytes, kind: str, clean: Callable[[bytes], Cleaned]) -> AcceptedSound:
    try:
        cleaned = clean(raw)
    except Foreign:
        raise NotASound from None
    except (Cut, IndexError, struct.error, OverflowError):
        raise BrokenSound from None
    seconds = cleaned.seconds
    if seconds is not None and (math.isnan(seconds) or seconds > MOST_SECONDS + SLACK_SECONDS):
        raise SoundTooLong
    length = None if seconds is None else max(1, min(MOST_SECONDS, round(seconds)))
    return AcceptedSound(kind, cleaned.data, length, hashlib.sha256(raw).hexdigest())
