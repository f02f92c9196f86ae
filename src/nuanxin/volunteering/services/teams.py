"""Teams: set up in their tree, changed, led, closed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, lies_in, permits, visible
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.people.models import Assignment, Organisation
from nuanxin.people.services import assign, close_organisation, create_organisation, end_assignment
from nuanxin.places.services.catalogue import icon_names
from nuanxin.territories.queries import is_territory
from nuanxin.volunteering.enums import BadgeColour, MembershipState
from nuanxin.volunteering.events import MemberLeft, TeamClosed, TeamCreated
from nuanxin.volunteering.models import DEEPEST, Post, Team, TeamMember
from nuanxin.volunteering.queries.team_catalogue import team_catalogue
from nuanxin.volunteering.queries.teams import TeamNotFound, leaders_of, member_of_team, team_for
from nuanxin.volunteering.workflow import MEMBERSHIP

LEADER = "team_leader"


class TeamThere(Conflict):
    default_message = _("这里已经有一支同名的队伍。")
    default_hint = _("换一个名字，或者去改原来那一支。")


class TooDeep(Conflict):
    default_message = _("队伍最多分五层。")
    default_hint = _("请挂到高一点的队伍下面。")


class InACircle(Conflict):
    default_message = _("不能挂到自己或自己下面的队伍。")
    default_hint = _("请选另一支队伍作上级，或者先把下面的队伍挪走。")


class TeamBusy(Conflict):
    default_message = _("这支队伍下面还有队伍或岗位。")
    default_hint = _("先把下面的队伍、岗位撤销或挪走，再撤销它。")


class OutsideArea(NotAllowed):
    default_message = _("这支队伍不在您能管的范围内。")
    default_hint = _("请选您辖区里的区划，或由上一级来建。")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamData:
    """`parent` is the public id of the team above, None at the top of a tree."""

    name: str
    scope_code: str
    level: str = ""
    words: str = ""
    colour: str = BadgeColour.ORANGE.value
    icon: str = "heart-handshake"
    speciality: str = ""
    sources: tuple[str, ...] = ()
    takes_requests: bool = True
    parent: UUID | None = None


def create_team(
    *, actor: Actor, data: TeamData, now: datetime, organisation: Organisation | None = None
) -> Team:
    """With its organisation, or as one that is registered already. Publishes `TeamCreated`.

    Raises `NotAllowed`, `OutsideArea`, `TeamThere`, `TooDeep`, `Invalid`.
    """
    if not permits(actor, "volunteering.edit_team"):
        raise NotAllowed
    columns = _columns(actor, data)
    parent = _parent(data.parent)
    depth = _depth(parent)
    with transaction.atomic():
        if Team.objects.filter(scope_code=data.scope_code, name=columns["name"]).exists():
            raise TeamThere
        organisation = organisation or create_organisation(
            name=columns["name"], kind="volunteer_organisation", scope_code=data.scope_code, actor=actor,
            parent=parent.organisation if parent else None, now=now,
        )  # fmt: skip
        try:
            with transaction.atomic():
                team = Team.objects.create(
                    **columns, organisation=organisation, parent=parent, depth=depth, created_at=now
                )
        except IntegrityError as error:  # somebody set it up at the same moment
            raise TeamThere from error
        _noted(actor, "create_team", team, now)
        publish(TeamCreated(team.pk), scope_code=team.scope_code, now=now)
    return team


def change_team(*, actor: Actor, public_id: UUID, data: TeamData, now: datetime) -> Team:
    """Also where it hangs in the tree; what hangs below comes along.

    Raises `TeamNotFound`, `OutsideArea`, `TeamThere`, `TooDeep`, `InACircle`, `Invalid`.
    """
    columns = _columns(actor, data)
    with transaction.atomic():
        team = _locked(actor, public_id)
        if Team.objects.filter(scope_code=data.scope_code, name=columns["name"]).exclude(pk=team.pk).exists():
            raise TeamThere
        parent = _parent(data.parent)
        _hang(team, parent)
        Team.objects.filter(pk=team.pk).update(**columns)
        Organisation.objects.filter(pk=team.organisation_id).update(
            name=columns["name"], scope_code=data.scope_code, parent=parent.organisation if parent else None
        )
        _noted(actor, "change_team", team, now)
    return Team.objects.select_related("organisation", "parent", "speciality").get(pk=team.pk)


def _hang(team: Team, parent: Team | None) -> None:
    """In the caller's transaction. The whole tree is held, so that two moves cannot make a circle together."""
    rows = list(Team.objects.select_for_update().order_by("pk").values_list("pk", "parent_id", "depth"))
    below: dict[int, list[int]] = {}
    for pk, above, _was in rows:
        below.setdefault(above or 0, []).append(pk)
    first = parent.depth + 1 if parent else 0
    moved: dict[int, int] = {}
    level = [team.pk]
    while level:
        moved |= dict.fromkeys(level, first + len(set(moved.values())))
        level = [child for each in level for child in below.get(each, []) if child not in moved]
    if parent is not None and parent.pk in moved:
        raise InACircle
    if max(moved.values()) > DEEPEST:
        raise TooDeep
    Team.objects.filter(pk=team.pk).update(parent=parent, depth=moved.pop(team.pk))
    for each, deep in moved.items():
        Team.objects.filter(pk=each).update(depth=deep)


def close_team(*, actor: Actor, public_id: UUID, now: datetime) -> None:
    """Its members are told, its leaders lead no more. Publishes `MemberLeft` for each and `TeamClosed`.

    Raises `TeamNotFound`, `TeamBusy`.
    """
    with transaction.atomic():
        team = _locked(actor, public_id)
        has_teams = Team.objects.filter(parent=team, closed_at=None).exists()
        if has_teams or Post.objects.filter(team=team, closed_at=None).exists():
            raise TeamBusy
        open_ones = TeamMember.objects.filter(team=team).exclude(
            state__in=[MembershipState.LEFT, MembershipState.DECLINED]
        )
        for member in open_ones.select_related("person__subject"):
            MEMBERSHIP.step(member, "end", state_since=now, state_reason="")
            _told(member, MemberLeft(str(team.public_id), member.pk, "end"), now)
        for each in leaders_of(team, now=now):
            end_assignment(actor=SYSTEM, assignment=each, reason=str(_("队伍撤销")), now=now)
        Team.objects.filter(pk=team.pk).update(closed_at=now, takes_requests=False)
        close_organisation(actor=actor, organisation=team.organisation, now=now)
        _noted(actor, "close_team", team, now)
        publish(TeamClosed(team.pk), scope_code=team.scope_code, now=now)


def appoint_leader(*, actor: Actor, public_id: UUID, member_id: UUID, now: datetime) -> Assignment:
    """A member leads: the role is given through `people`, and who gives it must hold `people.assign` there.

    Raises `TeamNotFound`, `MemberNotFound`, and what `people.services.assign` raises.
    """
    team = team_for(actor, "volunteering.view_team", public_id)
    member = member_of_team(team, member_id)
    return assign(
        actor=actor, person=member.person, role=LEADER, organisation=team.organisation, now=now,
        reason=team.name[:120],
    )  # fmt: skip


def relieve_leader(*, actor: Actor, public_id: UUID, assignment_id: UUID, now: datetime) -> None:
    """Raises `TeamNotFound`, and what `people.services.end_assignment` raises."""
    team = team_for(actor, "volunteering.view_team", public_id)
    held = [each for each in leaders_of(team, now=now) if each.public_id == assignment_id]
    if not held:
        raise TeamNotFound
    end_assignment(actor=actor, assignment=held[0], now=now)


def _locked(actor: Actor, public_id: UUID) -> Team:
    rows = visible(Team.objects.filter(public_id=public_id, closed_at=None), "volunteering.edit_team", actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise TeamNotFound
    Team.objects.select_for_update().get(pk=key)
    return Team.objects.select_related("organisation").get(pk=key)


def _parent(public_id: UUID | None) -> Team | None:
    if public_id is None:
        return None
    found = Team.objects.filter(public_id=public_id, closed_at=None).select_related("organisation").first()
    if found is None:
        raise Invalid(fields={"parent": _("没有这支上级队伍，或者它已经撤销。")})
    return found


def _depth(parent: Team | None) -> int:
    depth = parent.depth + 1 if parent else 0
    if depth > DEEPEST:
        raise TooDeep
    return depth


def _columns(actor: Actor, data: TeamData) -> dict[str, Any]:
    """As they are stored. Raises `OutsideArea`, `Invalid`."""
    words = team_catalogue()
    problems: dict[str, Any] = {}
    if not data.name.strip():
        problems["name"] = _("请写队伍的名字。")
    if not is_territory(data.scope_code):
        problems["scope_code"] = _("没有这个区划，请从列表里选。")
    if data.speciality and data.speciality not in words.specialities:
        problems["speciality"] = _("没有这个专长，请从列表里选。")
    if set(data.sources) - set(words.sources):
        problems["sources"] = _("没有这个来源，请从列表里选。")
    if data.colour not in BadgeColour.values:
        problems["colour"] = _("请选一种颜色。")
    if data.icon not in icon_names():
        problems["icon"] = _("没有这个图标，请从下面选。")
    if problems:
        raise Invalid(fields=problems)
    if not _within(actor, data.scope_code):
        raise OutsideArea
    return {
        "name": data.name.strip()[:80],
        "scope_code": data.scope_code,
        "level": data.level.strip()[:20],
        "words": data.words.strip()[:200],
        "colour": data.colour,
        "icon": data.icon,
        "speciality_id": data.speciality or None,
        "sources": " ".join(data.sources),
        "takes_requests": data.takes_requests,
    }


def _within(actor: Actor, code: str) -> bool:
    if actor.role == SYSTEM.role or actor.extent("volunteering.edit_team") == "all":
        return True
    return lies_in(code, actor.scope_code)


def _told(member: TeamMember, happened: Any, now: datetime) -> None:
    publish(happened, subject_id=member.person.subject.pk, scope_code=member.team.scope_code, now=now)


def _noted(actor: Actor, action: str, team: Team, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.{action}", object_type="volunteering.team", object_id=team.pk,
        scope_code=team.scope_code, now=now,
    )  # fmt: skip
