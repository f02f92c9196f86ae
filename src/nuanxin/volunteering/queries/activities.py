"""Activities as everybody finds them, and one page of them; who organises reads `queries/organising.py`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, permits, policy, scope_q
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.geo.coordinates import distance_m
from nuanxin.volunteering.enums import ActivityState, ShiftState, SignUpMode, SignUpState
from nuanxin.volunteering.models import OPEN_SIGN_UPS, Activity, ActivityTag, Shift, SignUp
from nuanxin.volunteering.queries.eligibility import Refusal, not_for
from nuanxin.volunteering.queries.requirements import met_by

PAGE = 30
AHEAD = timedelta(days=21)
PUBLIC = (
    ActivityState.PUBLISHED,
    ActivityState.OPEN,
    ActivityState.RUNNING,
    ActivityState.DONE,
    ActivityState.ARCHIVED,
    ActivityState.CANCELLED,
)
LIVE = (ActivityState.PUBLISHED, ActivityState.OPEN, ActivityState.RUNNING)
RELATED = ("activity__kind", "activity__line", "activity__place", "activity__organiser")


class ActivityNotFound(NotFound):
    default_message = _("没有找到这个活动。")
    default_hint = _("它可能还没发布，或者不归你现在的身份看。回到活动列表再找一找。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`line`, `on` a day, `within` a territory; `near` a point: those around it first."""

    line: str = ""
    on: date | None = None
    within: str = ""
    with_children: bool = False
    volunteering: bool = False
    near: tuple[float, float] | None = None  # longitude, latitude

    @property
    def is_narrowed(self) -> bool:
        return bool(self.line or self.on or self.with_children or self.volunteering)


@dataclass(frozen=True, slots=True)
class Found:
    """A shift that one may still go to. `metres` from where one is, `state` of the own sign-up."""

    shift: Shift
    metres: float | None
    own: str


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    found: list[Found]


def live_shifts(now: datetime) -> QuerySet[Shift]:
    """What is to come and everybody may see."""
    rows = Shift.objects.filter(
        state=ShiftState.PLANNED, ends_at__gt=now, starts_at__lt=now + AHEAD, activity__state__in=LIVE
    )
    return rows.select_related(*RELATED)


def find_shifts(actor: Actor, wanted: Wanted, *, now: datetime, limit: int = PAGE) -> list[Day]:
    """What is on, by days, the soonest first, within a day the nearest first. Two statements."""
    rows = _narrowed(live_shifts(now), wanted)
    shifts = list(rows.order_by("starts_at", "pk")[:limit])
    own = own_states(actor, shifts)
    days: dict[date, list[Found]] = defaultdict(list)
    for each in shifts:
        found = Found(each, _metres(each.activity, wanted.near), own.get(each.pk, ""))
        days[timezone.localdate(each.starts_at)].append(found)
    if wanted.near:
        for rows_of_day in days.values():
            rows_of_day.sort(key=lambda one: one.metres if one.metres is not None else 1e9)
    return [Day(on, found) for on, found in days.items()]


def _narrowed(rows: QuerySet[Shift], wanted: Wanted) -> QuerySet[Shift]:
    if wanted.line:
        rows = rows.filter(activity__line=wanted.line)
    if wanted.within:
        rows = rows.filter(scope_q(wanted.within, "activity__"))
    if wanted.with_children:
        rows = rows.filter(Q(activity__with_children=True) | Q(activity__for_families=True))
    if wanted.volunteering:
        rows = rows.filter(activity__kind__is_volunteering=True)
    if wanted.on:
        begins = timezone.make_aware(datetime.combine(wanted.on, datetime.min.time()))
        rows = rows.filter(starts_at__gte=begins, starts_at__lt=begins + timedelta(days=1))
    return rows


def _metres(activity: Activity, near: tuple[float, float] | None) -> float | None:
    at = point_of(activity)
    return None if near is None or at is None else distance_m(*near, *at)


def point_of(activity: Activity) -> tuple[float, float] | None:
    """Longitude and latitude of where it is, if it is said."""
    where = activity.place if activity.place_id and activity.place else activity
    if where.lng is None or where.lat is None:
        return None
    return where.lng, where.lat


def where_words(activity: Activity) -> str:
    place = activity.place.name if activity.place_id and activity.place else ""
    return " · ".join(each for each in (place, activity.where) if each)


def own_states(actor: Actor, shifts: Iterable[Shift]) -> Mapping[int, str]:
    """The own sign-up of each shift, where there is one."""
    if actor.person_id is None:
        return {}
    keys = [each.pk for each in shifts]
    rows = SignUp.objects.filter(person=actor.person_id, shift__in=keys, state__in=OPEN_SIGN_UPS)
    return dict(rows.values_list("shift_id", "state"))


def public_activity(public_id: UUID) -> Activity:
    """As everybody may see it. Raises `ActivityNotFound`."""
    rows = Activity.objects.filter(public_id=public_id, state__in=PUBLIC)
    found = rows.select_related("kind", "line", "place", "organiser", "team", "required_post").first()
    if found is None:
        raise ActivityNotFound
    return found


def sign_up_is_open(activity: Activity, now: datetime) -> bool:
    return activity.state in LIVE and activity.opens_at is not None and activity.opens_at <= now


def is_collecting(shift: Shift, now: datetime) -> bool:
    """Names are taken for a draw; what is there goes to nobody yet."""
    return (
        shift.activity.mode == SignUpMode.DRAW
        and shift.drawn_at is None
        and shift.draw_at is not None
        and now < shift.draw_at
    )


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """`do`: what one may press: sign_up, enter (a draw), wait, or nothing; `waiting` are before one."""

    shift: Shift
    own: SignUp | None
    do: str
    waiting: int
    entered: int


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """`refusal`: why this person cannot take part, where that is known. `known`: by what this person is known to have
    what is asked for.
    """

    activity: Activity
    where: str
    shifts: list[ShiftRow]
    past: int
    tags: list[ActivityTag]
    co_organisers: list[str]
    is_open: bool
    may_sign_up: bool
    refusal: Refusal | None
    known: str


def activity_page(actor: Actor, public_id: UUID, *, now: datetime) -> ActivityPage:
    """Raises `ActivityNotFound`."""
    activity = public_activity(public_id)
    shifts = list(activity.shifts.order_by("starts_at"))
    coming = [each for each in shifts if not each.is_over(now)]
    for each in coming:
        each.activity = activity
    own = _own(actor, coming)
    counts = _counts(coming)
    may = actor.person_id is not None and policy.permits(actor, "volunteering.sign_up")
    refusal = not_for(actor.person_id, activity) if may and actor.person_id else None
    is_open = sign_up_is_open(activity, now)
    rows = [
        ShiftRow(
            each,
            own.get(each.pk),
            _do(each, now) if is_open and may and refusal is None and each.pk not in own else "",
            counts.get((each.pk, SignUpState.WAITING), 0),
            counts.get((each.pk, SignUpState.ENTERED), 0),
        )
        for each in coming
    ]
    return ActivityPage(
        activity=activity,
        where=where_words(activity),
        shifts=rows,
        past=len(shifts) - len(coming),
        tags=list(activity.tags.all()),
        co_organisers=[each.name for each in activity.co_organisers.all()],
        is_open=is_open,
        may_sign_up=may,
        refusal=refusal,
        known=_known(actor, activity) if may else "",
    )


def _known(actor: Actor, activity: Activity) -> str:
    found = met_by(activity, [actor.person_id]).get(actor.person_id) if actor.person_id else None
    return found.why if found else ""


def _do(shift: Shift, now: datetime) -> str:
    if shift.starts_at <= now:
        return ""
    if is_collecting(shift, now):
        return "enter"
    return "sign_up" if shift.left > 0 else "wait"


def _own(actor: Actor, shifts: list[Shift]) -> dict[int, SignUp]:
    if actor.person_id is None or not permits(actor, "volunteering.sign_up"):
        return {}
    rows = SignUp.objects.filter(person=actor.person_id, shift__in=shifts, state__in=OPEN_SIGN_UPS)
    return {each.shift_id: each for each in rows}


def _counts(shifts: list[Shift]) -> dict[tuple[int, str], int]:
    counts: dict[tuple[int, str], int] = defaultdict(int)
    rows = SignUp.objects.filter(shift__in=shifts, state__in=[SignUpState.WAITING, SignUpState.ENTERED])
    for shift, state in rows.values_list("shift_id", "state"):
        counts[shift, state] += 1
    return counts


def needs_approval(activity: Activity) -> bool:
    """By risk and for children always; for everything, or never more than that, as the street has it set."""
    return activity.is_risky or activity.with_children or settings.NUANXIN_ACTIVITY_APPROVAL == "all"
