"""Programmes and notices: who may take part, how far it has come without saying whose, what is in force nearby."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.programmes import reported_by
from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import WorkerProfile
from nuanxin.people.queries import agreeing_among, ancestor_codes, consented
from nuanxin.volunteering.enums import PreventionState
from nuanxin.volunteering.models import PreventionNotice, Programme, ProgrammeMember
from nuanxin.volunteering.queries.posts import holders_of, holds_post
from nuanxin.volunteering.queries.teams import home_of, is_member

PAGE = 50
CONSENT = "safety_notices"
FEWEST = 10  # nothing is said of fewer reports
FEWEST_PEOPLE = 5  # nor where so few reported that they could be told from it


class ProgrammeNotFound(NotFound):
    default_message = _("没有找到这个行动。")
    default_hint = _("它可能已经结束，或者不归您现在的身份看。")


class NoticeNotFound(NotFound):
    default_message = _("没有找到这条提示。")
    default_hint = _("它可能已经过期，或者不归您现在的身份看。")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a programme has come to, until last midnight. 0 stands for fewer than ten; rounded down to tens."""

    reports: int
    people: int

    @property
    def is_said(self) -> bool:
        return self.reports > 0


def reach_of(found: Programme, *, now: datetime) -> Reach:
    """By the subjects of those who take part; which report is whose leaves neither the database nor this function.

    Only whole days count, so that a figure does not jump with a single report.
    """
    rows = ProgrammeMember.objects.filter(programme=found).exclude(person__subject=None)
    subjects = list(rows.values_list("person__subject__pk", flat=True))
    since = timezone.make_aware(datetime.combine(found.starts_on, time.min))
    until = min(
        _after(found.ends_on), timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    )
    reports, people = reported_by(
        subjects, categories=found.categories.split(), scope_code=found.scope_code, since=since, until=until
    )
    return Reach(said_of(reports, people), len(subjects) // 10 * 10)


def said_of(reports: int, people: int) -> int:
    """In whole tens, 0 where so few reported that one could be told from it."""
    return reports // 10 * 10 if reports >= FEWEST and people >= FEWEST_PEOPLE else 0


def _after(day: date) -> datetime:
    """The first moment that the day is over."""
    return timezone.make_aware(datetime.combine(date.fromordinal(day.toordinal() + 1), time.min))


def is_running(found: Programme, *, on: date) -> bool:
    return found.closed_at is None and found.starts_on <= on <= found.ends_on


def may_take_part(actor: Actor, found: Programme, *, on: date) -> bool:
    """Members of its team, holders of its kind of post, or everybody where it names neither."""
    if actor.person_id is None or not is_running(found, on=on):
        return False
    if found.team_id and not is_member(actor.person_id, [found.team_id]):
        return False
    return not found.post_kind_id or holds_post(actor.person_id, found.post_kind_id)


@dataclass(frozen=True, slots=True)
class OwnProgramme:
    """One as a worker sees it."""

    programme: Programme
    is_in: bool
    may_join: bool
    reach: Reach


def programmes_near(actor: Actor, *, now: datetime) -> list[OwnProgramme]:
    """What runs where somebody lives or works, and what they take part in."""
    today, home = timezone.localdate(now), home_of(actor)
    taking = set(
        ProgrammeMember.objects.filter(person=actor.person_id or 0).values_list("programme", flat=True)
    )
    rows = Programme.objects.filter(closed_at=None, starts_on__lte=today, ends_on__gte=today)
    around = Q(scope_code__in=ancestor_codes(home)) if home else Q(pk__in=[])
    rows = rows.filter(around | Q(pk__in=taking)).select_related("team", "post_kind").order_by("-pk")
    return [
        OwnProgramme(each, each.pk in taking, may_take_part(actor, each, on=today), reach_of(each, now=now))
        for each in rows[:20]
    ]


def programmes_run(actor: Actor, *, now: datetime) -> list[tuple[Programme, Reach, bool]]:
    """For staff: each with what it has come to, and whether it runs now."""
    rows = visible(Programme.objects.all(), "volunteering.run_programme", actor)
    today = timezone.localdate(now)
    found = rows.select_related("team", "post_kind").order_by("-pk")[:PAGE]
    return [(each, reach_of(each, now=now), is_running(each, on=today)) for each in found]


def notices_sent(
    actor: Actor, *, state: str = "", before: int = 0, limit: int = PAGE
) -> tuple[list[PreventionNotice], bool]:
    """For staff, the newest first. One statement."""
    rows = visible(PreventionNotice.objects.all(), "volunteering.notify", actor)
    if state:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("organisation", "post_kind").order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def notice_for(actor: Actor, public_id: UUID, permission: str = "volunteering.notify") -> PreventionNotice:
    """Raises `NoticeNotFound`."""
    found = visible(PreventionNotice.objects.filter(public_id=public_id), permission, actor).first()
    if found is None:
        raise NoticeNotFound
    return found


def wants_notices(actor: Actor) -> bool:
    return actor.person_id is not None and consented(actor.person_id, CONSENT)


def notices_near(actor: Actor, *, now: datetime) -> list[PreventionNotice]:
    """In force around the declared community; whoever has not agreed gets none. Two statements."""
    home = home_of(actor)
    if not home or not wants_notices(actor):
        return []
    rows = PreventionNotice.objects.filter(
        state=PreventionState.SENT, expires_at__gt=now, scope_code__in=ancestor_codes(home)
    )
    kinds = {each.post_kind_id for each in rows if each.post_kind_id}
    held = {kind for kind in kinds if holds_post(actor.person_id or 0, kind)}
    return [
        each
        for each in rows.select_related("organisation").order_by("-pk")[:PAGE]
        if not each.post_kind_id or each.post_kind_id in held
    ]


def open_notice(public_id: UUID) -> PreventionNotice:
    """As whoever was told of it opens it, also when it was taken back. Raises `NoticeNotFound`."""
    found = PreventionNotice.objects.filter(public_id=public_id).select_related("organisation").first()
    if found is None:
        raise NoticeNotFound
    return found


def audience_of(notice_id: int) -> tuple[PreventionNotice, list[int]]:
    """Whom a notice reaches: in its area or holding its post there, and agreeing now. For the contexts above."""
    found = PreventionNotice.objects.get(pk=notice_id)
    if found.post_kind_id:
        persons = holders_of(found.post_kind_id, within=found.scope_code)
    else:
        rows = WorkerProfile.objects.filter(scope_q(found.scope_code), person__is_active=True)
        persons = list(rows.values_list("person", flat=True))
    return found, sorted(agreeing_among(persons, CONSENT))
