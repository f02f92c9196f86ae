"""Who hears of what. One reaction for each event; what is redelivered changes nothing."""

from django.urls import reverse

from nuanxin.cases import events
from nuanxin.cases.enums import Outcome, TaskRole
from nuanxin.cases.queries.consulting import parties_of
from nuanxin.cases.queries.facts import case_facts, holders_of
from nuanxin.cases.queries.patterns import topic_facts
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import (
    at_activities,  # noqa: F401  -- registers its reactions
    at_honours,  # noqa: F401  -- registers its reactions
    at_offers,  # noqa: F401  -- registers its reactions
    at_places,  # noqa: F401  -- registers its reactions
    at_points,  # noqa: F401  -- registers its reactions
    at_records,  # noqa: F401  -- registers its reactions
    at_scenes,  # noqa: F401  -- registers its reactions
    at_shop,  # noqa: F401  -- registers its reactions
    at_teams,  # noqa: F401  -- registers its reactions
    oversight,  # noqa: F401  -- registers its reactions
    services,
)
from nuanxin.notifications.audience import (
    BULLETIN_ROLES,
    DISPATCH_ROLES,
    HEAD_ROLES,
    PICTURE_ROLES,
    VERIFY_ROLES,
    WORK_ROLES,
    at_street,
    members_of,
    street_of,
    to_followers,
    to_reporter,
    to_staff,
)
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
)


@subscribe(events.CaseReported)
def case_reported(event: events.CaseReported, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    street = street_of(envelope.scope_code)
    notices = to_reporter(envelope, case, Kind.RECEIVED, street=street, within=case.first_look_within)
    if not case.is_life_safety:
        notices += to_staff(
            envelope, case, Kind.NEW_REPORT, at_street(envelope, DISPATCH_ROLES), place=case.place
        )
    tell(notices)


@subscribe(events.CaseRejected)
def case_rejected(event: events.CaseRejected, envelope: Envelope) -> None:
    tell(to_followers(envelope, case_facts(event.case_id), Kind.REJECTED))


@subscribe(events.CaseRecategorised)
def case_recategorised(event: events.CaseRecategorised, envelope: Envelope) -> None:
    tell(to_followers(envelope, case_facts(event.case_id), Kind.RECATEGORISED))


@subscribe(events.TaskDispatched)
def task_dispatched(event: events.TaskDispatched, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    notices = to_staff(envelope, case, Kind.NEW_TASK, staff, place=case.place)
    if event.role == TaskRole.LEAD:
        notices += to_followers(
            envelope, case, Kind.DISPATCHED, unit=organisation_label(event.organisation_id)
        )
    tell(notices)
    if case.is_life_safety:
        text_those_on_duty(event.organisation_id, case, envelope)


@subscribe(events.TaskClaimed)
def task_claimed(event: events.TaskClaimed, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    tell(to_followers(envelope, case, Kind.CLAIMED, unit=organisation_label(event.organisation_id)))


@subscribe(events.TaskAccepted)
def task_accepted(event: events.TaskAccepted, envelope: Envelope) -> None:
    if event.role == TaskRole.LEAD:
        case = case_facts(event.case_id)
        tell(to_followers(envelope, case, Kind.ACCEPTED, unit=organisation_label(event.organisation_id)))


@subscribe(events.HazardContained)
def hazard_contained(event: events.HazardContained, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    tell(to_followers(envelope, case, Kind.CONTAINED, unit=organisation_label(event.organisation_id)))


@subscribe(events.TaskReturned)
def task_returned(event: events.TaskReturned, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = at_street(envelope, DISPATCH_ROLES)
    tell(to_staff(envelope, case, Kind.RETURNED, staff, unit=organisation_label(event.organisation_id)))


@subscribe(events.ResultSubmitted)
def result_submitted(event: events.ResultSubmitted, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    if not case.awaits_verification:
        return
    unit = organisation_label(event.organisation_id)
    tell(
        to_followers(envelope, case, Kind.HANDED_IN, unit=unit)
        + to_staff(envelope, case, Kind.TO_VERIFY, at_street(envelope, VERIFY_ROLES), unit=unit)
    )


@subscribe(events.ReworkRequested)
def rework_requested(event: events.ReworkRequested, envelope: Envelope) -> None:
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.REWORK, staff, count=event.rework_count))


@subscribe(events.CaseClosed)
def case_closed(event: events.CaseClosed, envelope: Envelope) -> None:
    """What was passed on is not "done": the reporter hears of a receipt."""
    kind = Kind.TRANSFERRED if event.outcome == Outcome.TRANSFERRED else Kind.CLOSED
    tell(to_followers(envelope, case_facts(event.case_id), kind))


@subscribe(events.CaseHandedOff)
def case_handed_off(event: events.CaseHandedOff, envelope: Envelope) -> None:
    tell(to_followers(envelope, case_facts(event.case_id), Kind.HANDED_OFF, where=event.kind))


@subscribe(events.RepairPlanned)
def repair_planned(event: events.RepairPlanned, envelope: Envelope) -> None:
    unit = organisation_label(event.organisation_id)
    tell(to_followers(envelope, case_facts(event.case_id), Kind.STAGES, unit=unit))


@subscribe(events.RepairStageDone)
def repair_stage_done(event: events.RepairStageDone, envelope: Envelope) -> None:
    facts = {"stage": event.stage, "following": event.following, "until": event.following_at}
    tell(to_followers(envelope, case_facts(event.case_id), Kind.STAGE_DONE, **facts))


@subscribe(events.RepairStageLate)
def repair_stage_late(event: events.RepairStageLate, envelope: Envelope) -> None:
    unit = organisation_label(event.organisation_id)
    staff = members_of(event.organisation_id, HEAD_ROLES, envelope)
    facts = {"stage": event.stage, "unit": unit}
    tell(to_staff(envelope, case_facts(event.case_id), Kind.STAGE_LATE, staff, **facts))


@subscribe(events.LookAgainDue)
def look_again_due(event: events.LookAgainDue, envelope: Envelope) -> None:
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.LOOK_AGAIN, staff))


@subscribe(events.CaseReopened)
def case_reopened(event: events.CaseReopened, envelope: Envelope) -> None:
    tell(to_staff(envelope, case_facts(event.case_id), Kind.REOPENED, at_street(envelope, DISPATCH_ROLES)))


@subscribe(events.ConsultationCalled)
def consultation_called(event: events.ConsultationCalled, envelope: Envelope) -> None:
    """The reporter hears that several are at it, not why; whoever was whistled hears by whom."""
    case = case_facts(event.case_id)
    unit = organisation_label(event.organisation_id)
    notices = to_followers(envelope, case, Kind.CONSULTING)
    for organisation_id in parties_of(event.consultation_id):
        staff = members_of(organisation_id, (*WORK_ROLES, "street_lead"), envelope)
        notices += to_staff(envelope, case, Kind.WHISTLED, staff, unit=unit)
    tell(notices)


@subscribe(events.ConsultationAnswered)
def consultation_answered(event: events.ConsultationAnswered, envelope: Envelope) -> None:
    if event.is_complete:
        staff = at_street(envelope, DISPATCH_ROLES)
        tell(to_staff(envelope, case_facts(event.case_id), Kind.ALL_ANSWERED, staff))


@subscribe(events.ConsultationConcluded)
def consultation_concluded(event: events.ConsultationConcluded, envelope: Envelope) -> None:
    """Those named hear of their part by `TaskDispatched`; the others hear that it is settled."""
    if not event.organisation_id:
        return
    case, unit = case_facts(event.case_id), organisation_label(event.organisation_id)
    notices: list[Notice] = []
    for organisation_id in parties_of(event.consultation_id):
        if organisation_id != event.organisation_id:
            staff = members_of(organisation_id, WORK_ROLES, envelope)
            where = _where_to_read_on(event.case_id, organisation_id)
            notices += to_staff(envelope, case, Kind.CONCLUDED, staff, unit=unit, **where)
    tell(notices)


@subscribe(events.ConsultationCalledOff)
def consultation_called_off(event: events.ConsultationCalledOff, envelope: Envelope) -> None:
    """Everybody who was whistled hears that nobody need come, also who has answered; the reporter that it goes on."""
    case, unit = case_facts(event.case_id), organisation_label(event.organisation_id)
    notices = to_followers(envelope, case, Kind.GOES_ON)
    for organisation_id in parties_of(event.consultation_id):
        staff = members_of(organisation_id, (*WORK_ROLES, "street_lead"), envelope)
        where = _where_to_read_on(event.case_id, organisation_id)
        notices += to_staff(envelope, case, Kind.CALLED_OFF, staff, unit=unit, **where)
    tell(notices)


def _where_to_read_on(case_id: int, organisation_id: int) -> dict[str, str]:
    """Who was only whistled reads the case no longer: to what they are still called to."""
    if organisation_id in holders_of(case_id):
        return {}
    return {"path": f"{reverse('cases:queue')}?tab=consult"}


@subscribe(events.ExtensionRequested)
def extension_requested(event: events.ExtensionRequested, envelope: Envelope) -> None:
    """One level up: the street's leader; for the street's own request the district."""
    case, unit = case_facts(event.case_id), organisation_label(event.organisation_id)
    if is_street_office(event.organisation_id):
        district = padded(envelope.scope_code[: LEVELS["district"]])
        staff = assignments_at(roles=("swd",), scope_code=district, now=envelope.occurred_at)
    else:
        staff = at_street(envelope, ("street_lead",))
    tell(to_staff(envelope, case, Kind.MORE_TIME, staff, unit=unit, until=event.until))


@subscribe(events.ExtensionGranted)
def extension_granted(event: events.ExtensionGranted, envelope: Envelope) -> None:
    case = case_facts(event.case_id)
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(
        to_followers(envelope, case, Kind.EXTENDED, until=event.until)
        + to_staff(envelope, case, Kind.TIME_GRANTED, staff, until=event.until, count=event.count)
    )


@subscribe(events.ExtensionRefused)
def extension_refused(event: events.ExtensionRefused, envelope: Envelope) -> None:
    kind = Kind.TIME_LAPSED if event.is_lapsed else Kind.TIME_REFUSED
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(to_staff(envelope, case_facts(event.case_id), kind, staff))


@subscribe(events.TaskWithdrawn)
def task_withdrawn(event: events.TaskWithdrawn, envelope: Envelope) -> None:
    staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.NOT_NEEDED, staff))


@subscribe(events.CaseConfirmed)
def case_confirmed(event: events.CaseConfirmed, envelope: Envelope) -> None:
    """To whom has seen it too: where it can be followed from now on."""
    tell(to_reporter(envelope, case_facts(event.case_id), Kind.CONFIRMED))


@subscribe(events.CaseMerged)
def case_merged(event: events.CaseMerged, envelope: Envelope) -> None:
    tell(to_followers(envelope, case_facts(event.case_id), Kind.MERGED))


@subscribe(events.CaseSplit)
def case_split(event: events.CaseSplit, envelope: Envelope) -> None:
    tell(to_followers(envelope, case_facts(event.case_id), Kind.SPLIT))


@subscribe(events.CaseRecurred)
def case_recurred(event: events.CaseRecurred, envelope: Envelope) -> None:
    """The organisation that had repaired it finds out why; its heads hear of it as well."""
    case = case_facts(event.case_id)
    staff = members_of(event.organisation_id, (*WORK_ROLES, *HEAD_ROLES), envelope)
    tell(to_staff(envelope, case, Kind.RECURRED, staff, place=case.place, cause=event.root_cause_id))


@subscribe(events.PicturesReady)
def pictures_ready(event: events.PicturesReady, envelope: Envelope) -> None:
    """To the street's reviewers; the notice leads to what waits, not to the case."""
    case = case_facts(event.case_id)
    staff = who_may_know(case, at_street(envelope, PICTURE_ROLES))
    facts = {"category": case.category, "count": event.count}
    notices = services.for_staff(
        assignments=staff,
        event_id=envelope.id,
        kind=Kind.PICTURES,
        case_number="",
        facts=facts,
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)


@subscribe(events.PublicationWanted)
def publication_wanted(event: events.PublicationWanted, envelope: Envelope) -> None:
    """To the street's desk; the notice leads to what waits there, not to the case."""
    case = case_facts(event.case_id)
    notices = services.for_staff(
        assignments=who_may_know(case, at_street(envelope, DISPATCH_ROLES)),
        event_id=envelope.id,
        kind=Kind.TO_PUBLISH,
        case_number="",
        facts={"category": case.category, "path": reverse("cases:publications")},
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)


@subscribe(events.CasePublished)
def case_published(event: events.CasePublished, envelope: Envelope) -> None:
    tell(to_reporter(envelope, case_facts(event.case_id), Kind.PUBLISHED))


@subscribe(events.PublicationRefused)
def publication_refused(event: events.PublicationRefused, envelope: Envelope) -> None:
    tell(to_reporter(envelope, case_facts(event.case_id), Kind.UNPUBLISHED))


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
    tell(to_reporter(envelope, case_facts(event.case_id), Kind.QUESTION))


@subscribe(events.QuestionAnswered)
def question_answered(event: events.QuestionAnswered, envelope: Envelope) -> None:
    if event.organisation_id is None:
        staff = at_street(envelope, DISPATCH_ROLES)
    else:
        staff = members_of(event.organisation_id, WORK_ROLES, envelope)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.ANSWER, staff))


@subscribe(events.CaseSupplemented)
def case_supplemented(event: events.CaseSupplemented, envelope: Envelope) -> None:
    """To whoever has it now: the units that hold a part, else the desk of the street."""
    staff = _who_has_it(event.case_id, envelope) or at_street(envelope, DISPATCH_ROLES)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.ADDED, staff, count=event.photos))


@subscribe(events.VoiceReceived)
def voice_received(event: events.VoiceReceived, envelope: Envelope) -> None:
    """To those who may hear it, and to nobody else."""
    tell(to_staff(envelope, case_facts(event.case_id), Kind.TO_HEAR, at_street(envelope, DISPATCH_ROLES)))


@subscribe(events.VoiceTranscribed)
def voice_transcribed(event: events.VoiceTranscribed, envelope: Envelope) -> None:
    staff = _who_has_it(event.case_id, envelope)
    tell(to_staff(envelope, case_facts(event.case_id), Kind.WRITTEN_DOWN, staff))


def _who_has_it(case_id: int, envelope: Envelope) -> list[Assignment]:
    units = holders_of(case_id)
    return [each for unit in units for each in members_of(unit, WORK_ROLES, envelope)]


@subscribe(events.ReporterRevealed)
def reporter_revealed(event: events.ReporterRevealed, envelope: Envelope) -> None:
    facts = {"role": name_of_role(event.role)}
    if event.organisation_id is not None:
        facts["unit"] = organisation_label(event.organisation_id)
    tell(to_reporter(envelope, case_facts(event.case_id), Kind.REVEALED, **facts))


@subscribe(events.ClockPassed)
def clock_passed(event: events.ClockPassed, envelope: Envelope) -> None:
    """One level up: the head of the organisation that is late; for the street's own clocks its leader."""
    case = case_facts(event.case_id)
    if event.organisation_id is not None:
        staff = members_of(event.organisation_id, HEAD_ROLES, envelope)
        where = {"unit": organisation_label(event.organisation_id)}
    else:
        staff = at_street(envelope, ("street_lead",))
        where = {"street": street_of(envelope.scope_code)}
    tell(to_staff(envelope, case, Kind.LATE, staff, clock=event.clock, **where))


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


@subscribe(MessageDue)
def message_due(event: MessageDue, envelope: Envelope) -> None:
    services.send_onward(message=event, subject_id=envelope.subject_id, now=envelope.occurred_at)
