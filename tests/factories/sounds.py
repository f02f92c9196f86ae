"""Recordings as phones make them, written by hand: half a minute of silence with somebody's name in every tag."""

import io
import math
import struct
import wave

from nuanxin.kernel.files.sounds.accept import AcceptedSound, accept_sound
from nuanxin.kernel.files.sounds.ogg import _checksum

SPEAKER = "欧阳鹮鹇 19912348765 Quagga"


def wav(seconds: float = 2.0, *, speaker: str = SPEAKER, rate: int = 8000) -> bytes:
    """With a list of facts about the artist behind the samples."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate)
        frames = int(seconds * rate)
        out.writeframes(bytes(128 + int(40 * math.sin(each / 3)) for each in range(frames)))
    facts = b"INFO" + _riff(b"IART", speaker.encode())
    body = buffer.getvalue()[8:] + _riff(b"LIST", facts)
    return _riff(b"RIFF", body)


def voice(seconds: float = 2.0) -> AcceptedSound:
    return accept_sound(wav(seconds))


def _riff(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def webm(seconds: int = 2, *, speaker: str = SPEAKER, track: int = 2, codec: bytes = b"A_OPUS") -> bytes:
    """As a browser streams it: segment and clusters without a size."""
    name = speaker.encode()
    tags = _element(
        "1254C367", _element("7373", _element("67C8", _element("45A3", b"ARTIST") + _element("4487", name)))
    )
    info = (
        _element("2AD7B1", (1_000_000).to_bytes(3, "big")) + _element("4D80", name) + _element("5741", name)
    )
    entry = _element("D7", b"\x01") + _element("83", bytes([track])) + _element("86", codec)
    tracks = _element("1654AE6B", _element("AE", entry + _element("536E", name)))
    clusters = b""
    for second in range(seconds):
        block = b"\x81" + struct.pack(">h", 980) + b"\x80" + bytes(40)
        clusters += (
            _endless("1F43B675") + _element("E7", (second * 1000).to_bytes(4, "big")) + _element("A3", block)
        )
    head = _element("1A45DFA3", _element("4282", b"webm"))
    attached = _element("1941A469", name * 20)
    return head + _endless("18538067") + _element("1549A966", info) + tracks + tags + attached + clusters


def _element(name: str, body: bytes) -> bytes:
    size = bytes([0x80 | len(body)]) if len(body) < 127 else b"\x08" + len(body).to_bytes(4, "big")
    return bytes.fromhex(name) + size + body


def _endless(name: str) -> bytes:
    return bytes.fromhex(name) + b"\x01" + b"\xff" * 7


def ogg(seconds: int = 2, *, speaker: str = SPEAKER, head: bytes = b"OpusHead") -> bytes:
    comment = f"ARTIST={speaker}".encode()
    tags = b"OpusTags" + struct.pack("<I", 6) + b"Quagga" + struct.pack("<II", 1, len(comment)) + comment
    packets = [(head + b"\x01\x01" + struct.pack("<HIHB", 312, 48000, 0, 0), 0), (tags, 0)]
    packets += [(bytes(60), 48000 * (second + 1)) for second in range(seconds)]
    return b"".join(_page(number, *packet) for number, packet in enumerate(packets))


def _page(number: int, packet: bytes, position: int) -> bytes:
    lacing = [255] * (len(packet) // 255) + [len(packet) % 255]
    page = bytearray(
        b"OggS\x00" + bytes([2 if number == 0 else 0]) + struct.pack("<QII", position, 77, number)
    )
    page += bytes(4) + bytes([len(lacing), *lacing]) + packet
    page[22:26] = _checksum(page).to_bytes(4, "little")
    return bytes(page)


def m4a(
    seconds: int = 2, *, speaker: str = SPEAKER, handler: bytes = b"soun", coding: bytes = b"mp4a"
) -> bytes:
    name, times = speaker.encode(), struct.pack(">II", 3_800_000_000, 3_800_000_001)
    mvhd = _box("mvhd", bytes(4) + times + struct.pack(">II", 1000, seconds * 1000) + bytes(80))
    tkhd = _box("tkhd", bytes(4) + times + bytes(72))
    mdhd = _box("mdhd", bytes(4) + times + struct.pack(">II", 44100, seconds * 44100) + bytes(4))
    hdlr = _box("hdlr", bytes(8) + handler + bytes(12) + name)
    stsd = _box("stsd", bytes(4) + struct.pack(">I", 1) + _box(coding.decode(), bytes(28)))
    minf = _box("minf", _box("smhd", bytes(8)) + _box("stbl", stsd + _box("stts", bytes(8))))
    moov = _box("moov", mvhd + _box("trak", tkhd + _box("mdia", mdhd + hdlr + minf)) + _box("udta", name))
    return _box("ftyp", b"M4A \x00\x00\x00\x00mp42") + moov + _box("uuid", name) + _box("mdat", bytes(200))


def _box(name: str, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name.encode() + body


FORMS = {"webm": webm, "ogg": ogg, "mp4": m4a, "wav": wav}
