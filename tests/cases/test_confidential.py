"""People in need, crimes and rescues: named roles only, no pictures, no word in a text message, by any door."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Attachment, Case, Clock
from nuanxin.cases.queries import detail, queue
from nuanxin.cases.services import StepInput
from nuanxin.cases.services.steps import NoPictures
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.channels.models import RecordedMessage
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications.models import Notice
from nuanxin.people.services import create_token
from tests.factories.desks import MINUTE, client_of, picture, reported, task_of

HOUR = timedelta(hours=1)
WORDS = "三楼的老人敲门没人应"
PLACE = "云栖里 5 号楼 3 单元 502"
HIDDEN = ("1101", "1102", "1103", "1001", "1005")
NOT_NAMED = ("grid", "grid_part", "property", "swd", "guard", "station", "merchant", "platform", "worker")
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(town_of):
    return town_of(timezone.now() - 2 * HOUR)


def in_need(town, category="1102"):
    return reported(town, category, who="other_worker", text=WORDS)


def dispatched(town, category="1102"):
    case = in_need(town, category)
    if case.state == "reported":
        unit = town.organisations["city_management"]
        services.dispatch_case(actor=town["dispatcher"], case=case, lead=unit, now=town.now + MINUTE)
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("category", HIDDEN)
def test_only_named_roles_find_it_anywhere(town, category):
    case = dispatched(town, category)
    for who in NOT_NAMED:
        client = client_of(town, who)
        for address in (
            f"/cases/{case.number}/",
            f"/cases/{case.number}/time/",
            f"/cases/{case.number}/print/",
            f"/cases/{case.number}/ask/",
            f"/cases/{case.number}/clocks/{Clock.objects.filter(case=case).first().pk}/",
        ):
            assert client.get(address).status_code == 404, (who, address)
    for who in ("dispatcher", "community", "street_lead"):
        page = client_of(town, who).get(f"/cases/{case.number}/")
        assert page.status_code == 200
        assert "保密" in page.content.decode()


@pytest.mark.parametrize("who", ["grid", "swd", "property"])
def test_no_list_search_count_or_api_shows_it(town, who):
    case = dispatched(town)
    client, actor = client_of(town, who), town[who]
    for tab in queue.tabs_for(actor):
        page = client.get(f"/cases/?tab={tab.name}&q={WORDS[:4]}").content.decode()
        assert case.number not in page
        assert PLACE not in page
    counts = queue.counts(actor, queue.tabs_for(actor), queue.Filters(), now=town.now + HOUR)
    assert not any(counts.values())
    person = town.persons[who]
    text = create_token(person=person, assignment=person.assignments.get(), name="x", now=timezone.now())[1]
    headers = {"authorization": f"Bearer {text}"}
    answer = client_of(town, "platform").get("/api/v1/cases", headers=headers)
    assert case.number not in answer.content.decode()
    assert client.get(f"/api/v1/cases/{case.number}", headers=headers).status_code == 404


def test_it_never_leaves_in_an_export(town):
    case = dispatched(town)
    for who in ("dispatcher", "street_lead", "community"):
        for address in ("/cases/export/?tab=all", "/cases/export/?tab=open"):
            answer = client_of(town, who).post(address)
            body = answer.getvalue()
            assert case.number.encode() not in body


@pytest.mark.parametrize("category", HIDDEN)
def test_no_picture_by_any_door(town, photo, category):
    with pytest.raises(Invalid):
        reported(town, category, photos=(photo("near"),))
    case = dispatched(town, category)
    task = task_of(case, "community")
    services.claim_task(actor=town["community"], task=task, now=town.now + 5 * MINUTE)
    given = StepInput(opinion="已找到家人", photos=(photo("before"), photo("after")))
    with pytest.raises(NoPictures):
        services.perform_step(
            actor=town["community"],
            case=case,
            task=task,
            name="self_handle",
            given=given,
            now=town.now + HOUR,
        )
    assert not Attachment.objects.filter(case=case).exists()
    page = client_of(town, "community").get(f"/cases/{case.number}/steps/self_handle/?task={task.pk}")
    assert 'type="file"' not in page.content.decode()


def test_over_the_api_too(town):
    case = dispatched(town)
    task = task_of(case, "community")
    services.claim_task(actor=town["community"], task=task, now=town.now + 5 * MINUTE)
    person = town.persons["community"]
    text = create_token(person=person, assignment=person.assignments.get(), name="x", now=timezone.now())[1]
    answer = client_of(town, "community").post(
        f"/api/v1/cases/{case.number}/transitions/self_handle",
        {"task_id": task.pk, "opinion": "已找到家人", "before": picture(), "after": picture("#137A4B")},
        headers={"authorization": f"Bearer {text}"},
    )
    assert answer.status_code == 422
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("category", HIDDEN)
def test_nobody_else_hears_of_it(town, category):
    """Not in an inbox, not by text message, not in an event, not in the audit log."""
    case = dispatched(town, category)
    drain(now=town.now + 5 * MINUTE)
    services.watch_clocks(now=town.now + 90 * HOUR)
    drain(now=town.now + 90 * HOUR)
    told = set(Notice.objects.filter(case_number=case.number).values_list("person", flat=True))
    assert told, "those who are named do hear"
    assert not told & {town.persons[who].pk for who in NOT_NAMED}
    for notice in Notice.objects.filter(case_number=case.number):
        assert PLACE not in str(notice.facts)
        assert WORDS not in str(notice.facts)
    kind = detail.case_for(town["dispatcher"], case.number).category
    for message in RecordedMessage.objects.all():
        assert kind.name_zh not in message.text
        assert PLACE not in message.text
    for row in (*Event.objects.all(), *AuditEntry.objects.all()):
        said = str(getattr(row, "payload", "")) + str(getattr(row, "detail", ""))
        assert WORDS not in said
        assert PLACE not in said


def test_the_reporter_still_sees_the_own_report(town):
    case = dispatched(town)
    page = client_of(town, "other_worker").get(f"/mine/{case.number}/")
    assert page.status_code == 200
    assert WORDS in page.content.decode()
