"""What this context does when something happens below: it hears of deeds. Nobody below knows that it exists."""

from datetime import date
from uuid import UUID

from nuanxin.cases import events as cases
from nuanxin.cases.queries.audience import heat_of
from nuanxin.incentives import events as own
from nuanxin.incentives.queries.boards import counted_at
from nuanxin.incentives.services.absences import hear_absence, hear_coming
from nuanxin.incentives.services.awarding import hear_of_case, hear_of_correction, hear_of_deed
from nuanxin.incentives.services.boards import count_points
from nuanxin.incentives.services.hearing_hours import Heard, correct_hours, hear_hours
from nuanxin.incentives.services.holds import look_at_award
from nuanxin.incentives.services.honours import call_back_case, nominate_from_case
from nuanxin.incentives.services.ledger import About
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.places import events as places
from nuanxin.volunteering import events as volunteering


# --- Points for reports: each step once for a case -------------------------------------------------------------------
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


# --- Points for hours ------------------------------------------------------------------------------------------------
@subscribe(volunteering.HoursRecorded)
def hours_recorded(event: volunteering.HoursRecorded, envelope: Envelope) -> None:
    facts = {"record": event.record, "minutes": event.minutes, "quality": event.quality, "line": event.line}
    facts |= {"team": event.team} if event.team else {}
    hear_of_deed(name="volunteering.HoursRecorded", envelope=envelope, facts=facts)


@subscribe(volunteering.HoursCorrected)
def hours_corrected(event: volunteering.HoursCorrected, envelope: Envelope) -> None:
    facts = {"record": event.record, "minutes": event.minutes, "quality": event.quality}
    hear_of_correction(envelope=envelope, facts=facts)


@subscribe(volunteering.DidNotCome)
def did_not_come(event: volunteering.DidNotCome, envelope: Envelope) -> None:
    """Counted elsewhere, and no deduction unless a city has switched one on."""
    hear_of_deed(name="volunteering.DidNotCome", envelope=envelope, facts={})
    if envelope.subject_id is not None:
        hear_absence(
            sign_up=UUID(event.sign_up), subject_id=envelope.subject_id, on=date.fromisoformat(event.served_on),
            now=envelope.occurred_at,
        )  # fmt: skip


# --- Points for what is done at places ------------------------------------------------------------------------------
@subscribe(places.KitchenLookedAt)
def kitchen_looked_at(event: places.KitchenLookedAt, envelope: Envelope) -> None:
    """For looking, whatever was found: a form that finds nothing is worth as much."""
    hear_of_deed(name="places.KitchenLookedAt", envelope=envelope, facts={})


# --- Stars, boards, honours, held awards -----------------------------------------------------------------------------
@subscribe(volunteering.HoursRecorded)
def tally_hours(event: volunteering.HoursRecorded, envelope: Envelope) -> None:
    """Stars and ratings count hours, not points."""
    if envelope.subject_id is not None:
        hear_hours(
            heard=Heard(envelope.id, envelope.occurred_at), record=UUID(event.record), subject_id=envelope.subject_id,
            minutes=event.minutes, served_on=date.fromisoformat(event.served_on), team=event.team,
        )  # fmt: skip
        hear_coming(record=UUID(event.record))


@subscribe(volunteering.HoursCorrected)
def tally_correction(event: volunteering.HoursCorrected, envelope: Envelope) -> None:
    correct_hours(
        heard=Heard(envelope.id, envelope.occurred_at), record=UUID(event.record), minutes=event.minutes
    )


@subscribe(own.PointsAwarded)
def points_awarded(event: own.PointsAwarded, envelope: Envelope) -> None:
    """Where a rule sees something odd, a person looks at it."""
    look_at_award(posting_id=event.posting_id, case_number=event.case_number, now=envelope.occurred_at)


@subscribe(own.PointsAwarded, waits=counted_at)
def tally_points(event: own.PointsAwarded, envelope: Envelope) -> None:
    """Into the sums of the boards, the next morning."""
    count_points(
        event=envelope.id, posting_id=event.posting_id, amount=event.amount, now=envelope.occurred_at
    )


@subscribe(own.PointsReversed, waits=counted_at)
def points_reversed(event: own.PointsReversed, envelope: Envelope) -> None:
    count_points(
        event=envelope.id, posting_id=event.posting_id, amount=-event.amount, now=envelope.occurred_at
    )


@subscribe(cases.CaseHandedOff)
def case_handed_off(event: cases.CaseHandedOff, envelope: Envelope) -> None:
    """A good deed that somebody reported is a nomination; who reported stays unknown here."""
    if event.kind == "good_deed":
        nominate_from_case(
            case_number=event.number,
            scope_code=envelope.scope_code,
            event_id=envelope.id,
            now=envelope.occurred_at,
        )


@subscribe(cases.HandOffWithdrawn)
def hand_off_withdrawn(event: cases.HandOffWithdrawn, envelope: Envelope) -> None:
    if event.kind == "good_deed":
        call_back_case(case_number=event.number, now=envelope.occurred_at)
