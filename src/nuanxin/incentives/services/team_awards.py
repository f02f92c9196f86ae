"""A team leader thanks a member with points (`domain.md` §4.3): so many a month and no more, with words for it.

An award is never edited; taken back, it is a reversal in the ledger, by somebody else than its leader.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.incentives.enums import PostingKind, TeamAwardState
from nuanxin.incentives.events import TeamAwarded, TeamAwardReversed
from nuanxin.incentives.models import Posting, TeamAward
from nuanxin.incentives.queries.rules import Rule
from nuanxin.incentives.queries.team_awards import (
    GIVE,
    TAKE_BACK,
    TEAM_THANKS,
    TeamAwardNotFound,
    given_in,
    month_of,
    rule_now,
    shifts_to_thank_for,
)
from nuanxin.incentives.services import ledger
from nuanxin.incentives.services.rows import open_book
from nuanxin.incentives.services.team_caps import Uses, lock_uses
from nuanxin.incentives.workflow import TEAM_AWARD
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, KeyReused, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.volunteering.models import Team, TeamMember
from nuanxin.volunteering.queries.teams import member_of_team, team_for

MOST_REASON, MOST_BECAUSE, FEWEST_WORDS = 120, 120, 4


class NoTeamThanks(Conflict):
    default_message = gettext_lazy("这里现在不由队长给积分。")
    default_hint = gettext_lazy("积分规则里“队长的感谢”是 0 分；要开，请街道提一版新的。")


class OwnThanks(NotAllowed):
    default_message = gettext_lazy("不能给自己。")
    default_hint = gettext_lazy("您做的事，可以请上一级队伍的队长来谢。")


class NotReachable(Conflict):
    default_message = gettext_lazy("这位队员还没有账号，收不到积分。")
    default_hint = gettext_lazy("请本人先用手机号登录一次，再来谢。")


class NotEnoughLeft(Invalid):
    default_message = gettext_lazy("这个月剩下的不够了。")
    default_hint = gettext_lazy("下个月一号重新算；也可以少给一些。")


class OwnTakingBack(NotAllowed):
    default_message = gettext_lazy("自己给的、给自己的，都不能由自己收回。")
    default_hint = gettext_lazy("请社区书记或者街道的另一位同事来办。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks:
    """To whom, how much, what for; `shift` where it was one."""

    team: UUID
    member: UUID
    amount: int
    reason: str
    shift: UUID | None = None


def give_team_award(*, actor: Actor, data: Thanks, key: UUID, now: datetime) -> TeamAward:
    """By whoever leads the team, to a member of it; the same `key` again is the same award. Audited.

    Publishes `TeamAwarded`, `PointsAwarded`. Raises `NotAllowed`, `TeamNotFound`, `MemberNotFound`, `OwnThanks`,
    `NotReachable`, `NoTeamThanks`, `NotEnoughLeft`, `Invalid`, and `KeyReused` where the key came with something else.
    """
    if not policy.permits(actor, GIVE) or actor.person_id is None:
        raise NotAllowed
    team = team_for(actor, GIVE, data.team)
    if known := _known(actor, team, key, data):
        return known
    rule = rule_now(now)
    if rule is None:
        raise NoTeamThanks
    shift_id = _checked(data, team, rule, now)
    member, subject_id = _receiver(actor, team, data.member)
    try:
        with transaction.atomic():
            made = TeamAward(
                key=key, team=team, giver_id=actor.person_id, member=member, subject_id=subject_id, shift_id=shift_id,
                amount=data.amount, reason=data.reason.strip(), month=month_of(now), at=now, state_since=now,
                scope_code=team.scope_code,
            )  # fmt: skip
            open_book(subject_id)  # its lock first, then the team's: nobody takes what another one is taking
            uses = lock_uses(team.public_id, [rule.code], now)
            if known := _known(actor, team, key, data):
                return known
            _within_caps(made, rule, uses, now)
            made.save(force_insert=True)
            _award(made, rule, now)
            _told(actor, made, "give", now, TeamAwarded(str(made.public_id), made.amount))
    except IntegrityError:
        if known := _known(actor, team, key, data):
            return known
        raise
    return made


def take_back_team_award(*, actor: Actor, public_id: UUID, because: str, now: datetime) -> TeamAward:
    """A reversal in the ledger, with a reason that the receiver reads; what it took of the caps is free again. Audited.

    Publishes `TeamAwardReversed`, `PointsReversed`. Raises `TeamAwardNotFound`, `OwnTakingBack`, `IllegalMove`,
    `Invalid` without a reason.
    """
    text = because.strip()[:MOST_BECAUSE]
    if len(text) < FEWEST_WORDS:
        raise Invalid(fields={"because": _("请写明为什么收回，本人看得到。例如：记错了人，是小陈做的。")})
    with transaction.atomic():
        rows = TeamAward.objects.select_for_update(of=("self",)).select_related("team")
        award = rows.filter(policy.rule(TAKE_BACK, actor), public_id=public_id).first()
        if award is None:
            raise TeamAwardNotFound
        own = actor.subject_id is not None and actor.subject_id == award.subject_id
        if own or (award.giver_id is not None and award.giver_id == actor.person_id):
            raise OwnTakingBack
        TEAM_AWARD.step(
            award, "take_back", state_since=now, reversed_because=text, reversed_by_id=actor.assignment_id
        )
        posting = Posting.objects.filter(
            deed__name=ledger.AWARDED, deed__source=award.source, kind=PostingKind.AWARD
        ).first()
        if posting is not None:
            ledger.reverse(posting_id=posting.pk, because="team_thanks_back", now=now)
        lock_uses(award.team.public_id, [TEAM_THANKS], award.at).add(TEAM_THANKS, award.at, -award.amount)
        _told(actor, award, "take_back", now, TeamAwardReversed(str(award.public_id), award.amount))
    return award


def erase_team_awards(subject: Subject, *, now: datetime) -> Erased:
    """The numbers stay; whose they were, what was written and who gave them goes."""
    given = TeamAward.objects.filter(giver=subject.person_id or 0).update(giver=None)
    if subject.subject_id is None:
        return Erased(anonymised=given)
    own = TeamAward.objects.filter(subject_id=subject.subject_id)
    own.filter(state=TeamAwardState.REVERSED).update(reversed_because="—")
    return Erased(anonymised=given + own.update(subject_id=None, member=None, reason="—"))


def _known(actor: Actor, team: Team, key: UUID, data: Thanks) -> TeamAward | None:
    found = TeamAward.objects.filter(key=key).select_related("member").first()
    if found is None:
        return None
    if found.team_id != team.pk or found.giver_id != actor.person_id:
        raise NotAllowed
    told = (found.member.public_id if found.member else None, found.amount, found.reason)
    if told != (data.member, data.amount, data.reason.strip()):
        raise KeyReused
    return found


def _checked(data: Thanks, team: Team, rule: Rule, now: datetime) -> int | None:
    """Everything that is wrong at once; returns the shift."""
    wrong: dict[str, Any] = {}
    if not 0 < data.amount <= rule.amount:
        wrong["amount"] = _("一次给 1 到 %d 分。") % rule.amount
    words = data.reason.strip()
    if not FEWEST_WORDS <= len(words) <= MOST_REASON:
        wrong["reason"] = _("请用一句话写谢什么，本人看得到。例如：暴雨天帮着转移了三位老人。")
    shift_id = None
    if data.shift is not None:
        found = {each.public_id: each.pk for each in shifts_to_thank_for(team, now)}
        shift_id = found.get(data.shift)
        if shift_id is None:
            wrong["shift"] = _("请从列表里选一班；两个月以前的不用选。")
    if wrong:
        raise Invalid(fields=wrong)
    return shift_id


def _receiver(actor: Actor, team: Team, member_id: UUID) -> tuple[TeamMember, UUID]:
    member = member_of_team(team, member_id)
    if member.person_id == actor.person_id:
        raise OwnThanks
    subject = getattr(member.person, "subject", None)
    if subject is None or not member.person.is_active:
        raise NotReachable
    return member, subject.pk


def _within_caps(award: TeamAward, rule: Rule, uses: Uses, now: datetime) -> None:
    if award.giver_id is not None and rule.leader_per_month:
        left = rule.leader_per_month - given_in(award.team, award.giver_id, award.month)
        if award.amount > left:
            text = _("您这个月给这支队还剩 %d 分。") % max(left, 0)
            raise NotEnoughLeft(fields={"amount": text})
    of_team = uses.left(rule, now)
    if of_team is not None and award.amount > of_team:
        text = _("这支队的额度还剩 %d 分，是所有队长一起的。") % max(of_team, 0)
        raise NotEnoughLeft(fields={"amount": text})
    uses.add(rule.code, now, award.amount)


def _award(award: TeamAward, rule: Rule, now: datetime) -> None:
    ledger.award(
        subject_id=_subject(award), amount=award.amount, rule=rule.code, source=award.source, because=TEAM_THANKS,
        now=now, group=rule.group, months=rule.months, of_team=True, scope_code=award.scope_code,
    )  # fmt: skip


def _subject(award: TeamAward) -> UUID:
    assert award.subject_id is not None  # noqa: S101  -- an award is made with one; only an erasure takes it away
    return award.subject_id


def _told(actor: Actor, award: TeamAward, action: str, now: datetime, happened: Any) -> None:
    audit.record(
        actor=actor, action=f"incentives.team_award_{action}", object_type="incentives.team_award",
        object_id=award.public_id, scope_code=award.scope_code, detail={"amount": award.amount}, now=now,
    )  # fmt: skip
    publish(happened, subject_id=award.subject_id, scope_code=award.scope_code, now=now)
