"""WebM with Opus, as browsers record it (RFC 8794, RFC 9559): what is not needed to play it is made void in place."""

import struct
from dataclasses import dataclass

from nuanxin.kernel.files.sounds.parts import Cleaned, Cut, Foreign, number

EBML, SEGMENT, INFO, TRACKS, TRACK, CLUSTER, GROUP = (
    *(0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B),
    *(0xAE, 0x1F43B675, 0xA0),
)
SCALE, DURATION, TYPE, CODEC, TIME, SIMPLE_BLOCK, BLOCK = 0x2AD7B1, 0x4489, 0x83, 0x86, 0xE7, 0xA3, 0xA1
MASTERS = frozenset({SEGMENT, INFO, TRACKS, TRACK, CLUSTER, GROUP})
ENDLESS = frozenset({SEGMENT, CLUSTER})  # a recording that goes on while it is written has no size
# Track number and id, flags, codec data and delays, channel data, block durations, cues, padding, seek head.
KEPT = frozenset({
    EBML, SCALE, DURATION, TYPE, CODEC, TIME, SIMPLE_BLOCK, BLOCK, 0xD7, 0x73C5, 0xB9, 0x88, 0x55AA, 0x9C,
    0x63A2, 0x56AA, 0x56BB, 0x23E383, 0xE1, 0x9B, 0x75A2, 0xFB, 0xAB, 0xA7, 0x1C53BB6B, 0x114D9B74, 0xEC,
})  # fmt: skip
VOID = 0xEC
LONGEST_HEAD = 64  # bytes: version, kind and its version
SOUND, OPUS = 2, b"A_OPUS"
NANOSECONDS = 1_000_000_000


@dataclass
class _Heard:
    """What has been read on the way."""

    scale: int = 1_000_000
    duration: float | None = None
    cluster: int = 0
    last: int | None = None
    codec: bytes = b""

    @property
    def seconds(self) -> float:
        ticks = max(self.duration or 0.0, float(self.last or 0))
        return ticks * self.scale / NANOSECONDS


def is_webm(data: bytes) -> bool:
    return data.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in data[:64]


def clean_webm(raw: bytes) -> Cleaned:
    """Raises `Cut`, `Foreign`."""
    data, heard, at = bytearray(raw), _Heard(), 0
    while at < len(data):
        name, width = _name(data, at)
        size, size_width = _size(data, at + width)
        inside = at + width + size_width
        if size is None and name not in ENDLESS:
            raise Cut
        if name in MASTERS:
            at = inside
            continue
        end = inside + (size or 0)
        if end > len(data):
            raise Cut
        if name == EBML and end - inside > LONGEST_HEAD:
            raise Cut
        _read(heard, name, bytes(data[inside:end]))
        if name not in KEPT or name == VOID:
            _make_void(data, at, end)
        at = end
    if heard.last is None or not heard.codec:
        raise Cut
    return Cleaned(bytes(data), heard.seconds)


def _read(heard: _Heard, name: int, body: bytes) -> None:
    match name:
        case 0x2AD7B1:
            heard.scale = number(body, 0, len(body)) or heard.scale
        case 0x4489 if len(body) in {4, 8}:
            heard.duration = struct.unpack(">f" if len(body) == 4 else ">d", body)[0]
        case 0x83 if number(body, 0, len(body)) != SOUND:
            raise Foreign
        case 0x86:
            heard.codec = body.rstrip(b"\x00")
            if heard.codec != OPUS:
                raise Foreign
        case 0xE7:
            heard.cluster = number(body, 0, len(body))
        case 0xA3 | 0xA1:
            _track, width = _size(body, 0)
            offset = int.from_bytes(body[width : width + 2], "big", signed=True)
            heard.last = max(heard.last or 0, heard.cluster + offset)


def _make_void(data: bytearray, at: int, end: int) -> None:
    """The same length, nothing in it: every place that others point to stays where it is."""
    length = end - at
    if length < 2:
        raise Cut
    head = bytes([VOID, 0x80 | (length - 2)]) if length <= 128 else b""
    if not head:
        head = bytes([VOID, 0x01]) + (length - 9).to_bytes(7, "big")
    data[at:end] = head + bytes(length - len(head))


def _name(data: bytes | bytearray, at: int) -> tuple[int, int]:
    first = number(data, at, 1)
    width = 9 - first.bit_length()
    if not 1 <= width <= 4:
        raise Cut
    return number(data, at, width), width


def _size(data: bytes | bytearray, at: int) -> tuple[int | None, int]:
    first = number(data, at, 1)
    width = 9 - first.bit_length()
    if width > 8:
        raise Cut
    value = number(data, at, width) & ((1 << 7 * width) - 1)
    return (None if value == (1 << 7 * width) - 1 else value), width
