"""Is it open, and what is near: seasons, closures, unknown hours, facilities out of order, few statements."""

from datetime import date, timedelta

import pytest
from django.db import connection

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events.models import Event
from nuanxin.places import queries, services
from nuanxin.places.models import OpeningException, Place
from nuanxin.places.queries.hours import in_words
from nuanxin.places.queries.near import Wanted, near_places
from tests.factories.places import LAT, LNG, data, place
from tests.factories.territories import NOW

pytestmark = pytest.mark.usefixtures("city")
HOUR = timedelta(hours=1)  # NOW is a Monday, 09:00


def hours(made, now=NOW):
    made.refresh_from_db()
    return queries.place_page(made, now=now).hours


def test_the_weekly_hours_answer_and_unknown_is_an_answer():
    assert hours(place("全天")).words(NOW) == "一直开着"
    day = place("白天", opening="Mo-Fr 08:00-18:00", lat=LAT + 0.001)
    assert hours(day).until == NOW + 9 * HOUR
    assert hours(day).words(NOW) == "营业中，18:00 关门"
    assert hours(day, NOW + 10 * HOUR).words(NOW + 10 * HOUR) == "没开门，明天 08:00 开门"
    silent = place("没写", opening="", is_open=False, lat=LAT + 0.002)
    Place.objects.filter(pk=silent.pk).update(state="open")
    assert hours(silent).standing == "unknown"
    with pytest.raises(Invalid) as refused:
        services.create_place(actor=SYSTEM, data=data("读不懂", opening="看情况"), now=NOW)
    assert str(refused.value.hint)


def test_hours_in_words():
    assert in_words("24/7") == "全年，24 小时"
    assert in_words("Mo-Fr 08:00-22:00; PH off") == "周一 – 周五 08:00-22:00；节假日 不开"
    assert in_words("Mo-Su 06:00-23:00") == "每天 06:00-23:00"


def test_a_season_and_a_state_close_it():
    made = place(valid_from=date(2026, 6, 1), valid_to=date(2026, 9, 30))
    assert hours(made).standing == "closed"
    assert near_places(LNG, LAT, now=NOW) == []
    other = place("别的", lat=LAT + 0.001)
    services.suspend_place(actor=SYSTEM, public_id=other.public_id, reason="装修", now=NOW)
    assert hours(other).standing == "closed"


def test_what_is_said_for_today_goes_first_and_can_be_taken_back():
    made = place(opening="Mo-Fr 08:00-18:00")
    given = {"actor": SYSTEM, "public_id": made.public_id}
    said = {"kind": "closed", "starts_at": NOW, "ends_at": NOW + 2 * HOUR, "reason": "停电", "now": NOW}
    closed = services.except_hours(**given, **said)
    assert services.except_hours(**given, **said) == closed
    assert (hours(made).standing, hours(made).until, hours(made).why) == ("closed", NOW + 2 * HOUR, "停电")
    assert services.end_exception(**given, exception_id=closed.pk, now=NOW + HOUR)
    assert not services.end_exception(**given, exception_id=closed.pk, now=NOW + HOUR)
    assert hours(made, NOW + HOUR).is_open
    services.keep_today(**given, is_open=False, ends_at=NOW + 5 * HOUR, now=NOW + HOUR)
    services.keep_today(**given, is_open=True, ends_at=NOW + 14 * HOUR, now=NOW + 2 * HOUR)
    assert hours(made, NOW + 3 * HOUR).until == NOW + 9 * HOUR
    assert not hours(made, NOW + 10 * HOUR).is_open
    services.keep_today(**given, is_open=True, ends_at=NOW + 14 * HOUR, now=NOW + 10 * HOUR)
    assert hours(made, NOW + 11 * HOUR).until == NOW + 14 * HOUR
    assert OpeningException.objects.filter(kind="closed", ends_at__gt=NOW + 2 * HOUR).count() == 0
    assert Event.objects.filter(name="places.PlaceHoursExcepted").count() == 5
    for ends_at in (NOW, NOW + timedelta(days=100)):
        with pytest.raises(services.BadPeriod):
            services.except_hours(**given, kind="closed", starts_at=NOW, ends_at=ends_at, now=NOW)


def test_near_is_nearest_first_and_has_what_is_wanted():
    place("远的", lat=LAT + 0.02, facilities=["toilet", "hot_water"])
    place("近的", lat=LAT + 0.001, facilities=["toilet", "hot_water?"], opening="Mo-Fr 20:00-23:00")
    place("坏的", lat=LAT + 0.002, facilities=["toilet!"], type="canteen")
    place("筹备", lat=LAT + 0.003, is_open=False)

    def names(**given):
        found = near_places(LNG, LAT, now=NOW, wanted=Wanted(**given))
        return [each.place.name_zh for each in found]

    assert names() == ["近的", "坏的", "远的"]
    assert names(facilities=("toilet", "hot_water")) == ["近的", "远的"]
    assert names(open_now=True) == ["坏的", "远的"]
    assert names(types=("canteen",)) == ["坏的"]
    assert [round(each.distance_m) for each in near_places(LNG, LAT, now=NOW, radius_m=500)] == [111, 222]


def test_near_asks_few_questions_however_many_there_are(django_assert_num_queries):
    for number in range(12):
        place(f"站{number}", lat=LAT + number / 1000, facilities=["toilet"])
    near_places(LNG, LAT, now=NOW)
    enough = Wanted(facilities=("toilet",), open_now=True)
    with django_assert_num_queries(4):  # the first ring holds enough
        assert len(near_places(LNG, LAT, now=NOW, wanted=enough, limit=3)) == 3
    with django_assert_num_queries(6):  # one wider ring, all of it
        assert len(near_places(LNG, LAT, now=NOW)) == 12


def test_near_reads_ranges_of_its_own_index():
    rows = queries.near.rows_near(LNG, LAT, 3000.0, Wanted(), NOW)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()
    assert "places_near" in plan
    assert "SCAN places_place" not in plan
