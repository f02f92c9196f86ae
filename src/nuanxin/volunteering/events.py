"""What happens in volunteering, for the contexts above. Each envelope carries the volunteer as an opaque subject."""

from nuanxin.kernel.events import event


# --- Service records ------------------------------------------------------------------------------------------------
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


# --- Activities -----------------------------------------------------------------------------------------------------
@event
class ActivityProposed:
    """It waits for the street."""

    activity_id: int


@event
class ActivityReturned:
    """The street sent it back, with a word on its page."""

    activity_id: int


@event
class ActivityPublished:
    """Everybody may see it; `opens_at` is when signing up begins."""

    activity_id: int
    kind: str
    opens_at: str


@event
class SignUpOpened:
    activity_id: int


@event
class ActivityDone:
    activity_id: int
    kind: str


@event
class ActivityCancelled:
    """All of its shifts that were to come."""

    activity_id: int


@event
class ActivityWordSent:
    """The organiser has a word for everybody who comes; the words stand on its page."""

    activity_id: int


@event
class ShiftMoved:
    """Another time, or another place."""

    shift_id: int


@event
class ShiftCancelled:
    shift_id: int
    sign_ups: int  # how many were to come, or waited


@event
class ShiftInWeather:
    """Outdoors, while storm, heat or cold is announced: its organiser is asked to move it or call it off."""

    shift_id: int
    warning: str


@event
class SignUpMade:
    """Confirmed: this person comes."""

    sign_up_id: int
    shift_id: int


@event
class SignUpPromoted:
    """From the waiting list; the place is held until the sign-up says."""

    sign_up_id: int
    shift_id: int


@event
class SignUpCalledOff:
    """`is_late`: so late that the leader has to know."""

    sign_up_id: int
    shift_id: int
    is_late: bool


@event
class SignUpLapsed:
    sign_up_id: int
    shift_id: int


@event
class DrawMade:
    """Who entered, how many places there were; anybody can work it out again from what the page shows."""

    shift_id: int
    entered: int
    drawn: int


@event
class SwapOffered:
    sign_up_id: int
    shift_id: int


@event
class ShiftSwapped:
    """`sign_up_id` was given up, `taken_by_id` stands in its place."""

    sign_up_id: int
    taken_by_id: int
    shift_id: int


@event
class ShiftSoon:
    """`hours` before it begins, outside of the hours in which nobody is disturbed."""

    sign_up_id: int
    shift_id: int
    hours: int


@event
class HoursPending:
    """Served; the leader confirms the whole shift in one sweep. Once for each shift, or record without one."""

    record: str
    shift: str  # public id, or nothing


@event
class HoursRefused:
    """It does not count; the volunteer reads why and may ask for a correction."""

    record: str


@event
class CorrectionAsked:
    """A volunteer says that a record is wrong; somebody else decides."""

    record: str


@event
class CorrectionRefused:
    """Nothing was changed, with an answer."""

    record: str


@event
class CertificateAsked:
    """Free, on request; the one who recorded issues it."""

    certificate: str


@event
class CertificateIssued:
    """It has a number and a public page."""

    certificate: str
    number: str
    minutes: int


@event
class CertificateRefused:
    """Not issued; the reason is on its page."""

    certificate: str


@event
class CertificateRevoked:
    """It is not true any more; its public page says so."""

    certificate: str
    number: str


@event
class HelpOffered:
    """Somebody who likes to be asked is asked whether to help; no answer has no consequence."""

    offer: str
    request: str


@event
class HelpFilled:
    """As many as were wanted have said that they come."""

    request: str


@event
class HelpCancelled:
    """Not needed any more; whoever was to come hears of it. Once for each of them."""

    request: str
