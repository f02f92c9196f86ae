"""It is something else than it was called: another category before it is dispatched, with that category's clocks.

The clocks of the new category start where the old ones did (`docs/suggestions.md`): no time is won, none is lost.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, ClockKind, Visibility
from nuanxin.cases.events import CaseRecategorised, TaskWithdrawn
from nuanxin.cases.models import Attachment, Case, Clock, Task
from nuanxin.cases.queries.besides import may_recategorise
from nuanxin.cases.queries.catalogue import Kind, kind_of, reportable_kind
from nuanxin.cases.queries.parties import is_party
from nuanxin.cases.services.clocks import (
    Start,
    cancel_clocks,
    new_clocks,
    plan_clocks,
    set_next_due,
    stop_or_cancel,
)
from nuanxin.cases.services.dispatching import dispatch_at_receipt
from nuanxin.cases.services.handing_off import hand_off, withdraw_hand_off
from nuanxin.cases.services.indexing import index_case
from nuanxin.cases.services.steps import MissingField, announce, locked_case, write_beside
from nuanxin.cases.workflow import TASK
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.files.services import delete_file

OF_THE_CASE = (
    ClockKind.TOTAL,
    ClockKind.RESPOND,
    ClockKind.SCREEN,
    ClockKind.MAKE_SAFE,
    ClockKind.DISPATCH,
)


class TooLateForAnotherCategory(Conflict):
    default_message = _("这件已经派出去了，不能直接改类别。")
    default_hint = _("请让接单的单位按“类别有误”退回，退回后再改。")


def recategorise_case(*, actor: Actor, case: Case, category: str, now: datetime, opinion: str = "") -> Case:
    """Change category, urgency, confidentiality and clocks; before dispatch, or after a return for its category (R3).

    What becomes danger to life is filed and dispatched at once; pictures of what becomes confidential are deleted.
    Publishes `CaseRecategorised`, for U1 `CaseFiled` and `TaskDispatched`, where it applies `CaseHandedOff`. Raises
    `TooLateForAnotherCategory`, `UnknownCategory`, `MissingField`.
    """
    kind = reportable_kind(category)
    with transaction.atomic():
        case = locked_case(actor, "cases.recategorise", case)
        if not may_recategorise(case):
            raise TooLateForAnotherCategory
        before = kind_of(case.category_id)
        if before.code == kind.code:
            raise MissingField(fields={"category": _("已经是这一类了，请选别的。")})
        withdraw_hand_off(case, now=now)
        _rename(case, kind)
        _keep_no_pictures_of_people(case, kind)
        _take_from_parties(case, kind, now=now)
        words = f"{before.name_zh} → {kind.name_zh}"
        said = f"{words}：{opinion.strip()}" if opinion.strip() else words
        write_beside(case, "recategorise", actor=actor, opinion=said[:300], now=now)
        _restart_clocks(case, kind, now=now)
        announce(case, CaseRecategorised(case.pk, case.number, before.code, kind.code), now=now)
        if kind.is_life_safety:
            dispatch_at_receipt(case, now=now)
        elif kind.handoff and case.state == CaseState.FILED:
            hand_off(case, now=now)
        set_next_due(case)
    return case


def _rename(case: Case, kind: Kind) -> None:
    case.category_id, case.urgency = kind.code, kind.urgency
    case.visibility = Visibility.CONFIDENTIAL if kind.is_confidential else Visibility.NORMAL
    case.save(update_fields=["category", "urgency", "visibility"])
    index_case(case)


def _keep_no_pictures_of_people(case: Case, kind: Kind) -> None:
    """None are kept of people in need (`domain.md` §0.3 law 23), nor of a crime or a rescue under way."""
    if not kind.is_confidential:
        return
    pictures = Attachment.objects.filter(case=case)
    files = list(pictures.values_list("file_id", flat=True))
    pictures.delete()
    for file_id in files:
        delete_file(file_id=file_id)


def _take_from_parties(case: Case, kind: Kind, *, now: datetime) -> None:
    """What turns out to be a complaint about whoever still has a part in it is theirs no longer."""
    if not kind.about_party:
        return
    for task in Task.objects.filter(case=case, ended_at=None).select_related("organisation"):
        if is_party(kind, task.organisation, case.compound):
            cancel_clocks(case, task=task, now=now)
            TASK.step(task, "withdraw", ended_at=now)
            announce(case, TaskWithdrawn(case.pk, case.number, task.pk, task.organisation_id), now=now)


def _restart_clocks(case: Case, kind: Kind, *, now: datetime) -> None:
    """Those that run are cancelled, late ones stay late; the new ones start at the same moments."""
    running = Clock.objects.filter(case=case, task=None, stopped_at=None, kind__in=OF_THE_CASE)
    since: dict[str, datetime] = dict(running.values_list("kind", "started_at"))
    stop_or_cancel(running, now=now)
    wanted = _urgent_starts(case, since) if kind.is_life_safety else _usual_starts(case, kind, since, now=now)
    case.due_at = None
    planned: list[Clock] = []
    for name, start in wanted.items():  # the total first: no stage may end after it
        clocks = plan_clocks(case, [Start(name)], now=start)
        if name == ClockKind.TOTAL and clocks:
            case.due_at = clocks[0].due_at
        planned += clocks
    new_clocks.write(*planned)
    Case.objects.filter(pk=case.pk).update(due_at=case.due_at)


def _usual_starts(
    case: Case, kind: Kind, since: Mapping[str, datetime], *, now: datetime
) -> dict[str, datetime]:
    wanted: dict[str, datetime] = {name: since[name] for name in OF_THE_CASE if name in since}
    if ClockKind.TOTAL in since:
        wanted.setdefault(ClockKind.MAKE_SAFE, since[ClockKind.TOTAL])
    if ClockKind.SCREEN in since and not _was_answered(case):
        wanted.setdefault(ClockKind.RESPOND, case.reported_at)
    if case.state == CaseState.FILED:
        wanted.setdefault(ClockKind.DISPATCH, now)
        if kind.handoff:
            del wanted[ClockKind.DISPATCH]
    return wanted


def _urgent_starts(case: Case, since: Mapping[str, datetime]) -> dict[str, datetime]:
    """As at receipt: total, response and danger under control, all from when it was reported."""
    wanted: dict[str, datetime] = {
        ClockKind.TOTAL.value: case.reported_at,
        ClockKind.RESPOND.value: case.reported_at,
        ClockKind.MAKE_SAFE.value: case.reported_at,
    }
    if ClockKind.RESPOND not in since and _was_answered(case):
        del wanted[ClockKind.RESPOND.value]
    return wanted


def _was_answered(case: Case) -> bool:
    """Somebody has taken it up already."""
    return case.state != CaseState.REPORTED
