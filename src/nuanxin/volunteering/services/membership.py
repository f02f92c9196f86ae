"""Joining a team and leaving it. Nobody is a member who did not choose to be one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, permits, visible
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import publish
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.kernel.words import seen
from nuanxin.people.identifiers import normal_mobile
from nuanxin.people.models import Person
from nuanxin.people.queries import person_by_phone
from nuanxin.people.services import end_assignment
from nuanxin.volunteering.enums import MembershipState
from nuanxin.volunteering.events import MemberJoined, MemberLeft, MembershipAsked, MembershipDeclined
from nuanxin.volunteering.models import Team, TeamMember
from nuanxin.volunteering.queries.teams import MemberNotFound, leaders_of, open_team, team_for
from nuanxin.volunteering.workflow import MEMBERSHIP

LIVE = (MembershipState.ASKED, MembershipState.INVITED, MembershipState.MEMBER)
PRESSED_BY_LEADER = ("take_in", "decline", "part")
PRESSED_BY_ONESELF = ("accept", "refuse", "leave")


class NotTaking(Conflict):
    default_message = _("这支队伍现在不收新队员。")
    default_hint = _("可以看看附近别的队伍，或者等队长邀请。")


def ask_to_join(*, actor: Actor, public_id: UUID, shown_as: str, now: datetime) -> TeamMember:
    """Asked again is the same; an invitation that waits is accepted by it. Publishes `MembershipAsked`.

    Raises `TeamNotFound`, `NotTaking`, `Invalid`.
    """
    if not permits(actor, "volunteering.join") or actor.person_id is None:
        raise NotAllowed
    name = seen(shown_as)
    if not 0 < len(name) <= 30:
        raise Invalid(fields={"shown_as": _("请写一个在队里用的称呼，最多 30 个字；不用写真名。")})
    team = open_team(public_id)
    with transaction.atomic():
        held = TeamMember.objects.filter(team=team, person=actor.person_id, state__in=LIVE).first()
        if held is not None and held.state == MembershipState.INVITED:
            return join_step(actor=actor, member_id=held.public_id, name="accept", now=now)
        if held is not None:
            return held
        if not team.takes_requests:
            raise NotTaking
        return _begin(team, actor.person_id, MembershipState.ASKED, name, "asked", now)


def invite_member(*, actor: Actor, public_id: UUID, phone: str, now: datetime) -> None:
    """By the number that the leader knows. Whether there is an account is not said. Publishes `MembershipAsked`.

    Raises `TeamNotFound`, `Invalid` for what is no number.
    """
    team = team_for(actor, "volunteering.lead_team", public_id)
    if not normal_mobile(phone):
        raise Invalid(fields={"phone": _("请填 11 位手机号。")})
    with transaction.atomic():
        person = person_by_phone(phone)
        audit.record(
            actor=actor, action="volunteering.invite_member", object_type="volunteering.team", object_id=team.pk,
            scope_code=team.scope_code, now=now,
        )  # fmt: skip
        if person is None or TeamMember.objects.filter(team=team, person=person, state__in=LIVE).exists():
            return
        _begin(team, person.pk, MembershipState.INVITED, _called(person), "invited", now)


def join_step(*, actor: Actor, member_id: UUID, name: str, now: datetime) -> TeamMember:
    """Accept, refuse, leave. Publishes `MemberJoined`, `MemberLeft`. Raises `MemberNotFound`, `IllegalMove`."""
    if name not in PRESSED_BY_ONESELF:
        raise NotFound
    with transaction.atomic():
        return _step(_locked(actor, "volunteering.join", member_id), name, "", now)


def lead_step(*, actor: Actor, member_id: UUID, name: str, reason: str = "", now: datetime) -> TeamMember:
    """Take in, decline, part; never about oneself. Publishes as above, `MembershipDeclined`.

    Raises `MemberNotFound`, `IllegalMove`, `NotAllowed`, `Invalid` without a reason where one is needed.
    """
    if name not in PRESSED_BY_LEADER:
        raise NotFound
    words = reason.strip()[:120]
    if "reason" in MEMBERSHIP[name].required_fields and not words:
        raise Invalid(fields={"reason": _("请写一句原因，对方看得到。")})
    with transaction.atomic():
        member = _locked(actor, "volunteering.lead_member", member_id)
        if member.person_id == actor.person_id:
            raise NotAllowed(_("自己的加入要由别人同意。"), hint=_("请另一位队长或社区来办。"))
        audit.record(
            actor=actor, action=f"volunteering.member_{name}", object_type="volunteering.member",
            object_id=member.pk, scope_code=member.team.scope_code, now=now,
        )  # fmt: skip
        return _step(member, name, words, now)


def show_myself(*, actor: Actor, member_id: UUID, shown_as: str, is_shown: bool, now: datetime) -> TeamMember:
    """What the team calls me, and whether the other members read it. Raises `MemberNotFound`, `Invalid`."""
    name = seen(shown_as)
    with transaction.atomic():
        member = _locked(actor, "volunteering.join", member_id)
        if not 0 < len(name) <= 30:
            raise Invalid(fields={"shown_as": _("请写一个在队里用的称呼，最多 30 个字；不用写真名。")})
        member.shown_as, member.is_shown = name, is_shown
        member.save(update_fields=["shown_as", "is_shown"])
    return member


def _begin(team: Team, person_id: int, state: str, name: str, by: str, now: datetime) -> TeamMember:
    try:
        with transaction.atomic():
            member = TeamMember.objects.create(
                team=team, person_id=person_id, state=state, state_since=now, shown_as=name[:30]
            )
    except IntegrityError:  # pressed twice at the same moment
        return TeamMember.objects.get(team=team, person=person_id, state__in=LIVE)
    _publish(member, MembershipAsked(member.pk, by), now)
    return member


def _step(member: TeamMember, name: str, reason: str, now: datetime) -> TeamMember:
    changes: dict[str, Any] = {"state_since": now, "state_reason": reason}
    if name in ("take_in", "accept"):
        changes["joined_at"] = now
    MEMBERSHIP.step(member, name, **changes)
    team = str(member.team.public_id)
    if name in ("take_in", "accept"):
        _publish(member, MemberJoined(team, member.pk), now)
    elif name == "decline":
        _publish(member, MembershipDeclined(member.pk), now)
    elif name in ("leave", "part"):
        _lead_no_more(member, now)
        _publish(member, MemberLeft(team, member.pk, name), now)
    return member


def _lead_no_more(member: TeamMember, now: datetime) -> None:
    """Who is not of the team any more neither confirms its hours nor sees who comes."""
    for each in leaders_of(member.team, now=now):
        if each.person_id == member.person_id:
            end_assignment(actor=SYSTEM, assignment=each, reason=gettext("退出了队伍"), now=now)


def _locked(actor: Actor, permission: str, member_id: UUID) -> TeamMember:
    rows = visible(TeamMember.objects.filter(public_id=member_id), permission, actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise MemberNotFound
    TeamMember.objects.select_for_update().get(pk=key)
    return TeamMember.objects.select_related("team", "person__subject").get(pk=key)


def _publish(member: TeamMember, happened: Any, now: datetime) -> None:
    subject = Person.objects.values_list("subject__pk", flat=True).get(pk=member.person_id)
    publish(happened, subject_id=subject, scope_code=member.team.scope_code, now=now)


def _called(person: Person) -> str:
    return person.nickname or mask_name(person.name) or str(_("新队友"))
