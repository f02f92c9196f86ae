"""One's shifts as a calendar that is subscribed to. What was called off stays in it as cancelled, then fades."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from nuanxin.kernel.access import Actor
from nuanxin.kernel.calendars import Entry, calendar
from nuanxin.kernel.errors import NotFound
from nuanxin.volunteering.enums import ShiftState, SignUpState
from nuanxin.volunteering.models import CalendarFeed, SignUp
from nuanxin.volunteering.queries.activities import point_of, where_words
from nuanxin.volunteering.queries.own_shifts import in_calendar

REFRESH = "PT4H"


def feed_of(actor: Actor) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(person=actor.person_id or 0).first()


def feed_for(token: str, *, url_of: Callable[[UUID], str], now: datetime) -> tuple[bytes, str]:
    """The calendar, and a tag of its content. Raises `NotFound` for an address that nobody made, or that is gone."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    found = CalendarFeed.objects.filter(token_hash=digest, person__is_active=True).first()
    if found is None:
        raise NotFound
    entries = [_entry(each, url_of) for each in in_calendar(found.person_id, now=now)]
    body = calendar(entries, product="Volunteering", name=gettext("我的志愿班次"), refresh=REFRESH)
    return body, hashlib.sha256(body).hexdigest()[:32]


def _entry(sign_up: SignUp, url_of: Callable[[UUID], str]) -> Entry:
    shift, activity = sign_up.shift, sign_up.shift.activity
    is_on = sign_up.state == SignUpState.CONFIRMED and shift.state != ShiftState.CANCELLED
    at = point_of(activity)
    return Entry(
        uid=sign_up.public_id,
        sequence=2 * shift.sequence + (0 if is_on else 1),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        stamped_at=max(sign_up.state_since, shift.state_since),
        is_on=is_on,
        title=activity.title,
        where=where_words(activity),
        words=activity.organiser.label,
        point=(at[1], at[0]) if at else None,
        url=url_of(activity.public_id),
        alarm=(120, gettext("两小时后开始")),
    )
