"""Several reports of one thing become one case (并案), and go their own ways again where that was a mistake (分案)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, ClockKind, Visibility
from nuanxin.cases.events import CaseMerged, CaseSplit
from nuanxin.cases.models import Case, Task
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.services.clocks import Start, cancel_clocks, set_next_due, start_clocks
from nuanxin.cases.services.confirming import set_heat
from nuanxin.cases.services.handing_off import withdraw_hand_off
from nuanxin.cases.services.steps import (
    MissingField,
    announce,
    locked_case,
    move_case,
    refusal,
    require_text,
    write_log,
)
from nuanxin.cases.workflow import TASK
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, NotAllowed

CANNOT_HOLD = (CaseState.REJECTED, CaseState.ARCHIVED)


class StillTalkedAbout(Conflict):
    default_message = _("这件事正在会商或挂账，现在不能并案。")
    default_hint = _("先把会商或挂账结束，再并案；也可以把另一件并到这一件来。")


class MergedMeanwhile(Conflict):
    default_message = _("那一件不能作为主案。")
    default_hint = _("它已经不予受理、归档，或者已经并到这一件里。请刷新后再选。")


def merge_case(*, actor: Actor, case: Case, parent: str, now: datetime, opinion: str = "") -> Case:
    """Handle this report as part of the case with the number `parent`; what was merged into this one goes along.

    Its tasks and clocks end; its reporter hears all progress from now on. Publishes `CaseMerged`. Raises
    `MissingField`, `StillTalkedAbout`, `MergedMeanwhile`.
    """
    if not policy.permits(actor, "cases.merge"):
        raise NotAllowed
    if not policy.allows(actor, "cases.merge", case):
        raise refusal(actor, case)
    with transaction.atomic():
        root_id = _root_of(actor, case, parent)
        _lock_in_order(case.pk, root_id)
        case = locked_case(actor, "cases.merge", case)
        root = Case.objects.get(pk=root_id)
        _check(case, root)
        children = list(Case.objects.filter(parent=case).order_by("pk"))
        move_case(case, "merge", actor=actor, now=now, opinion=opinion.strip(), parent=root)
        _end_work(case, now=now)
        Case.objects.filter(pk__in=[child.pk for child in children]).update(parent=root)
        set_heat(case)
        set_heat(root)
        _note(root, "absorb", case, actor=actor, now=now)
        for merged in (case, *children):
            happened = CaseMerged(merged.pk, merged.number, merged.category_id, root.pk, root.number)
            announce(merged, happened, now=now)
    return case


def split_case(*, actor: Actor, case: Case, opinion: str, now: datetime) -> Case:
    """Undo a merge: the report waits for its screening again, as on the first day. Publishes `CaseSplit`."""
    text = require_text("opinion", opinion, _("请写一句为什么不是同一件。"))
    with transaction.atomic():
        if case.parent_id:
            _lock_in_order(case.pk, case.parent_id)
        case = locked_case(actor, "cases.merge", case)
        root = case.parent
        move_case(case, "split", actor=actor, now=now, opinion=text, parent=None, closed_at=None, due_at=None)
        start_clocks(case, [Start(ClockKind.RESPOND), Start(ClockKind.SCREEN)], now=now)
        set_next_due(case)
        set_heat(case)
        if root is not None:
            set_heat(root)
            _note(root, "release", case, actor=actor, now=now)
            happened = CaseSplit(case.pk, case.number, case.category_id, root.pk, root.number)
            announce(case, happened, now=now)
    return case


def _root_of(actor: Actor, case: Case, number: str) -> int:
    """The case to merge into, which the actor must be able to work on as well; merged ones lead on to theirs."""
    reach = Case.objects.filter(policy.rule("cases.merge", actor), visibility=Visibility.NORMAL)
    found = reach.filter(number=number.strip()).first() if number.strip() else None
    if found is None or found.pk == case.pk:
        raise MissingField(fields={"parent": _("请选要并到哪一件，或填它的案卷号。")})
    if found.state == CaseState.MERGED and found.parent_id is not None:
        return found.parent_id
    return found.pk


def _lock_in_order(*keys: int) -> None:
    """Of two who merge the same two cases at once, one waits."""
    list(Case.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk").values_list("pk"))


def _check(case: Case, root: Case) -> None:
    if case.consulting_since is not None or case.shelved_at is not None:
        raise StillTalkedAbout
    if root.pk == case.pk or root.state in CANNOT_HOLD or root.state == CaseState.MERGED:
        raise MergedMeanwhile
    if Visibility.CONFIDENTIAL in {case.visibility, root.visibility}:
        raise MergedMeanwhile(_("保密案件不并案。"))
    about = kind_of(case.category_id).about_party
    if about and about != kind_of(root.category_id).about_party:
        raise MergedMeanwhile(
            _("反映物业、商户自己的上报，不能并到由它们办理的案件里。"), hint=_("请由社区单独办理。")
        )


def _end_work(case: Case, *, now: datetime) -> None:
    for task in Task.objects.filter(case=case, ended_at=None):
        TASK.step(task, "withdraw", ended_at=now)
    withdraw_hand_off(case, now=now)
    cancel_clocks(case, now=now)
    set_next_due(case)


def _note(root: Case, action: str, case: Case, *, actor: Actor, now: datetime) -> None:
    """On the page of the case that goes on: which number came, which went."""
    write_log(
        root,
        action=action,
        actor=actor,
        now=now,
        from_state=root.state,
        to_state=root.state,
        since=root.state_since,
        opinion=case.number,
    )
