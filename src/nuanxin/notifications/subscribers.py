"""Who hears of what. One reaction for each event; what is redelivered changes nothing."""

from collections.abc import Iterable, Mapping

from nuanxin.cases import events
from nuanxin.cases.enums import AppealState, Outcome, SupervisionLevel, TaskRole
from nuanxin.cases.queries.audience import audience
from nuanxin.cases.queries.consulting import parties_of
from nuanxin.cases.queries.facts import CaseFacts, case_facts
from nuanxin.cases.queries.patterns import topic_facts
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.events import MessageDue
from nuanxin.notifications.models import Notice
from nuanxin.notifications.services import tell
from nuanxin.notifications.urgent import text_those_on_duty, who_may_know
from nuanxin.people.models import Assignment
from nuanxin.people.queries import (
    assignments_at,
    is_street_office,
    name_of_role,
    organisation_label,
    person_id_of_subject,
    person_ids_of_subjects,
)

DISPATCH_ROLES = ("dispatcher",)
HEAD_ROLES = ("dept_lead", "community_head", "street_lead")
WORK_ROLES = ("community", "community_head", "grid", "dept", "dept_lead", "property", "dispatcher")
VERIFY_ROLES = ("dispatcher",)
BULLETIN_ROLES = ("street_lead", "dispatcher", "swd")


@subscribe(events.CaseReported)
def case_reported(event: events.CaseReported, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    street = _street(envelope.scope_code)
    notices = _reporter(envelope, case, Kind.RECEIVED, street=street, within=case.first_look_within)
    if not case.is_life_safety:
        notices += _staff(
            envelope, case, Kind.NEW_REPORT, _at_street(envelope, DISPATCH_ROLES), place=case.place
        )
    tell(notices)


@subscribe(events.CaseRejected)
def case_rejected(event: events.CaseRejected, envelope: Envelope) -> None:
    tell(_followers(envelope, case_facts(event.case_id), Kind.REJECTED))


@subscribe(events.CaseRecategorised)
def case_recategorised(event: events.CaseRecategorised, envelope: Envelope) -> None:
    tell(_followers(envelope, case_facts(event.case_id), Kind.RECATEGORISED))


@subscribe(events.TaskDispatched)
def task_dispatched(event: events.TaskDispatched, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    notices = _staff(envelope, case, Kind.NEW_TASK, staff, place=case.place)
    if event.role == TaskRole.LEAD:
        notices += _followers(envelope, case, Kind.DISPATCHED, unit=organisation_label(event.organisation_id))
    tell(notices)
    if case.is_life_safety:
        text_those_on_duty(event.organisation_id, case, envelope)


@subscribe(events.TaskClaimed)
def task_claimed(event: events.TaskClaimed, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    tell(_followers(envelope, case, Kind.CLAIMED, unit=organisation_label(event.organisation_id)))


@subscribe(events.TaskAccepted)
def task_accepted(event: events.TaskAccepted, envelope: Envelope) -> None:
    if event.role == TaskRole.LEAD:
        case = case_facts(event.case_id)
        tell(_followers(envelope, case, Kind.ACCEPTED, unit=organisation_label(event.organisation_id)))


@subscribe(events.HazardContained)
def hazard_contained(event: events.HazardContained, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    tell(_followers(envelope, case, Kind.CONTAINED, unit=organisation_label(event.organisation_id)))


@subscribe(events.TaskReturned)
def task_returned(event: events.TaskReturned, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = _at_street(envelope, DISPATCH_ROLES)
    tell(_staff(envelope, case, Kind.RETURNED, staff, unit=organisation_label(event.organisation_id)))


@subscribe(events.ResultSubmitted)
def result_submitted(event: events.ResultSubmitted, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    if not case.awaits_verification:
        return
    unit = organisation_label(event.organisation_id)
    tell(
        _followers(envelope, case, Kind.HANDED_IN, unit=unit)
        + _staff(envelope, case, Kind.TO_VERIFY, _at_street(envelope, VERIFY_ROLES), unit=unit)
    )


@subscribe(events.ReworkRequested)
def rework_requested(event: events.ReworkRequested, envelope: Envelope) -> None:
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(_staff(envelope, case_facts(event.case_id), Kind.REWORK, staff, count=event.rework_count))


@subscribe(events.CaseClosed)
def case_closed(event: events.CaseClosed, envelope: Envelope) -> None:
    """What was passed on is not "done": the reporter hears of a receipt."""
    kind = Kind.TRANSFERRED if event.outcome == Outcome.TRANSFERRED else Kind.CLOSED
    tell(_followers(envelope, case_facts(event.case_id), kind))


@subscribe(events.CaseHandedOff)
def case_handed_off(event: events.CaseHandedOff, envelope: Envelope) -> None:
    tell(_followers(envelope, case_facts(event.case_id), Kind.HANDED_OFF, where=event.kind))


@subscribe(events.RepairPlanned)
def repair_planned(event: events.RepairPlanned, envelope: Envelope) -> None:
    unit = organisation_label(event.organisation_id)
    tell(_followers(envelope, case_facts(event.case_id), Kind.STAGES, unit=unit))


@subscribe(events.RepairStageDone)
def repair_stage_done(event: events.RepairStageDone, envelope: Envelope) -> None:
    facts = {"stage": event.stage, "following": event.following, "until": event.following_at}
    tell(_followers(envelope, case_facts(event.case_id), Kind.STAGE_DONE, **facts))


@subscribe(events.RepairStageLate)
def repair_stage_late(event: events.RepairStageLate, envelope: Envelope) -> None:
    unit = organisation_label(event.organisation_id)
    staff = _of(event.organisation_id, HEAD_ROLES, envelope)
    facts = {"stage": event.stage, "unit": unit}
    tell(_staff(envelope, case_facts(event.case_id), Kind.STAGE_LATE, staff, **facts))


@subscribe(events.LookAgainDue)
def look_again_due(event: events.LookAgainDue, envelope: Envelope) -> None:
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(_staff(envelope, case_facts(event.case_id), Kind.LOOK_AGAIN, staff))


@subscribe(events.CaseReopened)
def case_reopened(event: events.CaseReopened, envelope: Envelope) -> None:
    tell(_staff(envelope, case_facts(event.case_id), Kind.REOPENED, _at_street(envelope, DISPATCH_ROLES)))


@subscribe(events.ConsultationCalled)
def consultation_called(event: events.ConsultationCalled, envelope: Envelope) -> None:
    """The reporter hears that several are at it, not why; whoever was whistled hears by whom."""
    case = case_facts(event.case_id)
    unit = organisation_label(event.organisation_id)
    notices = _followers(envelope, case, Kind.CONSULTING)
    for organisation_id in parties_of(event.consultation_id):
        staff = _of(organisation_id, (*WORK_ROLES, "street_lead"), envelope)
        notices += _staff(envelope, case, Kind.WHISTLED, staff, unit=unit)
    tell(notices)


@subscribe(events.ConsultationAnswered)
def consultation_answered(event: events.ConsultationAnswered, envelope: Envelope) -> None:
    if event.is_complete:
        staff = _at_street(envelope, DISPATCH_ROLES)
        tell(_staff(envelope, case_facts(event.case_id), Kind.ALL_ANSWERED, staff))


@subscribe(events.ConsultationConcluded)
def consultation_concluded(event: events.ConsultationConcluded, envelope: Envelope) -> None:
    """Those named hear of their part by `TaskDispatched`; the others hear that it is settled."""
    if not event.organisation_id:
        return
    case, unit = case_facts(event.case_id), organisation_label(event.organisation_id)
    notices: list[Notice] = []
    for organisation_id in parties_of(event.consultation_id):
        if organisation_id != event.organisation_id:
            staff = _of(organisation_id, WORK_ROLES, envelope)
            notices += _staff(envelope, case, Kind.CONCLUDED, staff, unit=unit)
    tell(notices)


@subscribe(events.ExtensionRequested)
def extension_requested(event: events.ExtensionRequested, envelope: Envelope) -> None:
    """One level up: the street's leader; for the street's own request the district."""
    case, unit = case_facts(event.case_id), organisation_label(event.organisation_id)
    if is_street_office(event.organisation_id):
        district = padded(envelope.scope_code[: LEVELS["district"]])
        staff = assignments_at(roles=("swd",), scope_code=district, now=envelope.occurred_at)
    else:
        staff = _at_street(envelope, ("street_lead",))
    tell(_staff(envelope, case, Kind.MORE_TIME, staff, unit=unit, until=event.until))


@subscribe(events.ExtensionGranted)
def extension_granted(event: events.ExtensionGranted, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(
        _followers(envelope, case, Kind.EXTENDED, until=event.until)
        + _staff(envelope, case, Kind.TIME_GRANTED, staff, until=event.until, count=event.count)
    )


@subscribe(events.ExtensionRefused)
def extension_refused(event: events.ExtensionRefused, envelope: Envelope) -> None:
    kind = Kind.TIME_LAPSED if event.is_lapsed else Kind.TIME_REFUSED
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(_staff(envelope, case_facts(event.case_id), kind, staff))


@subscribe(events.TaskWithdrawn)
def task_withdrawn(event: events.TaskWithdrawn, envelope: Envelope) -> None:
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(_staff(envelope, case_facts(event.case_id), Kind.NOT_NEEDED, staff))


@subscribe(events.CaseConfirmed)
def case_confirmed(event: events.CaseConfirmed, envelope: Envelope) -> None:
    """To whom has seen it too: where it can be followed from now on."""
    tell(_reporter(envelope, case_facts(event.case_id), Kind.CONFIRMED))


@subscribe(events.CaseMerged)
def case_merged(event: events.CaseMerged, envelope: Envelope) -> None:
    tell(_followers(envelope, case_facts(event.case_id), Kind.MERGED))


@subscribe(events.CaseSplit)
def case_split(event: events.CaseSplit, envelope: Envelope) -> None:
    tell(_followers(envelope, case_facts(event.case_id), Kind.SPLIT))


@subscribe(events.CaseRecurred)
def case_recurred(event: events.CaseRecurred, envelope: Envelope) -> None:
    """The organisation that had repaired it finds out why; its heads hear of it as well."""
    case = case_facts(event.case_id)
    staff = _of(event.organisation_id, (*WORK_ROLES, *HEAD_ROLES), envelope)
    tell(_staff(envelope, case, Kind.RECURRED, staff, place=case.place, cause=event.root_cause_id))


@subscribe(events.TopicProposed)
def topic_proposed(event: events.TopicProposed, envelope: Envelope) -> None:
    """The head of the community brings it to the residents; the street knows."""
    compound, category, count, scope_code = topic_facts(event.proposal_id)
    heads = assignments_at(
        roles=("community_head",),
        scope_code=padded(scope_code[: LEVELS["community"]]),
        now=envelope.occurred_at,
    )
    facts = {"category": category, "place": compound, "count": count, "topic": event.proposal_id}
    notices = services.for_staff(
        assignments=heads,
        event_id=envelope.id,
        kind=Kind.TOPIC,
        case_number="",
        facts=facts,
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)


@subscribe(events.QuestionAsked)
def question_asked(event: events.QuestionAsked, envelope: Envelope) -> None:
    tell(_reporter(envelope, case_facts(event.case_id), Kind.QUESTION))


@subscribe(events.QuestionAnswered)
def question_answered(event: events.QuestionAnswered, envelope: Envelope) -> None:
    if event.organisation_id is None:
        staff = _at_street(envelope, DISPATCH_ROLES)
    else:
        staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(_staff(envelope, case_facts(event.case_id), Kind.ANSWER, staff))


@subscribe(events.ReporterRevealed)
def reporter_revealed(event: events.ReporterRevealed, envelope: Envelope) -> None:
    tell(_reporter(envelope, case_facts(event.case_id), Kind.REVEALED, role=name_of_role(event.role)))


@subscribe(events.ClockPassed)
def clock_passed(event: events.ClockPassed, envelope: Envelope) -> None:
    """One level up: the head of the organisation that is late; for the street's own clocks its leader."""
    case = case_facts(event.case_id)
    if event.organisation_id is not None:
        staff = _of(event.organisation_id, HEAD_ROLES, envelope)
        where = {"unit": organisation_label(event.organisation_id)}
    else:
        staff = _at_street(envelope, ("street_lead",))
        where = {"street": _street(envelope.scope_code)}
    tell(_staff(envelope, case, Kind.LATE, staff, clock=event.clock, **where))


@subscribe(events.SupervisionOpened)
def supervision_opened(event: events.SupervisionOpened, envelope: Envelope) -> None:
    """The unit itself, and with each level somebody further up."""
    staff = _asked(event.organisation_id, event.level, envelope)
    unit = organisation_label(event.organisation_id)
    case = case_facts(event.case_id)
    tell(_staff(envelope, case, Kind.SUPERVISED, staff, unit=unit, level=event.level))


@subscribe(events.ReplyOverdue)
def reply_overdue(event: events.ReplyOverdue, envelope: Envelope) -> None:
    """One level up from those who were asked."""
    levels = list(SupervisionLevel.values)
    above = levels[min(max(levels.index(event.level), levels.index("red")) + 1, len(levels) - 1)]
    staff = _asked(event.organisation_id, above, envelope)
    unit = organisation_label(event.organisation_id)
    case = case_facts(event.case_id)
    tell(_staff(envelope, case, Kind.UNANSWERED, staff, unit=unit, level=event.level))


@subscribe(events.SupervisionAnswered)
def supervision_answered(event: events.SupervisionAnswered, envelope: Envelope) -> None:
    """Whoever looks on hears the answer: the street, of what is listed the district too."""
    staff = _at_street(envelope, ("street_lead", *DISPATCH_ROLES))
    if event.level == SupervisionLevel.LISTED:
        staff += _at_district(envelope)
    unit = organisation_label(event.organisation_id)
    tell(_staff(envelope, case_facts(event.case_id), Kind.ANSWERED, staff, unit=unit))


@subscribe(events.CaseUrged)
def case_urged(event: events.CaseUrged, envelope: Envelope) -> None:
    staff = _of(event.organisation_id, (*WORK_ROLES, *HEAD_ROLES), envelope)
    unit = organisation_label(event.organisation_id)
    tell(_staff(envelope, case_facts(event.case_id), Kind.URGED, staff, unit=unit))


@subscribe(events.ShelvingRequested)
def shelving_requested(event: events.ShelvingRequested, envelope: Envelope) -> None:
    """The centre verifies; what the street itself asks for, the district."""
    own = is_street_office(event.organisation_id)
    staff = _at_district(envelope) if own else _at_street(envelope, ("street_lead", *DISPATCH_ROLES))
    unit = organisation_label(event.organisation_id)
    tell(_staff(envelope, case_facts(event.case_id), Kind.SHELF_ASKED, staff, unit=unit))


@subscribe(events.ShelvingRefused)
def shelving_refused(event: events.ShelvingRefused, envelope: Envelope) -> None:
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(_staff(envelope, case_facts(event.case_id), Kind.SHELF_NO, staff))


@subscribe(events.CaseShelved)
def case_shelved(event: events.CaseShelved, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(
        _followers(envelope, case, Kind.SHELVED, day=event.target)
        + _staff(envelope, case, Kind.SHELF_YES, staff, day=event.target)
    )


@subscribe(events.ShelvingReviewDue)
def shelving_review_due(event: events.ShelvingReviewDue, envelope: Envelope) -> None:
    staff = _at_street(envelope, DISPATCH_ROLES)
    tell(_staff(envelope, case_facts(event.case_id), Kind.REVIEW_DUE, staff))


@subscribe(events.ShelvingReviewed)
def shelving_reviewed(event: events.ShelvingReviewed, envelope: Envelope) -> None:
    tell(_followers(envelope, case_facts(event.case_id), Kind.REVIEWED, day=event.target))


@subscribe(events.CaseUnshelved)
def case_unshelved(event: events.CaseUnshelved, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    tell(_followers(envelope, case, Kind.RESUMED) + _staff(envelope, case, Kind.UNSHELVED, staff))


@subscribe(events.AppealFiled)
def appeal_filed(event: events.AppealFiled, envelope: Envelope) -> None:
    own = is_street_office(event.organisation_id)
    staff = _at_district(envelope) if own else _at_street(envelope, DISPATCH_ROLES)
    _tell_of_appeal(event.case_id, event.organisation_id, Kind.APPEALED, staff, envelope)


@subscribe(events.AppealMoved)
def appeal_moved(event: events.AppealMoved, envelope: Envelope) -> None:
    if event.state == AppealState.OPINION:
        staff = _of(event.organisation_id, HEAD_ROLES, envelope)
    elif is_street_office(event.organisation_id):
        staff = _at_district(envelope)
    else:
        staff = _at_street(envelope, ("street_lead",))
    _tell_of_appeal(event.case_id, event.organisation_id, Kind.APPEALED, staff, envelope)


@subscribe(events.AppealDecided)
def appeal_decided(event: events.AppealDecided, envelope: Envelope) -> None:
    staff = _of(event.organisation_id, WORK_ROLES, envelope)
    kind = Kind.UPHELD if event.upheld else Kind.NOT_UPHELD
    _tell_of_appeal(event.case_id, event.organisation_id, kind, staff, envelope)


@subscribe(events.AppealLate)
def appeal_late(event: events.AppealLate, envelope: Envelope) -> None:
    """One level up: the leader for the pre-check, the district for the leader."""
    own = is_street_office(event.organisation_id)
    is_precheck = event.state == AppealState.PRECHECK and not own
    staff = _at_street(envelope, ("street_lead",)) if is_precheck else _at_district(envelope)
    _tell_of_appeal(event.case_id, event.organisation_id, Kind.APPEAL_LATE, staff, envelope)


@subscribe(events.DailyBulletinMade)
def daily_bulletin_made(event: events.DailyBulletinMade, envelope: Envelope) -> None:
    """To those who answer for the day; it is about no case."""
    staff = assignments_at(roles=BULLETIN_ROLES, scope_code=event.scope, now=envelope.occurred_at)
    notices = services.for_staff(
        assignments=staff,
        event_id=envelope.id,
        kind=Kind.BULLETIN,
        case_number="",
        facts={"street": event.scope, "on": event.on},
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)


def _asked(organisation_id: int, level: str, envelope: Envelope) -> list[Assignment]:
    """Who hears of a level: the unit and its head; from `leader` on the street's leader, when listed the district."""
    staff = _of(organisation_id, (*WORK_ROLES, *HEAD_ROLES), envelope)
    if level in {SupervisionLevel.LEADER, SupervisionLevel.LISTED}:
        staff += _at_street(envelope, ("street_lead",))
    if level == SupervisionLevel.LISTED:
        staff += _at_district(envelope)
    return staff


def _tell_of_appeal(
    case_id: int, organisation_id: int, kind: Kind, staff: Iterable[Assignment], envelope: Envelope
) -> None:
    unit = organisation_label(organisation_id)
    tell(_staff(envelope, case_facts(case_id), kind, staff, unit=unit))


@subscribe(MessageDue)
def message_due(event: MessageDue, envelope: Envelope) -> None:
    services.send_onward(message=event, now=envelope.occurred_at)


def _reporter(envelope: Envelope, case: CaseFacts, kind: Kind, **facts: object) -> list[Notice]:
    """For the one whom the event is about, and nobody else."""
    person_id = person_id_of_subject(envelope.subject_id) if envelope.subject_id else None
    return _to_people({person_id: case.number} if person_id else {}, envelope, case, kind, facts)


def _followers(envelope: Envelope, case: CaseFacts, kind: Kind, **facts: object) -> list[Notice]:
    """For all who follow the case, each under the number that they know; nobody learns of another."""
    if case.heat == 1:
        return _reporter(envelope, case, kind, **facts)
    followers = audience(case.case_id)
    people = person_ids_of_subjects(follower.subject_id for follower in followers)
    to = {people[each.subject_id]: each.number for each in followers if each.subject_id in people}
    return _to_people(to, envelope, case, kind, facts)


def _to_people(
    people: Mapping[int, str], envelope: Envelope, case: CaseFacts, kind: Kind, facts: Mapping[str, object]
) -> list[Notice]:
    """To each person under a case number."""
    return [
        services.for_reporter(
            person_id=person_id,
            event_id=envelope.id,
            kind=kind,
            case_number=number,
            facts={"category": case.category, **facts},
            is_urgent=case.is_life_safety,
            now=envelope.occurred_at,
        )
        for person_id, number in people.items()
    ]


def _staff(
    envelope: Envelope,
    case: CaseFacts,
    kind: Kind,
    assignments: Iterable[Assignment],
    **facts: object,
) -> list[Notice]:
    return services.for_staff(
        assignments=who_may_know(case, assignments),
        event_id=envelope.id,
        kind=kind,
        case_number=case.number,
        facts={"category": case.category, **facts},
        is_urgent=case.is_life_safety,
        now=envelope.occurred_at,
    )


def _of(organisation_id: int, roles: Iterable[str], envelope: Envelope) -> list[Assignment]:
    return assignments_at(roles=roles, organisation_id=organisation_id, now=envelope.occurred_at)


def _at_street(envelope: Envelope, roles: Iterable[str]) -> list[Assignment]:
    return assignments_at(roles=roles, scope_code=_street(envelope.scope_code), now=envelope.occurred_at)


def _at_district(envelope: Envelope) -> list[Assignment]:
    district = padded(envelope.scope_code[: LEVELS["district"]])
    return assignments_at(roles=("swd",), scope_code=district, now=envelope.occurred_at)


def _street(scope_code: str) -> str:
    return padded(scope_code[: LEVELS["street"]])
