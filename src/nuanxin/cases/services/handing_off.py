"""A good deed, a dispute, a wish: filed here, answered elsewhere, closed as transferred with a receipt."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, ClockKind, HandOffKind, Outcome
from nuanxin.cases.events import CaseClosed, CaseHandedOff, HandOffWithdrawn
from nuanxin.cases.models import Case, HandOff
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.services.clocks import cancel_clocks, set_next_due, stop_clocks
from nuanxin.cases.services.consultation_ends import drop_consultation
from nuanxin.cases.services.steps import announce, locked_case, move_case, require_text, write_beside
from nuanxin.kernel.access import SYSTEM, Actor


def hand_off(case: Case, *, now: datetime) -> None:
    """Part of filing: it goes to where it is answered, and waits there. Publishes `CaseHandedOff`."""
    kind = kind_of(case.category_id)
    HandOff.objects.update_or_create(
        case=case,
        defaults={"kind": kind.handoff, "at": now, "answered_at": None, "receipt": "", "withdrawn_at": None},
    )
    announce(case, CaseHandedOff(case.pk, case.number, case.category_id, kind.handoff), now=now)


def withdraw_hand_off(case: Case, *, now: datetime) -> None:
    """The street dispatches it after all: nobody else need answer. Publishes `HandOffWithdrawn`."""
    if not kind_of(case.category_id).handoff:
        return
    row = HandOff.objects.filter(case=case, answered_at=None, withdrawn_at=None).first()
    if row is None:
        return
    HandOff.objects.filter(pk=row.pk).update(withdrawn_at=now)
    announce(case, HandOffWithdrawn(case.pk, case.number, row.kind), now=now)


def transfer_case(*, actor: Actor, case: Case, opinion: str, now: datetime) -> Case:
    """Close it as transferred, by hand: the other side has answered, the reporter reads what.

    Publishes `CaseClosed`.
    """
    receipt = require_text("opinion", opinion, _("请写对方的回执：谁收到了、接下来怎么办。上报人会看到。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.transfer", case)
        _close(case, receipt[:300], actor=actor, now=now)
    return case


def take_receipt(*, case_number: str, receipt: str, now: datetime) -> bool:
    """What the context that answers calls: the receipt closes the case. False when it waits for none (any more)."""
    with transaction.atomic():
        rows = Case.objects.select_for_update(of=("self",)).filter(number=case_number, state=CaseState.FILED)
        case = rows.first()
        if (
            case is None
            or not HandOff.objects.filter(case=case, answered_at=None, withdrawn_at=None).exists()
        ):
            return False
        _close(case, require_text("receipt", receipt, _("回执不能是空的。"))[:300], actor=SYSTEM, now=now)
    return True


# What the dispatcher does about a platform of the city, as the case's own log names it.
OUTSIDE_STEPS = frozenset({"send_outside", "keep_outside", "take_back"})


def note_outside(*, actor: Actor, case: Case, step: str, opinion: str, now: datetime) -> Case:
    """A platform of the city is told of the case, told that it is not done, or no longer asked; no state moves.

    Called by the context that speaks with it. The reporter hears that it was passed on while nobody here has it yet.
    Publishes `CaseHandedOff` for that.
    """
    if step not in OUTSIDE_STEPS:
        raise ValueError(step)
    with transaction.atomic():
        case = locked_case(actor, "cases.dispatch", case)
        write_beside(case, step, actor=actor, opinion=opinion, now=now)
        if step == "send_outside" and case.state == CaseState.FILED:
            kind = HandOffKind.OUTSIDE
            announce(case, CaseHandedOff(case.pk, case.number, case.category_id, kind), now=now)
    return case


def transfer_outside(*, actor: Actor, case: Case, opinion: str, sent_at: datetime, now: datetime) -> Case:
    """Close a case that nobody here has taken up by what the platform of the city has answered, as transferred.

    Publishes `CaseClosed`. Raises what `transfer_case` raises, `IllegalMove` for a case that is being handled here.
    """
    with transaction.atomic():
        locked_case(actor, "cases.dispatch", case)
        given = {"kind": HandOffKind.OUTSIDE, "at": sent_at}
        open_again = {"answered_at": None, "receipt": "", "withdrawn_at": None}
        HandOff.objects.update_or_create(case=case, defaults={**given, **open_again})
        return transfer_case(actor=actor, case=case, opinion=opinion, now=now)


def _close(case: Case, receipt: str, *, actor: Actor, now: datetime) -> None:
    move_case(
        case,
        "transfer",
        actor=actor,
        now=now,
        opinion=receipt,
        outcome=Outcome.TRANSFERRED,
        handled_by_id=actor.organisation_id,
    )
    HandOff.objects.filter(case=case).update(answered_at=now, receipt=receipt)
    drop_consultation(case, now=now)
    stop_clocks(case, ClockKind.TOTAL, now=now)
    cancel_clocks(case, now=now)
    set_next_due(case)
    on_time = case.due_at is None or now <= case.due_at
    closed = CaseClosed(
        case.pk, case.number, case.category_id, case.outcome, case.handled_by_id or 0, on_time
    )
    announce(case, closed, now=now)
