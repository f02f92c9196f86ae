"""What the readers of the containers have in common."""

from typing import NamedTuple


class Cut(ValueError):
    """The recording ends before its end, or is built otherwise than its container is."""


class Foreign(ValueError):
    """A sound container with something else in it: a film, or a coding that browsers do not play."""


class Cleaned(NamedTuple):
    """The recording without its tags; `seconds` is none where the file does not say how long it is."""

    data: bytes
    seconds: float | None


def number(data: bytes | bytearray, at: int, size: int) -> int:
    """Big-endian. Raises `Cut` behind the end."""
    if at < 0 or at + size > len(data):
        raise Cut
    return int.from_bytes(data[at : at + size], "big")
