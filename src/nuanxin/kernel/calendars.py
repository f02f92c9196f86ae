"""iCalendar (RFC 5545) as phones and desks read it: what every calendar of ours shares.

Instants are in UTC, so that no zone has to be sent along. The same UID with a higher SEQUENCE replaces an entry; what
is called off stays as `CANCELLED`, because clients keep what merely disappears.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

FOLD_AT = 75  # octets, without the line break (§3.1)
CONTENT_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a calendar. `stamped_at`: its last change; `alarm`: minutes before and what is said then."""

    uid: UUID
    sequence: int
    starts_at: datetime
    ends_at: datetime
    stamped_at: datetime
    is_on: bool
    title: str
    where: str = ""
    words: str = ""
    point: tuple[float, float] | None = None  # latitude, longitude
    url: str = ""
    alarm: tuple[int, str] | None = None


def calendar(entries: Iterable[Entry], *, product: str, name: str = "", refresh: str = "") -> bytes:
    """`name` is what a subscribed calendar is called, `refresh` how often it wants to be read (`PT4H`)."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Nuanxin//{product}//ZH", "CALSCALE:GREGORIAN"]
    head.append("METHOD:PUBLISH")
    if name:
        head += [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    if refresh:
        head += [f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}", f"X-PUBLISHED-TTL:{refresh}"]
    lines = [*head, *(line for each in entries for line in _event(each)), "END:VCALENDAR"]
    return b"".join(_folded(each) for each in lines)


def _event(entry: Entry) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTAMP:{_instant(entry.stamped_at)}"
    yield f"DTSTART:{_instant(entry.starts_at)}"
    yield f"DTEND:{_instant(entry.ends_at)}"
    yield f"STATUS:{'CONFIRMED' if entry.is_on else 'CANCELLED'}"
    yield "CLASS:PRIVATE"
    yield f"SUMMARY:{_text(entry.title)}"
    if entry.where:
        yield f"LOCATION:{_text(entry.where)}"
    if entry.words:
        yield f"DESCRIPTION:{_text(entry.words)}"
    if entry.point is not None:
        yield f"GEO:{entry.point[0]:.6f};{entry.point[1]:.6f}"
    if entry.url:
        yield f"URL:{entry.url}"
    if entry.alarm is not None and entry.is_on:
        minutes, said = entry.alarm
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(said)}")
        yield from (f"TRIGGER:-PT{minutes}M", "END:VALARM")
    yield "END:VEVENT"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """§3.3.11."""
    plain = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> bytes:
    """No line longer than 75 octets, and no character cut in two."""
    parts: list[bytes] = [b""]
    for char in line:
        octets = char.encode()
        if len(parts[-1]) + len(octets) > FOLD_AT:
            parts.append(b" ")
        parts[-1] += octets
    return b"\r\n".join(parts) + b"\r\n"
