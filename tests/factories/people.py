"""Persons in roles, and clients that are signed in as them, through the services that the product uses."""

from datetime import UTC, datetime
from itertools import count

from django.test import Client, RequestFactory
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.people import queries, services
from nuanxin.people.enums import SignInMethod
from nuanxin.people.models import Assignment, Role

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
DISTRICT = "990101000000"
STREET, OTHER_STREET = "990101001000", "990101002000"
COMMUNITY, OTHER_COMMUNITY = "990101001001", "990101001002"

_numbers = count(1)


def mobile() -> str:
    """A number of the invented series."""
    return f"1990001{next(_numbers):04d}"


def organisation(name="云川燃气", kind="utility", scope_code=DISTRICT, **given):
    return services.create_organisation(name=name, kind=kind, scope_code=scope_code, now=NOW, **given)


def worker(name="王小强", community_code=COMMUNITY, works=(), consents=("service", "work_profile"), **given):
    return services.register_worker(
        phone=given.pop("phone", None) or mobile(),
        name=name,
        community_code=community_code,
        declared_as="work",
        works=works,
        consents=consents,
        now=NOW,
        **given,
    )


def staff(role, *, name="李云霞", now=NOW, **where):
    """A person in one role: `staff("dispatcher", scope_code=STREET)`."""
    person = services.create_person(name=name, login_name=f"{role}{next(_numbers)}", now=now)
    return services.assign(actor=SYSTEM, person=person, role=role, now=now, **where)


def actor(assignment_or_person):
    """The actor of an assignment, or of a person's first one."""
    found = assignment_or_person
    assignment = found if isinstance(found, Assignment) else found.assignments.get()
    return queries.actor_for(assignment)


def sign_in(client: Client, assignment_or_person, method=SignInMethod.PERSONA) -> Client:
    """Put a real session into the client, acting as the assignment (or as the person's only one)."""
    found = assignment_or_person
    assignment = found if isinstance(found, Assignment) else found.assignments.get()
    request = RequestFactory().get("/")
    request.session = client.session
    assignment = Assignment.objects.select_related("person__subject", "role").get(pk=assignment.pk)
    services.start_session(
        request=request, person=assignment.person, method=method, assignment=assignment, now=timezone.now()
    )
    request.session.save()
    client.cookies["sessionid"] = request.session.session_key
    return client


def role(code):
    return Role.objects.get(pk=code)
