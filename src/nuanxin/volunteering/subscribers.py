"""What this context does when something happens below."""

from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.people.events import AssignmentEnded
from nuanxin.volunteering.services.appointment_watching import role_has_ended


@subscribe(AssignmentEnded)
def assignment_ended(event: AssignmentEnded, envelope: Envelope) -> None:
    """A role that came with a post was ended elsewhere: so is the post."""
    role_has_ended(assignment_id=event.assignment_id, now=envelope.occurred_at)
