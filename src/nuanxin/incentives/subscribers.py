"""What this context does when something happens below: it hears of deeds. Nobody below knows that it exists."""

from nuanxin.cases import events as cases
from nuanxin.cases.queries.audience import heat_of
from nuanxin.incentives.services.awarding import hear_of_case, hear_of_correction, hear_of_deed
from nuanxin.incentives.services.ledger import About
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.volunteering import events as volunteering


# --- Points for reports: each step once for a case ---------------------------------------------------------------------
@subscribe(cases.CaseFiled)
def case_filed(event: cases.CaseFiled, envelope: Envelope) -> None:
    facts = {"category": event.category}
    hear_of_case(
        name="cases.CaseFiled", envelope=envelope, about=About(event.case_id, event.number), facts=facts
    )


@subscribe(cases.TaskDispatched)
def task_dispatched(event: cases.TaskDispatched, envelope: Envelope) -> None:
    """The first organisation that is given its part; the others of the same case give nothing more."""
    facts = {"category": event.category}
    about = About(event.case_id, event.number)
    hear_of_case(name="cases.TaskDispatched", envelope=envelope, about=about, facts=facts)


@subscribe(cases.CaseClosed)
def case_closed(event: cases.CaseClosed, envelope: Envelope) -> None:
    facts = {"category": event.category, "outcome": event.outcome}
    about = About(event.case_id, event.number)
    hear_of_case(name="cases.CaseClosed", envelope=envelope, about=about, facts=facts)


@subscribe(cases.CaseConfirmed)
def case_confirmed(event: cases.CaseConfirmed, envelope: Envelope) -> None:
    facts = {"category": event.category, "position": event.position}
    about = About(event.case_id, event.number)
    hear_of_case(name="cases.CaseConfirmed", envelope=envelope, about=about, facts=facts, looks_near=False)


@subscribe(cases.CaseMerged)
def case_merged(event: cases.CaseMerged, envelope: Envelope) -> None:
    """Who reported what others had reported already is one of those who saw it too."""
    facts = {"category": event.category, "position": heat_of(event.parent_id) - 1}
    about = About(event.case_id, event.number)
    hear_of_case(name="cases.CaseMerged", envelope=envelope, about=about, facts=facts, looks_near=False)


@subscribe(cases.CaseRejected)
def case_rejected(event: cases.CaseRejected, envelope: Envelope) -> None:
    """Nothing follows from it, unless a city has switched a deduction on."""
    facts = {"category": event.category, "reason": event.reason}
    about = About(event.case_id, event.number)
    hear_of_case(name="cases.CaseRejected", envelope=envelope, about=about, facts=facts, looks_near=False)


# --- Points for hours ----------------------------------------------------------------------------------------------------
@subscribe(volunteering.HoursRecorded)
def hours_recorded(event: volunteering.HoursRecorded, envelope: Envelope) -> None:
    facts = {"record": event.record, "minutes": event.minutes, "quality": event.quality, "line": event.line}
    hear_of_deed(name="volunteering.HoursRecorded", envelope=envelope, facts=facts)


@subscribe(volunteering.HoursCorrected)
def hours_corrected(event: volunteering.HoursCorrected, envelope: Envelope) -> None:
    facts = {"record": event.record, "minutes": event.minutes, "quality": event.quality}
    hear_of_correction(envelope=envelope, facts=facts)


@subscribe(volunteering.DidNotCome)
def did_not_come(event: volunteering.DidNotCome, envelope: Envelope) -> None:
    """Counted elsewhere, and no deduction unless a city has switched one on."""
    hear_of_deed(name="volunteering.DidNotCome", envelope=envelope, facts={})
