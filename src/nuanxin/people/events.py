"""What happens here that others react to. The person travels as the envelope's `subject_id`, never in the fields."""

from nuanxin.kernel.events import event


@event
class PersonRegistered:
    """Somebody signed in for the first time."""

    kind: str  # worker | resident | staff


@event
class ProfileChanged:
    """A worker declared another community or other work."""

    scope_code: str


@event
class NumberChanged:
    """The account hangs on another phone number now."""

    by_staff: bool = False


@event
class SessionsEnded:
    """Every session of the person was ended at once."""

    reason: str


@event
class PersonErased:
    """The person's data are gone; the subject is nobody from now on."""


@event
class AssignmentStarted:
    assignment_id: int
    role: str
    organisation_id: int | None = None
    site_id: int | None = None


@event
class AssignmentEnded:
    """Open work has been handed over already, in the same transaction."""

    assignment_id: int
    role: str
    successor_id: int | None = None


@event
class ConsentGiven:
    purpose: str
    version: int


@event
class ConsentWithdrawn:
    purpose: str
    version: int


@event
class DutyPlanned:
    assignment_id: int
    shift_id: int


@event
class OrganisationCreated:
    organisation_id: int
    kind: str
