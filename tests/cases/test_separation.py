"""Nobody verifies their own, nobody reads more over the API than on the page, no case is left without a lead."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, Task
from nuanxin.cases.queries import queue
from nuanxin.cases.services import Draft, Photo
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.files.accept import accept_image
from nuanxin.people.models import Assignment
from nuanxin.people.queries.actors import actor_for
from nuanxin.people.services import create_token
from tests.factories.fixtures import jpeg
from tests.factories.town import LAT, LNG, STREET

MINUTE = timedelta(minutes=1)
ADDRESS = "枫林横街 3 号楼 2 单元 501"


@pytest.fixture
def town(town_of):
    return town_of(timezone.now() - timedelta(hours=2))


def dispatched(town, *, who="worker", assists=()) -> Case:
    draft = Draft(category="0302", text="井箅子翻了", lng=LNG + 0.0023, lat=LAT + 0.0023, address=ADDRESS)
    case = services.report_case(actor=town[who], draft=draft, key="key-0001", now=town.now).case
    units = [town.organisations[key] for key in ("water", *assists)]
    return services.dispatch_case(
        actor=town["dispatcher"], case=case, lead=units[0], assists=units[1:], now=town.now + MINUTE
    )


def handed_in(town, **given) -> Case:
    case = dispatched(town, **given)
    task = Task.objects.get(case=case, role="lead")
    services.accept_task(actor=town["water"], task=task, now=town.now + 2 * MINUTE)
    photos = [Photo("after", accept_image(jpeg()))]
    return services.submit_result(
        actor=town["water"], task=task, opinion="装好了", photos=photos, now=town.now + 3 * MINUTE
    )


def api(town, who, path):
    person = town.persons[who]
    text = create_token(person=person, assignment=person.assignments.get(), name="x", now=timezone.now())[1]
    return Client(headers={"authorization": f"Bearer {text}"}).get(f"/api/v1/cases{path}").json()


def test_who_reported_does_not_verify(town):
    """A part-time grid worker may verify in the area, but not what they reported themselves."""
    case = handed_in(town, who="grid_part")
    with pytest.raises(NotAllowed):
        services.start_verification(actor=town["grid_part"], case=case, now=town.now + 4 * MINUTE)
    services.start_verification(actor=town["dispatcher"], case=case, now=town.now + 4 * MINUTE)


def test_who_handed_in_does_not_verify_in_another_role(town):
    """One person may hold several roles (`domain.md` §10.2); changing the hat does not change who it was."""
    case = handed_in(town)
    second = Assignment.objects.create(
        person=town.persons["water"],
        role_id="dispatcher",
        scope_code=STREET,
        organisation=town.organisations["street"],
        active_from=town.now,
    )
    with pytest.raises(NotAllowed):
        services.pass_verification(
            actor=actor_for(second), case=case, outcome="solved", now=town.now + 4 * MINUTE
        )


def test_a_masked_role_reads_masked_over_the_api_too(town):
    case = dispatched(town)
    full = api(town, "dispatcher", f"/{case.number}")
    assert full["address"] == ADDRESS
    for row in (api(town, "swd", f"/{case.number}"), api(town, "swd", "?tab=all")["items"][0]):
        assert "501" not in row["address"]
        assert (row["lng"], row["lat"]) == (105.0, 30.0)
    own = api(town, "worker", f"/mine/{case.number}")
    assert (own["address"], own["lng"]) == (ADDRESS, LNG + 0.0023)


def test_the_reporter_reads_over_the_api_what_the_page_tells(town):
    case = dispatched(town)
    task = Task.objects.get(case=case, role="lead")
    services.return_task(
        actor=town["water"],
        task=task,
        reason="R2",
        opinion="这是市政的事",
        basis="《职责清单》第 3 条",
        now=town.now + 2 * MINUTE,
    )
    told = api(town, "worker", f"/mine/{case.number}")["timeline"]
    assert "这是市政的事" not in str(told)
    assert "这是市政的事" in str(api(town, "dispatcher", f"/{case.number}")["timeline"])


def test_a_new_lead_who_assisted_before_leads(town):
    case = dispatched(town, assists=("gas",))
    task = Task.objects.get(case=case, role="lead")
    now = town.now + 2 * MINUTE
    services.return_task(actor=town["water"], task=task, reason="R1", opinion="不是我的", now=now)
    services.dispatch_case(actor=town["dispatcher"], case=case, lead=town.organisations["gas"], now=now)
    lead = Task.objects.get(case=case, role="lead", ended_at=None)
    assert lead.organisation == town.organisations["gas"]


def test_calling_in_a_unit_that_is_there_already_takes_nobodys_lead(town):
    case = dispatched(town)
    lead = Task.objects.get(case=case, role="lead")
    now = town.now + 2 * MINUTE
    own = Task.objects.get(case=case, role="community")
    services.claim_task(actor=town["community"], task=own, now=now)
    community, gas = town.organisations["community"], town.organisations["gas"]
    with pytest.raises(Invalid):
        services.call_in_units(actor=town["community"], task=own, units=[community], opinion="", now=now)
    Task.objects.filter(pk=lead.pk).update(state="withdrawn", ended_at=now)
    services.call_in_units(actor=town["community"], task=own, units=[community, gas], opinion="", now=now)
    assert Task.objects.get(case=case, role="lead", ended_at=None).organisation == gas
    assert Case.objects.get(pk=case.pk).lead_organisation == gas


def test_a_task_of_a_confidential_case_is_for_named_roles(town):
    draft = Draft(category="1101", text="老人独自在家", lng=LNG + 0.002, lat=LAT + 0.002)
    case = services.report_case(actor=town["worker"], draft=draft, key="key-0001", now=town.now).case
    task = Task.objects.get(case=case, role="community")
    with pytest.raises((NotAllowed, NotFound)):
        services.claim_task(actor=town["grid"], task=task, now=town.now + 2 * MINUTE)
    services.claim_task(actor=town["community"], task=task, now=town.now + 2 * MINUTE)


def test_a_role_of_a_unit_without_a_unit_sees_an_empty_queue(town):
    """A station keeper belongs to a site; the rule lets nothing through, and the page says so."""
    actor = town["station"]
    counts = queue.counts(actor, queue.tabs_for(actor), queue.Filters(), now=town.now)
    assert set(counts.values()) == {0}
