"""One booking for the calendar of the person's own phone.

The UID is the booking's own, so that the phone replaces the entry after a move instead of adding one. Such calendars
are shared with families and firms: of a confidential service it says neither which it is nor where.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from nuanxin.kernel.calendars import CONTENT_TYPE, Entry, calendar
from nuanxin.places.enums import BookingState
from nuanxin.places.models import Booking

__all__ = ["CONTENT_TYPE", "calendar_file"]


def calendar_file(booking: Booking, *, url: str, now: datetime) -> bytes:
    slot = booking.slot
    is_on = booking.state in (BookingState.BOOKED, BookingState.CAME)
    minutes = slot.bookable.remind_before
    entry = Entry(
        uid=booking.public_id,
        sequence=2 * booking.sequence + (0 if is_on else 1),
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        stamped_at=now,
        is_on=is_on,
        url=url,
        alarm=(minutes, gettext("快到约的时间了")) if minutes else None,
        **_words(booking),
    )
    return calendar([entry], product="Bookings")


def _words(booking: Booking) -> dict[str, Any]:
    bookable, place = booking.slot.bookable, booking.place
    called = gettext("代号 %(called)s") % {"called": booking.called}
    if bookable.is_confidential:
        return {"title": gettext("一个预约"), "words": called}
    is_somewhere = place.lat is not None and place.lng is not None
    return {
        "title": gettext("%(service)s：%(place)s") % {"service": bookable.item.name, "place": place.name},
        "where": place.address,
        "words": "\n".join(each for each in (called, bookable.note) if each),
        "point": (place.lat, place.lng) if is_somewhere else None,
    }
