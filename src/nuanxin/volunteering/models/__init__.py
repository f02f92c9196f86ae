"""Teams and posts, activities and shifts, and what people really did."""

from nuanxin.volunteering.models.activities import (
    OPEN_SIGN_UPS,
    SEATED,
    Activity,
    CalendarFeed,
    Child,
    Shift,
    SignUp,
    Swap,
)
from nuanxin.volunteering.models.certificates import Certificate, CertificateLine, CertificateSerial
from nuanxin.volunteering.models.matching import HelpOffer, HelpRequest, ProfileArea, Skill, VolunteerProfile
from nuanxin.volunteering.models.posts import (
    LIVE_APPOINTMENTS,
    ON_A_SEAT,
    Appointment,
    AppointmentStep,
    CardSerial,
    Post,
    PostObjection,
)
from nuanxin.volunteering.models.programmes import PreventionNotice, Programme, ProgrammeMember
from nuanxin.volunteering.models.records import (
    CheckInPoint,
    ClaimPicture,
    RecordCorrection,
    RecordStep,
    ServiceRecord,
    SpotCheck,
    VolunteerEntry,
)
from nuanxin.volunteering.models.reserve import OPEN_RESERVE, ReserveCandidate
from nuanxin.volunteering.models.taxonomy import ActivityKind, ActivityTag
from nuanxin.volunteering.models.team_catalogue import PostKind, ReserveCriterion, VolunteerSource
from nuanxin.volunteering.models.teams import DEEPEST, Team, TeamMember

__all__ = [
    "DEEPEST",
    "LIVE_APPOINTMENTS",
    "ON_A_SEAT",
    "OPEN_RESERVE",
    "OPEN_SIGN_UPS",
    "SEATED",
    "Activity",
    "ActivityKind",
    "ActivityTag",
    "Appointment",
    "AppointmentStep",
    "CalendarFeed",
    "CardSerial",
    "Certificate",
    "CertificateLine",
    "CertificateSerial",
    "CheckInPoint",
    "Child",
    "ClaimPicture",
    "HelpOffer",
    "HelpRequest",
    "Post",
    "PostKind",
    "PostObjection",
    "PreventionNotice",
    "ProfileArea",
    "Programme",
    "ProgrammeMember",
    "RecordCorrection",
    "RecordStep",
    "ReserveCandidate",
    "ReserveCriterion",
    "ServiceRecord",
    "Shift",
    "SignUp",
    "Skill",
    "SpotCheck",
    "Swap",
    "Team",
    "TeamMember",
    "VolunteerEntry",
    "VolunteerProfile",
    "VolunteerSource",
]
