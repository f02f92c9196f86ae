"""A kitchen shows itself: announced, visited by who likes, looked at with a form that does not say whose it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.places.enums import OpenDayState, PlaceState
from nuanxin.places.events import (
    KitchenLookedAt,
    OpenDayAnnounced,
    OpenDayCancelled,
    OpenDayFoundWrong,
    OpenDayHeld,
)
from nuanxin.places.models import KitchenLook, OpenDay, OpenDayVisitor
from nuanxin.places.queries.open_days import (
    LOOK_WITHIN,
    DayNotFound,
    found_on,
    kitchen_points,
    least_forms,
    over,
    own_day,
)
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.services.noting import note
from nuanxin.places.workflow import OPEN_DAY

SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=12)
AHEAD = timedelta(days=120)
MOST_PEOPLE = 500
BATCH = 200


class NotOpenToPublic(Conflict):
    default_message = _("这里现在不对外开放，办不了开放日。")
    default_hint = _("先恢复开放，再定开放日。")


class SignedUpAll(Conflict):
    default_message = _("报名的人满了。")
    default_hint = _("有人取消会空出来；也可以看看别的开放日。")


class TooLate(Conflict):
    default_message = _("这个开放日已经结束或取消了。")
    default_hint = _("看看还有哪些可以报名。")


class NotComing(NotAllowed):
    default_message = _("报过名、去看过的人才填这张表。")
    default_hint = _("下次想去，先在开放日的页面上报名。")


class NotYet(Conflict):
    default_message = _("还没到时间。")
    default_hint = _("开放日开始以后，七天内都可以填。")


@dataclass(frozen=True, slots=True)
class DayData:
    starts_at: datetime
    ends_at: datetime
    capacity: int
    words: str = ""


def announce_open_day(*, actor: Actor, public_id: UUID, data: DayData, key: UUID, now: datetime) -> OpenDay:
    """Everybody may see it and sign up. The same `key` again is the same.

    Publishes `OpenDayAnnounced`. Raises `PlaceNotFound`, `NotOpenToPublic`, `Invalid`.
    """
    place = changeable_place(actor, "places.open_day", public_id)
    if place.state != PlaceState.OPEN:
        raise NotOpenToPublic
    _check(data, now)
    with transaction.atomic():
        made, is_new = OpenDay.objects.get_or_create(
            key=key,
            defaults={
                "place": place, "starts_at": data.starts_at, "ends_at": data.ends_at, "capacity": data.capacity,
                "words": data.words.strip()[:200], "state_since": now, "announced_at": now,
            },
        )  # fmt: skip
        if made.place_id != place.pk:
            raise DayNotFound
        if is_new:
            note(actor, "announce_open_day", place, (), now)
            event = OpenDayAnnounced(place.pk, made.pk, made.starts_at.isoformat())
            publish(event, scope_code=place.scope_code, now=now)
    return made


def cancel_open_day(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> OpenDay:
    """Who signed up hears of it. Publishes `OpenDayCancelled`. Raises `DayNotFound`, `IllegalMove`, `Invalid`."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("请写一句为什么，报了名的人看得到。")})
    with transaction.atomic():
        day = own_day(actor, "places.open_day", public_id)
        OPEN_DAY.step(day, "cancel", state_since=now, state_reason=reason.strip()[:120])
        note(actor, "cancel_open_day", day.place, (), now)
        publish(OpenDayCancelled(day.place_id, day.pk), scope_code=day.place.scope_code, now=now)
    return day


def join_open_day(*, actor: Actor, public_id: UUID, now: datetime) -> None:
    """Somebody wants to come; again is the same. Raises `NotAllowed`, `DayNotFound`, `TooLate`, `SignedUpAll`."""
    person = _person(actor)
    with transaction.atomic():
        day = _locked(public_id)
        if OpenDayVisitor.objects.filter(day=day, person_id=person).exists():
            return
        if day.state != OpenDayState.ANNOUNCED or now >= day.ends_at:
            raise TooLate
        if OpenDayVisitor.objects.filter(day=day).count() >= day.capacity:
            raise SignedUpAll
        OpenDayVisitor.objects.create(day=day, person_id=person, signed_at=now)


def leave_open_day(*, actor: Actor, public_id: UUID) -> None:
    """Not coming after all; nothing follows from it. Raises `NotAllowed`, `DayNotFound`."""
    person = _person(actor)
    with transaction.atomic():
        OpenDayVisitor.objects.filter(day=_locked(public_id), person_id=person, looked=False).delete()


def look_at_kitchen(
    *, actor: Actor, public_id: UUID, wrong: Iterable[str], words: str, now: datetime
) -> None:
    """What one of those who came found. The form does not say whose it is; once each, again changes nothing.

    Publishes `OpenDayFoundWrong` when there are enough forms, once. Raises `NotAllowed`, `DayNotFound`, `NotComing`,
    `NotYet`, `TooLate`.
    """
    person = _person(actor)
    points = kitchen_points()
    with transaction.atomic():
        day = _locked(public_id)
        if day.state == OpenDayState.CANCELLED or now > day.ends_at + LOOK_WITHIN:
            raise TooLate
        if now < day.starts_at:
            raise NotYet
        mine = OpenDayVisitor.objects.filter(day=day, person_id=person).first()
        if mine is None:
            raise NotComing
        if not OpenDayVisitor.objects.filter(pk=mine.pk, looked=False).update(looked=True):
            return
        codes = sorted(set(wrong) & set(points))
        KitchenLook.objects.create(
            day=day, points=len(points), wrong=",".join(codes), note=words.strip()[:200]
        )
        found = found_on(day)
        if found.forms == least_forms() and found.wrong:
            said = ",".join(each.code for each, _wrong, _of in found.wrong)
            publish(OpenDayFoundWrong(day.place_id, day.pk, said), scope_code=day.place.scope_code, now=now)


def end_open_days(*, now: datetime) -> int:
    """Those whose hours are over. Publishes `OpenDayHeld`. Returns how many; call until 0."""
    with transaction.atomic():
        rows = OpenDay.objects.select_for_update(of=("self",), skip_locked=True).filter(over(now))
        days = list(rows.select_related("place").order_by("pk")[:BATCH])
        for day in days:
            OPEN_DAY.step(day, "hold", state_since=now)
            audit.record(
                actor=SYSTEM, action="places.hold_open_day", object_type="open_day", object_id=day.pk,
                scope_code=day.place.scope_code, now=now,
            )  # fmt: skip
            publish(OpenDayHeld(day.place_id, day.pk), scope_code=day.place.scope_code, now=now)
    return len(days)


def close_forms(*, now: datetime) -> int:
    """When the last form of a day may have come, whoever filled one in is known to have been there.

    All of a day at once: one by one, the order would say whose form is whose. Publishes `KitchenLookedAt`. Returns how
    many days; call until 0.
    """
    with transaction.atomic():
        rows = OpenDay.objects.select_for_update(of=("self",), skip_locked=True).filter(
            state=OpenDayState.HELD, ends_at__lt=now - LOOK_WITHIN, thanked=False
        )
        days = list(rows.select_related("place").order_by("pk")[:BATCH])
        came = OpenDayVisitor.objects.filter(day__in=days, looked=True).order_by("day", "person")
        for visitor in came.select_related("day__place", "person__subject"):
            day = visitor.day
            publish(
                KitchenLookedAt(day.place_id, day.pk),
                subject_id=visitor.person.subject.pk,
                scope_code=day.place.scope_code,
                now=now,
            )
        OpenDay.objects.filter(pk__in=[day.pk for day in days]).update(thanked=True)
    return len(days)


def _person(actor: Actor) -> int:
    if actor.person_id is None or not policy.permits(actor, "places.join_day"):
        raise NotAllowed
    return actor.person_id


def _locked(public_id: UUID) -> OpenDay:
    """Held, so that its places are never given away twice."""
    day = (
        OpenDay.objects.select_for_update(of=("self",))
        .select_related("place")
        .filter(public_id=public_id)
        .first()
    )
    if day is None:
        raise DayNotFound
    return day


def _check(data: DayData, now: datetime) -> None:
    wrong = {}
    if data.starts_at <= now:
        wrong["starts_at"] = _("要是以后的时间。")
    elif data.starts_at > now + AHEAD:
        wrong["starts_at"] = _("最多提前 120 天。")
    if not SHORTEST <= data.ends_at - data.starts_at <= LONGEST:
        wrong["ends_at"] = _("至少半小时，最多 12 小时。")
    if not 0 < data.capacity <= MOST_PEOPLE:
        wrong["capacity"] = _("1 到 500 人。")
    if wrong:
        raise Invalid(fields=wrong)
