"""What this context does when something happens below."""

from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.people.events import AssignmentEnded, AssignmentStarted
from nuanxin.places.events import PlaceClosed, PlaceHoursExcepted, PlaceSuspended
from nuanxin.places.services import call_off_shut, keeper_ended, keeper_started


@subscribe(AssignmentStarted)
def assignment_started(event: AssignmentStarted, envelope: Envelope) -> None:
    """Whoever is made keeper of a place without one keeps it."""
    keeper_started(
        assignment_id=event.assignment_id, role=event.role, site_id=event.site_id, now=envelope.occurred_at
    )


@subscribe(AssignmentEnded)
def assignment_ended(event: AssignmentEnded, envelope: Envelope) -> None:
    keeper_ended(assignment_id=event.assignment_id, successor_id=event.successor_id, now=envelope.occurred_at)


@subscribe(PlaceHoursExcepted)
def hours_excepted(event: PlaceHoursExcepted, envelope: Envelope) -> None:
    """Who had booked for a time at which the door is shut hears of it at once."""
    call_off_shut(place_id=event.place_id, now=envelope.occurred_at)


@subscribe(PlaceSuspended)
def place_suspended(event: PlaceSuspended, envelope: Envelope) -> None:
    call_off_shut(place_id=event.place_id, now=envelope.occurred_at)


@subscribe(PlaceClosed)
def place_closed(event: PlaceClosed, envelope: Envelope) -> None:
    call_off_shut(place_id=event.place_id, now=envelope.occurred_at)
