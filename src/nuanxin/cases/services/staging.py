"""A repair in stages: make safe, hold for now, mend for good; the reporter hears of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ClockKind, PhotoKind, StageKind, TaskState
from nuanxin.cases.events import HazardContained, RepairPlanned, RepairStageDone, RepairStageLate
from nuanxin.cases.models import Case, CaseLog, Clock, RepairStage, Task
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.services.clocks import set_next_due, stop_clocks
from nuanxin.cases.services.steps import (
    MissingField,
    Photo,
    announce,
    locked_task,
    require_photo,
    require_text,
    write_log,
)
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict

ORDER = {kind: position for position, kind in enumerate(StageKind.values)}
AT_WORK = frozenset({TaskState.ACCEPTED, TaskState.IN_PROGRESS})
FURTHEST = timedelta(days=366)
NAME_LENGTH = 40
BATCH = 200


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """What is to be done by when; `name` is read by the reporter (“盖临时盖板”)."""

    kind: str
    name: str
    planned_for: datetime


class NothingPlanned(Conflict):
    default_message = _("没有还没完成的这一步。")
    default_hint = _("请先排好分几步修，或直接提交结果。")


class NotAccepted(Conflict):
    default_message = _("先接单，再安排分几步修。")


def plan_repair(*, actor: Actor, task: Task, plan: Sequence[PlannedStage], now: datetime) -> Case:
    """The lead unit says in which stages it repairs, and by when. Publishes `RepairPlanned`.

    A new plan takes the place of what is not done yet. Raises `Invalid` with a field for each stage, `NotAccepted`.
    """
    with transaction.atomic():
        case, task = locked_task(actor, "cases.plan_repair", task)
        if task.state not in AT_WORK:
            raise NotAccepted
        done = set(
            RepairStage.objects.filter(task=task, done_at__isnull=False).values_list("kind", flat=True)
        )
        stages = _checked([stage for stage in plan if stage.kind not in done], bool(done), now=now)
        RepairStage.objects.filter(task=task, done_at=None).delete()
        RepairStage.objects.bulk_create(
            RepairStage(
                case=case,
                task=task,
                organisation_id=task.organisation_id,
                kind=stage.kind,
                name=stage.name.strip(),
                planned_for=stage.planned_for,
            )
            for stage in stages
        )
        words = " → ".join(stage.name.strip() for stage in stages)
        _write(case, task, "plan_repair", words, (), actor=actor, now=now)
        planned = RepairPlanned(
            case.pk, case.number, task.organisation_id, "|".join(stage.kind for stage in stages)
        )
        announce(case, planned, now=now)
    return case


def finish_stage(
    *,
    actor: Actor,
    task: Task,
    stage: str,
    opinion: str,
    photos: Sequence[Photo],
    now: datetime,
) -> Case:
    """A stage before the last is done: a picture and a sentence that the reporter reads. Publishes `RepairStageDone`.

    The last one is done by handing in the result. Making safe also stops its clock and publishes `HazardContained`.
    """
    text = require_text("opinion", opinion, _("请写一句做好了什么、接下来做什么，上报人会看到。"))
    with transaction.atomic():
        case, task = locked_task(actor, "cases.plan_repair", task)
        rows = RepairStage.objects.select_for_update().filter(task=task, done_at=None)
        row = rows.exclude(kind=StageKind.FINAL).filter(kind=stage).first()
        if row is None:
            raise NothingPlanned
        if not kind_of(case.category_id).is_confidential:
            require_photo(photos, PhotoKind.AFTER)
        log = _write(case, task, "finish_stage", text, photos, actor=actor, now=now)
        RepairStage.objects.filter(pk=row.pk).update(done_at=now, log=log)
        if row.kind == StageKind.MAKE_SAFE:
            _contain(case, task, now=now)
        following = rows.exclude(pk=row.pk).order_by("planned_for").first()
        announce(case, _done(row, following, case), now=now)
    return case


def finish_made_safe(task: Task, log: CaseLog, *, now: datetime) -> None:
    """Danger under control is the first planned stage, when there is one."""
    RepairStage.objects.filter(task=task, kind=StageKind.MAKE_SAFE, done_at=None).update(done_at=now, log=log)


def finish_by_result(task: Task, log: CaseLog, *, now: datetime) -> None:
    """The result is the last stage; what was planned before it and left out is no longer to come."""
    open_stages = RepairStage.objects.filter(task=task, done_at=None)
    open_stages.filter(kind=StageKind.FINAL).update(done_at=now, log=log)
    open_stages.delete()


def notice_late_stages(*, now: datetime) -> int:
    """A planned day has gone by: the unit's head hears it, once. Publishes `RepairStageLate`. Call until 0."""
    with transaction.atomic():
        late = (
            RepairStage.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(done_at=None, noticed_at=None, planned_for__lt=now)
            .filter(case__closed_at=None, task__ended_at=None)
            .select_related("case")
            .order_by("planned_for")[:BATCH]
        )
        stages = list(late)
        RepairStage.objects.filter(pk__in=[stage.pk for stage in stages]).update(noticed_at=now)
        for stage in stages:
            case = stage.case
            announce(
                case,
                RepairStageLate(case.pk, case.number, stage.pk, stage.kind, stage.organisation_id),
                now=now,
            )
    return len(stages)


def _checked(
    plan: Sequence[PlannedStage],
    goes_on: bool,  # noqa: FBT001  -- whether some of it is done
    *,
    now: datetime,
) -> list[PlannedStage]:
    stages = sorted(plan, key=lambda stage: ORDER.get(stage.kind, len(ORDER)))
    if any(stage.kind not in ORDER for stage in stages) or len({s.kind for s in stages}) < len(stages):
        raise MissingField(fields={"plan": _("每个阶段只能排一次。")})
    if not stages or stages[-1].kind != StageKind.FINAL:
        raise MissingField(fields={"final": _("最后一步要写什么时候彻底修好。")})
    if len(stages) < 2 and not goes_on:
        raise MissingField(fields={"plan": _("只有一步就不用分步，修好直接提交结果。")})
    before = now
    for stage in stages:
        if not stage.name.strip() or len(stage.name.strip()) > NAME_LENGTH:
            raise MissingField(fields={stage.kind: _("请用几个字写这一步做什么。")})
        if stage.planned_for <= before or stage.planned_for > now + FURTHEST:
            raise MissingField(fields={stage.kind: _("日期要在现在以后、在前一步以后，一年以内。")})
        before = stage.planned_for
    return stages


def _contain(case: Case, task: Task, *, now: datetime) -> None:
    if not Clock.objects.filter(case=case, kind=ClockKind.MAKE_SAFE, stopped_at=None).exists():
        return
    stop_clocks(case, ClockKind.MAKE_SAFE, now=now)
    set_next_due(case)
    announce(case, HazardContained(case.pk, case.number, task.organisation_id), now=now)


def _done(row: RepairStage, following: RepairStage | None, case: Case) -> RepairStageDone:
    return RepairStageDone(
        case.pk,
        case.number,
        row.pk,
        row.kind,
        row.organisation_id,
        following.kind if following else "",
        following.planned_for.isoformat() if following else "",
    )


def _write(
    case: Case,
    task: Task,
    action: str,
    text: str,
    photos: Sequence[Photo],
    *,
    actor: Actor,
    now: datetime,
) -> CaseLog:
    return write_log(
        case,
        action=action,
        actor=actor,
        now=now,
        from_state=task.state,
        to_state=task.state,
        since=task.claimed_at or task.dispatched_at,
        opinion=text,
        task=task,
        photos=photos,
    )
