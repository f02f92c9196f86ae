"""WAV with plain samples: written anew from its format and its samples alone."""

from nuanxin.kernel.files.sounds.parts import Cleaned, Cut, Foreign

PLAIN, EXTENDED = 1, 0xFFFE
KEPT = (b"fmt ", b"data")


def is_wav(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WAVE"


def clean_wav(raw: bytes) -> Cleaned:
    """Raises `Cut`, `Foreign`."""
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(raw):
        name, size = raw[at : at + 4], int.from_bytes(raw[at + 4 : at + 8], "little")
        body = raw[at + 8 : at + 8 + size]
        if len(body) < size:
            raise Cut
        found.setdefault(name, body)
        at += 8 + size + size % 2
    form, samples = found.get(b"fmt ", b""), found.get(b"data", b"")
    if len(form) < 16 or not samples:
        raise Cut
    rate = int.from_bytes(form[8:12], "little")
    if int.from_bytes(form[:2], "little") not in {PLAIN, EXTENDED} or not rate:
        raise Foreign
    body = b"WAVE" + b"".join(_chunk(name, found[name]) for name in KEPT)
    return Cleaned(_chunk(b"RIFF", body), len(samples) / rate)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2)
