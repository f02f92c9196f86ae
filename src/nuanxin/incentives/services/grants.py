"""A big award for a case (a major hazard prevented): one proposes, another approves, nobody of them learns for whom."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.thanking import closed_case_numbered, subject_to_thank
from nuanxin.incentives.events import GrantMoved
from nuanxin.incentives.models import Deed, Grant
from nuanxin.incentives.queries.rules import rules_held
from nuanxin.incentives.services.ledger import AWARDED, About, apply, note_deed, tell_awards
from nuanxin.incentives.services.rows import open_book, write
from nuanxin.incentives.services.rule_changes import OwnProposal, said_why
from nuanxin.incentives.workflow import GRANT
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import publish

HAZARD = "hazard"
DECIDING = tuple(
    name for name, move in GRANT.transitions.items() if move.permission == "incentives.grant_approve"
)


class CaseNotFound(NotFound):
    default_message = _("没有找到这个案卷号，或者它还没有结案。")
    default_hint = _("请核对案卷号；结案、核查过的才能提。")


class AlreadyGranted(Conflict):
    default_message = _("这件事已经提过了。")
    default_hint = _("一件事只奖一次。请在下面的列表里看它到了哪一步。")


class GrantNotFound(NotFound):
    default_message = _("没有找到这一笔。")


class OwnReport(NotAllowed):
    default_message = _("这件事和您自己有关，不能由您来提、来批。")
    default_hint = _("请另一位同事来；该给的，一分不会少。")


class NoReason(Invalid):
    default_message = _("请写一句避免了什么。")
    default_hint = _("只写事，不写人；另一位要看着它判断。")


def propose_grant(*, actor: Actor, number: str, reason: str, now: datetime) -> Grant:
    """For a closed case of one's own area, by its number. To whom it goes is not asked and not shown. Audited.

    Publishes `GrantMoved`. Raises `NotAllowed`, `CaseNotFound`, `OwnReport`, `NoReason`, `AlreadyGranted`.
    """
    if not policy.permits(actor, "incentives.grant_propose"):
        raise NotAllowed
    if not reason.strip():
        raise NoReason(fields={"reason": NoReason.default_message})
    found = closed_case_numbered(actor, number.strip())
    if found is None:
        raise CaseNotFound
    case_id, scope_code = found
    _not_own(actor, case_id)
    rule = rules_held.get().named(HAZARD, now)
    grant = Grant(
        rule=HAZARD, amount=rule.amount if rule else 0, case_id=case_id, number=number.strip(), scope_code=scope_code,
        reason=reason.strip()[:200], proposed_by_id=actor.assignment_id, proposed_at=now,
    )  # fmt: skip
    with transaction.atomic():
        try:
            with transaction.atomic():
                grant.save(force_insert=True)
        except IntegrityError:
            raise AlreadyGranted from None
        _told(actor, grant, "propose", now)
    return grant


def decide_grant(*, actor: Actor, public_id: UUID, name: str, because: str, now: datetime) -> Grant:
    """Another than who proposed takes the step of that name. Approved, the points are there at once. Audited.

    Publishes `GrantMoved`, `PointsAwarded`. Where the link to who reported is cut already, nobody gets anything. Raises
    `KeyError` for a step that decides nothing, `GrantNotFound`, `OwnProposal`, `IllegalMove`, `ReasonMissing`.
    """
    if name not in DECIDING:
        raise KeyError(name)
    with transaction.atomic():
        rows = Grant.objects.select_for_update(of=("self",)).select_related("proposed_by")
        grant = rows.filter(policy.rule(GRANT[name].permission, actor), public_id=public_id).first()
        if grant is None:
            raise GrantNotFound
        own = grant.proposed_by is not None and grant.proposed_by.person_id == actor.person_id
        if actor.assignment_id is None or own:
            raise OwnProposal
        _not_own(actor, grant.case_id)
        text = said_why(GRANT[name], because)
        GRANT.step(grant, name, decided_by_id=actor.assignment_id, decided_at=now, decided_because=text)
        _told(actor, grant, name, now)
        approved = name == "approve"
        facts = {"grant": str(grant.public_id), "approved": approved}
        Deed.objects.create(name="incentives.GrantDecided", source=str(grant.public_id), at=now, facts=facts)
        if approved and grant.amount:
            _give(grant, now)
    return grant


def _not_own(actor: Actor, case_id: int) -> None:
    """Who reported it has no part in thanking for it, in whichever role; nobody else learns anything by that."""
    if actor.subject_id is not None and actor.subject_id == subject_to_thank(case_id):
        raise OwnReport


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


def _told(actor: Actor, grant: Grant, action: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.{action}_grant", object_type="incentives.grant", object_id=grant.public_id,
        scope_code=grant.scope_code, detail={"amount": grant.amount, "case": grant.number}, now=now,
    )  # fmt: skip
    happened = GrantMoved(str(grant.public_id), action, grant.state, grant.proposed_by_id or 0)
    publish(happened, subject_id=None, scope_code=grant.scope_code, now=now)
