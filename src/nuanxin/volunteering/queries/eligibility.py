"""Who may sign up for what: the audience of an activity, and hours that leave time to rest (`domain.md` §4.1)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access.scope import significant
from nuanxin.kernel.worktime.weeks import week_begins
from nuanxin.people.enums import WorkerType
from nuanxin.people.models import WorkerJob, WorkerProfile
from nuanxin.territories.queries import path_name
from nuanxin.volunteering.enums import HelpState, MembershipState, OfferState
from nuanxin.volunteering.models import SEATED, Activity, HelpRequest, Shift, SignUp, TeamMember
from nuanxin.volunteering.queries.requirements import holds_post

Text = str | Promise
REST = timedelta(hours=8)  # over a night
MOST_A_DAY = timedelta(hours=12)
LATE, EARLY = 22, 6  # a shift that ends after, or begins before, is the edge of a night


@dataclass(frozen=True, slots=True)
class Refusal:
    """`why` in a sentence, `hint` what one may do instead."""

    why: Text
    hint: Text


class Timed(Protocol):
    """A shift, a request for help: whatever takes somebody's time."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def not_for(person_id: int, activity: Activity) -> Refusal | None:
    """Why this person does not belong to the audience; at most four statements, none where all are welcome."""
    if activity.own_team_only and not _is_of_team(person_id, activity):
        return Refusal(_("这个活动只给本队的队员。"), _("想参加，先申请加入这支队伍；也看看别的活动。"))
    if activity.worker_types and not _does(person_id, activity.worker_types):
        return Refusal(
            _("这个活动是给%(who)s的。") % {"who": audience_words(activity)},
            _("在“我的资料”里填了从业类型就能报；不想填，看看别的活动。"),
        )
    post = activity.required_post if activity.required_post_id else None
    if post is not None and not holds_post(person_id, post.pk):
        return Refusal(
            _("这个活动要在任的%(post)s来。") % {"post": post.name},
            _("想担任，先到“岗位”里报名；也看看别的活动。"),
        )
    if activity.audience_area and not _lives_in(person_id, activity.audience_area):
        return Refusal(
            _("这个活动是给%(area)s的人的。") % {"area": path_name(activity.audience_area)},
            _("“我的资料”里的社区在那里才能报；也看看附近别的活动。"),
        )
    return None


def audience_words(activity: Activity) -> str:
    return "、".join(
        str(WorkerType(each).label) for each in activity.worker_types if each in WorkerType.values
    )


def _is_of_team(person_id: int, activity: Activity) -> bool:
    rows = TeamMember.objects.filter(person=person_id, state=MembershipState.MEMBER)
    return rows.filter(team__organisation=activity.team_id or activity.organiser_id).exists()


def _does(person_id: int, types: Collection[str]) -> bool:
    return WorkerJob.objects.filter(profile__person=person_id, worker_type__in=types).exists()


def _lives_in(person_id: int, area: str) -> bool:
    rows = WorkerProfile.objects.filter(person=person_id, scope_code__startswith=significant(area))
    return rows.exists()


def in_the_way(person_id: int, shift: Shift, besides: Collection[int] = ()) -> Refusal | None:
    """What of the person's own shifts and promises does not go together with this one; two statements.

    `besides`: sign-ups that are given up for it.
    """
    since, until = around(shift)
    rows = SignUp.objects.filter(
        person=person_id, state__in=SEATED, shift__starts_at__lt=until, shift__ends_at__gt=since
    )
    mine = rows.exclude(pk__in=besides).exclude(shift=shift).select_related("shift__activity__kind")
    shifts = [each.shift for each in mine.order_by("pk")]
    return clash(shifts, shift) or _promised(person_id, shifts, shift)


def _promised(person_id: int, shifts: Collection[Shift], shift: Shift) -> Refusal | None:
    """What somebody has said yes to where help was asked for counts as a shift does."""
    since, until = around(shift)
    helps = HelpRequest.objects.filter(
        offers__person=person_id, offers__state=OfferState.ACCEPTED, starts_at__lt=until, ends_at__gt=since
    ).exclude(state=HelpState.CANCELLED)  # fmt: skip
    coming = list(helps.order_by("pk"))
    for each in coming:
        if meets_any([each], shift):
            return Refusal(
                _("那时你答应了去“%(title)s”。") % {"title": each.title},
                _("先在“愿意帮忙”里说这次来不了，再来报。"),
            )
    served = [each for each in shifts if each.activity.kind.is_volunteering]
    if coming and shift.activity.kind.is_volunteering and is_too_much([*served, *coming], shift):
        return Refusal(_("加上你答应了要帮的忙，就歇不过来了。"), _("身体要紧，换一个隔得开的班次。"))
    return None


def around(shift: Timed) -> tuple[datetime, datetime]:
    """What may matter: the days around it, and its week."""
    monday, near = week_begins(shift.starts_at), timedelta(days=1)
    return min(shift.starts_at - near, monday), max(shift.ends_at + near, monday + timedelta(days=7))


def clash(mine: Collection[Shift], shift: Shift) -> Refusal | None:
    """Why somebody who has these shifts cannot have this one as well: two at once, no rest, too much. Pure."""
    for each in mine:
        if each.starts_at < shift.ends_at and each.ends_at > shift.starts_at:
            return Refusal(
                _("那时你已经报了“%(title)s”。") % {"title": each.activity.title},
                _("换一个班次，或者先把那一个取消、换掉。"),
            )
    if not shift.activity.kind.is_volunteering:
        return None
    served = [each for each in mine if each.activity.kind.is_volunteering]
    for each in served:
        if _leaves_no_rest(each, shift):
            return Refusal(
                _("和“%(title)s”之间不到 8 小时，歇不过来。") % {"title": each.activity.title},
                _("身体要紧，换一个隔得开的班次。"),
            )
    if _fills_the_day(served, shift):
        return Refusal(_("一天最多 12 小时，加上这一班就超了。"), _("换一天。"))
    if _fills_the_week(served, shift):
        hours = {"hours": settings.NUANXIN_VOLUNTEER_WEEK_HOURS}
        return Refusal(_("一周最多 %(hours)d 小时，加上这一班就超了。") % hours, _("歇一歇，下周再来。"))
    return None


def is_too_much(mine: Collection[Timed], one: Timed) -> bool:
    """The same limits for what is no shift: at two places, without rest, too much for a day or a week. Pure."""
    return (
        meets_any(mine, one)
        or any(_leaves_no_rest(each, one) for each in mine)
        or _fills_the_day(mine, one)
        or _fills_the_week(mine, one)
    )


def meets_any(mine: Collection[Timed], one: Timed) -> bool:
    """Whether two of them are at the same time."""
    return any(each.starts_at < one.ends_at and each.ends_at > one.starts_at for each in mine)


def _leaves_no_rest(one: Timed, other: Timed) -> bool:
    first, second = sorted((one, other), key=lambda each: each.starts_at)
    return second.starts_at - first.ends_at < REST and _over_a_night(first, second)


def _fills_the_day(mine: Collection[Timed], one: Timed) -> bool:
    return _length([each for each in mine if _same_day(each, one)]) + _length([one]) > MOST_A_DAY


def _fills_the_week(mine: Collection[Timed], one: Timed) -> bool:
    monday = week_begins(one.starts_at)
    week = [each for each in mine if monday <= each.starts_at < monday + timedelta(days=7)]
    return _length([*week, one]) > timedelta(hours=settings.NUANXIN_VOLUNTEER_WEEK_HOURS)


def _length(rows: Collection[Timed]) -> timedelta:
    return sum((each.ends_at - each.starts_at for each in rows), timedelta())


def _over_a_night(first: Timed, second: Timed) -> bool:
    ends, starts = timezone.localtime(first.ends_at), timezone.localtime(second.starts_at)
    return ends.date() != starts.date() or ends.hour >= LATE or starts.hour < EARLY


def _same_day(one: Timed, other: Timed) -> bool:
    return timezone.localdate(one.starts_at) == timezone.localdate(other.starts_at)


def had_lately(person_ids: Collection[int], *, before: datetime, days: int = 30) -> dict[int, int]:
    """How many scarce places each had within the last days: those of shifts that were drawn, or are coming."""
    rows = SignUp.objects.filter(
        person__in=person_ids,
        state__in=SEATED,
        shift__drawn_at__isnull=False,
        shift__starts_at__gt=before - timedelta(days=days),
    )
    counted = rows.values("person").annotate(n=Sum(F("places")))
    return {each["person"]: each["n"] for each in counted}
