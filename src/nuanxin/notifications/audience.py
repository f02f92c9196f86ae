"""Whom an event may reach: the one who reported and all who follow, or who acts where; never more than may know."""

from collections.abc import Iterable, Mapping

from nuanxin.cases.queries.audience import audience
from nuanxin.cases.queries.facts import CaseFacts
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope
from nuanxin.notifications import services
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.models import Notice
from nuanxin.notifications.urgent import who_may_know
from nuanxin.people.models import Assignment
from nuanxin.people.queries import (
    assignments_at,
    person_id_of_subject,
    person_ids_of_subjects,
)

DISPATCH_ROLES = ("dispatcher",)
HEAD_ROLES = ("dept_lead", "community_head", "street_lead")
WORK_ROLES = ("community", "community_head", "grid", "dept", "dept_lead", "property", "dispatcher")
VERIFY_ROLES = ("dispatcher",)
PICTURE_ROLES = ("dispatcher", "street_lead")
BULLETIN_ROLES = ("street_lead", "dispatcher", "swd")


def to_reporter(envelope: Envelope, case: CaseFacts, kind: Kind, **facts: object) -> list[Notice]:
    """For the one whom the event is about, and nobody else."""
    person_id = person_id_of_subject(envelope.subject_id) if envelope.subject_id else None
    return _to_people({person_id: case.number} if person_id else {}, envelope, case, kind, facts)


def to_followers(envelope: Envelope, case: CaseFacts, kind: Kind, **facts: object) -> list[Notice]:
    """For all who follow the case, each under the number that they know; nobody learns of another."""
    if case.heat == 1:
        return to_reporter(envelope, case, kind, **facts)
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


def to_staff(
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


def members_of(organisation_id: int, roles: Iterable[str], envelope: Envelope) -> list[Assignment]:
    return assignments_at(roles=roles, organisation_id=organisation_id, now=envelope.occurred_at)


def at_street(envelope: Envelope, roles: Iterable[str]) -> list[Assignment]:
    return assignments_at(roles=roles, scope_code=street_of(envelope.scope_code), now=envelope.occurred_at)


def at_district(envelope: Envelope) -> list[Assignment]:
    district = padded(envelope.scope_code[: LEVELS["district"]])
    return assignments_at(roles=("swd",), scope_code=district, now=envelope.occurred_at)


def street_of(scope_code: str) -> str:
    return padded(scope_code[: LEVELS["street"]])
