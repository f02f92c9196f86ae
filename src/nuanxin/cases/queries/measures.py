"""Kind notices, measures and the stages of a repair: of one case, and what a unit has to look at again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Desk, MeasureKind, StageKind, TaskRole, TaskState
from nuanxin.cases.models import Case, Measure, RepairStage, Task
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.lines import Line, queue_lines
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound

PAGE_SIZE = 50
EXPORT_MOST = 5000
Text = str | Promise
AT_WORK = (TaskState.CLAIMED, TaskState.ACCEPTED, TaskState.IN_PROGRESS)
STAGED = (TaskState.ACCEPTED, TaskState.IN_PROGRESS)
OPEN_NOTICE = Q(kind=MeasureKind.NOTICE, looked_at__isnull=True, case__closed_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: Text
    where: Q = field(default_factory=Q)


TABS = (
    Tab("due", _("该回头看"), OPEN_NOTICE),
    Tab("waiting", _("还没到时间"), OPEN_NOTICE),
    Tab("heeded", _("改好了"), Q(kind=MeasureKind.NOTICE, complied=True)),
    Tab("unheeded", _("没有改"), Q(kind=MeasureKind.NOTICE, complied=False)),
    Tab("further", _("管理和处罚"), Q(kind__in=[MeasureKind.MANAGEMENT, MeasureKind.PENALTY])),
)


def tab_named(name: str) -> Tab:
    return next((tab for tab in TABS if tab.name == name), TABS[0])


def measures_of(case: Case) -> list[Measure]:
    """The latest last; none without a statement where the category has no kind notice."""
    if kind_of(case.category_id).notice_within is None:
        return []
    return list(Measure.objects.filter(case=case).select_related("organisation"))


def measure_for(case: Case, measure_id: int) -> Measure:
    """A notice of the case, to be printed. Raises `NotFound`."""
    rows = Measure.objects.filter(case=case, pk=measure_id, kind=MeasureKind.NOTICE)
    row = rows.select_related("organisation").first()
    if row is None:
        raise NotFound
    return row


def stages_of(case: Case) -> list[RepairStage]:
    return list(RepairStage.objects.filter(case=case).select_related("organisation"))


def measures_in(actor: Actor, tab: Tab, *, now: datetime) -> QuerySet[Measure]:
    """Those of the cases that the actor sees, narrowed to the own organisation where the actor works for one case."""
    rows = Measure.objects.filter(tab.where, case__in=Case.objects.filter(policy.rule("cases.view", actor)))
    if actor.extent("cases.view") not in {"area", "all"}:
        rows = rows.filter(organisation=actor.organisation_id)
    if tab.name == "due":
        rows = rows.filter(comply_by__lte=now)
    if tab.name == "waiting":
        rows = rows.filter(comply_by__gt=now)
    open_tab = tab.name in {"due", "waiting"}
    return rows.select_related("case__compound", "case__lead_organisation", "organisation").order_by(
        *(("comply_by", "id") if open_tab else ("-at", "-id"))
    )


def measure_lines(actor: Actor, tab: Tab, *, now: datetime, start: int = 0) -> list[tuple[Measure, Line]]:
    """A page and one row more, each with its case as the lists show it; two statements."""
    rows = list(measures_in(actor, tab, now=now)[start : start + PAGE_SIZE + 1])
    return list(zip(rows, queue_lines(actor, [row.case for row in rows]), strict=True))


def tab_counts(actor: Actor, *, now: datetime) -> dict[str, int]:
    """How many each tab has; one statement."""
    rows = measures_in(actor, Tab("", ""), now=now).order_by()
    wheres = {tab.name: tab.where for tab in TABS}
    wheres["due"] &= Q(comply_by__lte=now)
    wheres["waiting"] &= Q(comply_by__gt=now)
    return rows.aggregate(**{name: Count("pk", filter=where) for name, where in wheres.items()})


def ratio(actor: Actor, *, since: datetime, until: datetime) -> dict[str, int]:
    """Notices : management : penalties in a period (indicator 36)."""
    rows = measures_in(actor, Tab("", ""), now=until).order_by().filter(at__gte=since, at__lt=until)
    return rows.aggregate(**{kind: Count("pk", filter=Q(kind=kind)) for kind in MeasureKind.values})


def moves_of_handling(
    actor: Actor, case: Case, tasks: Sequence[Task], *, now: datetime
) -> list[tuple[str, Task | None]]:
    """The buttons for notices, measures and stages, on the own organisation's task."""
    own = next((task for task in tasks if _works_on(actor, task)), None)
    if own is None or case.desk != Desk.HANDLE:
        return []
    return [(name, own) for name in (*_measures(actor, case, own, now), *_stages(actor, case, own))]


def _works_on(actor: Actor, task: Task) -> bool:
    return task.organisation_id == actor.organisation_id and task.state in AT_WORK


def _measures(actor: Actor, case: Case, own: Task, now: datetime) -> list[str]:
    if kind_of(case.category_id).notice_within is None or not policy.allows(actor, "cases.measure", own):
        return []
    measures = measures_of(case)
    notices = [each for each in measures if each.is_open_notice]
    mine = [each for each in notices if each.organisation_id == own.organisation_id]
    unheeded = any(each.complied is False for each in measures)
    managed = any(each.kind == MeasureKind.MANAGEMENT for each in measures)
    found = ["look_again"] if mine else []
    found.append("kind_notice")
    if unheeded or case.is_urgent:
        found.append("manage")
    if (managed or case.is_urgent) and policy.allows(actor, "cases.penalise", own):
        found.append("penalise")
    return found


def _stages(actor: Actor, case: Case, own: Task) -> list[str]:
    if own.role != TaskRole.LEAD or own.state not in STAGED:
        return []
    if not policy.allows(actor, "cases.plan_repair", own):
        return []
    rows = RepairStage.objects.filter(task=own, done_at=None).exclude(kind=StageKind.FINAL)
    return ["finish_stage", "plan_repair"] if rows.exists() else ["plan_repair"]
