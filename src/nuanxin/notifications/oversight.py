"""Who hears of supervision, shelving and appeals; with each level somebody further up."""

from collections.abc import Iterable

from nuanxin.cases import events
from nuanxin.cases.enums import AppealState, SupervisionLevel
from nuanxin.cases.queries.facts import case_facts
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications.audience import (
    DISPATCH_ROLES,
    HEAD_ROLES,
    WORK_ROLES,
    at_district,
    at_street,
    members_of,
    to_followers,
    to_staff,
)
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.people.queries import (
    is_street_office,
    organisation_label,
)


@subscribe(events.SupervisionOpened)
def supervision_opened(event: events.SupervisionOpened, envelope: Envelope) -> None:
    """The unit itself, and with each level somebody further up."""
    staff = _asked(event.organisation_id, event.level, envelope)
    unit = organisation_label(event.organisation_id)
    case = case_facts(event.case_id)
    tell(to_staff(envelope, case, Kind.SUPERVISED, staff, unit=unit, level=event.level))


@subscribe(events.ReplyOverdue)
def reply_overdue(event: events.ReplyOverdue, envelope: Envelope) -> None:
    """One level up from those who were asked."""
    levels = list(SupervisionLevel.values)
    above = levels[min(max(levels.index(event.level), levels.index("red")) + 1, len(levels) - 1)]
    staff = _asked(event.organisation_id, above, envelope)
    unit = organisation_label(event.organisation_id)
    case = case_facts(event.case_id)
    tell(to_staff(envelope, case, Kind.UNANSWERED, staff, unit=unit, level=event.level))


@subscribe(events.SupervisionAnswered)
def supervision_answered(event: events.SupervisionAnswered, envelope: Envelope) -> None:
    """Whoever looks on hears the answer: the street, of what is listed the district too."""
    staff = at_street(envelope, ("street_lead", *DISPATCH_ROLES))
    if event.level == SupervisionLevel.LISTED:
        staff += at_district(envelope)
    unit = organisation_label(event.organisation_id)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.ANSWERED, staff, unit=unit))


@subscribe(events.CaseUrged)
def case_urged(event: events.CaseUrged, envelope: Envelope) -> None:
    staff = members_of(event.organisation_id, (*WORK_ROLES, *HEAD_ROLES), envelope)
    unit = organisation_label(event.organisation_id)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.URGED, staff, unit=unit))


@subscribe(events.ShelvingRequested)
def shelving_requested(event: events.ShelvingRequested, envelope: Envelope) -> None:
    """The centre verifies; what the street itself asks for, the district."""
    own = is_street_office(event.organisation_id)
    staff = at_district(envelope) if own else at_street(envelope, ("street_lead", *DISPATCH_ROLES))
    unit = organisation_label(event.organisation_id)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.SHELF_ASKED, staff, unit=unit))


@subscribe(events.ShelvingRefused)
def shelving_refused(event: events.ShelvingRefused, envelope: Envelope) -> None:
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.SHELF_NO, staff))


@subscribe(events.CaseShelved)
def case_shelved(event: events.CaseShelved, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(
        to_followers(envelope, case, Kind.SHELVED, day=event.target)
        + to_staff(envelope, case, Kind.SHELF_YES, staff, day=event.target)
    )


@subscribe(events.ShelvingReviewDue)
def shelving_review_due(event: events.ShelvingReviewDue, envelope: Envelope) -> None:
    staff = at_street(envelope, DISPATCH_ROLES)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.REVIEW_DUE, staff))


@subscribe(events.ShelvingReviewed)
def shelving_reviewed(event: events.ShelvingReviewed, envelope: Envelope) -> None:
    tell(to_followers(envelope, case_facts(event.case_id), Kind.REVIEWED, day=event.target))


@subscribe(events.CaseUnshelved)
def case_unshelved(event: events.CaseUnshelved, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(to_followers(envelope, case, Kind.RESUMED) + to_staff(envelope, case, Kind.UNSHELVED, staff))


@subscribe(events.AppealFiled)
def appeal_filed(event: events.AppealFiled, envelope: Envelope) -> None:
    own = is_street_office(event.organisation_id)
    staff = at_district(envelope) if own else at_street(envelope, DISPATCH_ROLES)
    _tell_of_appeal(event.case_id, event.organisation_id, Kind.APPEALED, staff, envelope)


@subscribe(events.AppealMoved)
def appeal_moved(event: events.AppealMoved, envelope: Envelope) -> None:
    if event.state == AppealState.OPINION:
        staff = members_of(event.organisation_id, HEAD_ROLES, envelope)
    elif is_street_office(event.organisation_id):
        staff = at_district(envelope)
    else:
        staff = at_street(envelope, ("street_lead",))
    _tell_of_appeal(event.case_id, event.organisation_id, Kind.APPEALED, staff, envelope)


@subscribe(events.AppealDecided)
def appeal_decided(event: events.AppealDecided, envelope: Envelope) -> None:
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    kind = Kind.UPHELD if event.upheld else Kind.NOT_UPHELD
    _tell_of_appeal(event.case_id, event.organisation_id, kind, staff, envelope)


@subscribe(events.AppealLate)
def appeal_late(event: events.AppealLate, envelope: Envelope) -> None:
    """One level up: the leader for the pre-check, the district for the leader."""
    own = is_street_office(event.organisation_id)
    is_precheck = event.state == AppealState.PRECHECK and not own
    staff = at_street(envelope, ("street_lead",)) if is_precheck else at_district(envelope)
    _tell_of_appeal(event.case_id, event.organisation_id, Kind.APPEAL_LATE, staff, envelope)


def _asked(organisation_id: int, level: str, envelope: Envelope) -> list[Assignment]:
    """Who hears of a level: the unit and its head; from `leader` on the street's leader, when listed the district."""
    staff = members_of(organisation_id, (*WORK_ROLES, *HEAD_ROLES), envelope)
    if level in {SupervisionLevel.LEADER, SupervisionLevel.LISTED}:
        staff += at_street(envelope, ("street_lead",))
    if level == SupervisionLevel.LISTED:
        staff += at_district(envelope)
    return staff


def _tell_of_appeal(
    case_id: int, organisation_id: int, kind: Kind, staff: Iterable[Assignment], envelope: Envelope
) -> None:
    unit = organisation_label(organisation_id)
    tell(to_staff(envelope, case_facts(case_id), kind, staff, unit=unit))
