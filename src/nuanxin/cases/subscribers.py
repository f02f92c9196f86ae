"""What this context does when something happens below."""

from nuanxin.cases import events
from nuanxin.cases.queries.publications import CONSENT
from nuanxin.cases.services.doors import door_case_over, open_door_case
from nuanxin.cases.services.handing_over import hand_over_tasks, open_tasks_of
from nuanxin.cases.services.patterns import notice_recurrence, propose_topic
from nuanxin.cases.services.promises import open_promise_case, promise_case_over
from nuanxin.cases.services.publishing import withdraw_publications
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.people.events import ConsentWithdrawn
from nuanxin.people.services import register_open_work
from nuanxin.places.events import OfferFoundBroken, PlaceFoundShut

register_open_work("cases", count=open_tasks_of, hand_over=hand_over_tasks)


@subscribe(events.CaseFiled)
def case_filed(event: events.CaseFiled, envelope: Envelope) -> None:
    """Seen together with others: it has come back, or it is one of many in its compound."""
    notice_recurrence(case_id=event.case_id, now=envelope.occurred_at)
    propose_topic(case_id=event.case_id, now=envelope.occurred_at)


@subscribe(ConsentWithdrawn)
def consent_withdrawn(event: ConsentWithdrawn, envelope: Envelope) -> None:
    """Nothing of it is public from the moment of withdrawing (`queries/publications.py`); now its rows say so too."""
    if event.purpose == CONSENT:
        withdraw_publications(subject_id=envelope.subject_id, now=envelope.occurred_at)


@subscribe(PlaceFoundShut)
def place_found_shut(event: PlaceFoundShut, envelope: Envelope) -> None:
    """Somebody goes and looks."""
    open_door_case(place_id=event.place_id, doubt_id=event.doubt_id, now=envelope.occurred_at)


@subscribe(OfferFoundBroken)
def offer_found_broken(event: OfferFoundBroken, envelope: Envelope) -> None:
    """The community goes and looks, and whoever promised does not hear of it."""
    open_promise_case(offer_id=event.offer_id, promise_id=event.promise_id, now=envelope.occurred_at)


@subscribe(events.CaseClosed)
def promise_case_closed(event: events.CaseClosed, envelope: Envelope) -> None:
    promise_case_over(case_id=event.case_id, is_rejected=False, now=envelope.occurred_at)


@subscribe(events.CaseRejected)
def promise_case_rejected(event: events.CaseRejected, envelope: Envelope) -> None:
    promise_case_over(case_id=event.case_id, is_rejected=True, now=envelope.occurred_at)


@subscribe(events.CaseClosed)
def door_case_closed(event: events.CaseClosed, envelope: Envelope) -> None:
    """What was found locked is open again: the place says so."""
    door_case_over(case_id=event.case_id, is_rejected=False, now=envelope.occurred_at)


@subscribe(events.CaseRejected)
def door_case_rejected(event: events.CaseRejected, envelope: Envelope) -> None:
    door_case_over(case_id=event.case_id, is_rejected=True, now=envelope.occurred_at)
