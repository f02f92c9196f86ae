from datetime import timedelta

import pytest
from django.urls import reverse

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events.models import Event
from nuanxin.people import queries, services
from nuanxin.people.models import Assignment, DutyShift, Handover
from nuanxin.people.services import (
    AlreadyAssigned,
    AlreadyEnded,
    NotOneself,
    OutsideReach,
    ShiftOverlaps,
    handover,
)
from tests.factories.people import (
    COMMUNITY,
    DISTRICT,
    NOW,
    OTHER_STREET,
    STREET,
    actor,
    organisation,
    sign_in,
    staff,
    worker,
)
from tests.factories.territories import put_city

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def lead():
    return actor(staff("street_lead", scope_code=STREET))


@pytest.fixture
def somebody():
    return services.create_person(name="欧阳晴", login_name="ouyang", now=NOW)


def test_a_street_lead_appoints_inside_the_street(lead, somebody):
    assignment = services.assign(actor=lead, person=somebody, role="grid", scope_code=COMMUNITY, now=NOW)
    assert queries.actor_for(assignment).extent("cases.claim") == "area"
    assert Event.objects.filter(name="people.AssignmentStarted", scope_code=COMMUNITY).exists()
    assert AuditEntry.objects.filter(action="people.assign").latest("pk").actor_subject_id == lead.subject_id


@pytest.mark.parametrize(
    ("role", "where"),
    [
        ("grid", {"scope_code": OTHER_STREET}),
        ("dispatcher", {"scope_code": DISTRICT}),
        ("security_admin", {}),
    ],
)
def test_and_nowhere_else(lead, somebody, role, where):
    with pytest.raises(OutsideReach):
        services.assign(actor=lead, person=somebody, role=role, now=NOW, **where)


def test_an_organisation_outside_does_not_slip_in_with_a_territory_inside(lead, somebody):
    gas = organisation(scope_code=DISTRICT)
    with pytest.raises(OutsideReach):
        services.assign(
            actor=lead, person=somebody, role="dept", organisation=gas, scope_code=COMMUNITY, now=NOW
        )


def test_a_department_lead_appoints_in_the_own_unit_only(somebody):
    gas, water = organisation(), organisation("云川水务")
    lead = actor(staff("dept_lead", organisation=gas))
    assert (
        services.assign(actor=lead, person=somebody, role="dept", organisation=gas, now=NOW).scope_code
        == DISTRICT
    )
    with pytest.raises(OutsideReach):
        services.assign(actor=lead, person=somebody, role="dept", organisation=water, now=NOW)
    with pytest.raises(OutsideReach):
        services.assign(actor=lead, person=somebody, role="dispatcher", scope_code=STREET, now=NOW)


def test_nobody_appoints_themselves(lead):
    own = Assignment.objects.get(pk=lead.assignment_id)
    with pytest.raises(NotOneself):
        services.assign(actor=lead, person=own.person, role="dispatcher", scope_code=STREET, now=NOW)


def test_nobody_is_made_a_worker_by_others(lead, somebody):
    with pytest.raises(Invalid):
        services.assign(actor=lead, person=somebody, role="worker", scope_code=COMMUNITY, now=NOW)


def test_a_role_names_its_place(somebody):
    for role, missing in (("dept", "organisation"), ("guard", "site"), ("grid", "scope_code")):
        with pytest.raises(Invalid) as refused:
            services.assign(actor=SYSTEM, person=somebody, role=role, now=NOW)
        assert missing in refused.value.fields


def test_once_is_enough(lead, somebody):
    services.assign(actor=lead, person=somebody, role="grid", scope_code=COMMUNITY, now=NOW)
    with pytest.raises(AlreadyAssigned):
        services.assign(actor=lead, person=somebody, role="grid", scope_code=COMMUNITY, now=NOW)


@pytest.fixture
def desk():
    """A context above that has open work on a desk for each assignment."""
    held: dict[int, int] = {}

    def move(ended, successor, now):
        count = held.pop(ended.pk, 0)
        if successor:
            held[successor.pk] = held.get(successor.pk, 0) + count
        return count

    services.register_open_work("desk", count=lambda assignment: held.get(assignment.pk, 0), hand_over=move)
    yield held
    del handover._registry["desk"]


def test_open_work_is_handed_over_and_never_orphaned(lead, desk):
    leaving, staying = staff("grid", scope_code=COMMUNITY), staff("grid", scope_code=COMMUNITY)
    desk[leaving.pk] = 3
    assert [(work.context, work.count) for work in services.open_work(leaving)] == [("desk", 3)]
    assert list(queries.possible_successors(leaving, now=NOW)) == [staying]
    services.end_assignment(actor=lead, assignment=leaving, successor=staying, reason="轮岗", now=NOW + HOUR)
    assert desk == {staying.pk: 3}
    row = Handover.objects.get()
    assert (row.ended, row.successor, row.context, row.count) == (leaving, staying, "desk", 3)
    assert not queries.assignments_in_force(person_id=leaving.person_id, now=NOW + HOUR).exists()
    with pytest.raises(AlreadyEnded):
        services.end_assignment(actor=lead, assignment=leaving, now=NOW + HOUR)


def test_a_successor_holds_the_same_role(lead):
    leaving, other = staff("grid", scope_code=COMMUNITY), staff("dispatcher", scope_code=STREET)
    with pytest.raises(Invalid):
        services.end_assignment(actor=lead, assignment=leaving, successor=other, now=NOW)


def test_one_does_not_end_what_is_out_of_reach(lead):
    with pytest.raises(OutsideReach):
        services.end_assignment(actor=lead, assignment=staff("grid", scope_code="990101002001"), now=NOW)


def test_an_ended_role_is_gone_at_the_next_request(client, lead):
    put_city()
    assignment = staff("dispatcher", scope_code=STREET)
    sign_in(client, assignment)
    assert client.get(reverse("people:people")).status_code == 200
    services.end_assignment(actor=lead, assignment=assignment, now=NOW + HOUR)
    assert client.get(reverse("people:people")).status_code == 404
    assert client.get(reverse("people:me")).status_code == 200


def test_the_roster_says_who_is_on_duty(lead):
    grid = staff("grid", scope_code=COMMUNITY)
    shift = services.plan_shift(
        actor=lead, assignment=grid, starts_at=NOW + HOUR, ends_at=NOW + 9 * HOUR, now=NOW
    )
    assert queries.on_duty(scope_code=COMMUNITY, now=NOW) == []
    assert queries.on_duty(scope_code=COMMUNITY, now=NOW + 2 * HOUR) == [grid]
    assert queries.on_duty(scope_code=COMMUNITY, now=NOW + 9 * HOUR) == []
    with pytest.raises(ShiftOverlaps):
        services.plan_shift(
            actor=lead, assignment=grid, starts_at=NOW + 8 * HOUR, ends_at=NOW + 10 * HOUR, now=NOW
        )
    services.remove_shift(actor=lead, shift=shift, now=NOW)
    assert not DutyShift.objects.exists()


def test_future_shifts_go_with_the_role_and_past_ones_stay(lead):
    grid = staff("grid", scope_code=COMMUNITY)
    for start in (NOW, NOW + 24 * HOUR):
        services.plan_shift(actor=lead, assignment=grid, starts_at=start, ends_at=start + 8 * HOUR, now=NOW)
    services.end_assignment(actor=lead, assignment=grid, now=NOW + HOUR)
    assert [shift.starts_at for shift in DutyShift.objects.all()] == [NOW]


def test_the_roster_is_for_the_own_reach(lead):
    elsewhere = staff("grid", scope_code="990101002001")
    with pytest.raises(NotFound):
        services.plan_shift(actor=lead, assignment=elsewhere, starts_at=NOW, ends_at=NOW + HOUR, now=NOW)


def test_the_duty_page_plans_and_removes(client):
    put_city()
    grid = staff("grid", scope_code=COMMUNITY, name="欧阳晴")
    sign_in(client, staff("street_lead", scope_code=STREET))
    given = {
        "assignment": str(grid.public_id),
        "day": "2199-01-02",
        "start": "20:00",
        "end": "06:00",
        "note": "夜班",
    }
    response = client.post(reverse("people:duty"), given)
    assert response.status_code == 302, response.content.decode()
    assert "欧阳晴" in client.get(response.url).content.decode()
    shift = DutyShift.objects.get()
    assert shift.ends_at - shift.starts_at == 10 * HOUR
    client.post(reverse("people:remove_shift", args=[shift.pk]))
    assert not DutyShift.objects.exists()


def test_the_pages_of_a_person_assign_and_end(client):
    put_city()
    grid = staff("grid", scope_code=COMMUNITY, name="欧阳晴")
    sign_in(client, staff("street_lead", scope_code=STREET))
    page = reverse("people:person", args=[grid.person.public_id])
    assert "欧阳晴" in client.get(page).content.decode()
    given = {"role": "dispatcher", "scope_code": STREET}
    assert client.get(page + "assign/").status_code == 200
    assert client.post(page + "assign/", given).status_code == 302
    end = reverse("people:end_assignment", args=[grid.public_id])
    assert client.get(end).status_code == 200
    assert client.post(end, {"successor": "", "reason": "调走"}).url == page
    assert [
        row.role_id
        for row in queries.assignments_in_force(person_id=grid.person_id, now=grid.active_from + HOUR)
    ]


def test_people_outside_the_reach_do_not_exist(client):
    put_city()
    sign_in(client, staff("street_lead", scope_code=STREET))
    elsewhere = staff("grid", scope_code="990101002001")
    assert client.get(reverse("people:person", args=[elsewhere.person.public_id])).status_code == 404
    assert client.get(reverse("people:end_assignment", args=[elsewhere.public_id])).status_code == 404
    assert client.get(reverse("people:person", args=[worker().public_id])).status_code == 404
