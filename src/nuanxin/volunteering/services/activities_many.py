"""A season of activities at once, with who came: the plan of an office brought over from a list it kept before.

The same checks as one by one (what an activity has to say, insurance, room, who may come when), in a few statements.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.utils import timezone

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotAllowed
from nuanxin.kernel.events import publish_many
from nuanxin.people.models import Organisation
from nuanxin.places.models import Place
from nuanxin.volunteering.enums import ActivityState, ShiftState, SignUpState
from nuanxin.volunteering.events import ActivityDone, ActivityPublished
from nuanxin.volunteering.models import Activity, Shift, SignUp
from nuanxin.volunteering.queries.eligibility import REST
from nuanxin.volunteering.queries.taxonomy import taxonomy
from nuanxin.volunteering.services.activities import NoShifts, NotInsured
from nuanxin.volunteering.services.activity_rules import ActivityData, check_activity
from nuanxin.volunteering.services.places_of_shift import next_reminder

MOST_A_WEEK = timedelta(hours=20)
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An activity with its times; `people` wanted to come, in the order in which they said so, to every time."""

    key: UUID
    data: ActivityData
    spans: Sequence[Span]
    capacity: int
    made_at: datetime
    people: Sequence[int] = ()
    beneficiaries: int | None = None


def create_many(*, actor: Actor, plans: Sequence[Planned], now: datetime) -> list[Activity]:
    """Published, under way, held or archived as their times say. Who does not fit is left out, who is too many waits.

    Keys that are there already are passed over. Publishes `ActivityPublished`, `ActivityDone`. Raises `NotAllowed`,
    `Invalid`, `NoShifts`, `NotInsured`.
    """
    if not (
        policy.permits(actor, "volunteering.activity_new")
        and policy.permits(actor, "volunteering.activity_approve")
    ):
        raise NotAllowed
    known = set(Activity.objects.filter(key__in=[each.key for each in plans]).values_list("key", flat=True))
    fresh = [each for each in plans if each.key not in known]
    offices = Organisation.objects.in_bulk([each.data.organiser for each in fresh], field_name="public_id")
    places = Place.objects.in_bulk(
        [each.data.place for each in fresh if each.data.place], field_name="public_id"
    )
    with transaction.atomic():
        rows = [_activity(actor, each, offices, places, now) for each in fresh]
        Activity.objects.bulk_create(rows)
        _tags(zip(rows, fresh, strict=True), offices)
        shifts = [
            Shift(
                activity=row, starts_at=begins, ends_at=ends, capacity=each.capacity, state_since=each.made_at,
                state=ShiftState.OVER if ends <= now else ShiftState.PLANNED,
            )
            for row, each in zip(rows, fresh, strict=True)
            for begins, ends in each.spans
        ]  # fmt: skip
        _seat_all(shifts, {row.key: each for row, each in zip(rows, fresh, strict=True)}, now)
        publish_many(
            ((ActivityPublished(row.pk, row.kind_id, _iso(row.opens_at)), row.scope_code) for row in rows),
            now=now,
        )
        done = [row for row in rows if row.state in (ActivityState.DONE, ActivityState.ARCHIVED)]
        publish_many(((ActivityDone(row.pk, row.kind_id), row.scope_code) for row in done), now=now)
        audit.record(
            actor=actor, action="volunteering.create_many", object_type="activity", scope_code=actor.scope_code,
            detail={"rows": len(rows)}, now=now,
        )  # fmt: skip
    return rows


def _activity(
    actor: Actor, plan: Planned, offices: dict[UUID, Organisation], places: dict[UUID, Place], now: datetime
) -> Activity:
    data = plan.data
    organiser, place = offices[data.organiser], places.get(data.place)  # type: ignore[index,arg-type]
    scope = data.scope_code or (place.scope_code if place else organiser.scope_code)
    check_activity(actor, data, scope)
    if not plan.spans:
        raise NoShifts
    kind = taxonomy().kinds[data.kind]
    is_risky = kind.is_risky if data.is_risky is None else data.is_risky
    if is_risky and not _is_insured(data, plan.spans):
        raise NotInsured
    state = _state(plan, now)
    return Activity(
        key=plan.key, title=data.title, words=data.words, kind=kind, line=kind.line, organiser=organiser,
        place=place, where=data.where, link=data.link, scope_code=scope, state=state, state_since=now,
        made_at=plan.made_at, published_at=plan.made_at, opens_at=data.opens_at or plan.made_at,
        is_outdoor=kind.is_outdoor if data.is_outdoor is None else data.is_outdoor, is_risky=is_risky,
        insurer=data.insurer, policy_number=data.policy_number, insured_from=data.insured_from,
        insured_until=data.insured_until, audience_types=",".join(sorted(data.audience_types)),
        for_women=data.for_women, for_families=data.for_families, required=data.required, mode=data.mode,
        call_off_hours=data.call_off_hours,
        beneficiaries=plan.beneficiaries if state == ActivityState.ARCHIVED else None,
    )  # fmt: skip


def _state(plan: Planned, now: datetime) -> ActivityState:
    if max(ends for _begins, ends in plan.spans) <= now:
        return ActivityState.DONE if plan.beneficiaries is None else ActivityState.ARCHIVED
    return ActivityState.RUNNING if min(begins for begins, _ends in plan.spans) <= now else ActivityState.OPEN


def _is_insured(data: ActivityData, spans: Sequence[Span]) -> bool:
    if not (data.insurer and data.policy_number and data.insured_from and data.insured_until):
        return False
    days = [timezone.localdate(each) for span in spans for each in span]
    return data.insured_from <= min(days) and max(days) <= data.insured_until


def _tags(rows: Iterable[tuple[Activity, Planned]], offices: dict[UUID, Organisation]) -> None:
    tagged, joined = Activity.tags.through, Activity.co_organisers.through
    pairs = list(rows)
    tagged.objects.bulk_create(
        tagged(activity_id=row.pk, activitytag_id=code) for row, plan in pairs for code in plan.data.tags
    )
    wanted = {each for _row, plan in pairs for each in plan.data.co_organisers} - set(offices)
    offices = {**offices, **Organisation.objects.in_bulk(list(wanted), field_name="public_id")}
    joined.objects.bulk_create(
        joined(activity_id=row.pk, organisation_id=offices[each].pk)
        for row, plan in pairs
        for each in plan.data.co_organisers
        if offices[each].pk != row.organiser_id
    )


def _seat_all(shifts: list[Shift], plans: dict[UUID, Planned], now: datetime) -> None:
    """In the order of time; nobody twice at once, without rest, or more than a week's hours."""
    busy: dict[int, list[Span]] = defaultdict(list)
    rows = []
    for shift in sorted(shifts, key=lambda each: each.starts_at):
        plan = plans[shift.activity.key]
        for number, person in enumerate(plan.people):
            if not _is_free(busy[person], shift):
                continue
            seated = shift.taken < shift.capacity
            is_over = shift.ends_at <= now
            state = (
                SignUpState.CONFIRMED if seated else SignUpState.LAPSED if is_over else SignUpState.WAITING
            )
            asked = plan.made_at + timedelta(minutes=7 * number + 3)
            rows.append(
                SignUp(
                    shift=shift, person_id=person, state=state, state_since=min(asked, now), asked_at=min(asked, now),
                    key=uuid5(NAMESPACE_URL, f"{plan.key}/{shift.starts_at:%Y%m%d%H%M}/{person}"),
                    remind_at=next_reminder(shift, now) if seated and not is_over else None,
                )
            )  # fmt: skip
            if seated:
                shift.taken += 1
                busy[person].append((shift.starts_at, shift.ends_at))
    Shift.objects.bulk_create(shifts)
    SignUp.objects.bulk_create(rows)


def _is_free(held: list[Span], shift: Shift) -> bool:
    week = [each for each in held if abs(each[0] - shift.starts_at) < timedelta(days=7)]
    near = any(begins < shift.ends_at + REST and ends > shift.starts_at - REST for begins, ends in week)
    total = sum((ends - begins for begins, ends in week), timedelta())
    return not near and total + (shift.ends_at - shift.starts_at) <= MOST_A_WEEK


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
