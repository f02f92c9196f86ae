"""The pages, the calendar file and the API of bookings, as a browser and a phone ask for them."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.people.services import create_token
from nuanxin.places import services
from nuanxin.places.models import Bookable, Booking
from nuanxin.places.queries.bookings import own_booking
from nuanxin.places.queries.calendar_file import calendar_file
from tests.factories import people
from tests.factories.bookings import at, book, booked_at, salon, someone
from tests.factories.places import LAT, place
from tests.factories.stock import actor_of
from tests.factories.territories import COMMUNITY, NOW, STREET

ALWAYS = {"hours": "24/7", "minutes": 60, "book_before": 0}


def client_of(assignment_or_person):
    return people.sign_in(Client(), assignment_or_person)


def read(answer):
    return answer.content.decode()


def offered(page):
    """What the page offers, in its order."""
    return re.findall(r'name="start" value="([^"]+)"', page)


def key_in(page):
    return re.search(r'name="key" value="([^"]+)"', page)[1]


@pytest.mark.usefixtures("city")
class TestWorker:
    def test_from_the_page_of_the_place_it_is_two_more_taps(self, client):
        made, _bookable = salon(**ALWAYS)
        here = f"/places/at/{made.public_id}/"
        assert "登录后就能约" in read(client.get(here))
        assert client.get(f"{here}book/haircut/").status_code == 302
        worker = client_of(people.worker())
        assert f"{here}book/haircut/" in read(worker.get(here))
        page = read(worker.get(f"{here}book/haircut/"))
        given = {"key": key_in(page), "start": offered(page)[0]}
        for _ in range(2):
            assert worker.post(f"{here}book/haircut/", given).url == "/places/bookings/"
        page = read(worker.get("/places/bookings/"))
        assert "约好了" in page
        assert Booking.objects.get().called in page
        assert worker.post(f"{here}book/haircut/", {"key": uuid4()}).status_code == 422
        assert "先点一个时间" in read(worker.post(f"{here}book/haircut/", {"key": uuid4(), "start": ""}))
        assert "看不懂" in read(worker.post(f"{here}book/haircut/", {"key": uuid4(), "start": "明天"}))
        assert worker.get(f"{here}book/counselling/").status_code == 404

    def test_full_is_said_and_the_queue_is_a_choice_and_the_place_is_passed_on(self):
        made, _bookable = salon(**ALWAYS)
        one, two = people.worker(), people.worker()
        first, second = client_of(one), client_of(two)
        there = f"/places/at/{made.public_id}/book/haircut/"
        late = offered(read(second.get(there)))[5]
        first.post(there, {"key": uuid4(), "start": late})
        assert "刚被约满" in read(second.post(there, {"key": uuid4(), "start": late}, follow=True))
        wait = offered(read(second.get(there)))[5]
        assert wait == f"wait:{late}"
        assert "第 1 位" in read(second.post(there, {"key": uuid4(), "start": wait}, follow=True))
        mine, theirs = Booking.objects.order_by("pk")
        assert first.post(f"/places/bookings/{theirs.public_id}/withdraw/").status_code == 404
        assert "取消了，谢谢" in read(first.post(f"/places/bookings/{mine.public_id}/withdraw/", follow=True))
        assert "要这个位子" in read(second.get("/places/bookings/"))
        assert "约好了，到时候见" in read(
            second.post(f"/places/bookings/{theirs.public_id}/accept/", follow=True)
        )
        assert first.post(f"/places/bookings/{mine.public_id}/call_off/").status_code == 404

    def test_moving_is_the_same_page_with_the_old_time_kept_until_the_new_one_is_had(self):
        made, _bookable = salon(**ALWAYS)
        one = people.worker()
        worker = client_of(one)
        there = f"/places/at/{made.public_id}/book/haircut/"
        times = offered(read(worker.get(there)))
        worker.post(there, {"key": uuid4(), "start": times[4]})
        booking = Booking.objects.get()
        move = f"/places/bookings/{booking.public_id}/move/"
        page = read(worker.get(move))
        assert times[4] not in offered(page)
        assert "现在的" in page
        assert worker.post(move, {"key": uuid4(), "start": times[6]}).url == "/places/bookings/"
        booking.refresh_from_db()
        assert booking.slot.starts_at == datetime.fromisoformat(times[6])
        assert client_of(people.worker()).get(move).status_code == 404

    def test_the_first_page_reminds_of_the_next_and_says_nothing_of_what_is_confidential(self):
        made, _bookable = salon(**ALWAYS)
        booked_at(made, item="counselling", is_confidential=True, **ALWAYS)
        one, two = people.worker(), people.worker()
        now = timezone.now()
        start = (now + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
        assert "有个预约" not in read(client_of(one).get("/"))
        shown = book(made, people.actor(one), start, now=now)
        hidden = book(made, people.actor(two), start, item="counselling", now=now)
        page, quiet = read(client_of(one).get("/")), read(client_of(two).get("/"))
        assert "有个预约" in page
        assert "理发" in page
        assert hidden.called in quiet
        assert "心理疏导" not in quiet
        waits = book(made, people.actor(two), start + timedelta(hours=2), now=now)
        assert waits.state == "booked"
        services.withdraw_booking(actor=people.actor(one), public_id=shown.public_id, now=now)
        assert "有个预约" not in read(client_of(one).get("/"))

    def test_the_lists_ask_little(self, django_assert_max_num_queries):
        made, _bookable = salon(**ALWAYS, per_person=5)
        one = people.worker()
        worker, actor = client_of(one), people.actor(one)
        now = timezone.now()
        for hours in range(4):
            start = (now + timedelta(hours=3 + hours)).replace(minute=0, second=0, microsecond=0)
            book(made, actor, start, now=now)
        worker.get("/places/bookings/")
        with django_assert_max_num_queries(8):
            worker.get("/places/bookings/")
        keeper = client_of(people.staff("station", site=made.site))
        keeper.get(f"/places/register/{made.public_id}/bookings/")
        with django_assert_max_num_queries(20):
            keeper.get(f"/places/register/{made.public_id}/bookings/")


@pytest.mark.usefixtures("city")
class TestCalendar:
    def parsed(self, booking, now=NOW):
        raw = calendar_file(booking, url="https://x.example/places/bookings/", now=now)
        assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
        assert b"\n" not in raw.replace(b"\r\n", b"")
        [event] = icalendar.Calendar.from_ical(raw).walk("VEVENT")
        return event

    def test_a_parser_reads_it_with_long_words_and_signs_and_the_same_uid_after_a_move(self):
        made = place(name="很长的名字，带逗号；分号", address="枫林横街 3 号；从东门进，右手第二间" * 3)
        booked_at(made, note="带身份证, 合同; 和\\图")
        one = someone()
        booking = book(made, one, at(14))
        event = self.parsed(own_booking(one, booking.public_id))
        assert event["SUMMARY"] == "理发：很长的名字，带逗号；分号"
        assert event["LOCATION"] == made.address
        assert event["DESCRIPTION"].endswith("带身份证, 合同; 和\\图")
        assert (event["DTSTART"].dt, event["DTEND"].dt) == (at(14), at(15))
        assert event["DTSTART"].dt.utcoffset() == timedelta(0)
        assert [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] == [timedelta(minutes=-120)]
        services.move_booking(actor=one, public_id=booking.public_id, starts_at=at(15), now=NOW)
        moved = self.parsed(own_booking(one, booking.public_id))
        assert (moved["UID"], moved["DTSTART"].dt) == (event["UID"], at(15))
        assert moved["SEQUENCE"] > event["SEQUENCE"]
        services.withdraw_booking(actor=one, public_id=booking.public_id, now=NOW)
        gone = self.parsed(own_booking(one, booking.public_id))
        assert (gone["STATUS"], gone["UID"]) == ("CANCELLED", event["UID"])
        assert gone["SEQUENCE"] > moved["SEQUENCE"]

    def test_of_what_is_confidential_it_says_only_when(self):
        made, _bookable = salon(item="counselling", is_confidential=True)
        one = someone()
        booking = book(made, one, at(14), item="counselling")
        raw = calendar_file(own_booking(one, booking.public_id), url="https://x.example/", now=NOW).decode()
        assert not [word for word in ("心理", "枫林", "LOCATION", "GEO") if word in raw]

    def test_only_its_person_downloads_it(self):
        made, _bookable = salon(**ALWAYS)
        one = people.worker()
        start = (timezone.now() + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
        booking = book(made, people.actor(one), start, now=timezone.now())
        path = f"/places/bookings/{booking.public_id}/booking.ics"
        answer = client_of(one).get(path)
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert client_of(people.worker()).get(path).status_code == 404
        assert client_of(people.staff("station", site=made.site)).get(path).status_code == 404


RULES = {
    "opening-way": "text", "opening-before": "", "opening-text": "Mo-Fr 09:00-17:00; PH off", "is_active": "on",
    "minutes": "60", "capacity": "1", "days_ahead": "14", "book_before": "30", "cancel_before": "60",
    "hold_minutes": "60", "remind_before": "120", "per_person": "1", "pause_after": "0", "pause_days": "7", "note": "",
    "fate": "",
}  # fmt: skip


@pytest.mark.usefixtures("city")
class TestDesk:
    def test_a_keeper_opens_bookings_for_a_service_without_scripts(self):
        made = place()
        keeper = client_of(people.staff("station", site=made.site))
        services.set_services(
            actor=SYSTEM, public_id=made.public_id, services=[services.Offered("counselling")], now=NOW
        )
        day = f"/places/register/{made.public_id}/bookings/"
        assert "开放预约" in read(keeper.get(day))
        page = read(keeper.get(f"{day}counselling/"))
        assert re.search(r'name="is_confidential"[^>]* checked', page)
        assert keeper.post(f"{day}counselling/", RULES | {"capacity": "0"}).status_code == 422
        assert keeper.post(f"{day}counselling/", RULES).url == day
        assert Bookable.objects.get().hours == "Mo-Fr 09:00-17:00; PH off"
        assert keeper.get(f"{day}gold/").status_code == 404

    def test_who_is_booked_when_the_hours_change_is_asked_about(self):
        made, _bookable = salon(**ALWAYS)
        now = timezone.now()
        start = (now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
        booking = book(made, someone(), start, now=now)
        keeper = client_of(people.staff("station", site=made.site))
        there = f"/places/register/{made.public_id}/bookings/haircut/"
        never = RULES | {"opening-text": "Feb 29 03:00-04:00"}
        asked = keeper.post(there, never)
        assert asked.status_code == 422
        assert "取消，通知他们另约" in read(asked)
        assert keeper.post(there, never | {"fate": "call_off"}).status_code == 302
        booking.refresh_from_db()
        assert booking.state == "called_off"

    def test_the_day_and_its_buttons(self):
        made, _bookable = salon(**ALWAYS)
        booked_at(made, item="counselling", is_confidential=True, **ALWAYS)
        now = timezone.now()
        start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)  # not in this very second
        one, two = someone("王小强"), someone("李秘密")
        shown, hidden = book(made, one, start, now=now), book(made, two, start, item="counselling", now=now)
        keeper = client_of(people.staff("station", site=made.site))
        day = f"/places/register/{made.public_id}/bookings/"
        there = f"{day}?day={timezone.localdate(start)}"
        page = read(keeper.get(there))
        assert "王*强" in page
        assert "王小强" not in page
        desk = page.split('class="desk"')[1].split("</ul>")[0]
        assert hidden.called in desk
        assert not [word for word in ("李秘密", "李*密", "心理") if word in desk]
        assert keeper.post(f"/places/bookings/desk/{shown.public_id}/came/").url == there
        shown.refresh_from_db()
        assert shown.state == "came"
        off = f"/places/bookings/desk/{hidden.public_id}/call_off/"
        assert "心理" not in read(keeper.get(off))
        assert keeper.post(off, {"reason": ""}).status_code == 422
        assert keeper.post(off, {"reason": "老师病了"}).url == there
        assert keeper.post(f"/places/bookings/desk/{hidden.public_id}/withdraw/").status_code == 404
        other = place("别的驿站", lat=LAT + 0.001)
        stranger = client_of(people.staff("station", site=other.site))
        assert stranger.get(day).status_code == 404
        assert stranger.post(f"/places/bookings/desk/{shown.public_id}/missed/").status_code == 404

    def test_a_walk_in_by_the_form(self):
        made, _bookable = salon(**ALWAYS)
        keeper = client_of(people.staff("station", site=made.site))
        day = f"/places/register/{made.public_id}/bookings/"
        page = read(keeper.get(day))
        slot = re.search(r'<option value="(haircut\|[^"]+)"', page)[1]
        given = {"key": uuid4(), "slot": slot}
        assert "记下了，代号" in read(keeper.post(f"{day}walk-in/", given, follow=True))
        assert "重新选一段" in read(keeper.post(f"{day}walk-in/", given | {"key": uuid4()}, follow=True))
        assert Booking.objects.get().is_walk_in


@pytest.mark.usefixtures("city")
class TestFigures:
    def test_the_street_sees_figures_and_no_person_and_takes_them_out(self):
        made, bookable = salon(**ALWAYS)
        now = timezone.now()
        start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
        booking = book(made, someone("王小强"), start, now=now)
        book(made, someone("李小强"), start, now=now, wait=True)
        street = client_of(people.staff("dispatcher", scope_code=STREET))
        there = "/places/bookings/figures/"
        page = read(street.get(there))
        assert bookable.item.name in page
        assert not [word for word in ("小强", "*强", booking.called) if word in page]
        assert "没有符合条件的" in read(street.get(f"{there}?q=没有这样的地方"))
        assert "理发" in read(
            street.get(f"{there}?period=past_week&item=haircut", headers={"HX-Request": "true"})
        )
        answer = street.post(f"{there}export/", {"form": "csv", "within": STREET})
        rows = answer.getvalue().decode("utf-8-sig").splitlines()
        assert len(rows) == 2
        assert rows[1].split(",")[3] == "理发"
        assert rows[1].split(",")[7:9] == ["1", "1"]
        sheet = street.post(f"{there}export/", {"form": "xlsx"})
        assert sheet.getvalue()[:2] == b"PK"
        elsewhere = client_of(people.staff("dispatcher", scope_code="990101002000"))
        assert "还没有能约的服务" in read(elsewhere.get(there))
        assert client_of(people.worker()).get(there).status_code == 404

    def test_the_list_asks_the_same_for_one_row_and_for_four(self, django_assert_num_queries):
        street = client_of(people.staff("community", scope_code=COMMUNITY))
        booked_at(place("驿站"), **ALWAYS)
        for _ in range(2):
            street.get("/places/bookings/figures/")
        with CaptureQueriesContext(connection) as one:
            street.get("/places/bookings/figures/")
        for number in range(3):
            booked_at(place(f"驿站{number}", lat=LAT + 0.003 * (number + 1)), **ALWAYS)
        with django_assert_num_queries(len(one)):
            assert read(street.get("/places/bookings/figures/")).count("理发") >= 4


@pytest.mark.usefixtures("city")
class TestApi:
    def phone(self, person):
        _token, raw = create_token(
            person=person, name="phone", now=timezone.now(), assignment=person.assignments.get()
        )
        return {"headers": {"Authorization": f"Bearer {raw}"}}

    def test_slots_book_move_withdraw(self, client):
        made, _bookable = salon(**ALWAYS)
        one, two = self.phone(people.worker()), self.phone(people.worker())
        asked = {"place": str(made.public_id), "item": "haircut"}
        times = client.get("/api/v1/bookings/slots", asked, **one).json()
        given = asked | {"key": str(uuid4()), "starts_at": times[3]["starts_at"]}
        first = client.post("/api/v1/bookings", given, **one).json()
        assert client.post("/api/v1/bookings", given, **one).json() == first
        assert (first["state"], first["moves"]) == ("booked", ["withdraw"])
        given |= {"key": str(uuid4())}
        refused = client.post("/api/v1/bookings", given, **two)
        assert (refused.status_code, refused.json()["code"]) == (409, "SlotFull")
        waits = client.post("/api/v1/bookings", given | {"wait": True}, **two).json()
        assert (waits["state"], waits["position"]) == ("waiting", 1)
        assert client.post(f"/api/v1/bookings/{first['id']}/withdrawal", **two).status_code == 404
        moved = client.post(
            f"/api/v1/bookings/{first['id']}/move", {"starts_at": times[5]["starts_at"]}, **one
        )
        assert datetime.fromisoformat(moved.json()["starts_at"]) == datetime.fromisoformat(
            times[5]["starts_at"]
        )
        assert client.post(f"/api/v1/bookings/{waits['id']}/acceptance", **two).json()["state"] == "booked"
        assert client.post(f"/api/v1/bookings/{first['id']}/withdrawal", **one).json()["state"] == "withdrawn"
        assert [row["state"] for row in client.get("/api/v1/bookings", **two).json()] == ["booked"]
        assert client.get("/api/v1/bookings").status_code == 401
        keeper = actor_of("station", site=made.site)
        assert keeper.role == "station"
