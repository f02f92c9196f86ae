"""A big award for a case (a major hazard prevented): one proposes, another approves, nobody of them learns for whom."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.thanking import closed_case_numbered, subject_to_thank
from nuanxin.incentives.enums import GrantState
from nuanxin.incentives.models import Deed, Grant
from nuanxin.incentives.queries.rules import rules_held
from nuanxin.incentives.services.ledger import AWARDED, About, apply, note_deed, tell_awards
from nuanxin.incentives.services.rows import open_book, write
from nuanxin.incentives.services.rule_changes import Decided, OwnProposal, ReasonMissing
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

HAZARD = "hazard"


class CaseNotFound(NotFound):
    default_message = _("没有找到这个案卷号，或者它还没有结案。")
    default_hint = _("请核对案卷号；结案、核查过的才能提。")


class AlreadyGranted(Conflict):
    default_message = _("这件事已经提过了。")
    default_hint = _("一件事只奖一次。请在下面的列表里看它到了哪一步。")


class GrantNotFound(NotFound):
    default_message = _("没有找到这一笔。")


class NoReason(Invalid):
    default_message = _("请写一句避免了什么。")
    default_hint = _("只写事，不写人；另一位要看着它判断。")


def propose_grant(*, actor: Actor, number: str, reason: str, now: datetime) -> Grant:
    """For a closed case of one's own area, by its number. To whom it goes is not asked and not shown. Audited.

    Raises `NotAllowed`, `CaseNotFound`, `NoReason`, `AlreadyGranted`.
    """
    if not policy.permits(actor, "incentives.grant_propose"):
        raise NotAllowed
    if not reason.strip():
        raise NoReason(fields={"reason": NoReason.default_message})
    found = closed_case_numbered(actor, number.strip())
    if found is None:
        raise CaseNotFound
    case_id, scope_code = found
    rule = rules_held.get().named(HAZARD, now)
    grant = Grant(
        rule=HAZARD, amount=rule.amount if rule else 0, case_id=case_id, number=number.strip(), scope_code=scope_code,
        reason=reason.strip()[:200], proposed_by_id=actor.assignment_id, proposed_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            grant.save(force_insert=True)
    except IntegrityError:
        raise AlreadyGranted from None
    _note(actor, "propose_grant", grant, now)
    return grant


def decide_grant(*, actor: Actor, public_id: UUID, approves: bool, because: str, now: datetime) -> Grant:
    """Another than who proposed says yes or no. Approved, the points are there at once. Audited.

    Publishes `PointsAwarded`. Where the link to who reported is cut already, nobody gets anything. Raises
    `GrantNotFound`, `OwnProposal`, `Decided`, `ReasonMissing`.
    """
    with transaction.atomic():
        rows = Grant.objects.select_for_update(of=("self",)).select_related("proposed_by")
        grant = rows.filter(policy.rule("incentives.grant_approve", actor), public_id=public_id).first()
        if grant is None:
            raise GrantNotFound
        if grant.state != GrantState.PROPOSED:
            raise Decided
        if actor.assignment_id is None or (
            grant.proposed_by and grant.proposed_by.person_id == actor.person_id
        ):
            raise OwnProposal
        if not approves and not because.strip():
            raise ReasonMissing(fields={"because": ReasonMissing.default_message})
        grant.state = GrantState.APPROVED if approves else GrantState.REFUSED
        grant.decided_by_id, grant.decided_at = actor.assignment_id, now
        grant.decided_because = because.strip()[:200]
        grant.save()
        _note(actor, "approve_grant" if approves else "refuse_grant", grant, now)
        facts = {"grant": str(grant.public_id), "approved": approves}
        Deed.objects.create(name="incentives.GrantDecided", source=str(grant.public_id), at=now, facts=facts)
        if approves and grant.amount:
            _give(grant, now)
    return grant


def _give(grant: Grant, now: datetime) -> None:
    subject_id = subject_to_thank(grant.case_id)
    if subject_id is None:
        return
    rule = rules_held.get().named(grant.rule, now)
    book = open_book(subject_id)
    deed, is_new = note_deed(
        name=AWARDED, rule=grant.rule, source=str(grant.public_id), subject_id=subject_id, at=now,
        facts={
            "amount": grant.amount, "because": grant.rule, "group": rule.group if rule else "thanks",
            "months": rule.months if rule else 24,
        },
        scope_code=grant.scope_code, about=About(grant.case_id, grant.number),
    )  # fmt: skip
    if is_new:
        apply(book, deed)
        tell_awards(write(book), deed, grant.number)


def _note(actor: Actor, action: str, grant: Grant, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.{action}", object_type="incentives.grant", object_id=grant.public_id,
        scope_code=grant.scope_code, detail={"amount": grant.amount, "case": grant.number}, now=now,
    )  # fmt: skip
