"""Closed for a while, open longer, still as it says: what the keeper tells on the day."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events import publish
from nuanxin.places.enums import ExceptionKind
from nuanxin.places.events import PlaceHoursExcepted
from nuanxin.places.models import OpeningException, Place
from nuanxin.places.queries.hours import hours_of_all
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.services.noting import note

LONGEST = timedelta(days=90)  # what lasts longer is another state or other weekly hours


class BadPeriod(Invalid):
    default_message = _("这段时间不对。")
    default_hint = _("结束要在开始和现在之后，最长 90 天；更久就改开放时间，或者暂停服务。")


def except_hours(
    *,
    actor: Actor,
    public_id: UUID,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    reason: str = "",
) -> OpeningException:
    """Closed, or open longer, in this period; the same again is the same. Publishes `PlaceHoursExcepted`.

    Raises `PlaceNotFound`, `BadPeriod`.
    """
    place = changeable_place(actor, "places.keep", public_id)
    if kind not in ExceptionKind.values or ends_at <= max(starts_at, now) or ends_at - starts_at > LONGEST:
        raise BadPeriod
    with transaction.atomic():
        made, is_new = OpeningException.objects.get_or_create(
            place=place,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            defaults={"reason": reason.strip()[:80], "made_at": now},
        )
        if is_new:
            _told(actor, place, made, now)
    return made


def end_exception(*, actor: Actor, public_id: UUID, exception_id: int, now: datetime) -> bool:
    """It ends now, or never begins. Publishes `PlaceHoursExcepted` with the new end. Raises `PlaceNotFound`."""
    place = changeable_place(actor, "places.keep", public_id)
    with transaction.atomic():
        found = OpeningException.objects.filter(place=place, pk=exception_id, ends_at__gt=now).first()
        if found is None:
            return False
        found.ends_at = max(found.starts_at, now)
        found.save(update_fields=["ends_at"])
        _told(actor, place, found, now)
    return True


def keep_today(
    *, actor: Actor, public_id: UUID, is_open: bool, ends_at: datetime, now: datetime, reason: str = ""
) -> None:
    """Open or shut the door now, until then: what says the opposite for this hour ends. Raises as above.

    Open as the weekly hours say needs no exception: it is open as long as they say.
    """
    place = changeable_place(actor, "places.keep", public_id)
    kind, other = (ExceptionKind.OPEN, ExceptionKind.CLOSED)
    if not is_open:
        kind, other = other, kind
    with transaction.atomic():
        running = OpeningException.objects.filter(
            place=place, kind=other, starts_at__lte=now, ends_at__gt=now
        )
        for each in running:
            end_exception(actor=actor, public_id=public_id, exception_id=each.pk, now=now)
        if not (is_open and _is_open(place, now)):
            except_hours(
                actor=actor, public_id=public_id, kind=kind, starts_at=now, ends_at=ends_at, reason=reason, now=now,
            )  # fmt: skip
        Place.objects.filter(pk=place.pk).update(confirmed_at=now)


def confirm_place(*, actor: Actor, public_id: UUID, now: datetime) -> None:
    """Somebody responsible has looked: what the page says holds. Raises `PlaceNotFound`."""
    place = changeable_place(actor, "places.keep", public_id)
    with transaction.atomic():
        Place.objects.filter(pk=place.pk).update(confirmed_at=now)
        note(actor, "confirm", place, (), now)


def _is_open(place: Place, now: datetime) -> bool:
    return hours_of_all([place], now)[place.pk].is_open


def _told(actor: Actor, place: Place, exception: OpeningException, now: datetime) -> None:
    Place.objects.filter(pk=place.pk).update(updated_at=now)
    note(actor, "except_hours", place, [exception.kind], now)
    happened = PlaceHoursExcepted(
        place.pk, exception.kind, exception.starts_at.isoformat(), exception.ends_at.isoformat()
    )
    publish(happened, scope_code=place.scope_code, now=now)
