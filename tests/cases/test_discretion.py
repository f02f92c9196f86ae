"""What a handler learns of times: the report and the answers by half-days, clocks from the own dispatch only.

An attacker at the gate has a log with minutes. Whatever a unit is sent is searched for the minute of the report, for
its minute in any other writing, and for an end from which it could be counted back.
"""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from nuanxin.cases import services
from nuanxin.cases.models import Case, Clock
from nuanxin.cases.queries import queue
from nuanxin.cases.queries.discretion import given_at, own_clocks
from nuanxin.cases.queries.time_account import account_for
from nuanxin.cases.services import Photo
from nuanxin.kernel.events import drain
from nuanxin.kernel.files.accept import accept_image
from nuanxin.notifications.models import Notice
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from nuanxin.ui.phrases import HalfDay, ago, half_day, moment, stamp
from tests.factories.desks import client_of, reported, task_of
from tests.factories.fixtures import jpeg
from tests.factories.people import sign_in

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# 12:07:13 in Shanghai: a rider at a gate. Everything the offices do falls on other minutes.
AT_THE_GATE = datetime(2026, 9, 15, 4, 7, 13, tzinfo=UTC)
ANSWERED = AT_THE_GATE + timedelta(hours=2, minutes=11)  # 14:18:13
PAGES = ("/cases/{n}/", "/cases/{n}/time/", "/cases/{n}/time/?paper=1", "/cases/{n}/print/", "/cases/?tab=all",
         "/cases/?tab=open", "/inbox/", "/cases/?tab=all&case={n}")  # fmt: skip
AREA = ("dispatcher", "community", "street_lead")


@pytest.fixture(autouse=True)
def read_in_the_evening(monkeypatch):
    """Pages say when they were printed. Read at seven minutes past twelve, that would be the minute looked for."""
    evening = AT_THE_GATE + timedelta(hours=7, minutes=44)
    monkeypatch.setattr(timezone, "now", lambda: evening)


@pytest.fixture
def seen(town):
    """A broken gate, reported at 12:07:13, filed 41 minutes later, asked and answered, in the manager's hands."""
    photo = Photo("near", accept_image(jpeg(), name="x.jpg"))
    case = reported(
        town, "0505", compound_id=town.compound.pk, now=AT_THE_GATE, text="道闸坏了", photos=[photo]
    )
    services.start_screening(actor=town["dispatcher"], case=case, now=AT_THE_GATE + 22 * MINUTE)
    services.dispatch_case(
        actor=town["dispatcher"],
        case=case,
        lead=town.organisations["property"],
        now=AT_THE_GATE + timedelta(minutes=41, seconds=20),
    )
    task = task_of(case, "lead")
    services.accept_task(actor=town["property"], task=task, now=AT_THE_GATE + HOUR)
    services.ask_reporter(actor=town["property"], case=case, text="哪一个门？", now=ANSWERED - 9 * MINUTE)
    services.answer_question(actor=town["worker"], case=case, text="北门", now=ANSWERED)
    drain(now=ANSWERED + MINUTE)
    return Case.objects.get(pk=case.pk)


def minutes_of(at: datetime) -> list[str]:
    """The instant in every writing that a page could have: local and UTC."""
    local = at + timedelta(hours=8)
    return [f"{each:%H:%M}" for each in (at, local)]


def leaks(text: str, case: Case, *, exact: bool = True) -> list[str]:
    found = [
        word
        for at in (AT_THE_GATE, ANSWERED, ANSWERED - 9 * MINUTE)
        for word in minutes_of(at)
        if word in text
    ]
    for clock in Clock.objects.filter(case=case, kind__in=["respond", "screen"]):
        found += [word for word in minutes_of(clock.due_at) if word in text and exact]
    for each in set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", text)):
        made = datetime.fromtimestamp((uuid.UUID(each).int >> 80) / 1000, tz=UTC)
        known = Assignment.objects.filter(organisation__public_id=each) or "compounds" in text
        if not known and abs(made - datetime.now(UTC)) < HOUR:
            found.append(f"{each} was made at {made}")
    return found


def shown_to(town, who: str, case: Case) -> str:
    client = client_of(town, who)
    answers = [client.get(path.format(n=case.number)) for path in PAGES]
    assert all(answer.status_code == 200 for answer in answers), [answer.status_code for answer in answers]
    return "\n".join(answer.content.decode() for answer in answers)


def test_a_property_manager_is_told_half_days(town, seen):
    text = shown_to(town, "property", seen)
    assert not leaks(text, seen)
    assert "下午" in text
    assert "北门" in text


@pytest.mark.parametrize("who", AREA)
def test_who_screens_and_verifies_sees_minutes(town, seen, who):
    assert "12:07" in shown_to(town, who, seen)


def test_the_api_says_no_more(town, seen):
    person = town.persons["property"]
    token = create_token(person=person, assignment=person.assignments.get(), name="x", now=seen.reported_at)[
        1
    ]
    client = Client(headers={"authorization": f"Bearer {token}"})
    one = client.get(f"/api/v1/cases/{seen.number}")
    rows = client.get("/api/v1/cases?tab=all")
    assert one.status_code == rows.status_code == 200
    for answer in (one, rows):
        assert not leaks(answer.content.decode(), seen)
    told = one.json()
    assert told["reported_at"].startswith("2026-09-15T12:00:00") or told["reported_at"].startswith(
        "2026-09-15T04:00:00"
    )
    handle = Clock.objects.get(case=seen, kind="handle", organisation=town.organisations["property"])
    assert datetime.fromisoformat(told["next_due_at"]) == handle.due_at
    assert datetime.fromisoformat(told["due_at"]) == handle.due_at
    asked = [each for each in told["timeline"] if each["action"] == "accept"]
    assert datetime.fromisoformat(asked[0]["at"]) == AT_THE_GATE + HOUR


def test_clocks_work_from_the_own_dispatch(town, seen):
    """Nothing that is shown can be counted back to the report: start or end less the limit."""
    actor = town["property"]
    tasks = [task_of(seen, "lead")]
    since = given_at(actor, seen, tasks)
    assert since == tasks[0].dispatched_at
    told = own_clocks(Clock.objects.filter(case=seen), actor, since)
    assert {clock.kind for clock in told} == {"accept", "handle", "make_safe"}
    assert all(clock.started_at >= since for clock in told)
    page = client_of(town, "property").get(f"/cases/{seen.number}/").content.decode()
    assert "处置" in page
    for clock in Clock.objects.filter(case=seen):
        answer = client_of(town, "property").get(f"/cases/{seen.number}/clocks/{clock.pk}/")
        own = clock.organisation_id == town.organisations["property"].pk or clock.kind == "make_safe"
        assert answer.status_code == (200 if own else 404), clock.kind


def test_a_danger_that_was_running_already_ends_on_the_half_hour(town):
    """Filed, then renamed to a danger that counts from the report: the lead still sees when it must be contained."""
    case = reported(town, "0504", compound_id=town.compound.pk, now=AT_THE_GATE, text="电梯困人")
    services.start_screening(actor=town["dispatcher"], case=case, now=AT_THE_GATE + 5 * MINUTE)
    services.recategorise_case(
        actor=town["dispatcher"], case=case, category="0601", now=AT_THE_GATE + 10 * MINUTE
    )
    case.refresh_from_db()
    clock = Clock.objects.get(case=case, kind="make_safe", stopped_at=None)
    assert clock.started_at == AT_THE_GATE
    told = own_clocks([clock], town["property"], AT_THE_GATE + 10 * MINUTE)[0]
    assert told.due_at <= clock.due_at
    assert (told.due_at.minute % 30, told.due_at.second) == (0, 0)
    assert told.started_at == AT_THE_GATE + 10 * MINUTE
    assert Clock.objects.get(pk=clock.pk).due_at == clock.due_at


def test_the_shares_of_an_account_add_up_to_the_own_part(town, seen):
    """Of the whole they would give away how long the case had waited before it was dispatched."""
    account = account_for(town["property"], seen, now=ANSWERED)
    assert {phase.name for phase in account.phases} <= {"accept", "handle"}
    assert 99 <= sum(phase.share for phase in account.phases) <= 101


def test_the_cursor_of_a_list_cannot_be_read(town, seen):
    for _number in range(2):
        other = reported(town, "0505", now=AT_THE_GATE)
        services.dispatch_case(
            actor=town["dispatcher"], case=other, lead=town.organisations["property"], now=AT_THE_GATE + HOUR
        )
    tab = queue.tab_named(town["property"], "open")
    page = queue.queue_page(town["property"], tab, queue.Filters(), now=AT_THE_GATE + HOUR, size=2)
    following = queue.queue_page(
        town["property"], tab, queue.Filters(), now=AT_THE_GATE + HOUR, size=2, cursor=page.cursor
    )
    assert re.fullmatch(r"[A-Za-z0-9_=-]{1,200}", page.cursor)
    assert len({row.number for row in [*page.rows, *following.rows]}) == 3
    assert all(isinstance(row.reported_at, HalfDay) for row in page.rows)
    assert queue._decode("made-up") is None


def test_the_inbox_says_when_an_answer_came_by_half_days(town, seen):
    notice = Notice.objects.get(person=town.persons["property"], kind="answer")
    client = client_of(town, "property")
    assert notice.at == ANSWERED
    page = client.get("/inbox/").content.decode()
    assert not leaks(page, seen)


def test_what_leaves_as_a_file_says_no_more(town, seen):
    """A department's head may export; the property manager may not at all."""
    assert client_of(town, "property").post("/cases/export/?tab=all").status_code in {403, 404}
    case = reported(town, "0101", now=AT_THE_GATE, text="煤气味")
    answer = client_of(town, "gas_lead").post("/cases/export/?tab=all")
    text = answer.getvalue().decode()
    assert case.number in text
    assert "12:07" not in text
    assert "下午" in text


def test_pictures_have_addresses_that_say_nothing_of_when(town, seen):
    page = client_of(town, "property").get(f"/cases/{seen.number}/").content.decode()
    addresses = set(re.findall(r"/files/([0-9a-f-]{36})/", page))
    assert addresses
    assert {uuid.UUID(each).version for each in addresses} == {4}
    assert Case.objects.get(pk=seen.pk).public_id.version == 4


def test_a_reporter_still_sees_the_own_minutes(town, seen):
    client = sign_in(Client(), Assignment.objects.get(person=town.persons["worker"]))
    assert "12:07" in client.get(f"/mine/{seen.number}/").content.decode()


def test_half_days_in_words():
    noon = half_day(datetime(2026, 9, 15, 4, 7, tzinfo=UTC))
    now = datetime(2026, 9, 15, 6, 0, tzinfo=UTC)
    assert moment(noon, now=now) == ago(noon, now=now) == "今天 下午"
    assert stamp(noon, "Y-m-d H:i") == "2026-09-15 下午"
    assert stamp(now, "m-d H:i") == "09-15 14:00"
    assert moment(half_day(datetime(2026, 9, 14, 16, 30, tzinfo=UTC)), now=now) == "今天 上午"
    assert isinstance(noon.astimezone(UTC), HalfDay)
    with override("en"):  # written, not put together from two words
        assert moment(noon, now=now) == "this afternoon"
        assert moment(half_day(datetime(2026, 9, 14, 16, 30, tzinfo=UTC)), now=now) == "this morning"
