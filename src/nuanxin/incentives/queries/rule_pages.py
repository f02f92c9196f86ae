"""Rules and big awards as staff read them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import Formula, GrantState, RuleState
from nuanxin.incentives.models import Grant, RuleVersion
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound

# What a deed is called for whoever reads a rule; a context that is not there yet is said to be.
EVENTS: dict[str, str | Promise] = {
    "cases.TaskDispatched": _("上报有单位接"),
    "cases.CaseFiled": _("上报立案"),
    "cases.CaseClosed": _("上报办结、核查过"),
    "cases.CaseConfirmed": _("也看到了同一件"),
    "cases.CaseMerged": _("和别人报的并成一件"),
    "cases.CaseRejected": _("上报不予受理"),
    "incentives.GrantApproved": _("两个人批的一笔"),
    "volunteering.HoursRecorded": _("志愿服务记录在案"),
    "volunteering.DidNotCome": _("报了名没来"),
    "learning.CoursePassed": _("通过一门课（课程还没有开）"),
    "cobuild.MeetingAttended": _("参加一次议事（议事还没有开）"),
}
MOST = 60


class RuleNotFound(NotFound):
    default_message = _("没有这条规则。")


@dataclass(frozen=True, slots=True)
class RuleRow:
    version: RuleVersion
    event: str | Promise
    worth: str | Promise
    caps: list[str]


@dataclass(frozen=True, slots=True)
class RulePage:
    """`held`: the version that holds; `proposal`: what waits for a second person."""

    held: RuleVersion
    row: RuleRow
    proposal: RuleVersion | None
    proposed: RuleRow | None
    versions: list[RuleVersion]


def rules_now(now: datetime) -> list[RuleRow]:
    rows = RuleVersion.objects.filter(state=RuleState.APPROVED, effective_from__lte=now)
    held = {each.code: each for each in rows.order_by("effective_from", "number")}
    return [row_of(each) for each in sorted(held.values(), key=lambda each: (each.sort, each.code))]


def proposals() -> list[RuleRow]:
    return [row_of(each) for each in RuleVersion.objects.filter(state=RuleState.PROPOSED)]


def rule_page(code: str, now: datetime) -> RulePage:
    """Raises `RuleNotFound`."""
    rows = RuleVersion.objects.filter(code=code).select_related("proposed_by", "decided_by")
    versions = list(rows.order_by("-number"))
    holding = [each for each in versions if each.state == RuleState.APPROVED and each.effective_from <= now]
    if not holding:
        raise RuleNotFound
    held = max(holding, key=lambda each: (each.effective_from, each.number))
    proposal = next((each for each in versions if each.state == RuleState.PROPOSED), None)
    return RulePage(held, row_of(held), proposal, row_of(proposal) if proposal else None, versions)


def row_of(version: RuleVersion) -> RuleRow:
    return RuleRow(version, EVENTS.get(version.event, version.event), worth_of(version), caps_of(version))


def worth_of(version: RuleVersion) -> str:
    if version.formula == Formula.HOURS:
        return str(_("每小时 %d 分 × 服务质量") % version.amount)
    if not version.amount:
        return str(_("0 分（没有开）"))
    return str(_("每次 %d 分") % version.amount)


def caps_of(version: RuleVersion) -> list[str]:
    caps = (
        (version.rule_per_day, _("这一条每天最多 %d")),
        (version.group_per_day, _("这一类每天最多 %d")),
        (version.all_per_day, _("所有的每天最多 %d")),
        (version.category_per_day, _("同一类事项每天最多 %d")),
        (version.first_places, _("只给前 %d 位")),
    )
    found = [str(words % cap) for cap, words in caps if cap]
    if version.near_amount is not None:
        found.append(str(_("同一处七天内再报给 %d") % version.near_amount))
    if version.needs_two:
        found.append(str(_("每一笔都要两个人批")))
    return found


def code_of(public_id: UUID) -> str:
    """Raises `RuleNotFound`."""
    code = RuleVersion.objects.filter(public_id=public_id).values_list("code", flat=True).first()
    if code is None:
        raise RuleNotFound
    return code


def is_own(actor: Actor, version: RuleVersion) -> bool:
    return version.proposed_by is not None and version.proposed_by.person_id == actor.person_id


@dataclass(frozen=True, slots=True)
class GrantRow:
    grant: Grant
    is_own: bool


def listed_grants(actor: Actor) -> list[GrantRow]:
    """Those of the actor's area, what waits first. Whose they are is in none of them."""
    allowed = policy.rule("incentives.grant_propose", actor) | policy.rule("incentives.grant_approve", actor)
    rows = Grant.objects.filter(allowed).select_related("proposed_by")
    waiting = list(rows.filter(state=GrantState.PROPOSED)[:MOST])
    decided = list(rows.filter(~Q(state=GrantState.PROPOSED))[:MOST])
    return [
        GrantRow(each, bool(each.proposed_by and each.proposed_by.person_id == actor.person_id))
        for each in (*waiting, *decided)
    ]
