"""Teams: the tree, the list, one team's page, who leads, who belongs to it, its figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, permits, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import Assignment, WorkerProfile
from nuanxin.people.queries.actors import active
from nuanxin.volunteering.enums import MembershipState
from nuanxin.volunteering.models import Team, TeamMember
from nuanxin.volunteering.queries.team_hours import TeamHours, team_hours

PAGE = 50
EXPORT_MOST = 5000
RELATED = ("organisation", "parent", "speciality")
MEMBERS = Count("members", filter=Q(members__state=MembershipState.MEMBER))


class TeamNotFound(NotFound):
    default_message = _("没有找到这支队伍。")
    default_hint = _("它可能已经撤销，或者不归您现在的身份看。")


class MemberNotFound(NotFound):
    default_message = _("没有找到这位队员。")
    default_hint = _("可能刚刚退出了，请回到队伍的页面看看。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFilters:
    within: str = ""
    text: str = ""
    speciality: str = ""
    level: str = ""
    without_leader: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.speciality or self.level or self.without_leader)


@dataclass(frozen=True, slots=True)
class TeamRow:
    team: Team
    members: int
    leaders: int
    indent: int = 0


def team_for(actor: Actor, permission: str, public_id: UUID) -> Team:
    """A team that still is one, if the actor has the permission on it. Raises `TeamNotFound`."""
    rows = visible(Team.objects.filter(public_id=public_id, closed_at=None), permission, actor)
    found = rows.select_related(*RELATED).first()
    if found is None:
        raise TeamNotFound
    return found


def open_team(public_id: UUID) -> Team:
    """As everybody who may join sees it. Raises `TeamNotFound`."""
    found = Team.objects.filter(public_id=public_id, closed_at=None).select_related(*RELATED).first()
    if found is None:
        raise TeamNotFound
    return found


def teams_by_public_id(public_ids: Iterable[UUID]) -> list[Team]:
    """Those that there still are; for other contexts, which know a team by what events say of it."""
    return list(Team.objects.filter(public_id__in=list(public_ids), closed_at=None))


def _narrowed(rows: QuerySet[Team], filters: TeamFilters, now: datetime) -> QuerySet[Team]:
    if filters.within:
        rows = rows.filter(scope_q(filters.within))
    if filters.text:
        rows = rows.filter(name__icontains=filters.text)
    if filters.speciality:
        rows = rows.filter(speciality=filters.speciality)
    if filters.level:
        rows = rows.filter(level=filters.level)
    if filters.without_leader:
        rows = rows.exclude(organisation__in=_leading(now).values("organisation"))
    return rows


def _leading(now: datetime) -> QuerySet[Assignment]:
    return Assignment.objects.filter(active(now), role="team_leader", person__is_active=True)


def listed_teams(
    actor: Actor, filters: TeamFilters, *, now: datetime, offset: int = 0, limit: int = PAGE,
    permission: str = "volunteering.view_team",
) -> tuple[list[TeamRow], bool]:  # fmt: skip
    """In the order of the tree where nothing narrows it, else by place and name; two statements."""
    rows = visible(Team.objects.filter(closed_at=None), permission, actor)
    rows = _narrowed(rows, filters, now).select_related(*RELATED).annotate(count=MEMBERS)
    found = list(rows.order_by("scope_code", "depth", "pk")[offset : offset + limit + 1])
    return _rows(found[:limit], now), len(found) > limit


def _rows(teams: Sequence[Team], now: datetime) -> list[TeamRow]:
    led = _leading(now).filter(organisation__in=[each.organisation_id for each in teams])
    leaders = dict(led.values_list("organisation").annotate(n=Count("pk")))
    return [
        TeamRow(each, getattr(each, "count", 0), leaders.get(each.organisation_id, 0))
        for each in teams
    ]  # fmt: skip


def teams_to_export(actor: Actor, filters: TeamFilters, *, now: datetime) -> list[TeamRow]:
    """At most one more than may go out at once."""
    found, _more = listed_teams(
        actor, filters, now=now, limit=EXPORT_MOST + 1, permission="volunteering.export_teams"
    )
    return found


def possible_parents(actor: Actor, *, without: Team | None = None) -> list[Team]:
    """Teams that something can hang from: those around the actor's area and inside it."""
    rows = Team.objects.filter(closed_at=None, depth__lt=4)
    if actor.scope_code:
        city = scope_q(f"{actor.scope_code[:4]}00000000")
        rows = rows.filter(city)
    if without is not None:
        rows = rows.exclude(pk__in=[without.pk, *(each.pk for each in below(without))])
    return list(rows.order_by("depth", "scope_code", "name")[:500])


def below(team: Team) -> list[Team]:
    """All teams that hang from it, level by level; as many statements as there are levels."""
    found: list[Team] = []
    level = [team.pk]
    while level:
        rows = list(
            Team.objects.filter(parent__in=level, closed_at=None).annotate(count=MEMBERS).order_by("pk")
        )
        found += rows
        level = [each.pk for each in rows]
    return found


def above(team: Team) -> list[Team]:
    """From the root of its tree down to the one right above it."""
    chain: list[Team] = []
    each = team.parent
    while each is not None and len(chain) < 10:
        chain.insert(0, each)
        each = each.parent
    return chain


def tree_of(team: Team) -> list[TeamRow]:
    """What hangs below a team, in the order of a tree, each with its depth below it."""
    rows = below(team)
    children: dict[int, list[Team]] = {}
    for each in rows:
        children.setdefault(each.parent_id or 0, []).append(each)
    ordered: list[TeamRow] = []

    def walk(parent: int, indent: int) -> None:
        for each in children.get(parent, []):
            ordered.append(TeamRow(each, getattr(each, "count", 0), 0, indent))
            walk(each.pk, indent + 1)

    walk(team.pk, 0)
    return ordered


def leaders_of(team: Team, *, now: datetime) -> list[Assignment]:
    rows = _leading(now).filter(organisation=team.organisation_id)
    return list(rows.select_related("person__subject", "role", "organisation").order_by("pk"))


def member_of_team(team: Team, member_id: UUID) -> TeamMember:
    """Raises `MemberNotFound`."""
    rows = TeamMember.objects.filter(team=team, public_id=member_id, state=MembershipState.MEMBER)
    found = rows.select_related("person__subject").first()
    if found is None:
        raise MemberNotFound
    return found


def members_for_leader(actor: Actor, team: Team) -> list[TeamMember]:
    """Whom the leader deals with: members, and who waits. Nobody else reads who they are; one statement."""
    if not permits(actor, "volunteering.lead_team"):
        return []
    teams = visible(Team.objects.filter(pk=team.pk), "volunteering.lead_team", actor)
    rows = TeamMember.objects.filter(
        team__in=teams, state__in=[MembershipState.ASKED, MembershipState.INVITED, MembershipState.MEMBER]
    )
    return list(rows.order_by("state", "pk")[:1000])


@dataclass(frozen=True, slots=True)
class TeamPage:
    """As a worker sees it. `own` is the reader's own membership; `mates` only who wants to be seen by the team."""

    team: Team
    above: list[Team]
    tree: list[TeamRow]
    members: int
    leaders: list[str]
    own: TeamMember | None
    mates: list[TeamMember]
    hours: TeamHours


def team_page(actor: Actor, team: Team, *, now: datetime) -> TeamPage:
    held = TeamMember.objects.filter(team=team, person=actor.person_id or 0)
    own = held.exclude(state__in=[MembershipState.LEFT, MembershipState.DECLINED]).first()
    is_member = own is not None and own.state == MembershipState.MEMBER
    mates = TeamMember.objects.filter(team=team, state=MembershipState.MEMBER, is_shown=True)
    return TeamPage(
        team=team,
        above=above(team),
        tree=tree_of(team),
        members=TeamMember.objects.filter(team=team, state=MembershipState.MEMBER).count(),
        leaders=_leaders_shown(team, now),
        own=own,
        mates=list(mates.order_by("joined_at", "pk")[:200]) if is_member else [],
        hours=team_hours(team, now=now),
    )


def _leaders_shown(team: Team, now: datetime) -> list[str]:
    """By the name that they go by in the team, where they are members of it."""
    persons = [each.person_id for each in leaders_of(team, now=now)]
    rows = TeamMember.objects.filter(team=team, person__in=persons, state=MembershipState.MEMBER)
    return list(rows.order_by("pk").values_list("shown_as", flat=True))


def teams_near(actor: Actor, *, text: str = "", limit: int = PAGE) -> tuple[list[TeamRow], str]:
    """For a worker: of the declared community and street first, then of the district. The scope that was used."""
    home = home_of(actor)
    rows = Team.objects.filter(closed_at=None)
    if text:
        rows = rows.filter(name__icontains=text)
    if home:
        rows = rows.filter(scope_q(f"{home[:6]}000000"))
    found = list(
        rows.select_related(*RELATED).annotate(count=MEMBERS).order_by("depth", "scope_code", "pk")[:300]
    )
    found.sort(key=lambda team: (-_shared(team.scope_code, home), team.depth, team.pk))
    return [TeamRow(each, getattr(each, "count", 0), 0) for each in found[:limit]], home


def _shared(code: str, home: str) -> int:
    """How small the area is that both lie in."""
    return sum(1 for digits in (6, 9, 12) if home and code[:digits] == home[:digits])


def home_of(actor: Actor) -> str:
    """The declared community of a worker, else where the actor acts."""
    profile = (
        WorkerProfile.objects.filter(person=actor.person_id or 0).values_list("scope_code", flat=True).first()
    )
    return profile or actor.scope_code


def own_memberships(actor: Actor) -> list[TeamMember]:
    """What still runs; one statement."""
    rows = TeamMember.objects.filter(person=actor.person_id or 0)
    rows = rows.exclude(state__in=[MembershipState.LEFT, MembershipState.DECLINED])
    return list(rows.select_related("team__organisation").order_by("pk"))


def is_member(person_id: int, team_ids: Iterable[int]) -> bool:
    """For the contexts above and for programmes: whether somebody is in one of the teams."""
    rows = TeamMember.objects.filter(person=person_id, team__in=list(team_ids), state=MembershipState.MEMBER)
    return rows.exists()


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What a notice needs of a membership, and whom it reaches."""

    member_id: UUID
    person_id: int
    team: Team
    name: str


def member_facts(member_id: int) -> MemberFacts:
    """For the contexts above. Raises `TeamMember.DoesNotExist`."""
    found = TeamMember.objects.select_related("team").get(pk=member_id)
    return MemberFacts(found.public_id, found.person_id, found.team, found.shown_as)
