"""A rule is changed by two people: one proposes its next version, with what it would have cost; another approves."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import RuleState
from nuanxin.incentives.models import Deed, RuleVersion
from nuanxin.incentives.queries.rules import rule_of, rules_held
from nuanxin.incentives.queries.simulating import Simulated, simulate
from nuanxin.incentives.services.rule_checks import RuleData, check_rule
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


class RuleNotFound(NotFound):
    default_message = _("没有这条规则。")


class AlreadyProposed(Conflict):
    default_message = _("这条规则已经有一版在等人批。")
    default_hint = _("先批了那一版，或者请提的人收回，再提新的。")


class OwnProposal(NotAllowed):
    default_message = _("自己提的，不能自己批。")
    default_hint = _("请另一位有权限的同事来批。")


class Decided(Conflict):
    default_message = _("这一版已经有了结论。")


class ReasonMissing(Invalid):
    default_message = _("不同意要写一句原因。")
    default_hint = _("提的人会看到，好改了再提。")


def dry_run(*, actor: Actor, code: str, data: RuleData, now: datetime) -> Simulated:
    """What the last thirty days would have given with it. Writes nothing. Raises `NotAllowed`, `BadRule`."""
    if not policy.permits(actor, "incentives.rules_propose"):
        raise NotAllowed
    check_rule(data, now=now)
    return simulate(rule_of(_version(code, data, now)), now=now)


def propose_rule(*, actor: Actor, code: str, data: RuleData, now: datetime) -> RuleVersion:
    """The next version, with its simulation, waits for another person. Audited.

    Raises `NotAllowed`, `RuleNotFound`, `BadRule`, `AlreadyProposed`.
    """
    found = dry_run(actor=actor, code=code, data=data, now=now)
    with transaction.atomic():
        rows = list(RuleVersion.objects.select_for_update().filter(code=code))
        if not rows:
            raise RuleNotFound
        if any(each.state == RuleState.PROPOSED for each in rows):
            raise AlreadyProposed
        version = _version(code, data, now)
        version.number = max(each.number for each in rows) + 1
        version.sort = rows[0].sort
        version.state = RuleState.PROPOSED
        version.proposed_by_id = actor.assignment_id
        version.simulated = asdict(found)
        version.save(force_insert=True)
        _note(actor, "propose_rule", version, now)
    return version


def decide_rule(*, actor: Actor, public_id: UUID, approves: bool, because: str, now: datetime) -> RuleVersion:
    """Another than who proposed says yes or no. Approved, it holds from its day on, never earlier than now.

    Writes a deed into the journal; audited. Raises `NotAllowed`, `RuleNotFound`, `OwnProposal`, `Decided`,
    `ReasonMissing`.
    """
    if not policy.permits(actor, "incentives.rules_approve"):
        raise NotAllowed
    with transaction.atomic():
        version = _locked(public_id)
        if version.state != RuleState.PROPOSED:
            raise Decided
        if actor.assignment_id is None or _same_person(actor, version):
            raise OwnProposal
        if not approves and not because.strip():
            raise ReasonMissing(fields={"because": ReasonMissing.default_message})
        version.state = RuleState.APPROVED if approves else RuleState.REFUSED
        version.decided_by_id, version.decided_at = actor.assignment_id, now
        version.decided_because = because.strip()[:200]
        version.effective_from = max(version.effective_from, now)
        version.save()
        if approves:
            facts = {"code": version.code, "number": version.number}
            Deed.objects.create(
                name="incentives.RuleApproved", source=str(version.public_id), at=now, facts=facts
            )
            rules_held.changed()
        _note(actor, "approve_rule" if approves else "refuse_rule", version, now)
    return version


def withdraw_rule(*, actor: Actor, public_id: UUID, now: datetime) -> RuleVersion:
    """Who proposed it takes it back. Audited. Raises `RuleNotFound`, `Decided`, `NotAllowed`."""
    with transaction.atomic():
        version = _locked(public_id)
        if version.state != RuleState.PROPOSED:
            raise Decided
        if not _same_person(actor, version):
            raise NotAllowed
        version.state, version.decided_at = RuleState.WITHDRAWN, now
        version.save()
        _note(actor, "withdraw_rule", version, now)
    return version


def _locked(public_id: UUID) -> RuleVersion:
    rows = RuleVersion.objects.select_for_update(of=("self",)).select_related("proposed_by")
    version = rows.filter(public_id=public_id).first()
    if version is None:
        raise RuleNotFound
    return version


def _same_person(actor: Actor, version: RuleVersion) -> bool:
    """In whichever of their roles."""
    return version.proposed_by is not None and version.proposed_by.person_id == actor.person_id


def _version(code: str, data: RuleData, now: datetime) -> RuleVersion:
    values = asdict(data)
    last = RuleVersion.objects.filter(code=code).aggregate(last=Max("number"))["last"] or 0
    values["conditions"] = {fact: list(chosen) for fact, chosen in data.conditions.items()}
    values["effective_from"] = data.effective_from or now
    values["reason"] = data.reason.strip()[:200]
    return RuleVersion(code=code, number=last + 1, proposed_at=now, **values)


def _note(actor: Actor, action: str, version: RuleVersion, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.{action}", object_type="incentives.rule",
        object_id=f"{version.code}:{version.number}", detail={"amount": version.amount}, now=now,
    )  # fmt: skip
