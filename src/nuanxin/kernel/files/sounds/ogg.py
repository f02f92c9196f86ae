"""Ogg with Opus (RFC 3533, RFC 7845): the page of comments is written anew without any."""

from collections.abc import Iterator
from typing import NamedTuple

from nuanxin.kernel.files.sounds.parts import Cleaned, Cut, Foreign

MAGIC, HEAD, TAGS = b"OggS", b"OpusHead", b"OpusTags"
HEADER = 27
RATE = 48_000
NO_POSITION = 2**64 - 1


class _Page(NamedTuple):
    start: int
    body: int
    end: int
    position: int
    serial: bytes


def is_ogg(data: bytes) -> bool:
    return data.startswith(MAGIC)


def clean_ogg(raw: bytes) -> Cleaned:
    """Raises `Cut`, `Foreign`."""
    data = bytearray(raw)
    pages = list(_pages(raw))
    if len(pages) < 3 or len({page.serial for page in pages}) > 1:
        raise Foreign if pages and raw[pages[0].body :].find(HEAD) != 0 else Cut
    head, tags = pages[0], pages[1]
    if not raw.startswith(HEAD, head.body) or not raw.startswith(TAGS, tags.body):
        raise Foreign
    # No vendor, no comment; the rest of the packet is padding.
    data[tags.body : tags.end] = TAGS + bytes(tags.end - tags.body - len(TAGS))
    data[tags.start + 22 : tags.start + 26] = bytes(4)
    data[tags.start + 22 : tags.start + 26] = _checksum(data[tags.start : tags.end]).to_bytes(4, "little")
    skip = int.from_bytes(raw[head.body + 10 : head.body + 12], "little")
    last = max((page.position for page in pages if page.position != NO_POSITION), default=0)
    return Cleaned(bytes(data), max(0, last - skip) / RATE)


def _pages(data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(data):
        if data[at : at + 5] != MAGIC + b"\x00" or at + HEADER > len(data):
            raise Cut
        count = data[at + 26]
        body = at + HEADER + count
        end = body + sum(data[at + HEADER : body])
        if end > len(data):
            raise Cut
        yield _Page(at, body, end, int.from_bytes(data[at + 6 : at + 14], "little"), data[at + 14 : at + 18])
        at = end


def _table() -> list[int]:
    table = []
    for number in range(256):
        value = number << 24
        for _ in range(8):
            value = (value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1
        table.append(value & 0xFFFFFFFF)
    return table


_TABLE = _table()


def _checksum(page: bytes | bytearray) -> int:
    """The page's own CRC (RFC 3533 §6), its field being zero."""
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFFFFFF) ^ _TABLE[(value >> 24) ^ byte]
    return value
