"""The daily bulletin (每日快报): made once a day for each street and district, at five in the afternoon."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from nuanxin.cases.events import DailyBulletinMade
from nuanxin.cases.models import DailyBulletin
from nuanxin.cases.queries.bulletin import bulletin_scopes, content_of, five_o_clock
from nuanxin.kernel.events import publish
from nuanxin.kernel.worktime import SHANGHAI


def make_bulletins(*, now: datetime) -> int:
    """Those of today that are not there yet; before five none. Returns how many were made.

    Publishes `DailyBulletinMade` for each. What was missed yesterday stays missed: nobody knows any more what was open.
    """
    on = now.astimezone(SHANGHAI).date()
    if now < five_o_clock(on):
        return 0
    there = set(DailyBulletin.objects.filter(on=on).values_list("scope_code", flat=True))
    return sum(_make(scope, on, now=now) for scope in bulletin_scopes() if scope not in there)


def _make(scope_code: str, on: date, *, now: datetime) -> bool:
    content = content_of(scope_code, on=on, now=now)
    this_year = DailyBulletin.objects.filter(scope_code=scope_code, on__year=on.year, on__lt=on)
    try:
        with transaction.atomic():
            bulletin = DailyBulletin.objects.create(
                scope_code=scope_code,
                on=on,
                issue=this_year.count() + 1,
                content=content,
                created_at=now,
            )
            happened = DailyBulletinMade(bulletin.pk, scope_code, on.isoformat())
            publish(happened, subject_id=None, scope_code=scope_code, now=now)
    except IntegrityError:  # another process was faster
        return False
    return True
