"""What leaders of teams give: what is left of a month, to whom they may give, the list, and the words of one award."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import TeamAwardState
from nuanxin.incentives.models import TeamAward
from nuanxin.incentives.queries.rules import Rule, rules_held
from nuanxin.kernel.access import Actor, permits, rule, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.volunteering.enums import MembershipState, ShiftState
from nuanxin.volunteering.models import Shift, Team, TeamMember

TEAM_THANKS = "team_thanks"
GIVE, VIEW, TAKE_BACK = "incentives.team_award", "incentives.team_award_view", "incentives.team_award_reverse"
PAGE = 30
EXPORT_MOST = 5000
SHIFTS_OF = timedelta(days=62)


class TeamAwardNotFound(NotFound):
    default_message = _("没有找到这一笔感谢。")
    default_hint = _("它可能不归您现在的身份看，请回到列表再找。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamAwardFilters:
    team: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.team or self.state or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a leader may give one team: `most` at once, `cap` a month (0: none), `given` of it."""

    most: int
    cap: int
    given: int

    @property
    def left(self) -> int:
        return max(self.cap - self.given, 0) if self.cap else self.most


@dataclass(frozen=True, slots=True)
class TeamAwardRow:
    """`name`: as the team calls its member, for whoever may know who its members are; else empty."""

    award: TeamAward
    name: str


def rule_now(now: datetime) -> Rule | None:
    """None where a city gives nothing through its leaders."""
    found = rules_held.get().named(TEAM_THANKS, now)
    return found if found and found.amount > 0 else None


def month_of(at: datetime) -> str:
    return f"{timezone.localdate(at):%Y-%m}"


def given_in(team: Team, person_id: int | None, month: str) -> int:
    """By one leader to one team, less what was taken back."""
    rows = TeamAward.objects.filter(team=team, month=month, giver=person_id, state=TeamAwardState.GIVEN)
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def allowance(actor: Actor, team: Team, now: datetime) -> Allowance:
    held = rule_now(now)
    if held is None:
        return Allowance(0, 0, 0)
    return Allowance(held.amount, held.leader_per_month, given_in(team, actor.person_id, month_of(now)))


def teams_to_thank(actor: Actor) -> list[Team]:
    """Those that one leads."""
    if not permits(actor, GIVE):
        return []
    return list(visible(Team.objects.filter(closed_at=None), GIVE, actor).order_by("scope_code", "pk")[:50])


def members_to_thank(actor: Actor, team: Team) -> list[TeamMember]:
    """Members with an account, but for oneself."""
    rows = TeamMember.objects.filter(
        team=team, state=MembershipState.MEMBER, person__is_active=True, person__subject__isnull=False
    )
    return list(rows.exclude(person=actor.person_id or 0).order_by("shown_as", "pk")[:1000])


def shifts_to_thank_for(team: Team, now: datetime) -> list[Shift]:
    """Of the last two months, the newest first."""
    own = Q(activity__organiser=team.organisation_id) | Q(activity__team=team.organisation_id)
    rows = Shift.objects.filter(own, starts_at__lte=now, starts_at__gt=now - SHIFTS_OF)
    rows = rows.exclude(state=ShiftState.CANCELLED).select_related("activity")
    return list(rows.order_by("-starts_at", "-pk")[:60])


def listed_team_awards(
    actor: Actor, filters: TeamAwardFilters, *, before: int = 0, limit: int = PAGE, permission: str = VIEW
) -> tuple[list[TeamAwardRow], bool]:
    """The newest first, below `before`; two statements."""
    rows = visible(TeamAward.objects.all(), permission, actor)
    if filters.team:
        rows = rows.filter(team__public_id=filters.team)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.since:
        rows = rows.filter(at__gte=_midnight(filters.since))
    if filters.until:
        rows = rows.filter(at__lt=_midnight(filters.until + timedelta(days=1)))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(_related(rows).order_by("-pk")[: limit + 1])
    return [TeamAwardRow(*each) for each in _named(actor, found[:limit])], len(found) > limit


def team_award(actor: Actor, public_id: UUID) -> TeamAwardRow:
    """Raises `TeamAwardNotFound`."""
    found = _related(visible(TeamAward.objects.filter(public_id=public_id), VIEW, actor)).first()
    if found is None:
        raise TeamAwardNotFound
    return TeamAwardRow(*next(iter(_named(actor, [found]))))


def teams_listed(actor: Actor, asked: UUID | None = None) -> list[Team]:
    """For the filter: teams of which something is in the list, and the one that is `asked` for, if one may see it."""
    seen = visible(TeamAward.objects.all(), VIEW, actor).order_by().values("team")
    found = list(Team.objects.filter(pk__in=seen).order_by("scope_code", "pk")[:200])
    if asked is None or any(each.public_id == asked for each in found):
        return found
    return [*visible(Team.objects.filter(public_id=asked), "volunteering.view_team", actor), *found]


def words_of(public_id: str) -> str:
    """For the notice to the receiver: what the leader wrote."""
    return TeamAward.objects.filter(public_id=public_id).values_list("reason", flat=True).first() or ""


def words_by_source(sources: Iterable[str]) -> dict[str, TeamAward]:
    """For the receiver's own statement: the awards behind deeds of the ledger; no statement where there are none."""
    keys = [source.removeprefix("team:") for source in sources if source.startswith("team:")]
    rows = TeamAward.objects.filter(public_id__in=keys).select_related("team") if keys else ()
    return {each.source: each for each in rows}


def _related(rows: QuerySet[TeamAward]) -> QuerySet[TeamAward]:
    return rows.select_related("team", "member", "shift__activity")


def _named(actor: Actor, awards: list[TeamAward]) -> Iterable[tuple[TeamAward, str]]:
    """Who belongs to a team is its own and its community's to know (`domain.md` §10.2)."""
    known: set[int] = set()
    if awards and permits(actor, "volunteering.lead_member"):
        allowed = TeamMember.objects.filter(pk__in={each.member_id for each in awards if each.member_id})
        known = set(allowed.filter(rule("volunteering.lead_member", actor)).values_list("pk", flat=True))
    for each in awards:
        yield each, each.member.shown_as if each.member and each.member_id in known else ""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
