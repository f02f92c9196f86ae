"""A rule is changed by two people: one proposes its next version, with what it would have cost; another approves."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import RuleState
from nuanxin.incentives.events import RuleMoved
from nuanxin.incentives.models import Deed, RuleVersion
from nuanxin.incentives.queries.rule_pages import RuleNotFound
from nuanxin.incentives.queries.rules import rule_of, rules_held
from nuanxin.incentives.queries.simulating import Simulated, simulate
from nuanxin.incentives.services.rule_checks import RuleData, check_rule
from nuanxin.incentives.workflow import RULE
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.workflow import Transition


class AlreadyProposed(Conflict):
    default_message = _("这条规则已经有一版在等人批。")
    default_hint = _("先批了那一版，或者请提的人收回，再提新的。")


class NothingChanged(Invalid):
    default_message = _("和现在的一模一样，没有什么要批的。")
    default_hint = _("先改一处，再提上去。")


class OwnProposal(NotAllowed):
    default_message = _("自己提的，不能自己批。")
    default_hint = _("请另一位有权限的同事来批。")


class ReasonMissing(Invalid):
    default_message = _("不同意要写一句原因。")
    default_hint = _("提的人会看到，好改了再提。")


KEPT = (
    "name_zh", "name_en", "conditions", "formula", "amount", "rule_per_day", "group_per_day", "all_per_day",
    "category_per_day", "team_per_day", "team_per_month", "leader_per_month", "near_amount", "first_places", "months",
)  # fmt: skip


def next_data(version: RuleVersion, *, effective_on: date | None = None, **said: Any) -> RuleData:
    """The version that follows: what is not `said` is as it was; `event`, `group` and `needs_two` always are."""
    start = timezone.make_aware(datetime.combine(effective_on, datetime.min.time())) if effective_on else None
    return RuleData(
        **({name: getattr(version, name) for name in KEPT} | said),
        event=version.event,
        group=version.group,
        needs_two=version.needs_two,
        effective_from=start,
    )


def dry_run(*, actor: Actor, code: str, data: RuleData, now: datetime) -> Simulated:
    """What the last thirty days would have given with it. Writes nothing. Raises `NotAllowed`, `BadRule`."""
    if not policy.permits(actor, "incentives.rules_propose"):
        raise NotAllowed
    check_rule(data, now=now)
    return simulate(rule_of(_version(code, data, now)), now=now)


def propose_rule(*, actor: Actor, code: str, data: RuleData, now: datetime) -> RuleVersion:
    """The next version, with its simulation, waits for another person. Audited. Publishes `RuleMoved`.

    Raises `NotAllowed`, `RuleNotFound`, `BadRule`, `AlreadyProposed`, `NothingChanged`.
    """
    found = dry_run(actor=actor, code=code, data=data, now=now)
    with transaction.atomic():
        rows = list(RuleVersion.objects.select_for_update().filter(code=code))
        if not rows:
            raise RuleNotFound
        if any(each.state == RuleState.PROPOSED for each in rows):
            raise AlreadyProposed
        version = _version(code, data, now)
        if _is_the_same(version, rows):
            raise NothingChanged
        version.number = max(each.number for each in rows) + 1
        version.sort = rows[0].sort
        version.state = RuleState.PROPOSED
        version.proposed_by_id = actor.assignment_id
        version.simulated = asdict(found)
        version.save(force_insert=True)
        _told(actor, "propose", version, now)
    return version


def _is_the_same(version: RuleVersion, rows: Iterable[RuleVersion]) -> bool:
    """As the version that was approved last: another person would be asked for nothing."""
    approved = [each for each in rows if each.state == RuleState.APPROVED]
    last = max(approved, key=lambda each: (each.effective_from, each.number), default=None)
    return last is not None and all(getattr(version, name) == getattr(last, name) for name in KEPT)


def step_rule(*, actor: Actor, public_id: UUID, name: str, because: str, now: datetime) -> RuleVersion:
    """Another than who proposed approves or refuses; who proposed it withdraws it. Audited.

    Approved, it holds from its day on, never earlier than now, and a deed of the journal says so.
    Publishes `RuleMoved`. Raises `KeyError` for a step that does not come after a proposal, `NotAllowed`,
    `RuleNotFound`, `OwnProposal`, `IllegalMove`, `ReasonMissing`.
    """
    move = RULE[name]
    if "" in move.sources:
        raise KeyError(name)
    if not policy.permits(actor, move.permission):
        raise NotAllowed
    with transaction.atomic():
        version = _locked(public_id)
        if name == "withdraw" and not _same_person(actor, version):
            raise NotAllowed
        if name != "withdraw" and (actor.assignment_id is None or _same_person(actor, version)):
            raise OwnProposal
        changes: dict[str, Any] = {"decided_at": now, "decided_because": said_why(move, because)}
        if name != "withdraw":
            changes["decided_by_id"] = actor.assignment_id
        if name == "approve":
            changes["effective_from"] = max(version.effective_from, now)
        RULE.step(version, name, **changes)
        if name == "approve":
            facts = {"code": version.code, "number": version.number}
            Deed.objects.create(
                name="incentives.RuleApproved", source=str(version.public_id), at=now, facts=facts
            )
            rules_held.changed()
        _told(actor, name, version, now)
    return version


def said_why(move: Transition, because: str) -> str:
    """The word that goes with a decision. Raises `ReasonMissing` where the step needs one."""
    text = because.strip()[:200]
    if "because" in move.required_fields and not text:
        raise ReasonMissing(fields={"because": ReasonMissing.default_message})
    return text


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


def _told(actor: Actor, action: str, version: RuleVersion, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.{action}_rule", object_type="incentives.rule",
        object_id=f"{version.code}:{version.number}", detail={"amount": version.amount}, now=now,
    )  # fmt: skip
    happened = RuleMoved(
        str(version.public_id),
        version.code,
        version.number,
        action,
        version.state,
        version.proposed_by_id or 0,
    )
    publish(happened, subject_id=None, scope_code=actor.scope_code, now=now)
