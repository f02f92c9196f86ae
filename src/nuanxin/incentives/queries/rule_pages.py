"""Rules and big awards as staff read them."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import Formula, GrantState, RuleState
from nuanxin.incentives.models import Grant, RuleVersion
from nuanxin.incentives.workflow import RULE
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.words import seen
from nuanxin.kernel.workflow import Transition

# What a deed is called for whoever reads a rule; a context that is not there yet is said to be.
EVENTS: dict[str, str | Promise] = {
    "cases.TaskDispatched": _("上报有单位接"),
    "cases.CaseFiled": _("上报立案"),
    "cases.CaseClosed": _("上报办结、核查过"),
    "cases.CaseConfirmed": _("也看到了同一件"),
    "cases.CaseMerged": _("和别人报的并成一件"),
    "cases.CaseRejected": _("上报不予受理"),
    "incentives.GrantApproved": _("两个人批的一笔"),
    "incentives.TeamAwarded": _("队长给队员的一笔"),
    "volunteering.HoursRecorded": _("志愿服务记录在案"),
    "volunteering.DidNotCome": _("报了名没来"),
    "places.KitchenLookedAt": _("开放日去后厨看过、填了表"),
    "learning.CoursePassed": _("通过一门课（课程还没有开）"),
    "cobuild.MeetingAttended": _("参加一次议事（议事还没有开）"),
}
MOST = 60
ON, OFF, WAITING = "on", "off", "waiting"
RULE_STATES = ((ON, _("启用")), (OFF, _("没启用")), (WAITING, _("等另一位批")))


class RuleNotFound(NotFound):
    default_message = _("没有这条规则。")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFilters:
    """`state`: of `RULE_STATES`; `words`: in its names, its code or what it listens to."""

    event: str = ""
    state: str = ""
    words: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.event or self.state or self.words)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """`is_waiting`: its next version waits for a second person."""

    version: RuleVersion
    event: str | Promise
    worth: str | Promise
    caps: list[str]
    is_waiting: bool = False

    @property
    def is_on(self) -> bool:
        return self.version.amount != 0

    @property
    def states(self) -> tuple[str, ...]:
        """A rule that gives something and waits is in both lists."""
        return (ON if self.is_on else OFF, *((WAITING,) if self.is_waiting else ()))


@dataclass(frozen=True, slots=True)
class Change:
    what: str | Promise
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RulePage:
    """`held`: the version that holds; `proposal`: what waits for a second person."""

    held: RuleVersion
    row: RuleRow
    proposal: RuleVersion | None
    proposed: RuleRow | None
    versions: list[RuleVersion]

    @property
    def history(self) -> list[RuleRow]:
        return [row_of(each) for each in self.versions]

    @property
    def changes(self) -> list[Change]:
        """All that the proposal changes: who approves it has seen each of them."""
        if self.proposal is None:
            return []
        pairs = zip(_told(self.held), _told(self.proposal), strict=True)
        return [Change(what, old, new) for (what, old), (_what, new) in pairs if old != new]


def rules_now(now: datetime) -> list[RuleRow]:
    """What holds of each rule, in their order; one statement."""
    in_force = Q(state=RuleState.APPROVED, effective_from__lte=now)
    rows = list(RuleVersion.objects.filter(in_force | Q(state=RuleState.PROPOSED)))
    waiting = {each.code for each in rows if each.state == RuleState.PROPOSED}
    held: dict[str, RuleVersion] = {}
    for each in sorted(rows, key=lambda each: (each.effective_from, each.number)):
        if each.state == RuleState.APPROVED:
            held[each.code] = each
    ordered = sorted(held.values(), key=lambda each: (each.sort, each.code))
    return [row_of(each, is_waiting=each.code in waiting) for each in ordered]


def narrowed(rows: Iterable[RuleRow], filters: RuleFilters) -> list[RuleRow]:
    """Of the few dozen that there are."""
    words = _folded(seen(filters.words))
    return [
        row
        for row in rows
        if filters.event in ("", row.version.event)
        and (not filters.state or filters.state in row.states)
        and words in _folded(f"{row.version.name_zh} {row.version.name_en} {row.version.code} {row.event}")
    ]


def events_of(rows: Iterable[RuleRow]) -> list[tuple[str, str | Promise]]:
    """For the filter: what these rules listen to."""
    return list({row.version.event: row.event for row in rows}.items())


def _folded(text: str) -> str:
    """Letters of either width and case are the same."""
    return unicodedata.normalize("NFKC", text).casefold()


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


def row_of(version: RuleVersion, *, is_waiting: bool = False) -> RuleRow:
    event = EVENTS.get(version.event, version.event)
    return RuleRow(version, event, worth_of(version), caps_of(version), is_waiting)


def _told(version: RuleVersion) -> list[tuple[str | Promise, str]]:
    """Everything of a version that a proposal may change, in words."""
    return [
        (_("名称"), version.name_zh),
        (_("英文名称"), version.name_en),
        (_("给多少"), worth_of(version)),
        (_("附加条件"), conditions_shown(version)),
        (_("上限"), "；".join(caps_of(version))),
        (_("多少个月有效"), str(version.months)),
    ]


def conditions_shown(version: RuleVersion) -> str:
    """As they are written: `outcome=solved|explained; line=x`."""
    return "; ".join(f"{fact}={'|'.join(values)}" for fact, values in version.conditions.items())


def worth_of(version: RuleVersion) -> str:
    if version.formula == Formula.HOURS:
        return str(_("每小时 %d 分 × 服务质量") % version.amount)
    if not version.amount:
        return str(_("0 分（没有开）"))
    if version.formula == Formula.GIVEN:
        return str(_("每次最多 %d 分，由队长定") % version.amount)
    return str(_("每次 %d 分") % version.amount)


def caps_of(version: RuleVersion) -> list[str]:
    caps = (
        (version.rule_per_day, _("这一条每天最多 %d")),
        (version.group_per_day, _("这一类每天最多 %d")),
        (version.all_per_day, _("所有的每天最多 %d")),
        (version.category_per_day, _("同一类事项每天最多 %d")),
        (version.team_per_day, _("一支队每天最多 %d")),
        (version.team_per_month, _("一支队每月最多 %d")),
        (version.leader_per_month, _("一位队长每月最多给一支队 %d")),
        (version.first_places, _("只给前 %d 位")),
    )
    found = [str(words % cap) for cap, words in caps if cap]
    if version.near_amount is not None:
        found.append(str(_("同一处七天内再报给 %d") % version.near_amount))
    if version.needs_two:
        found.append(str(_("每一笔都要两个人批")))
    return found


def version(public_id: UUID) -> RuleVersion:
    """Raises `RuleNotFound`."""
    found = RuleVersion.objects.filter(public_id=public_id).select_related("proposed_by").first()
    if found is None:
        raise RuleNotFound
    return found


def moves_of(actor: Actor, version: RuleVersion) -> list[Transition]:
    """Who proposed it may take it back, anybody else with the permission decides."""
    if version.state != RuleState.PROPOSED:
        return []
    own = is_own(actor, version)
    return [each for each in RULE.available(actor, version) if (each.name == "withdraw") == own]


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
