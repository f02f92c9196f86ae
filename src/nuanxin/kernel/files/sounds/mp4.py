"""MP4 and M4A (ISO/IEC 14496-12): boxes that are not needed to play it become free space, its times become zero."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nuanxin.kernel.files.sounds.parts import Cleaned, Cut, Foreign, number

# What is opened, and what of it stays as it is; everything else is emptied.
OPENED = {
    b"moov": frozenset({b"mvhd", b"trak", b"mvex"}),
    b"trak": frozenset({b"tkhd", b"mdia", b"edts"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"smhd", b"dinf", b"stbl"}),
    b"stbl": frozenset({b"stsd", b"stts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"sgpd", b"sbgp", b"stss"}),
    b"moof": frozenset({b"mfhd", b"traf"}),
    b"traf": frozenset({b"tfhd", b"tfdt", b"trun", b"sgpd", b"sbgp"}),
}  # fmt: skip
TOP = frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"sidx", b"mfra"})
CODED = frozenset({b"mp4a", b"Opus"})
FREE = b"free"


class _Box(NamedTuple):
    name: bytes
    start: int
    inside: int
    end: int


@dataclass
class _Heard:
    seconds: float = 0.0
    scale: int = 0
    is_sound: bool = False
    has_data: bool = False


def is_mp4(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


def clean_mp4(raw: bytes) -> Cleaned:
    """Raises `Cut`, `Foreign`."""
    data, heard = bytearray(raw), _Heard()
    _walk(data, heard, 0, len(data), TOP)
    if not heard.is_sound or not heard.has_data:
        raise Cut
    return Cleaned(bytes(data), heard.seconds or None)


def _walk(data: bytearray, heard: _Heard, start: int, end: int, kept: frozenset[bytes]) -> None:
    for box in _boxes(data, start, end):
        if box.name not in kept:
            data[box.start + 4 : box.start + 8] = FREE
            data[box.inside : box.end] = bytes(box.end - box.inside)
        elif box.name in OPENED:
            _walk(data, heard, box.inside, box.end, OPENED[box.name])
        else:
            _look(data, heard, box)


def _look(data: bytearray, heard: _Heard, box: _Box) -> None:
    match box.name:
        case b"mvhd" | b"tkhd" | b"mdhd":
            _forget_times(data, heard, box)
        case b"hdlr":
            if data[box.inside + 8 : box.inside + 12] != b"soun":
                raise Foreign
            heard.is_sound = True
            data[box.inside + 24 : box.end] = bytes(max(0, box.end - box.inside - 24))
        case b"stsd":
            if bytes(data[box.inside + 12 : box.inside + 16]) not in CODED:
                raise Foreign
        case b"tfdt" if heard.scale:
            wide = number(data, box.inside, 1) == 1
            heard.seconds = max(heard.seconds, number(data, box.inside + 4, 8 if wide else 4) / heard.scale)
        case b"mdat":
            heard.has_data = True


def _forget_times(data: bytearray, heard: _Heard, box: _Box) -> None:
    """When it was recorded; how long it is stays."""
    width = 8 if number(data, box.inside, 1) == 1 else 4
    data[box.inside + 4 : box.inside + 4 + 2 * width] = bytes(2 * width)
    if box.name == b"tkhd":
        return
    at = box.inside + 4 + 2 * width
    scale, length = number(data, at, 4), number(data, at + 4, width)
    if not scale:
        raise Cut
    heard.scale = scale
    if length < (1 << 8 * width) - 1:
        heard.seconds = max(heard.seconds, length / scale)


def _boxes(data: bytearray, start: int, end: int) -> Iterator[_Box]:
    at = start
    while at < end:
        size, name, inside = number(data, at, 4), bytes(data[at + 4 : at + 8]), at + 8
        if size == 1:
            size, inside = number(data, at + 8, 8), at + 16
        stop = end if size == 0 else at + size
        if stop > end or stop < inside:
            raise Cut
        yield _Box(name, at, inside, stop)
        at = stop
