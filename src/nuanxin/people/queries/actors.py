"""From a session or a token to the actor. The hottest reads of the whole product: one statement each."""

from datetime import datetime

from django.db.models import BigIntegerField, CharField, DateTimeField, Q, QuerySet

from nuanxin.kernel.access import Actor
from nuanxin.kernel.prepared import Prepared
from nuanxin.people.models import ApiToken, Assignment, Person
from nuanxin.people.queries.grants import grants_of

# What an API call needs of the four rows; the rest stays in the database.
TOKEN_COLUMNS = (
    "person",
    "assignment",
    "last_used_at",
    "person__name",
    "person__nickname",
    "person__is_active",
    "person__subject__person",
    "assignment__person",
    "assignment__role",
    "assignment__scope_code",
    "assignment__organisation",
    "assignment__site",
)


def active(now: datetime, prefix: str = "") -> Q:
    """Assignments in force at the instant; `prefix` leads to the assignment (`"assignment__"`)."""
    started = Q(**{f"{prefix}active_from__lte": now})
    return started & (Q(**{f"{prefix}active_to": None}) | Q(**{f"{prefix}active_to__gt": now}))


def actor_for(assignment: Assignment) -> Actor:
    """The actor of an assignment; no query if `person__subject` came along."""
    person = assignment.person
    return Actor(
        role=assignment.role_id,
        person_id=person.pk,
        subject_id=person.subject.pk,
        assignment_id=assignment.pk,
        scope_code=assignment.scope_code,
        organisation_id=assignment.organisation_id,
        site_id=assignment.site_id,
        name=person.display_name,
        grants=grants_of(assignment.role_id),
    )


def actor_without_role(person: Person) -> Actor:
    """Somebody signed in who holds no assignment (any more): may see and take along their own data, nothing else."""
    return Actor(person_id=person.pk, subject_id=person.subject.pk, name=person.display_name)


def assignments_in_force(*, person_id: int, now: datetime) -> QuerySet[Assignment]:
    """What the person may act as now, the most demanding role first, with all that the switcher shows."""
    return (
        Assignment.objects.filter(active(now), person_id=person_id, person__is_active=True)
        .select_related("person__subject", "role", "organisation", "site")
        .order_by("-role__sort", "pk")
    )


def assignment_in_force(*, assignment_id: int, person_id: int, now: datetime) -> Assignment | None:
    return _assignment_in_force.first(assignment_id=assignment_id, person_id=person_id, now=now)


def token_in_force(*, token_hash: str, now: datetime) -> ApiToken | None:
    return _token_in_force.first(token_hash=token_hash, now=now)


_assignment_in_force = Prepared(
    lambda *, assignment_id, person_id, now: Assignment.objects.filter(
        active(now), pk=assignment_id, person_id=person_id, person__is_active=True
    ).select_related("person__subject", "role", "organisation"),
    assignment_id=BigIntegerField(),
    person_id=BigIntegerField(),
    now=DateTimeField(),
)
_token_in_force = Prepared(
    lambda *, token_hash, now: (
        ApiToken.objects.filter(
            active(now, "assignment__"),
            token_hash=token_hash,
            revoked_at=None,
            expires_at__gt=now,
            person__is_active=True,
        )
        .select_related("person__subject", "assignment")
        .only(*TOKEN_COLUMNS)
    ),
    token_hash=CharField(),
    now=DateTimeField(),
)


def person_with_subject(*, person_id: int) -> Person | None:
    return Person.objects.filter(pk=person_id, is_active=True).select_related("subject").first()


def is_same_person(actor: Actor, assignment_id: int | None) -> bool:
    """Whether the actor is the human being behind that assignment, in whichever role: who did it does not judge it."""
    if assignment_id is None:
        return False
    if assignment_id == actor.assignment_id:
        return True
    if actor.person_id is None:
        return False
    return Assignment.objects.filter(pk=assignment_id, person_id=actor.person_id).exists()
