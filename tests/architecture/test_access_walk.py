"""Knocking on every door with the wrong key: other roles, other streets, ended posts, forged ids, no CSRF, elsewhere.

`tests/architecture/test_urls.py` asks that each address declares its permission and lets no stranger in; here everybody
who is signed in knocks too.
"""

import re
import uuid
from datetime import timedelta

import pytest
from django.http import HttpResponseNotFound
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Attachment, Case, CaseLog, Clock, Task
from nuanxin.cases.services import Draft, Photo
from nuanxin.config import urls
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.files.accept import accept_image
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token, end_assignment, revoke_token
from tests.factories.activities import ACTIVITY_ADDRESSES
from tests.factories.addresses import operations, pages
from tests.factories.fixtures import jpeg
from tests.factories.people import sign_in
from tests.factories.served import SERVICE_ADDRESSES
from tests.factories.town import COMMUNITY, LAT, LNG, PEOPLE, STREET
from tests.journeys.thanks_pages import THANKS_ADDRESSES

pytestmark = pytest.mark.django_db
# The first who has it: what a role may not do at all is the same for everybody who has it.
EACH_ROLE = list({role: key for key, role, *_ in reversed(PEOPLE)}.values())
NOBODY = uuid.UUID(int=7)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now() - timedelta(hours=3))


@pytest.fixture
def case(town):
    """Reported with a picture and dispatched: it has tasks, clocks and a file."""
    photo = Photo("near", accept_image(jpeg()))
    draft = Draft(category="0302", text="井箅子翻了", lng=LNG + 0.002, lat=LAT + 0.002, photos=(photo,))
    case = services.report_case(actor=town["worker"], draft=draft, key="key-0001", now=town.now).case
    lead = town.organisations["water"]
    return services.dispatch_case(actor=town["dispatcher"], case=case, lead=lead, now=town.now + MINUTE)


def assignment_of(town, who: str) -> Assignment:
    return Assignment.objects.get(person=town.persons[who])


def client_of(town, who: str, **given) -> Client:
    return sign_in(Client(**given), assignment_of(town, who))


def token_of(town, who: str):
    person = town.persons[who]
    return create_token(person=person, assignment=assignment_of(town, who), name="x", now=timezone.now())


def api_client(text: str) -> Client:
    return Client(headers={"authorization": f"Bearer {text}"})


def table(case):
    task = Task.objects.filter(case=case).first()
    return {
        "number": [case.number],
        "name": ["claim"],
        "clock_id": [Clock.objects.filter(case=case).first().pk],
        "measure_id": [1],
        "cause_id": [1],
        "topic_id": [1],
        "picture_id": [row.pk for row in services.propose_redactions(case=case, now=case.reported_at)],
        "public_id": [NOBODY],
        "cases:file:public_id": [Attachment.objects.get(case=case).file.public_id],
        "cases:thumb:public_id": [Attachment.objects.get(case=case).file.public_id],
        "cases:category:code": ["0401"],
        "cases:limit:name": ["most_returns"],
        "identifier": ["filing_rate"],
        "token": ["x"],
        "purpose": ["service"],
        "shift_id": [1],
        "step": ["dispatch", "pass"],
        "view_id": [1],
        "scope_code": [STREET],
        "on": ["2026-09-15"],
        "notice_id": [1],
        "key": ["rider"],
        "role": ["worker"],
        "code": [COMMUNITY],
        "compound_id": [task.pk],
        "hold_id": [1],
        "attachment_id": [Attachment.objects.get(case=case).pk],
        "form": ["json"],
        "service_code": ["0401"],
        "request_id": [case.number],
        "rest": ["nowhere.json"],
        "message_id": [NOBODY],
        "places:tile:zoom": [10],
        "places:tile:x": [809],
        "places:tile:y": [393],
        "places:step:name": ["suspend"],
        "places:entry:code": ["station"],
        "places:at_door:code": ["23456789ab"],
        "kind": ["types"],
        "facility": ["toilet"],
        "exception_id": [1],
        "item": ["plaster"],
        "lot_id": [1],
        "book_id": [NOBODY],
        "places:undo_take:key": [NOBODY],
        "month": ["2026-10"],
        "incentives:shop_refill_step:name": ["accept"],
        "incentives:shop_order_step:name": ["prepare", "call_off"],
        "incentives:shop_settlement_step:name": ["approve"],
        "incentives:shop_settlement_file:form": ["csv"],
        "incentives:shop_report_file:form": ["csv"],
        "incentives:rule:code": ["case_filed"],
        "incentives:rule_edit:code": ["case_filed"],
        "incentives:rule_step:name": ["approve", "withdraw"],
        "incentives:grant_step:name": ["approve", "refuse"],
        "incentives:statement:code": ["23456789ABCDEFGH"],
        "incentives:statement_json:code": ["23456789ABCDEFGH"],
        "incentives:statement_pdf:code": ["23456789ABCDEFGH"],
        "places:restock_step:name": ["accept"],
        "places:offer_step:name": ["confirm", "suspend"],
        "place_id": [NOBODY],
        "places:scene_step:name": ["refuse", "start", "withdraw"],
        "places:plated:code": ["23456789ab"],
        "objection_id": [1],
        "day_id": [NOBODY],
        "places:booking_step:name": ["withdraw"],
        "places:desk_step:name": ["came", "call_off"],
        "places:book:item": ["haircut"],
        "places:booking_rules:item": ["haircut"],
        "warning_id": [1],
        "photo_id": [1],
        "file_id": [NOBODY],
        "member_id": [NOBODY],
        "assignment_id": [NOBODY],
        "volunteering:member_step:name": ["leave"],
        "volunteering:team_member_step:name": ["take_in", "part"],
        "volunteering:own_post_step:name": ["agree", "resign"],
        "volunteering:appointment_step:name": ["review", "publicise", "remove"],
        "volunteering:card:code": ["23456789ab"],
        "volunteering:post_kind:code": ["opinion_collector"],
        "volunteering:own_reserve_step:name": ["agree"],
        "volunteering:candidate_step:name": ["admit", "train"],
        **SERVICE_ADDRESSES,
        **ACTIVITY_ADDRESSES,
        **THANKS_ADDRESSES,
    }


# --- Who does not hold the permission --------------------------------------------------------------
NOT_HERE = b"the page that nothing is here"


@pytest.fixture
def bare_not_found(monkeypatch):
    """For all that is not found Django asks this one view, whatever the address: here it draws no page."""
    drawn = lambda request, exception: HttpResponseNotFound(NOT_HERE)  # noqa: E731
    monkeypatch.setattr(urls, "handler404", drawn, raising=False)


@pytest.mark.parametrize("who", EACH_ROLE)
def test_a_role_without_the_permission_finds_nothing(town, case, who, bare_not_found):
    """404, not 403: what one may not see does not exist. For every page and method.

    And it is the page that any address gets, so that `test_wall.py` reads it once for each role.
    """
    client, actor = client_of(town, who), town[who]
    open_doors = []
    for address in pages(table(case)):
        if address.is_open_to(actor):
            continue
        for method in (client.get, client.post):
            answer = method(address.path)
            said = answer.content if answer.status_code == 404 else b""
            if answer.status_code not in {404, 405} or answer.content != said or said not in {b"", NOT_HERE}:
                open_doors.append((address.path, answer.status_code))
    assert not open_doors


@pytest.mark.parametrize("who", ["worker", "dispatcher", "audit_admin"])
def test_what_one_may_not_see_is_what_does_not_exist(town, case, who):
    """The page itself, drawn: the same for an address that is not this role's and for one that nobody has."""
    client, actor = client_of(town, who), town[who]
    closed = [each.path for each in pages(table(case)) if not each.is_open_to(actor)]
    answers = {path: client.get(path) for path in ("/no/such/page/", *closed[:20], *closed[-20:])}
    drawn = [
        re.sub(rb'"[A-Za-z0-9]{64}"', b"", answer.content).replace(path.encode(), b"")
        for path, answer in answers.items()
        if answer.status_code == 404  # 405 has no page at all
    ]
    assert len(drawn) > 5
    assert len(set(drawn)) == 1


STRANGERS = [
    "other_dispatcher",
    "other_worker",
    "next_community",
    "gas",
    "property",
    "platform",
]


def of_the_case(case) -> list[str]:
    number, file = case.number, Attachment.objects.get(case=case).file.public_id
    clock, task = Clock.objects.filter(case=case).first(), Task.objects.filter(case=case).first()
    steps = [f"/cases/{number}/steps/{name}/" for name in sorted(services.STEP_NAMES)]
    return [
        f"/cases/{number}/",
        f"/cases/{number}/ask/",
        f"/cases/{number}/reporter/",
        f"/cases/{number}/clocks/{clock.pk}/",
        f"/cases/{number}/print/",
        f"/cases/{number}/time/",
        *steps,
        *(f"{step}?task={task.pk}" for step in steps),
        f"/report/{number}/",
        f"/mine/{number}/",
        f"/mine/{number}/rate/",
        f"/mine/{number}/reopen/",
        f"/mine/{number}/answer/",
        f"/mine/{number}/publication/",
        f"/files/{file}/",
        f"/files/{file}/thumb/",
    ]


def fingerprint(case):
    return (
        Case.objects.filter(pk=case.pk).values().get(),
        list(Task.objects.filter(case=case).values()),
        CaseLog.objects.count(),
        case.messages.count(),
    )


@pytest.mark.parametrize("who", [*STRANGERS, "guard", "system_admin", "audit_admin", "merchant", "resident"])
def test_somebody_elses_case_does_not_exist(town, case, who):
    client, before = client_of(town, who), fingerprint(case)
    body = {"text": "在哪里？", "reason": "7", "opinion": "说明", "outcome": "solved", "contacted": "yes"}
    for path in of_the_case(case):  # a step is asked for without its task, and sent with it
        assert "?task=" in path or client.get(path).status_code in {404, 405}, path
        is_sent_below = "/steps/" in path and "?" not in path
        assert is_sent_below or client.post(path, body).status_code in {404, 405}, path
    api = api_client(token_of(town, who)[1])
    for path in (f"/api/v1/cases/{case.number}", f"/api/v1/cases/mine/{case.number}"):
        assert api.get(path).status_code == 404, path
    for name in sorted(services.STEP_NAMES):
        answer = api.post(f"/api/v1/cases/{case.number}/transitions/{name}", body)
        assert answer.status_code == 404, name
    for query in ("", "?tab=all", "?tab=all&words=井箅"):
        found = api.get(f"/api/v1/cases{query}")
        assert case.number not in found.content.decode(), query
        assert case.number not in client.get(f"/cases/{query}").content.decode(), query
    assert fingerprint(case) == before


def test_a_task_of_another_case_is_not_found(town, case):
    """The task's id comes from the address: it must belong to the case in the same address."""
    draft = Draft(category="0401", text="路面有坑", lng=LNG + 0.002, lat=LAT + 0.002)
    other = services.report_case(actor=town["worker"], draft=draft, key="key-0002", now=town.now).case
    task = Task.objects.get(case=case, role="community")
    api = api_client(token_of(town, "community")[1])
    answer = api.post(f"/api/v1/cases/{other.number}/transitions/claim", {"task_id": task.pk})
    assert answer.status_code == 404
    page = client_of(town, "community").post(f"/cases/{other.number}/steps/claim/?task={task.pk}")
    assert page.status_code in {404, 409}
    clock = Clock.objects.filter(case=case).first()
    assert client_of(town, "dispatcher").get(f"/cases/{other.number}/clocks/{clock.pk}/").status_code == 404
    task.refresh_from_db()
    assert task.state == "dispatched"


def names_a_row(address) -> bool:
    """Of these contexts the table above fills in what nobody has; of cases and files it has real ones."""
    route = resolve(address.path).route
    is_held = address.name.startswith(("incentives:", "places:", "volunteering:"))
    return is_held and address.name != "places:tile" and ("<uuid:" in route or "<int:" in route)


def test_a_post_to_what_does_not_exist_is_not_found(town, case, bare_not_found):
    """By who may do it elsewhere: no way back to a page that is not there, no form, no fault, nothing written."""
    named = [each for each in pages(table(case)) if names_a_row(each)]
    who_may = {each.path: next(who for who in EACH_ROLE if each.is_open_to(town[who])) for each in named}
    clients = {who: client_of(town, who) for who in set(who_may.values())}
    before = (Event.objects.count(), AuditEntry.objects.count())
    answers = {path: clients[who].post(path).status_code for path, who in who_may.items()}
    assert {path: status for path, status in answers.items() if status not in {404, 405}} == {}
    assert (Event.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize("number", ["0" * 19, "9" * 19, "１" * 19, "9901012026112200001"])
def test_forged_numbers_find_nothing(town, number):
    client = client_of(town, "dispatcher")
    for path in (f"/cases/{number}/", f"/cases/{number}/steps/file/", f"/mine/{number}/"):
        assert client.get(path).status_code == 404
    assert client.get(f"/cases/?tab=all&case={number}").status_code == 200


@pytest.mark.parametrize("value", ["9" * 30, "-1", "0", "x", "\x00", "%00", "１", " "])
def test_forged_ids_are_refused_and_never_a_fault(town, case, value):
    client = client_of(town, "dispatcher")
    for path in (
        f"/cases/{case.number}/clocks/{value}/",
        f"/cases/{case.number}/steps/claim/?task={value}",
        f"/cases/?cursor={value}",
        f"/cases/?tab={value}&words={value}&kind={value}&community={value}&since={value}&urgency={value}",
        f"/cases/?case={value}",
        f"/files/{value}/",
        f"/inbox/{value}/",
        f"/inbox/?before={value}",
        f"/mine/?before={value}",
        f"/cases/categories/{value}/",
        f"/cases/new/compounds/?compound_words={value}",
        f"/places/compounds/?q={value}",
        f"/people/?q={value}",
        f"/audit/?before={value}&action={value}",
        f"/places/territories/{value}/",
        f"/places/territories/picker/?code={value}&parent={value}&q={value}",
        f"/places/compounds/near.geojson?lng={value}&lat={value}",
    ):
        assert client.get(path).status_code < 500, path
    for who in ("worker", "audit_admin"):
        other = client_of(town, who)
        for path in (
            f"/public/?kind={value}&area={value}&month={value}&after={value}",
            f"/public/points.geojson?only={value}&area={value}",
            f"/public/{value}/",
            f"/report/?category={value}&compound={value}",
            f"/report/around/?lng={value}&lat={value}",
            f"/report/kinds/?kind_words={value}",
            f"/report/compounds/?compound_words={value}",
            f"/mine/?before={value}&show={value}",
            f"/audit/?before={value}&action={value}",
        ):
            assert other.get(path).status_code < 500, (who, path)


@pytest.mark.parametrize(
    "path", ["/report/", "/cases/new/", "/sign-in/code/", "/me/name/", "/people/duty/", "/ui/language/"]
)
def test_a_form_with_nul_in_it_is_refused(town, path):
    for who in ("worker", "dispatcher"):
        answer = client_of(town, who).post(path, {"compound_words": "\x00", "text": "a\x00b", "find": "1"})
        assert answer.status_code == 400, who


# --- An assignment that has ended ------------------------------------------------------------------
def end(town, who: str) -> None:
    end_assignment(actor=SYSTEM, assignment=assignment_of(town, who), reason="换岗", now=timezone.now())


def test_the_session_of_an_ended_assignment_opens_nothing(town, case):
    client = client_of(town, "dispatcher")
    assert client.get(f"/cases/{case.number}/").status_code == 200
    end(town, "dispatcher")
    for path in of_the_case(case):
        assert client.get(path).status_code in {302, 404, 405}, path
        assert client.post(path, {"reason": "想知道"}).status_code in {302, 403, 404, 405}, path
    assert client.get("/cases/").status_code in {302, 404}


def test_a_token_ends_with_its_assignment_its_date_and_its_owners_word(town, case):
    address = f"/api/v1/cases/{case.number}"
    row, text = token_of(town, "dispatcher")
    client = api_client(text)
    assert client.get(address).status_code == 200
    revoke_token(person=town.persons["dispatcher"], public_id=row.public_id, now=timezone.now())
    assert client.get(address).status_code == 401

    row, text = token_of(town, "dispatcher")
    type(row).objects.filter(pk=row.pk).update(
        created_at=timezone.now() - timedelta(days=2), expires_at=timezone.now() - MINUTE
    )
    assert api_client(text).get(address).status_code == 401

    _row, text = token_of(town, "dispatcher")
    end(town, "dispatcher")
    for method, path in operations(table(case)):
        assert api_client(text).generic(method, path).status_code == 401, path


def test_a_switched_off_person_is_out_at_once(town, case):
    client, (_row, text) = client_of(town, "dispatcher"), token_of(town, "dispatcher")
    type(town.persons["dispatcher"]).objects.filter(pk=town.persons["dispatcher"].pk).update(is_active=False)
    assert client.get(f"/cases/{case.number}/").status_code == 302
    assert api_client(text).get(f"/api/v1/cases/{case.number}").status_code == 401


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "bearer nx_", "Bearer nx_\x7f"]
)
def test_what_is_no_token_opens_nothing(town, case, header):
    client = Client(headers={"authorization": header})
    for method, path in operations(table(case)):
        assert client.generic(method, path).status_code == 401, path
    assert client.get(f"/cases/{case.number}/").status_code == 302


def test_a_session_is_no_token_and_a_token_no_session(town, case):
    """Else a page elsewhere could post to the API with the visitor's cookie: operations know no CSRF."""
    assert client_of(town, "dispatcher").get(f"/api/v1/cases/{case.number}").status_code == 401
    _row, text = token_of(town, "dispatcher")
    assert api_client(text).get(f"/cases/{case.number}/").status_code == 302


# --- Posts -----------------------------------------------------------------------------------------
def test_every_post_asks_for_the_csrf_token(town, case):
    """It is asked before anybody looks at a role, so two of them stand for all."""
    for who in ("dispatcher", "worker"):
        client = client_of(town, who, enforce_csrf_checks=True)
        for address in pages(table(case)):
            answer = client.post(address.path, {"next": "/"})
            assert answer.status_code in {403, 404, 405}, (who, address.path, answer.status_code)


# --- Where one is sent -----------------------------------------------------------------------------
ELSEWHERE = [
    "https://example.com/", "//example.com/", "/\\example.com/", "javascript:alert(1)", "http:example.com",
    "\thttps://example.com/", "https:///example.com", "///example.com", "/%0d%0aLocation: https://example.com",
]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere(town, target, settings):
    settings.DEMO = True
    signed_in = client_of(town, "worker")
    answers = [
        signed_in.post("/ui/preferences/", {"next": target}),
        signed_in.post("/ui/language/", {"next": target, "language": "en"}),
        signed_in.get("/sign-in/", {"next": target}),
        signed_in.post("/sign-out/", {"next": target}),
        Client().get("/", {"next": target}),
        Client().post("/demo/enter/rider/worker/", {"next": target}),
    ]
    for answer in answers:
        place = answer.headers.get("Location", "/")
        assert place.startswith("/"), place
        assert not place.startswith(("//", "/\\")), place
        assert "example.com" not in place.partition("?")[0].replace("%0d%0a", "").split("Location")[0]


# --- The demo's door -------------------------------------------------------------------------------
