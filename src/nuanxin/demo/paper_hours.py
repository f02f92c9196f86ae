"""Hours from before there was a platform: read out of a paper register by one and confirmed by another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from nuanxin.demo.planned import Seat
from nuanxin.incentives.services import hearing_hours
from nuanxin.volunteering.enums import CheckMethod, RecordSource, RecordState
from nuanxin.volunteering.models import RecordStep, ServiceRecord

if TYPE_CHECKING:
    from nuanxin.demo.acting import Stage
    from nuanxin.kernel.access import Actor
    from nuanxin.people.models import Assignment

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
A_DAY = 8  # hours that the register has of one day at most
EVERY = 3  # days
PROOF = "纸质志愿服务登记册，建档时由社区录入"
TITLES = (
    "夜归路段巡查",
    "社区老人助餐送餐",
    "汛期积水点值守",
    "路口文明劝导",
    "驿站值班",
    "小区消防通道巡查",
)


def take_over(stage: Stage, actor: Actor, hours: int, *, now: datetime) -> None:
    """One record for each day of the register, and what the thanks hear of it. No points: there were no rules yet."""
    clerk = stage.settled.assignments["wen", "community", "sq001001"]
    head = stage.settled.actor(Seat("yan", "street_lead", "jd001"))
    first = timezone.localtime(now).replace(hour=9, minute=0, second=0, microsecond=0)
    days = [A_DAY] * (hours // A_DAY) + [hours % A_DAY] * bool(hours % A_DAY)
    records = [
        _record(actor, head, clerk, starts_at=first - number * EVERY * DAY, hours=long, now=now)
        for number, long in enumerate(days, start=1)
    ]
    ServiceRecord.objects.bulk_create(records)
    RecordStep.objects.bulk_create(step for each in records for step in _steps(each, now))
    if actor.subject_id is None:
        return
    for each in records:
        hearing_hours.hear_hours(
            heard=hearing_hours.Heard(each.public_id, now), record=each.public_id, minutes=each.minutes,
            subject_id=actor.subject_id, served_on=each.served_on, team="",
        )  # fmt: skip


def _record(
    actor: Actor, head: Actor, clerk: Assignment, *, starts_at: datetime, hours: int, now: datetime
) -> ServiceRecord:
    ends_at = starts_at + hours * HOUR
    return ServiceRecord(
        person_id=actor.person_id, source=RecordSource.POST, organisation=clerk.organisation,
        title=TITLES[starts_at.toordinal() % len(TITLES)], activity_kind=RecordSource.POST,
        scope_code=clerk.scope_code, starts_at=starts_at, ends_at=ends_at, served_on=starts_at.date(),
        came_at=starts_at, came_by=CheckMethod.MANUAL, left_at=ends_at, left_by=CheckMethod.MANUAL,
        minutes=hours * 60, state=RecordState.RECORDED, state_since=now, is_manual=True, proof=PROOF,
        entered_by=clerk, confirmed_by_id=head.assignment_id, confirmed_at=now,
    )  # fmt: skip


def _steps(record: ServiceRecord, now: datetime) -> tuple[RecordStep, RecordStep]:
    confirmed = {"minutes_after": record.minutes, "quality_after": record.quality}
    return (
        RecordStep(record=record, name="enter", at=now - HOUR, by_id=record.entered_by_id, note=PROOF),
        RecordStep(record=record, name="confirm", at=now, by_id=record.confirmed_by_id, **confirmed),
    )
