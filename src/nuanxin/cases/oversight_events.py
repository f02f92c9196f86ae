"""What happens in supervision, shelving and appeals; `events` hands them on."""

from nuanxin.kernel.events import event


@event
class SupervisionOpened:
    """An organisation is asked after (督办): by time, by reworks, or by the organisation that `by_hand` names."""

    case_id: int
    number: str
    supervision_id: int
    organisation_id: int
    level: str
    cause: str
    by_hand: int | None = None


@event
class SupervisionAnswered:
    """One answer, to all that was open for this organisation; `level` is the highest of it."""

    case_id: int
    number: str
    organisation_id: int
    level: str


@event
class ReplyOverdue:
    """Nobody has answered in time: it climbs one level."""

    case_id: int
    number: str
    supervision_id: int
    organisation_id: int
    level: str


@event
class CaseUrged:
    """A reminder (催办), by the system on the day after the deadline or by hand."""

    case_id: int
    number: str
    organisation_id: int
    by_hand: bool


@event
class ShelvingRequested:
    case_id: int
    number: str
    shelving_id: int
    organisation_id: int
    cause: str


@event
class ShelvingRefused:
    case_id: int
    number: str
    shelving_id: int
    organisation_id: int


@event
class CaseShelved:
    """It waits in the problem library until `target` (`2026-12-31`); its clocks stand still."""

    case_id: int
    number: str
    shelving_id: int
    organisation_id: int
    target: str


@event
class ShelvingReviewDue:
    """The monthly look at it comes up."""

    case_id: int
    number: str
    shelving_id: int


@event
class ShelvingReviewed:
    case_id: int
    number: str
    shelving_id: int
    target: str


@event
class CaseUnshelved:
    """It can be solved now: its clocks run on."""

    case_id: int
    number: str
    shelving_id: int
    organisation_id: int


@event
class AppealFiled:
    case_id: int
    number: str
    appeal_id: int
    organisation_id: int
    kind: str


@event
class AppealMoved:
    """On to the next desk: `opinion` of the own organisation, `review` by a leader."""

    case_id: int
    number: str
    appeal_id: int
    organisation_id: int
    kind: str
    state: str


@event
class AppealDecided:
    """`upheld`: the fact does not count against the organisation; it stays on record all the same."""

    case_id: int
    number: str
    appeal_id: int
    organisation_id: int
    kind: str
    upheld: bool


@event
class AppealLate:
    """A stage of an appeal has run out of time."""

    case_id: int
    number: str
    appeal_id: int
    organisation_id: int
    kind: str
    state: str
