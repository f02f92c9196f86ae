"""One booking as an iCalendar file (RFC 5545), for the calendar of the person's own phone.

The UID is the booking's own, so that the phone replaces the entry after a move instead of adding one. Such calendars
are shared with families and firms: of a confidential service it says neither which it is nor where.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.utils.translation import gettext

from nuanxin.places.enums import BookingState
from nuanxin.places.models import Booking

FOLD_AT = 75  # octets, without the line break (§3.1)
CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar_file(booking: Booking, *, url: str, now: datetime) -> bytes:
    slot = booking.slot
    is_on = booking.state in (BookingState.BOOKED, BookingState.CAME)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Nuanxin//Bookings//ZH",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{booking.public_id}",
        f"SEQUENCE:{2 * booking.sequence + (0 if is_on else 1)}",
        f"DTSTAMP:{_stamp(now)}",
        f"DTSTART:{_stamp(slot.starts_at)}",
        f"DTEND:{_stamp(slot.ends_at)}",
        f"STATUS:{'CONFIRMED' if is_on else 'CANCELLED'}",
        "CLASS:PRIVATE",
        *(f"{name}:{_text(value)}" for name, value in _words(booking)),
        f"URL:{url}",
        *_alarm(booking, is_on=is_on),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(each) for each in lines)


def _words(booking: Booking) -> Iterator[tuple[str, str]]:
    bookable, place = booking.slot.bookable, booking.place
    if bookable.is_confidential:
        yield "SUMMARY", gettext("一个预约")
        yield "DESCRIPTION", gettext("代号 %(called)s") % {"called": booking.called}
        return
    yield "SUMMARY", gettext("%(service)s：%(place)s") % {"service": bookable.item.name, "place": place.name}
    if place.address:
        yield "LOCATION", place.address
    said = [gettext("代号 %(called)s") % {"called": booking.called}, bookable.note]
    yield "DESCRIPTION", "\n".join(each for each in said if each)
    if place.lat is not None and place.lng is not None:
        yield "GEO", f"{place.lat:.6f};{place.lng:.6f}"


def _alarm(booking: Booking, *, is_on: bool) -> list[str]:
    minutes = booking.slot.bookable.remind_before
    if not (is_on and minutes):
        return []
    said = _text(gettext("快到约的时间了"))
    return ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{said}", f"TRIGGER:-PT{minutes}M", "END:VALARM"]


def _stamp(at: datetime) -> str:
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
