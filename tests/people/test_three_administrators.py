"""System, security, audit (`domain.md` §8, level 3): three persons; none sees business data, none helps themselves.

The walk asks every page and operation as each of them.
"""

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nuanxin.cli.main import main
from nuanxin.kernel.access import SYSTEM, policy
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.people import queries, services
from nuanxin.people.enums import SignInMethod
from nuanxin.people.models import Assignment, Invitation
from nuanxin.people.services import HeldAlone, NotOneself, OutsideReach
from tests.architecture.test_access_walk import table
from tests.factories.addresses import operations, pages
from tests.factories.people import NOW, STREET, sign_in, staff, worker
from tests.factories.territories import put_city
from tests.factories.walked import walked_case

pytestmark = pytest.mark.django_db
ADMINS = ("system_admin", "security_admin", "audit_admin")
# What each of the three holds beside the map and the words of the catalogue: nothing of the city's business.
OPENS = {
    "system_admin": {"territories.edit", "system.check", "cases.categories", "retention.view"},
    "security_admin": {"people.view", "people.assign", "people.invite", "people.duty", "organisations.view",
                       "organisations.import", "people.recover"},
    "audit_admin": {"audit.view"},
}  # fmt: skip
SECRET = "一句只有上报人写过的话"


@pytest.fixture
def case(town):
    return walked_case(town, SECRET)


def as_(town, who):
    return sign_in(Client(), Assignment.objects.get(person=town.persons[who]))


@pytest.mark.parametrize("who", ADMINS)
def test_no_page_shows_an_administrator_a_case_or_a_worker(town, case, who):
    client = as_(town, who)
    named = {town.persons[each].name for each in ("worker", "other_worker", "resident")}
    for address in pages(table(case)):
        # That every other address answers 404 is asked in tests/architecture/test_access_walk.py, of each role.
        if address.is_public or not _may_open(town[who], address.permissions):
            continue
        answer = client.get(address.path)
        body = answer.getvalue().decode(errors="replace")
        assert SECRET not in body, address.path
        if (
            answer.status_code == 200 and address.name != "portal:audit_export"
        ):  # opaque numbers are its business
            assert case.number not in body or address.name == "portal:audit", address.path
        assert not [name for name in named if name in body], address.path


def _may_open(actor, permissions) -> bool:
    return "signed_in" in permissions or any(policy.permits(actor, name) for name in permissions)


@pytest.mark.parametrize("who", ADMINS)
def test_no_operation_answers_an_administrator_with_a_case(town, case, who):
    person = town.persons[who]
    given = Assignment.objects.get(person=person)
    text = services.create_token(person=person, assignment=given, name="x", now=timezone.now())[1]
    api = Client(headers={"authorization": f"Bearer {text}"})
    for method, path in operations(table(case)):
        answer = api.generic(method, path)
        assert SECRET not in answer.content.decode(), path
        assert case.number not in answer.content.decode() or path == "/api/v1/cases/" + case.number, path
        if "/cases" in path and "categories" not in path and "suggestions" not in path:
            assert answer.status_code in {404, 422}, (method, path, answer.status_code)


def test_each_holds_what_the_others_lack(town):
    held = {who: set(town[who].grants.extents) for who in ADMINS}
    for who, own in OPENS.items():
        for other in set(ADMINS) - {who}:
            assert not held[other] & own - {"cases.categories"}, (who, other)
    assert "people.assign" not in held["system_admin"] | held["audit_admin"]
    assert not [name for who in ADMINS for name in held[who] if name in {"cases.view", "cases.break_glass"}]


@pytest.mark.parametrize("role", ADMINS)
def test_none_gives_or_takes_the_role_of_an_administrator(town, role):
    """Not to oneself, not to another, not by an invitation that one opens oneself, not by relieving the other."""
    actor = town["security_admin"]
    for person in (town.persons["security_admin"], town.persons["dispatcher"]):
        with pytest.raises((OutsideReach, NotOneself)):
            services.assign(actor=actor, person=person, role=role, now=town.now)
    with pytest.raises(OutsideReach):
        services.invite_person(actor=actor, name="某某", role=role, now=town.now)
    other = Assignment.objects.get(role=role)
    with pytest.raises(OutsideReach):
        services.end_assignment(actor=actor, assignment=other, now=town.now)
    client = as_(town, "security_admin")
    page = client.get(reverse("people:invite")).content.decode()
    assert f'value="{role}"' not in page
    public_id = other.person.public_id
    assert client.post(reverse("people:reset_second_factor", args=[public_id])).status_code == 404
    assert client.post(reverse("people:end_assignment", args=[other.public_id])).status_code == 404
    assert not Invitation.objects.exists()
    assert other.is_active_at(timezone.now())


@pytest.mark.parametrize("other", [*ADMINS, "dispatcher"])
def test_nobody_holds_two(other):
    person = staff("audit_admin").person
    if other != "audit_admin":
        with pytest.raises(HeldAlone):
            services.assign(actor=SYSTEM, person=person, role=other, scope_code=STREET, now=NOW)
    desk = staff("dispatcher", scope_code=STREET).person
    if other in ADMINS:
        with pytest.raises(HeldAlone):
            services.assign(actor=SYSTEM, person=desk, role=other, now=NOW)


def test_an_administrator_may_be_a_worker_as_well():
    person = worker()
    person.login_name = "evening.rider"
    person.save(update_fields=["login_name"])
    services.assign(actor=SYSTEM, person=person, role="audit_admin", now=NOW)


def test_the_command_line_places_and_relieves_them_and_the_log_says_so():
    put_city()
    person = staff("security_admin").person
    ended = CliRunner().invoke(main, ["people", "end", person.login_name, "--role", "security_admin"])
    assert ended.exit_code == 0, ended.output
    assert not queries.administrators(now=timezone.now())["security_admin"]
    assert AuditEntry.objects.filter(action="people.end_assignment").exists()
    wrong = CliRunner().invoke(main, ["people", "end", person.login_name, "--role", "security_admin"])
    assert wrong.exit_code == 2
    assert CliRunner().invoke(main, ["people", "reset-second-factor", "nobody.here"]).exit_code == 2
    done = CliRunner().invoke(main, ["people", "reset-second-factor", person.login_name])
    assert done.exit_code == 0
    assert AuditEntry.objects.filter(action="people.second_factor_reset").exists()


def test_the_role_ends_and_so_does_what_it_opened():
    put_city()
    assignment = staff("security_admin")
    client = sign_in(Client(), assignment, method=SignInMethod.TWO_FACTORS)
    client.cookies["nx_seen"] = client.cookies.get("nx_seen", "")
    CliRunner().invoke(main, ["people", "end", assignment.person.login_name, "--role", "security_admin"])
    assert client.get(reverse("people:people")).status_code in {302, 404}
