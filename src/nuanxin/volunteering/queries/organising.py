"""Activities as those read them who run them: the list, the calendar of a month, who has signed up, the figures."""

import calendar
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import get_language

from nuanxin.kernel.access import Actor, permits, policy, scope_q, visible
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.kernel.workflow import Transition
from nuanxin.people.models import Organisation
from nuanxin.volunteering.enums import ActivityState, RecordState, ShiftState, SignUpState
from nuanxin.volunteering.models import (
    OPEN_SIGN_UPS,
    Activity,
    Child,
    ServiceRecord,
    Shift,
    SignUp,
    TeamMember,
)
from nuanxin.volunteering.queries.activities import ActivityNotFound
from nuanxin.volunteering.queries.requirements import met_by
from nuanxin.volunteering.workflow import ACTIVITY

PAGE = 50
EXPORT_MOST = 5000
TABS: dict[str, tuple[ActivityState, ...]] = {
    "coming": (ActivityState.PUBLISHED, ActivityState.OPEN, ActivityState.RUNNING),
    "todo": (ActivityState.DRAFT, ActivityState.PROPOSED, ActivityState.DONE),
    "ended": (ActivityState.ARCHIVED, ActivityState.CANCELLED),
}
RELATED = ("kind", "line", "organiser", "place", "team", "required_post")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityFilters:
    """`tab`: coming, todo, ended or all."""

    tab: str = "coming"
    within: str = ""
    line: str = ""
    kind: str = ""
    tag: str = ""
    text: str = ""
    weather: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.line or self.kind or self.tag or self.text or self.weather)


def managed_activity(actor: Actor, public_id: UUID, permission: str, *, lock: bool = False) -> Activity:
    """One with which the actor may do this. Raises `ActivityNotFound`."""
    rows = visible(Activity.objects.filter(public_id=public_id), permission, actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.select_related(*RELATED).first()
    if found is None:
        raise ActivityNotFound
    return found


def managed_shift(actor: Actor, public_id: UUID, permission: str, *, lock: bool = False) -> Shift:
    """A shift of such an activity. Raises `ActivityNotFound`."""
    rows = Shift.objects.filter(public_id=public_id)
    rows = rows.filter(activity__in=visible(Activity.objects.all(), permission, actor))
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.select_related("activity__kind", "activity__place", "leader").first()
    if found is None:
        raise ActivityNotFound
    return found


def listed_activities(
    actor: Actor, filters: ActivityFilters, *, before: int = 0, limit: int = PAGE
) -> tuple[list[Activity], bool]:
    """The newest first: a page, and whether there is more. `taken`, `room`, `first` of its shifts. One statement."""
    rows = _narrowed(visible(Activity.objects.all(), "volunteering.activity_view", actor), filters)
    if before:
        rows = rows.filter(pk__lt=before)
    counted = _counted(rows.select_related(*RELATED).order_by("-pk"))
    found = list(counted[: limit + 1])
    return found[:limit], len(found) > limit


def _counted(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    planned = ~Q(shifts__state=ShiftState.CANCELLED)
    return rows.annotate(
        shift_count=Count("shifts", filter=planned),
        taken_count=Sum("shifts__taken", filter=planned, default=0),
        room_count=Sum("shifts__capacity", filter=planned, default=0),
    )


def _narrowed(rows: QuerySet[Activity], filters: ActivityFilters) -> QuerySet[Activity]:
    if filters.tab in TABS:
        rows = rows.filter(state__in=TABS[filters.tab])
    if filters.within:
        rows = rows.filter(scope_q(filters.within))
    if filters.line:
        rows = rows.filter(line=filters.line)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.tag:
        rows = rows.filter(
            pk__in=Activity.tags.through.objects.filter(activitytag=filters.tag).values("activity")
        )
    if filters.text:
        rows = rows.filter(Q(title__icontains=filters.text) | Q(organiser__name__icontains=filters.text))
    if filters.weather:
        warned = Shift.objects.filter(state=ShiftState.PLANNED, warned_at__isnull=False)
        rows = rows.filter(pk__in=warned.values("activity"))
    return rows


def activity_counts(actor: Actor, *, within: str = "") -> dict[str, int]:
    """How many there are under each tab; one statement."""
    rows = visible(Activity.objects.all(), "volunteering.activity_view", actor)
    if within:
        rows = rows.filter(scope_q(within))
    return rows.aggregate(
        **{name: Count("pk", filter=Q(state__in=states)) for name, states in TABS.items()}, all=Count("pk")
    )


def activities_to_export(actor: Actor, filters: ActivityFilters) -> list[Activity]:
    """At most one more than may go out at once."""
    rows = _narrowed(visible(Activity.objects.all(), "volunteering.activity_export", actor), filters)
    return list(_counted(rows.select_related(*RELATED).order_by("-pk"))[: EXPORT_MOST + 1])


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One shift for whoever runs it."""

    shift: Shift
    waiting: int
    entered: int
    leader: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Managed:
    """An activity's own page for staff."""

    activity: Activity
    shifts: list[ShiftLine]
    moves: list[Transition]
    tags: list[str]
    co_organisers: list[str]
    may_edit: bool
    may_attend: bool


def managed_page(actor: Actor, public_id: UUID, *, now: datetime) -> Managed:
    """Raises `ActivityNotFound`."""
    activity = managed_activity(actor, public_id, "volunteering.activity_view")
    states = Q(sign_ups__state=SignUpState.WAITING), Q(sign_ups__state=SignUpState.ENTERED)
    rows = activity.shifts.select_related("leader").annotate(
        waits=Count("sign_ups", filter=states[0]), enters=Count("sign_ups", filter=states[1])
    )
    lines = [
        ShiftLine(
            each,
            each.waits,
            each.enters,
            mask_name(each.leader.name) if each.leader else "",
            each.is_over(now),
        )
        for each in rows.order_by("starts_at")
    ]
    held = policy.held(actor, ACTIVITY.asked_in(activity.state), activity)
    may_edit = policy.allows(actor, "volunteering.activity_edit", activity)
    return Managed(
        activity=activity,
        shifts=lines,
        moves=_moves(activity, held, lines),
        tags=[each.name for each in activity.tags.all()],
        co_organisers=[each.name for each in activity.co_organisers.all()],
        may_edit=may_edit,
        may_attend=permits(actor, "volunteering.attend") and may_edit,
    )


def _moves(activity: Activity, held: set[str], lines: list[ShiftLine]) -> list[Transition]:
    """The steps with a button; none to end it while a shift is still to come, which would be refused."""
    is_ahead = any(each.shift.state == ShiftState.PLANNED and not each.is_over for each in lines)
    return [each for each in ACTIVITY.among(activity.state, held) if not (is_ahead and each.name == "finish")]


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody on the list of a shift: never more than a masked name. `late`: called off late.

    `known`: by what the platform knows that the requirement is met; empty where the organiser has to look.
    """

    public_id: UUID
    name: str
    state: str
    state_label: str
    asked_at: datetime
    places: int
    is_checked: bool
    checked_at: datetime | None
    known: str
    is_leader: bool
    children: list[Child]


SHOWN = (*OPEN_SIGN_UPS, SignUpState.CALLED_OFF)
ORDER = {SignUpState.CONFIRMED: 0, SignUpState.HELD: 1, SignUpState.ENTERED: 2, SignUpState.WAITING: 3}
CHILDREN_SEEN = timedelta(hours=12)  # before and after the shift


def comers(shift: Shift, *, now: datetime) -> list[Comer]:
    """Who comes, then who waits, then who called it off late. Children only on the day; up to six statements."""
    rows = SignUp.objects.filter(shift=shift, state__in=SHOWN).exclude(person=None).select_related("person")
    found = [each for each in rows if each.state != SignUpState.CALLED_OFF or each.called_late]
    found.sort(key=lambda each: (ORDER.get(SignUpState(each.state), 9), each.rank or 0, each.asked_at))
    known = met_by(shift.activity, [each.person_id for each in found if each.person_id])
    children: dict[int, list[Child]] = defaultdict(list)
    if shift.activity.with_children and children_are_shown(shift, now):
        for child in Child.objects.filter(sign_up__in=[each.pk for each in found]):
            children[child.sign_up_id].append(child)
    return [
        Comer(
            public_id=each.public_id,
            name=mask_name(each.person.name) if each.person else "",
            state=each.state,
            state_label=str(SignUpState(each.state).label),
            asked_at=each.asked_at,
            places=each.places,
            is_checked=each.is_checked,
            checked_at=each.checked_at,
            known=known[each.person_id].why if each.person_id in known else "",
            is_leader=each.person_id is not None and each.person_id == shift.leader_id,
            children=children[each.pk],
        )
        for each in found
    ]


def children_are_shown(shift: Shift, now: datetime) -> bool:
    return shift.starts_at - CHILDREN_SEEN <= now <= shift.ends_at + CHILDREN_SEEN


@dataclass(frozen=True, slots=True)
class CalendarDay:
    on: date
    is_in_month: bool
    is_today: bool
    shifts: list[Shift]


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    before: date
    after: date
    weeks: list[list[CalendarDay]]
    total: int


def month_of(actor: Actor, *, on: date, now: datetime, within: str = "", line: str = "") -> Month:
    """The shifts of a month in whole weeks from Monday; one statement."""
    first = on.replace(day=1)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    begins = _midnight(weeks[0][0])
    ends = _midnight(weeks[-1][-1] + timedelta(days=1))
    rows = Shift.objects.filter(starts_at__gte=begins, starts_at__lt=ends).exclude(state=ShiftState.CANCELLED)
    rows = rows.filter(activity__in=visible(Activity.objects.all(), "volunteering.activity_view", actor))
    if within:
        rows = rows.filter(scope_q(within, "activity__"))
    if line:
        rows = rows.filter(activity__line=line)
    days: dict[date, list[Shift]] = defaultdict(list)
    found = list(rows.select_related("activity__kind", "activity__line").order_by("starts_at", "pk"))
    for each in found:
        days[timezone.localdate(each.starts_at)].append(each)
    today = timezone.localdate(now)
    return Month(
        first=first,
        before=(first - timedelta(days=1)).replace(day=1),
        after=weeks[-1][-1].replace(day=1) if weeks[-1][-1].month != first.month else _next_month(first),
        weeks=[
            [CalendarDay(day, day.month == first.month, day == today, days[day]) for day in week]
            for week in weeks
        ],
        total=sum(timezone.localdate(each.starts_at).month == first.month for each in found),
    )


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _midnight(on: date) -> datetime:
    return timezone.make_aware(datetime.combine(on, datetime.min.time()))


@dataclass(frozen=True, slots=True)
class Figures:
    """`domain.md` 004-34, of a year to date: each with its definition on the page."""

    year: int
    volunteers: int
    activities: int
    shifts: int
    person_times: int
    beneficiaries: int
    lines: list[tuple[str, int]]


def activity_figures(actor: Actor, *, now: datetime, within: str = "") -> Figures:
    """Registered volunteers, activities held this year, who came how often, who benefited; five statements."""
    year = timezone.localdate(now).year
    begins = _midnight(date(year, 1, 1))
    area = scope_q(within or actor.scope_code)
    held = Activity.objects.filter(area).exclude(
        state__in=[ActivityState.DRAFT, ActivityState.PROPOSED, ActivityState.CANCELLED]
    )
    held = held.filter(
        pk__in=Shift.objects.filter(starts_at__gte=begins, starts_at__lte=now)
        .exclude(state=ShiftState.CANCELLED)
        .values("activity")
    )
    shifts = Shift.objects.filter(activity__in=held, starts_at__gte=begins, starts_at__lte=now).exclude(
        state=ShiftState.CANCELLED
    )
    name = "line__name_en" if (get_language() or "").startswith("en") else "line__name_zh"
    lines = held.values("line", name).annotate(n=Count("pk")).order_by("-n")
    members = TeamMember.objects.filter(state="member").filter(scope_q(within or actor.scope_code, "team__"))
    summed = shifts.aggregate(n=Count("pk"), came=Sum("taken", default=0))
    absent = ServiceRecord.objects.filter(shift__in=shifts, state=RecordState.ABSENT).count()
    benefit = held.aggregate(n=Count("pk"), people=Sum("beneficiaries", default=0))
    return Figures(
        year=year,
        volunteers=members.values("person").distinct().count(),
        activities=benefit["n"],
        shifts=summed["n"],
        person_times=max(summed["came"] - absent, 0),
        beneficiaries=benefit["people"],
        lines=[(each[name], each["n"]) for each in lines],
    )


def possible_organisers(actor: Actor) -> list[Organisation]:
    """The own office; for staff of an area all that are at home in it."""
    rows = Organisation.objects.filter(is_active=True)
    if actor.extent("volunteering.activity_new") in ("area", "all"):
        rows = rows.filter(scope_q(actor.scope_code) | Q(pk=actor.organisation_id or 0))
    else:
        rows = rows.filter(pk=actor.organisation_id or 0)
    return list(rows.exclude(kind__in=["platform_company", "partner_firm"]).order_by("name")[:200])


def possible_partners(actor: Actor) -> list[Organisation]:
    """Who else may organise it: offices and organisations of the district, no platform among them."""
    code = actor.scope_code or "0" * 12
    rows = Organisation.objects.filter(is_active=True, scope_district=code[:6])
    return list(rows.exclude(kind__in=["platform_company", "partner_firm"]).order_by("name")[:300])


def shift_of_sign_up(actor: Actor, public_id: UUID) -> UUID:
    """Where the list leads back to. Raises `ActivityNotFound`."""
    rows = visible(SignUp.objects.filter(public_id=public_id), "volunteering.attend", actor)
    found = rows.values_list("shift__public_id", flat=True).first()
    if found is None:
        raise ActivityNotFound
    return found
