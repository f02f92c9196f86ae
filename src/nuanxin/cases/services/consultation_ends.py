"""How a consultation ends: by its minutes, or because nothing is left to settle; for other services too."""

from datetime import datetime

from nuanxin.cases.enums import ClockKind
from nuanxin.cases.events import ConsultationConcluded
from nuanxin.cases.models import Case, Consultation
from nuanxin.cases.services.clocks import cancel_clocks, stop_clocks
from nuanxin.cases.services.steps import announce
from nuanxin.people.models import Organisation


def open_consultation(case: Case) -> Consultation | None:
    if case.consulting_since is None:
        return None
    return Consultation.objects.select_for_update(of=("self",)).filter(case=case, ended_at=None).first()


def drop_consultation(case: Case, *, now: datetime) -> None:
    """What was to be settled has settled itself: a result was handed in, or the case is over. For other services, in
    their transaction; the case is locked. Publishes `ConsultationConcluded` without a lead.
    """
    consultation = open_consultation(case)
    if consultation is None:
        return
    end_consultation(case, consultation, minutes="", lead=None, now=now)
    announce(case, ConsultationConcluded(case.pk, case.number, consultation.pk, 0), now=now)


def end_consultation(
    case: Case, consultation: Consultation, *, minutes: str, lead: Organisation | None, now: datetime
) -> None:
    """Who has not answered by now need not any more; where the time had passed, that stays on record."""
    consultation.ended_at, consultation.minutes, consultation.lead = now, minutes, lead
    consultation.save(update_fields=["ended_at", "minutes", "lead", "call_off_reason"])
    case.consulting_since = None
    Case.objects.filter(pk=case.pk).update(consulting_since=None)
    if lead is not None:
        stop_clocks(case, ClockKind.MEETING, now=now)
    cancel_clocks(case, ClockKind.ANSWER, ClockKind.MEETING, now=now)
