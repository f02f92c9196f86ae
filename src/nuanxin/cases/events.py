"""What happens to a case, for the contexts above. The envelope carries the reporter as an opaque subject."""

from nuanxin.kernel.events import event


@event
class CaseReported:
    case_id: int
    number: str
    category: str
    urgency: str
    source: str


@event
class CaseFiled:
    case_id: int
    number: str
    category: str


@event
class CaseRejected:
    case_id: int
    number: str
    category: str
    reason: str


@event
class TaskDispatched:
    """One organisation has been given its part; one event for each."""

    case_id: int
    number: str
    category: str
    urgency: str
    task_id: int
    organisation_id: int
    role: str


@event
class TaskClaimed:
    case_id: int
    number: str
    task_id: int
    organisation_id: int


@event
class TaskAccepted:
    case_id: int
    number: str
    task_id: int
    organisation_id: int
    role: str


@event
class TaskStarted:
    case_id: int
    number: str
    task_id: int
    organisation_id: int


@event
class HazardContained:
    """The danger is under control; the repair goes on (`make_safe_within`)."""

    case_id: int
    number: str
    organisation_id: int


@event
class TaskReturned:
    case_id: int
    number: str
    task_id: int
    organisation_id: int
    reason: str


@event
class ResultSubmitted:
    case_id: int
    number: str
    task_id: int
    organisation_id: int
    self_handled: bool


@event
class ReworkRequested:
    case_id: int
    number: str
    organisation_id: int
    rework_count: int


@event
class CaseClosed:
    case_id: int
    number: str
    category: str
    outcome: str
    organisation_id: int
    on_time: bool


@event
class CaseReopened:
    case_id: int
    number: str


@event
class CaseRated:
    case_id: int
    number: str
    contacted: bool
    solved: bool
    satisfied: bool


@event
class ClockPassed:
    """A limit has passed without its step; `level` says how far up it has climbed (1 = one level)."""

    case_id: int
    number: str
    clock: str
    organisation_id: int | None
    level: int


@event
class QuestionAsked:
    case_id: int
    number: str


@event
class QuestionAnswered:
    case_id: int
    number: str
    organisation_id: int | None


@event
class CaseHandedOff:
    """Filed and kept here, and meant for another context too: `dispute`, `wish` or `good_deed`."""

    case_id: int
    number: str
    category: str
    kind: str


@event
class ReporterRevealed:
    """Somebody broke the glass: the reporter is told who (which role, which organisation) and why."""

    case_id: int
    number: str
    role: str
    reason_code: str
