"""A season of activities at once, with who came: the plan of an office brought over from a list it kept before.

Held to the same rules as one by one, by the same functions: what has to be said, by whom and where, insurance, times
and room, who may come when. All of the plan or nothing of it; what is wrong is said with its line.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy, visible
from nuanxin.kernel.errors import DomainError, Invalid, NotAllowed
from nuanxin.kernel.events import publish_many
from nuanxin.people.models import Organisation
from nuanxin.places.models import Place
from nuanxin.volunteering.enums import ActivityState, ShiftState, SignUpMode, SignUpState
from nuanxin.volunteering.events import ActivityDone, ActivityPublished
from nuanxin.volunteering.models import SEATED, Activity, Shift, SignUp
from nuanxin.volunteering.queries.eligibility import clash, not_for
from nuanxin.volunteering.queries.taxonomy import taxonomy
from nuanxin.volunteering.services.activities import (
    MOST_BENEFITED,
    NoOrganiser,
    NoShifts,
    NoSuchPlace,
)
from nuanxin.volunteering.services.activity_rules import (
    ActivityData,
    NotInsured,
    check_activity,
    fill,
    is_insured,
    may_organise_for,
    opening,
)
from nuanxin.volunteering.services.places_of_shift import next_reminder
from nuanxin.volunteering.services.shifts import ShiftThere, plan_draw, wrong_span

WEEK = timedelta(days=7)
MOST_PLANS = 1000
Span = tuple[datetime, datetime]


class BadPlan(Invalid):
    """`line` counts from 1; `fields` are those of the line."""

    default_hint = _("一条都没有建。改好这一条，整份再交一次。")

    def __init__(self, line: int, title: str, error: DomainError) -> None:
        fields = error.fields if isinstance(error, Invalid) else {}
        why = "；".join(str(each) for each in fields.values()) or str(error.message)
        said = {"line": line, "title": title.strip()[:30] or "—", "why": why}
        super().__init__(_("第 %(line)d 条“%(title)s”：%(why)s") % said, fields=fields)
        self.line = line


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What lines name, read once for all."""

    offices: Mapping[UUID, Organisation]
    places: Mapping[UUID, Place]
    own: Organisation | None


def create_many(*, actor: Actor, plans: Sequence[Planned], now: datetime) -> list[Activity]:
    """Published, under way, held or archived as their times say. Who has something else then is left out, who is too
    many waits. Keys that are there already are passed over.

    Publishes `ActivityPublished`, `ActivityDone`. Raises `NotAllowed`, `BadPlan` for the first line that
    would have been refused on its own.
    """
    needed = ("volunteering.activity_new", "volunteering.activity_approve")
    if not all(policy.permits(actor, each) for each in needed):
        raise NotAllowed
    if len(plans) > MOST_PLANS:
        raise Invalid(_("一次最多 1000 条。"), hint=_("分几份交。"))
    there = set(Activity.objects.filter(key__in=[each.key for each in plans]).values_list("key", flat=True))
    lines = {number: each for number, each in enumerate(plans, 1) if each.key not in there}
    known = _known(actor, lines.values())
    with transaction.atomic():
        made = {number: _checked(actor, number, each, known, now) for number, each in lines.items()}
        rows = list(made.values())
        Activity.objects.bulk_create(rows)
        _within_reach(actor, lines, made)
        _link(made, lines, known)
        _seat_all(_shifts(made, lines, now), {made[number].key: each for number, each in lines.items()}, now)
        _tell(actor, rows, now)
    return rows


def _known(actor: Actor, plans: Iterable[Planned]) -> _Known:
    said = [each.data for each in plans]
    named = {each for data in said for each in (data.organiser, *data.co_organisers) if each}
    rows = Organisation.objects.filter(is_active=True)
    return _Known(
        offices=rows.in_bulk(list(named), field_name="public_id"),
        places=Place.objects.in_bulk([each.place for each in said if each.place], field_name="public_id"),
        own=rows.filter(pk=actor.organisation_id or 0).first(),
    )


def _checked(actor: Actor, number: int, plan: Planned, known: _Known, now: datetime) -> Activity:
    """Raises `BadPlan`."""
    try:
        activity = _activity(actor, plan, known, now)
        _check_people(plan, activity)
    except DomainError as error:
        raise BadPlan(number, plan.data.title, error) from error
    return activity


def _activity(actor: Actor, plan: Planned, known: _Known, now: datetime) -> Activity:
    data = plan.data
    organiser = known.offices.get(data.organiser) if data.organiser else known.own
    if organiser is None or not may_organise_for(actor, organiser):
        raise NoOrganiser
    place = known.places.get(data.place) if data.place else None
    if data.place and place is None:
        raise NoSuchPlace
    scope = data.scope_code or (place.scope_code if place else "") or organiser.scope_code
    check_activity(actor, data, scope)
    _check_times(plan, now)
    activity = Activity(
        key=plan.key, organiser=organiser, place=place, scope_code=scope, state_since=now, made_at=plan.made_at,
        published_at=plan.made_at,
    )  # fmt: skip
    fill(activity, data)
    if not is_insured(activity, plan.spans):
        raise NotInsured
    announced = opening(data.opens_at, min(plan.spans)[0], plan.made_at)
    activity.opens_at = plan.made_at if plan.people else announced  # whoever is on the list found it open
    activity.state = _state(plan, activity.opens_at, now)
    activity.beneficiaries = plan.beneficiaries if activity.state == ActivityState.ARCHIVED else None
    return activity


def _check_times(plan: Planned, now: datetime) -> None:
    """Raises `NoShifts`, `ShiftThere`, `Invalid`."""
    if not plan.spans:
        raise NoShifts
    wrong: dict[str, str | Promise] = {}
    for begins, ends in plan.spans:
        wrong |= wrong_span(begins, ends, plan.capacity)
    if plan.made_at > now:
        wrong["made_at"] = _("不能是以后定下的。")
    if plan.beneficiaries is not None and not 0 <= plan.beneficiaries <= MOST_BENEFITED:
        wrong["beneficiaries"] = _("请填 0 到 1000000。")
    if wrong:
        raise Invalid(fields=wrong)
    if len({begins for begins, _ends in plan.spans}) < len(plan.spans):
        raise ShiftThere


def _check_people(plan: Planned, activity: Activity) -> None:
    """A list says who wanted to come, not what only they can say themselves. Raises `Invalid`."""
    if not plan.people:
        return
    if activity.with_children:
        raise Invalid(fields={"people": _("孩子的活动由监护人自己报名，名单带不过来。")})
    if activity.mode == SignUpMode.DRAW:
        raise Invalid(fields={"people": _("抽签的活动由本人登记，名单带不过来。")})
    for person in plan.people:
        refusal = not_for(person, activity)
        if refusal is not None:
            raise Invalid(fields={"people": refusal.why})


def _state(plan: Planned, opens_at: datetime, now: datetime) -> ActivityState:
    if max(ends for _begins, ends in plan.spans) <= now:
        return ActivityState.DONE if plan.beneficiaries is None else ActivityState.ARCHIVED
    if min(begins for begins, _ends in plan.spans) <= now:
        return ActivityState.RUNNING
    return ActivityState.OPEN if opens_at <= now else ActivityState.PUBLISHED


def _within_reach(actor: Actor, lines: Mapping[int, Planned], made: Mapping[int, Activity]) -> None:
    """Who publishes many approves each of them. Raises `BadPlan`."""
    rows = Activity.objects.filter(pk__in=[each.pk for each in made.values()])
    allowed = set(visible(rows, "volunteering.activity_approve", actor).values_list("pk", flat=True))
    for number, activity in made.items():
        if activity.pk not in allowed:
            raise BadPlan(number, lines[number].data.title, NotAllowed())


def _link(made: Mapping[int, Activity], lines: Mapping[int, Planned], known: _Known) -> None:
    tagged, joined = Activity.tags.through, Activity.co_organisers.through
    tags = taxonomy().tags
    tagged.objects.bulk_create(
        tagged(activity_id=made[number].pk, activitytag_id=code)
        for number, plan in lines.items()
        for code in dict.fromkeys(plan.data.tags)
        if code in tags
    )
    partners = {
        number: {known.offices[each].pk for each in plan.data.co_organisers if each in known.offices}
        for number, plan in lines.items()
    }
    joined.objects.bulk_create(
        joined(activity_id=made[number].pk, organisation_id=each)
        for number, found in partners.items()
        for each in sorted(found - {made[number].organiser_id})
    )


def _shifts(made: Mapping[int, Activity], lines: Mapping[int, Planned], now: datetime) -> list[Shift]:
    rows = [
        Shift(
            activity=made[number], starts_at=begins, ends_at=ends, capacity=plan.capacity, state_since=plan.made_at,
            state=ShiftState.OVER if ends <= now else ShiftState.PLANNED,
        )
        for number, plan in lines.items()
        for begins, ends in plan.spans
    ]  # fmt: skip
    for each in rows:
        if each.state == ShiftState.PLANNED:
            plan_draw(each)
    return rows


def _seat_all(shifts: list[Shift], plans: Mapping[UUID, Planned], now: datetime) -> None:
    """In the order of time; who has another shift then, too little rest or too many hours is left out."""
    busy = _busy(shifts, {each for plan in plans.values() for each in plan.people})
    rows = []
    for shift in sorted(shifts, key=lambda each: each.starts_at):
        plan = plans[shift.activity.key]
        for number, person in enumerate(dict.fromkeys(plan.people)):
            if clash(busy[person], shift) is not None:
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
                busy[person].append(shift)
    Shift.objects.bulk_create(shifts)
    SignUp.objects.bulk_create(rows)


def _busy(shifts: Sequence[Shift], people: set[int]) -> dict[int, list[Shift]]:
    """What they had before, around the times of the plan; one statement."""
    busy: dict[int, list[Shift]] = defaultdict(list)
    if not shifts or not people:
        return busy
    since = min(each.starts_at for each in shifts) - WEEK
    until = max(each.ends_at for each in shifts) + WEEK
    rows = SignUp.objects.filter(
        person__in=people, state__in=SEATED, shift__starts_at__lt=until, shift__ends_at__gt=since
    )
    for each in rows.select_related("shift__activity__kind"):
        if each.person_id is not None:
            busy[each.person_id].append(each.shift)
    return busy


def _tell(actor: Actor, rows: Sequence[Activity], now: datetime) -> None:
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


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
