"""What this context does when something happens below."""

from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.people.events import AssignmentEnded, AssignmentStarted
from nuanxin.places.services import keeper_ended, keeper_started


@subscribe(AssignmentStarted)
def assignment_started(event: AssignmentStarted, envelope: Envelope) -> None:
    """Whoever is made keeper of a place without one keeps it."""
    keeper_started(
        assignment_id=event.assignment_id, role=event.role, site_id=event.site_id, now=envelope.occurred_at
    )


@subscribe(AssignmentEnded)
def assignment_ended(event: AssignmentEnded, envelope: Envelope) -> None:
    keeper_ended(assignment_id=event.assignment_id, successor_id=event.successor_id, now=envelope.occurred_at)
