"""Many cases before one step: which of them let this actor do it, whom each should go to, and why the others not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import BulkRow, BulkRun, Case
from nuanxin.cases.queries.lines import Line, queue_lines
from nuanxin.cases.queries.page import FRESH
from nuanxin.cases.queries.parties import without_parties
from nuanxin.cases.queries.routing import GatheredGround, Suggestion, suggest_units
from nuanxin.cases.workflow import CASE
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import Organisation

BULK_MOST = 50
BULK_STEPS: Mapping[str, str] = {"dispatch": "cases.dispatch", "pass": "cases.verify"}
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Candidate:
    """One selected case. `why_not` is empty for one that may be done; `suggestions` only for a dispatch."""

    line: Line
    why_not: Text
    hint: Text
    suggestions: Sequence[Suggestion] = ()
    around: Sequence[Organisation] = ()

    @property
    def case(self) -> Case:
        return self.line.case

    @property
    def community(self) -> Suggestion | None:
        return next((each for each in self.suggestions if each.role == "community"), None)

    @property
    def lead(self) -> Suggestion | None:
        """Whom the rules would give it to; the community itself where nobody else is in charge."""
        return next((each for each in self.suggestions if each.role == "lead"), None) or self.community

    @property
    def assists(self) -> list[Suggestion]:
        return [each for each in self.suggestions if each.role == "assist"]


def candidates(actor: Actor, step: str, numbers: Sequence[str]) -> list[Candidate]:
    """The selected cases that the actor may see, in the order of the selection; six statements at most."""
    rows = Case.objects.filter(policy.rule("cases.view", actor), number__in=list(numbers)[:BULK_MOST])
    cases = list(rows.select_related("lead_organisation", "compound"))
    allowed = _allowed(actor, step, cases)
    lines = queue_lines(actor, cases)
    ground = GatheredGround(cases) if step == "dispatch" and cases else None
    found = {line.case.number: _candidate(actor, step, line, allowed, ground) for line in lines}
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def _allowed(actor: Actor, step: str, cases: Iterable[Case]) -> set[int]:
    rows = Case.objects.filter(policy.rule(BULK_STEPS[step], actor), pk__in=[case.pk for case in cases])
    return set(rows.values_list("pk", flat=True))


def _candidate(
    actor: Actor, step: str, line: Line, allowed: set[int], ground: GatheredGround | None
) -> Candidate:
    why_not, hint = _why_not(actor, step, line.case, may=line.case.pk in allowed)
    if ground is None:
        return Candidate(line, why_not, hint)
    around = without_parties(line.case, ground.around(line.case))
    return Candidate(line, why_not, hint, suggest_units(line.case, ground), around)


def _why_not(actor: Actor, step: str, case: Case, *, may: bool) -> tuple[Text, Text]:
    sources = {*CASE[step].sources, *(FRESH if step == "dispatch" else ())}
    if case.state not in sources:
        state = CaseState(case.state).label
        return _("现在是“%(state)s”，轮不到这一步。") % {"state": state}, _WHEN[step]
    if may:
        return "", ""
    if step == "pass" and case.handled_by_id is not None and case.handled_by_id == actor.organisation_id:
        return _("是您单位自己办的，不能自己核查。"), _("请街道或别的单位核查。")
    if step == "pass":
        return _("您上报过，或者交过它的结果，不能由您核查。"), _("请换一位同事核查。")
    return _("您现在的身份不能做这一步。"), _("如果您有别的身份，请在右上角切换后再试。")


_WHEN: Mapping[str, Text] = {
    "dispatch": _("还没派、被退回或重新打开的才能派单；点开看看它到了哪一步。"),
    "pass": _("处理单位提交结果以后才能核查；点开看看它到了哪一步。"),
}


def standing(actor: Actor, step: str, number: str) -> tuple[str, str]:
    """Why this actor cannot do the step with the case, and what to do; empty for a case that they cannot see."""
    for each in candidates(actor, step, [number]):
        return str(each.why_not), str(each.hint)
    return "", ""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One row of a result: what became of it, and the case as it is now, if it can still be seen."""

    row: BulkRow
    line: Line | None


@dataclass(frozen=True, slots=True)
class RunPage:
    run: BulkRun
    lines: Sequence[RunLine]
    at: datetime

    @property
    def refused(self) -> list[RunLine]:
        return [each for each in self.lines if not each.row.is_done]

    @property
    def done(self) -> list[RunLine]:
        return [each for each in self.lines if each.row.is_done]


def run_page(actor: Actor, public_id: UUID) -> RunPage:
    """The actor's own run with its rows; four statements. Raises `NotFound`."""
    if actor.assignment_id is None:
        raise NotFound
    run = BulkRun.objects.filter(public_id=public_id, assignment_id=actor.assignment_id).first()
    if run is None:
        raise NotFound
    rows = list(run.rows.all())
    cases = Case.objects.filter(
        policy.rule("cases.view", actor), number__in=[row.case_number for row in rows]
    )
    lines = queue_lines(actor, list(cases.select_related("lead_organisation", "compound")))
    known = {line.case.number: line for line in lines}
    return RunPage(run, [RunLine(row, known.get(row.case_number)) for row in rows], run.at)


STEPS_OF_TAB: Mapping[str, tuple[str, ...]] = {
    "screen": ("dispatch",),
    "dispatch": ("dispatch",),
    "verify": ("pass",),
    "overdue": ("dispatch", "pass"),
    "open": ("dispatch", "pass"),
}


def steps_for(actor: Actor, tab: str) -> list[str]:
    """What may be done for many rows of this tab; a checkbox is drawn only where there is something."""
    return [step for step in STEPS_OF_TAB.get(tab, ()) if policy.permits(actor, BULK_STEPS[step])]
