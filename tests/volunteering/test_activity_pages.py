"""Activities on the screen, over the API and in a calendar: each side in its words, and nothing said of anybody."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from nuanxin.kernel.events import drain
from nuanxin.notifications.models import Notice
from nuanxin.people.services import create_token
from nuanxin.volunteering.models import Activity, Child, SignUp
from nuanxin.volunteering.services import activities, shifts
from tests.factories.activities import DAY, HOUR, drafted, published, someone
from tests.factories.activities import sign_up as signed
from tests.factories.people import sign_in
from tests.factories.town import COMMUNITY


@pytest.fixture
def now_town(town_of):
    """Pages read the clock, so that this town is of now."""
    return town_of(timezone.now().replace(microsecond=0))


@pytest.fixture
def as_(now_town):
    def make(key):
        return sign_in(Client(), now_town.persons[key])

    return make


def coming(town, **given):
    starts = town.now + 3 * DAY
    return published(town, spans=[(starts, starts + 2 * HOUR)], **given)


def open_now(made):
    """The town's now may lie within the hours of delivery, when sign-up would open later."""
    Activity.objects.filter(pk=made.pk).update(state="open", opens_at=made.published_at - DAY)
    made.refresh_from_db()
    return made


def test_found_signed_up_for_in_one_tap_and_called_off(now_town, as_):
    made = open_now(coming(now_town, words="带一副手套。"))
    worker = as_("worker")
    assert made.title in worker.get("/volunteering/activities/").content.decode()
    page = worker.get(f"/volunteering/activities/{made.public_id}/").content.decode()
    shift = made.shifts.get()
    to = f"/volunteering/activities/shifts/{shift.public_id}/sign-up/"
    assert to in page
    key = page.split('name="key" value="')[1][:36]
    worker.post(to, {"key": key})
    worker.post(to, {"key": key})
    mine = SignUp.objects.get()
    assert mine.state == "confirmed"
    soon = published(now_town, title="明天见", spans=[(now_town.now + DAY, now_town.now + DAY + HOUR)])
    other = signed(now_town, open_now(soon), now_town["worker"])
    assert "明天见" in worker.get("/").content.decode()
    other.delete()
    assert made.title in worker.get("/volunteering/my-shifts/").content.decode()
    assert (
        f"/volunteering/activities/{made.public_id}/"
        in worker.get("/volunteering/my-shifts/").content.decode()
    )
    worker.post(f"/volunteering/my-shifts/{mine.public_id}/call_off/")
    mine.refresh_from_db()
    assert mine.state == "called_off"
    assert worker.post(f"/volunteering/my-shifts/{mine.public_id}/reign/").status_code == 404
    assert as_("other_worker").post(f"/volunteering/my-shifts/{mine.public_id}/call_off/").status_code == 404


def test_everybody_reads_and_nobody_is_named(now_town, client):
    made = open_now(coming(now_town))
    one = someone("欧阳小禾")
    signed(now_town, made, one)
    for path in ("activities/", f"activities/{made.public_id}/"):
        answer = client.get(f"/volunteering/{path}")
        assert answer.status_code == 200
        assert "欧阳" not in answer.content.decode()
    assert client.get(f"/volunteering/organising/{made.public_id}/").status_code == 302
    hidden = drafted(now_town)
    assert client.get(f"/volunteering/activities/{hidden.public_id}/").status_code == 404


def test_from_the_form_to_the_list_at_the_door(now_town, as_):
    head = as_("community_head")
    page = head.get("/volunteering/organising/new/").content.decode()
    key = page.split('name="key" value="')[1][:36]
    organisation = now_town.organisations["community"].public_id
    said = {
        "key": key, "title": "楼道清扫", "kind": "duty_keeping", "organiser": organisation, "where": "东门",
        "mode": "first", "collect_minutes": 120, "call_off_hours": 12, "required": "急救证",
    }  # fmt: skip
    assert head.post("/volunteering/organising/new/", {**said, "title": ""}).status_code == 422
    assert head.post("/volunteering/organising/new/", said).status_code == 302
    made = Activity.objects.get()
    base = f"/volunteering/organising/{made.public_id}/"
    on = (now_town.now + 3 * DAY).date()
    bad = {"on": on, "start": "10:00", "end": "10:00", "capacity": 0}
    assert head.post(f"{base}shifts/new/", bad).status_code == 422
    wrong_year = {"on": on + 1100 * DAY, "start": "10:00", "end": "12:00", "capacity": 3}
    refused = head.post(f"{base}shifts/new/", wrong_year)
    assert refused.status_code == 422
    assert 'id="id_on_error"' in refused.content.decode()  # beside the day, with what to look at
    assert "请看看年份" in refused.content.decode()
    head.post(f"{base}shifts/new/", {"on": on, "start": "10:00", "end": "12:00", "capacity": 3})
    weekly = {
        "form": "weekly", "weekly-days": [1, 2, 3], "weekly-first": on, "weekly-last": on + timedelta(days=30),
        "weekly-start": "19:30", "weekly-minutes": 90, "weekly-capacity": 5,
    }  # fmt: skip
    assert head.post(f"{base}shifts/new/", weekly).status_code == 302
    head.post(f"{base}steps/publish/")
    open_now(Activity.objects.get())
    shift = made.shifts.order_by("starts_at").first()
    mine = signed(now_town, shift, someone("欧阳小禾"))
    door = f"/volunteering/organising/shifts/{shift.public_id}/"
    text = head.get(door).content.decode()
    assert "欧阳小禾" not in text
    assert "欧**" in text or "欧*" in text
    head.post(f"/volunteering/organising/sign-ups/{mine.public_id}/seen/", {"seen": "1"})
    head.post(f"{door}leader/", {"leader": mine.public_id})
    shift.refresh_from_db()
    assert shift.leader_id == mine.person_id
    mine.refresh_from_db()
    assert mine.is_checked
    for form in ("csv", "xlsx"):
        for path in (f"{door}export/", "/volunteering/organising/export/"):
            file = head.post(path, {"form": form}).getvalue()
            assert len(file) > 50
            assert "欧阳小禾".encode() not in file
    head.post(f"{base}word/", {"words": "改在北门集合"})
    assert "改在北门集合" in head.get(f"/volunteering/activities/{made.public_id}/").content.decode()
    drain(now=timezone.now())
    new_start = (now_town.now + 4 * DAY).date()
    head.post(f"{door}edit/", {"on": new_start, "start": "10:00", "end": "12:00", "capacity": 4})
    drain(now=timezone.now())
    head.post(f"{door}cancel/", {"reason": "停电"})
    head.post(f"{base}steps/cancel/", {"reason": "不办了"})
    drain(now=timezone.now())
    kinds = set(Notice.objects.filter(person=mine.person_id).values_list("kind", flat=True))
    assert kinds == {"act_word", "act_moved", "act_off"}
    assert as_("next_community").get(base).status_code == 404
    assert as_("next_community").get(door).status_code == 404


def test_what_its_kind_brings_along_is_not_lost_by_a_box_that_nobody_ticked(now_town, as_):
    """A night patrol is outdoors and a risk, whoever fills in the form: insurance and the street come first."""
    head = as_("community_head")
    page = head.get("/volunteering/organising/new/").content.decode()
    said = {
        "key": page.split('name="key" value="')[1][:36], "title": "夜间巡逻", "kind": "night_patrol", "where": "东门",
        "organiser": now_town.organisations["community"].public_id, "mode": "first", "collect_minutes": 120,
        "call_off_hours": 12,
    }  # fmt: skip
    assert head.post("/volunteering/organising/new/", said).status_code == 302
    made = Activity.objects.get()
    assert (made.is_outdoor, made.is_risky) == (True, True)
    base = f"/volunteering/organising/{made.public_id}/"
    on = (now_town.now + 3 * DAY).date()
    head.post(f"{base}shifts/new/", {"on": on, "start": "21:00", "end": "22:00", "capacity": 3})
    head.post(f"{base}steps/publish/")
    head.post(f"{base}edit/", said)
    made.refresh_from_db()
    assert (made.state, made.is_risky, made.is_outdoor) == ("draft", True, False)  # an edit may say: indoors


def test_the_street_approves_and_hears_of_it(now_town, as_):
    starts = now_town.now + 3 * DAY
    made = drafted(
        now_town, kind="night_patrol", spans=[(starts, starts + HOUR)], insurer="云川财险", policy_number="YC-1",
        insured_from=now_town.now.date(), insured_until=(starts + 2 * DAY).date(),
    )  # fmt: skip
    base = f"/volunteering/organising/{made.public_id}/"
    head, lead = as_("community_head"), as_("street_lead")
    assert "送街道批" in head.get(base).content.decode()
    head.post(f"{base}steps/propose/")
    assert "同意并发布" in lead.get(base).content.decode()
    lead.post(f"{base}steps/give_back/", {"reason": "写清楚集合地点"})
    head.post(f"{base}steps/propose/")
    lead.post(f"{base}steps/approve/")
    made.refresh_from_db()
    assert made.state in ("published", "open")
    drain(now=timezone.now())
    assert Notice.objects.filter(person=now_town.persons["street_lead"], kind="act_todo").count() == 2
    assert Notice.objects.filter(person=now_town.persons["community_head"], kind="act_news").count() == 2


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("street_lead", "organising/"), ("street_lead", "organising/?tab=all&line=safety&q=x"),
        ("street_lead", "organising/month/"), ("street_lead", "organising/month/?month=2026-02&line=care"),
        ("street_lead", "organising/month/?month=9999-99"), ("street_lead", "organising/figures/"),
        ("swd", "organising/terms/"), ("swd", "organising/terms/?show=tags"), ("swd", "organising/terms/kinds/new/"),
        ("swd", "organising/terms/tags/theory/"), ("worker", "my-shifts/"), ("worker", "my-shifts/calendar/"),
    ],
)  # fmt: skip
def test_pages_answer(now_town, as_, key, path):
    coming(now_town)
    assert as_(key).get(f"/volunteering/{path}").status_code == 200


def test_a_city_edits_its_kinds(now_town, as_):
    swd = as_("swd")
    said = {
        "code": "river_day",
        "name_zh": "净滩",
        "name_en": "Clean shore",
        "icon": "leaf",
        "line": "public_good",
    }
    wrong = swd.post("/volunteering/organising/terms/kinds/new/", {**said, "icon": "castle"})
    assert wrong.status_code == 422
    assert swd.post("/volunteering/organising/terms/kinds/new/", said).status_code == 302
    assert (
        swd.post("/volunteering/organising/terms/kinds/river_day/", {**said, "name_zh": "净滩日"}).status_code
        == 302
    )
    assert "净滩日" in swd.get("/volunteering/organising/terms/").content.decode()
    assert as_("community").get("/volunteering/organising/terms/").status_code == 404


def test_a_child_by_its_guardian_on_the_page(now_town, as_):
    starts = now_town.now + 3 * DAY
    made = drafted(
        now_town,
        kind="little_red_bee",
        with_children=True,
        min_age=6,
        max_age=12,
        spans=[(starts, starts + HOUR)],
    )
    activities.publish_activity(actor=now_town["street_lead"], public_id=made.public_id, now=now_town.now)
    open_now(Activity.objects.get())
    resident = as_("resident")
    to = f"/volunteering/activities/shifts/{made.shifts.get().public_id}/sign-up/"
    page = resident.get(to).content.decode()
    agreed = page.split('name="agreed" value="')[1].split('"')[0]
    key = page.split('name="key" value="')[1][:36]
    said = {"key": key, "name_1": "小满", "age_1": 8}
    assert resident.post(to, said).status_code == 422
    assert resident.post(to, {**said, "age_1": 15, "agreed": agreed}).status_code == 422
    assert resident.post(to, {**said, "agreed": agreed}).status_code == 302
    assert Child.objects.get().code in resident.get("/volunteering/my-shifts/").content.decode()
    mine = SignUp.objects.get()
    door = f"/volunteering/organising/shifts/{mine.shift.public_id}/"
    assert "小满" not in as_("community_head").get(door).content.decode()  # not before the day


def test_a_calendar_that_others_read(now_town, as_, client):
    made = open_now(coming(now_town, where="社区门口, 东侧; 二楼"))
    signed(now_town, made, now_town["worker"])
    worker = as_("worker")
    page = worker.post("/volunteering/my-shifts/calendar/", {"do": "make"}).content.decode()
    path = page.split("http://testserver")[1].split("<")[0]
    answer = client.get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    book = Calendar.from_ical(answer.content)
    assert (book["METHOD"], str(book["X-WR-CALNAME"])) == ("PUBLISH", "我的志愿班次")
    (event,) = book.walk("VEVENT")
    mine, shift = SignUp.objects.get(), made.shifts.get()
    assert str(event["UID"]) == str(mine.public_id)
    assert event["DTSTART"].dt == shift.starts_at
    assert str(event["LOCATION"]) == "社区门口, 东侧; 二楼"
    assert (event["SEQUENCE"], event["STATUS"], "DTSTAMP" in event) == (0, "CONFIRMED", True)
    assert client.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 304
    shifts.move_shift(
        actor=now_town["community_head"], shift_id=shift.public_id, starts_at=shift.starts_at + DAY,
        ends_at=shift.ends_at + DAY, now=now_town.now,
    )  # fmt: skip
    (moved,) = Calendar.from_ical(client.get(path).content).walk("VEVENT")
    assert (moved["UID"], moved["SEQUENCE"]) == (event["UID"], 2)
    activities.cancel_activity(
        actor=now_town["community_head"], public_id=made.public_id, reason="停电", now=now_town.now
    )
    (gone,) = Calendar.from_ical(client.get(path).content).walk("VEVENT")
    assert (gone["UID"], gone["STATUS"]) == (event["UID"], "CANCELLED")
    assert gone["SEQUENCE"] > moved["SEQUENCE"]
    assert client.get("/volunteering/my-shifts/calendar/guess.ics").status_code == 404
    worker.post("/volunteering/my-shifts/calendar/", {"do": "drop"})
    assert client.get(path).status_code == 404


def test_over_the_api_with_a_key(now_town, client):
    made = open_now(coming(now_town))
    person = now_town.persons["worker"]
    _row, token = create_token(
        person=person, assignment=person.assignments.get(), name="班次", now=now_town.now
    )
    headers = {"authorization": f"Bearer {token}"}
    base = "/api/v1/activities"
    said = client.get(base, headers=headers).json()
    (row,) = said
    assert row["title"] == made.title
    one = client.get(f"{base}/{row['activity']}", headers=headers).json()
    assert one["shifts"][0]["do"] == "sign_up"
    given = {"key": "11111111-1111-7111-8111-111111111111", "shift": row["shift"]}
    first = client.post(f"{base}/sign-ups", given, headers=headers).json()
    assert client.post(f"{base}/sign-ups", given, headers=headers).json()["id"] == first["id"]
    off = client.post(f"{base}/sign-ups/{first['id']}/withdrawal", headers=headers).json()
    assert off["state"] == "called_off"
    assert [each["id"] for each in client.get(f"{base}/sign-ups", headers=headers).json()] == [first["id"]]
    assert one["scope_code"] == COMMUNITY
