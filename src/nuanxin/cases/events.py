"""What happens to a case, for the contexts above. The envelope carries the reporter as an opaque subject."""

from nuanxin.cases.oversight_events import (
    AppealDecided,
    AppealFiled,
    AppealLate,
    AppealMoved,
    CaseShelved,
    CaseUnshelved,
    CaseUrged,
    ReplyOverdue,
    ShelvingRefused,
    ShelvingRequested,
    ShelvingReviewDue,
    ShelvingReviewed,
    SupervisionAnswered,
    SupervisionOpened,
)
from nuanxin.cases.public_events import (
    CasePublished,
    PublicationRefused,
    PublicationWanted,
    PublicationWithdrawn,
)
from nuanxin.kernel.events import event

# Handed on: for the contexts above they are events like those below.
__all__ = [
    "AppealDecided",
    "AppealFiled",
    "AppealLate",
    "AppealMoved",
    "CasePublished",
    "CaseShelved",
    "CaseUnshelved",
    "CaseUrged",
    "PublicationRefused",
    "PublicationWanted",
    "PublicationWithdrawn",
    "ReplyOverdue",
    "ShelvingRefused",
    "ShelvingRequested",
    "ShelvingReviewDue",
    "ShelvingReviewed",
    "SupervisionAnswered",
    "SupervisionOpened",
]


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
class CaseRecategorised:
    """It is something else than it was called; `category` is what it is called now."""

    case_id: int
    number: str
    category_before: str
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
class ConsultationCalled:
    """Several organisations are whistled to one table; `is_required` after the last return that a case may have."""

    case_id: int
    number: str
    consultation_id: int
    organisation_id: int
    is_required: bool


@event
class ConsultationAnswered:
    """One of them has answered (`attends`, `opinion`); `is_complete` when it was the last one."""

    case_id: int
    number: str
    consultation_id: int
    organisation_id: int
    answer: str
    is_complete: bool


@event
class ConsultationConcluded:
    """The minutes name one lead; none (0) when the case was settled before they were written."""

    case_id: int
    number: str
    consultation_id: int
    organisation_id: int


@event
class ConsultationCalledOff:
    """Nobody need come any more; `organisation_id` is whose word it was."""

    case_id: int
    number: str
    consultation_id: int
    organisation_id: int


@event
class ExtensionRequested:
    """The leading unit asks for time until `until` (ISO 8601)."""

    case_id: int
    number: str
    extension_id: int
    organisation_id: int
    until: str


@event
class ExtensionGranted:
    """`count` says how often the case has been extended now."""

    case_id: int
    number: str
    extension_id: int
    organisation_id: int
    until: str
    count: int


@event
class ExtensionRefused:
    """Refused, or not decided before the deadline came (`is_lapsed`)."""

    case_id: int
    number: str
    extension_id: int
    organisation_id: int
    is_lapsed: bool


@event
class TaskWithdrawn:
    """The dispatcher takes an assistant's part away again."""

    case_id: int
    number: str
    task_id: int
    organisation_id: int


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
class CaseSupplemented:
    """The reporter has added pictures to a case that is still open."""

    case_id: int
    number: str
    photos: int


@event
class VoiceReceived:
    """A voice note waits for somebody to hear it and write it down; nothing of it is said here."""

    case_id: int
    number: str


@event
class VoiceTranscribed:
    """What a voice note says can be read now."""

    case_id: int
    number: str


@event
class CaseHandedOff:
    """Filed and kept here, and meant for another context too: `dispute`, `wish` or `good_deed`."""

    case_id: int
    number: str
    category: str
    kind: str


@event
class DailyBulletinMade:
    """The day of a street or a district is on one page; `on` is the day (`2026-09-15`)."""

    bulletin_id: int
    scope: str
    on: str


@event
class ReporterRevealed:
    """Somebody broke the glass: the reporter is told who (which role, which organisation) and why."""

    case_id: int
    number: str
    role: str
    reason_code: str
    organisation_id: int | None = None


@event
class HandOffWithdrawn:
    """The street dispatches it after all: `dispute`, `wish` or `good_deed` need not answer."""

    case_id: int
    number: str
    kind: str


@event
class MeasureTaken:
    """721 (`domain.md` 004-42): `notice`, `management` or `penalty`; `skipped`: an earlier step was left out."""

    case_id: int
    number: str
    category: str
    measure_id: int
    kind: str
    organisation_id: int
    skipped: bool


@event
class NoticeLookedAt:
    case_id: int
    number: str
    measure_id: int
    organisation_id: int
    complied: bool


@event
class LookAgainDue:
    """The term of a kind notice has ended: somebody goes and looks."""

    case_id: int
    number: str
    measure_id: int
    organisation_id: int


@event
class RepairPlanned:
    """`stages` are their kinds, joined by `|`."""

    case_id: int
    number: str
    organisation_id: int
    stages: str


@event
class RepairStageDone:
    """`following` is the kind of the next stage, `following_at` its planned moment (ISO 8601); empty for none."""

    case_id: int
    number: str
    stage_id: int
    stage: str
    organisation_id: int
    following: str
    following_at: str


@event
class RepairStageLate:
    case_id: int
    number: str
    stage_id: int
    stage: str
    organisation_id: int


@event
class CaseConfirmed:
    """Somebody has seen it too; `position` counts from 1. The envelope's subject is who confirmed."""

    case_id: int
    number: str
    category: str
    position: int


@event
class CaseMerged:
    """The report `case_id` is handled as part of `parent_id` from now on (并案)."""

    case_id: int
    number: str
    category: str
    parent_id: int
    parent_number: str


@event
class CaseSplit:
    """Merged by mistake: `case_id` goes its own way again (分案)."""

    case_id: int
    number: str
    category: str
    parent_id: int
    parent_number: str


@event
class CaseRecurred:
    """The same kind at the same place, within a month of closing (反弹); the organisation finds out why."""

    case_id: int
    number: str
    category: str
    earlier_id: int
    earlier_number: str
    root_cause_id: int
    organisation_id: int


@event
class TopicProposed:
    """So many cases of one kind in one compound that its residents had better talk about it (未诉先办)."""

    proposal_id: int
    compound_id: int
    category: str
    count: int


@event
class PicturesReady:
    """So many pictures of a case that may become public wait for a person, who releases or refuses each."""

    case_id: int
    number: str
    count: int


@event
class PictureReleased:
    case_id: int
    number: str
    redaction_id: int


@event
class PictureRefused:
    """`was_public`: it had been released, and is not to be had from now on."""

    case_id: int
    number: str
    redaction_id: int
    was_public: bool
