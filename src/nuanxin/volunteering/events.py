"""What happens in volunteering, for the contexts above. Each envelope carries the volunteer as an opaque subject."""

from nuanxin.kernel.events import event


# --- Service records ---------------------------------------------------------------------------------------------------
@event
class HoursRecorded:
    """Confirmed by somebody else and recorded: these minutes count. `quality` is in hundredths: 0, 80, 100 or 120."""

    record: str  # public id
    minutes: int
    quality: int
    activity_kind: str  # code of the taxonomy, or of the post
    line: str
    team: str  # public id of the team, or nothing
    served_on: str  # 2026-09-15, in Shanghai


@event
class HoursCorrected:
    """What was recorded before is different now; `minutes` may be 0."""

    record: str
    minutes_before: int
    quality_before: int
    minutes: int
    quality: int
    reason: str


@event
class DidNotCome:
    """Signed up, not called off, not seen. Counted, not punished by default."""

    sign_up: str
    activity_kind: str
    served_on: str


# --- Teams and posts ---
@event
class TeamCreated:
    team_id: int


@event
class TeamClosed:
    team_id: int


@event
class MembershipAsked:
    """By the person (`by` asked) or by the team (`invited`). The envelope's subject is the person."""

    member_id: int
    by: str


@event
class MembershipDeclined:
    """The leader did not take somebody in."""

    member_id: int


@event
class MemberJoined:
    team: str  # public id
    member_id: int


@event
class MemberLeft:
    """`how`: leave, part (by the leader) or end (the team is closed)."""

    team: str
    member_id: int
    how: str


@event
class NominationMade:
    """`how`: apply (oneself), nominate (another one, who is asked first) or agree."""

    appointment_id: int
    how: str


@event
class AppointmentMoved:
    """A step without an event of its own: review, again, refuse, withdraw, drop."""

    appointment_id: int
    step: str
    state: str


@event
class AppointmentPublicised:
    appointment_id: int


@event
class AppointmentObjected:
    appointment_id: int
    objection_id: int


@event
class AppointmentPublicityOver:
    appointment_id: int


@event
class PostAppointed:
    appointment_id: int
    post_kind: str


@event
class PostTermEndsSoon:
    appointment_id: int
    days: int


@event
class PostEnded:
    """`how`: resign, remove, expire or lose."""

    appointment_id: int
    post_kind: str
    how: str


@event
class PreventionNoticeSent:
    notice_id: int


@event
class ReserveAsked:
    """Somebody was recommended, or the state of an application changed: the person hears of it."""

    candidate_id: int
    state: str
