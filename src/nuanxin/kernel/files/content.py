"""What a file is, by its bytes alone, and whether something else hides behind the picture.

Names and declared types are never looked at: both are the sender's words.
"""

import re
from collections.abc import Callable

JPEG, PNG, WEBP = "JPEG", "PNG", "WEBP"

# In JPEG scan data, FF is followed by 00, by a restart marker or by fill bytes; anything else is the next marker.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_HEIC_BRANDS = (b"heic", b"heix", b"heif", b"hevc", b"mif1", b"msf1", b"avif")
# Behind a phone's picture stands at most more picture (a preview, a gain map, a short film), never one of these.
_FOREIGN = re.compile(
    rb"PK\x03\x04|PK\x05\x06|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|\x7fELF|%PDF-|<\?php|<!doctype|<html|<script|<svg|<iframe",
    re.IGNORECASE,
)
_FOREIGN_START = (b"MZ", b"#!")


class Cut(ValueError):
    """The picture ends before its end."""


def kind_of(data: bytes) -> str:
    """`JPEG`, `PNG` or `WEBP`; empty for everything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    return ""


def is_heic(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS


def tail_of(data: bytes, kind: str) -> bytes:
    """What follows the picture. Raises `Cut` when the picture itself does not come to its end."""
    return data[_ENDS[kind](data) :]


def is_foreign(tail: bytes) -> bool:
    """Whether another kind of file stands behind the picture (a polyglot)."""
    return tail.lstrip(b"\x00\r\n ").startswith(_FOREIGN_START) or _FOREIGN.search(tail) is not None


def _end_of_jpeg(data: bytes) -> int:
    """Behind the EOI marker of the first image (ITU-T T.81, B.1.1)."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise Cut
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xD9:
            return at + 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            if marker == 0xDA:
                at = _end_of_scan(data, at)
    if data[at : at + 2] == b"\xff\xd9":
        return at + 2
    raise Cut


def _end_of_scan(data: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(data, at)
    if found is None:
        raise Cut
    return found.start()


def _end_of_png(data: bytes) -> int:
    """Behind the IEND chunk."""
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        at += 12 + length
        if name == b"IEND" and at <= len(data):
            return at
    raise Cut


def _end_of_webp(data: bytes) -> int:
    length = int.from_bytes(data[4:8], "little")
    end = 8 + length + length % 2
    if end > len(data) + length % 2:
        raise Cut
    return min(end, len(data))


_ENDS: dict[str, Callable[[bytes], int]] = {JPEG: _end_of_jpeg, PNG: _end_of_png, WEBP: _end_of_webp}
