"""Keeping a case because a court, a prosecutor or an auditor has asked for it; and letting it go again."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Case, LegalHold, Reporter
from nuanxin.cases.services.forgetting import CUT_KEY, holds
from nuanxin.cases.services.steps import require_text
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


class AlreadyHeld(Conflict):
    default_message = _("这件案件已经按同一份文书保全了。")
    default_hint = _("在下面的列表里能看到；换一份文书可以再保全一次。")


def place_hold(*, actor: Actor, number: str, basis: str, reason: str, now: datetime) -> LegalHold:
    """Nothing of the case is deleted until the hold ends. By its number: who holds need not see it. Audited.

    Raises `NotAllowed`, `Invalid`, `AlreadyHeld`.
    """
    if not policy.permits(actor, "cases.hold"):
        raise NotAllowed
    paper = require_text("basis", basis, _("请写文书名称和编号，例如“（2026）协查字第 12 号”。"))
    why = require_text("reason", reason, _("请写一句为什么要保全，本人注销时会看到。"))
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).filter(number=number.strip()).first()
        if case is None:
            raise Invalid(fields={"number": _("没有这个案卷号，请核对 19 位数字。")})
        hold = _save(case, paper, why, actor=actor, now=now)
        _note(actor, "cases.place_hold", case, now)
    return hold


def _save(case: Case, basis: str, reason: str, *, actor: Actor, now: datetime) -> LegalHold:
    try:
        with transaction.atomic():
            return LegalHold.objects.create(
                case=case, basis=basis, reason=reason, placed_at=now, placed_by_id=actor.assignment_id
            )
    except IntegrityError:
        raise AlreadyHeld from None


def end_hold(*, actor: Actor, hold_id: int, now: datetime) -> LegalHold:
    """The case is kept no longer than others; who has erased themselves meanwhile is gone from it now. Audited.

    Ending it twice is ending it once. Raises `NotAllowed`, `NotFound`.
    """
    if not policy.permits(actor, "cases.hold"):
        raise NotAllowed
    with transaction.atomic():
        hold = (
            LegalHold.objects.select_for_update(of=("self",))
            .select_related("case")
            .filter(pk=hold_id)
            .first()
        )
        if hold is None:
            raise NotFound
        if hold.ended_at is not None:
            return hold
        hold.ended_at, hold.ended_by_id = now, actor.assignment_id
        hold.save(update_fields=["ended_at", "ended_by"])
        left = Reporter.objects.filter(case=hold.case, key__startswith="held:").exclude(holds("case_id"))
        left.update(contact="", key=CUT_KEY)
        _note(actor, "cases.end_hold", hold.case, now)
    return hold


def _note(actor: Actor, action: str, case: Case, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="cases.case",
        object_id=case.number,
        scope_code=case.scope_code,
        now=now,
    )
