"""The question before a report is sent: on the phone with and without scripts, and over the API."""

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, Confirmation
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.desks import HTMX, client_of, reported
from tests.factories.town import LAT, LNG

JSON = {"HTTP_ACCEPT": "application/json"}


def body(key="phone-same-1", category="0401", **given):
    place = {"place_by": "point", "lng": LNG + 0.002, "lat": LAT + 0.002 + 20 / 111_195}
    return {"key": key, "category": category, "text": "路上有个坑", **place, **given}


@pytest.fixture
def there(town, now_is):
    """A hole that somebody has reported a moment ago."""
    return reported(town, now=now_is, text="就在我家楼下")


@pytest.fixture
def now_is():
    return timezone.now()


def token_in(page):
    return page.context["offers"][0].token


def test_the_plain_form_asks_in_between(town, there):
    client = client_of(town, "other_worker")
    page = client.post("/report/", body())
    text = page.content.decode()
    assert page.status_code == 200
    assert Case.objects.count() == 1
    assert "20 米外" in text
    assert "我也看到了" in text
    assert "我家" not in text
    assert there.number not in text
    sent = client.post("/report/", body(different="1"))
    assert sent.status_code == 302
    assert Case.objects.count() == 2


def test_seen_too_leads_to_its_progress(town, there):
    client = client_of(town, "other_worker")
    token = token_in(client.post("/report/", body()))
    answer = client.post("/report/seen/", {"key": "phone-same-1", "seen": token})
    assert answer.url == f"/mine/{there.number}/"
    assert Case.objects.count() == 1
    assert Confirmation.objects.count() == 1
    page = client.get(answer.url).content.decode()
    assert "我家" not in page
    assert "单元" not in page
    assert "你也看到了这件" in page
    assert 'id="answer"' not in page
    assert "你也看到了" in client.get("/mine/").content.decode()
    done = client.get(f"/report/{there.number}/").content.decode()
    assert "单元" not in done


def test_with_scripts_the_form_hears_that_there_is_a_question(town, there):
    client = client_of(town, "other_worker")
    assert client.post("/report/", body(), **JSON).json() == {"similar": 1}
    panel = client.post("/report/similar/", body(), **HTMX)
    assert "我也看到了" in panel.content.decode()
    seen = client.post("/report/seen/", {"key": "phone-same-1", "seen": token_in(panel)}, **JSON)
    assert seen.json() == {"url": f"/mine/{there.number}/"}
    again = client.post("/report/similar/", body(), **HTMX).content.decode()
    assert "你已经在跟着这件" in again


def test_nothing_to_ask_is_nothing(town, there):
    client = client_of(town, "other_worker")
    for given in ({"category": "0302"}, {"category": "9999"}, {"lng": ""}, {"lat": LAT + 0.008}):
        assert not client.post("/report/similar/", body(**given), **HTMX).content.strip(), given


def test_sent_twice_is_asked_never(town, there):
    client = client_of(town, "other_worker")
    assert client.post("/report/", body(different="1")).status_code == 302
    assert client.post("/report/", body()).status_code == 302
    assert Case.objects.count() == 2


def test_danger_to_life_is_sent_at_once(town, now_is):
    reported(town, "0101", now=now_is, text="煤气味")
    client = client_of(town, "other_worker")
    assert client.post("/report/", body(category="0101", text="")).status_code == 302
    assert Case.objects.count() == 2


def test_a_forged_choice_is_told_what_to_do(town, there):
    answer = client_of(town, "other_worker").post("/report/seen/", {"key": "phone-same-1", "seen": "forged"})
    assert answer.status_code == 422
    assert "直接送出" in answer.content.decode()


def program_of(town, who):
    assignment = Assignment.objects.get(person=town.persons[who])
    _row, key = create_token(
        person=town.persons[who], assignment=assignment, name="program", now=timezone.now()
    )
    return Client(headers={"authorization": f"Bearer {key}"})


def test_over_the_api(town, there):
    client = program_of(town, "other_worker")
    query = {name: body()[name] for name in ("category", "lng", "lat", "text")}
    (offer,) = client.get("/api/v1/cases/similar", query).json()
    assert (offer["about_m"], offer["number"], offer["step"]) == (20, "", 2)
    assert set(offer) == {"category", "about_m", "reported_at", "step", "is_open", "token", "number"}
    sent = {"key": "program-key-1", "token": offer["token"]}
    first = client.post("/api/v1/cases/confirmations", sent)
    assert (first.status_code, first.json()) == (201, {"number": there.number})
    assert client.post("/api/v1/cases/confirmations", sent).status_code == 200
    own = client.get(f"/api/v1/cases/mine/{there.number}").json()
    assert (own["text"], own["address"], own["lng"]) == ("", "", None)
    assert "我家" not in str(own)
    (row,) = client.get("/api/v1/cases/mine").json()["items"]
    assert (row["text"], row["lat"]) == ("", None)
    assert client.get("/api/v1/cases/similar", {**query, "category": "1101"}).json() == []


def test_the_childs_page_over_the_api_keeps_others_words(town, there, now_is):
    child = reported(town, who="other_worker", now=now_is, text="我看到一个坑")
    services.merge_case(actor=town["dispatcher"], case=child, parent=there.number, now=now_is)
    own = program_of(town, "other_worker").get(f"/api/v1/cases/mine/{child.number}").json()
    assert own["state"] == "reported"
    assert own["text"] == "我看到一个坑"
    assert "我家" not in str(own)


def test_the_list_asks_the_same_however_long(town, there, now_is, django_assert_max_num_queries):
    client = client_of(town, "other_worker")
    for number in range(3):
        child = reported(town, who="other_worker", now=now_is, text=f"坑 {number}")
        services.merge_case(actor=town["dispatcher"], case=child, parent=there.number, now=now_is)
    client.get("/mine/")
    with django_assert_max_num_queries(6):
        assert client.get("/mine/").content.decode().count("和别人报的一起办") == 3
