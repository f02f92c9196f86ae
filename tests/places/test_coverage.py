"""The street's page: how many there are where, with a date and a scope, and what waits to be done."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.places import queries, services
from nuanxin.places.models import Doubt, Place
from nuanxin.places.queries import CoverageFilters
from nuanxin.places.services import Delivery
from tests.factories import people
from tests.factories.places import LAT, place
from tests.factories.territories import COMMUNITY, OTHER_STREET, STREET

pytestmark = pytest.mark.usefixtures("city")
PAGE = "/places/coverage/"


@pytest.fixture
def street(client):
    return people.sign_in(client, people.staff("dispatcher", scope_code=STREET))


@pytest.fixture
def dispatcher():
    return people.actor(people.staff("dispatcher", scope_code=STREET))


def figures(actor, **filters):
    return queries.coverage(actor, CoverageFilters(**filters), now=timezone.now())


def test_without_a_whole_there_is_no_share(dispatcher, street):
    found = figures(dispatcher)
    assert found.whole.total == 0
    assert found.whole.always_share == found.whole.checked_share == "—"
    assert found.covered_share == "0%"
    assert {each.code for each in found.bare} >= {COMMUNITY}
    page = street.get(PAGE).text
    assert "—" in page
    assert "一处也没有的社区" in page


def test_what_is_open_is_counted_by_area_and_by_kind(dispatcher):
    now = timezone.now()
    place("全天", now=now)
    place("白天", lat=LAT + 0.001, opening="Mo-Su 08:00-20:00", type="canteen", now=now)
    place("筹备", lat=LAT + 0.002, is_open=False, now=now)
    place("过季", lat=LAT + 0.003, valid_to=timezone.localdate(now) - timedelta(days=1), now=now)
    first = Place.objects.get(name_zh="全天")
    services.check_place(actor=SYSTEM, public_id=first.public_id, wrong=[], now=now)
    found = figures(dispatcher)
    assert (found.whole.total, found.whole.always, found.whole.checked) == (2, 1, 1)
    assert found.whole.always_share == "50%"
    mine = next(each for each in found.areas if each.code == COMMUNITY)
    assert mine.counted.total == 2
    assert sum(mine.cells) == 2
    assert [(each.code, number.total) for each, number in found.types] == [("station", 1), ("canteen", 1)]
    assert COMMUNITY not in {each.code for each in found.bare}
    assert figures(dispatcher, type="canteen").whole.total == 1
    assert COMMUNITY not in {each.code for each in figures(dispatcher, bare=True).areas}


def test_nobody_looks_beyond_the_own_area(dispatcher):
    place("枫林的", now=timezone.now())
    beyond = figures(dispatcher, within=OTHER_STREET)
    assert (beyond.scope, beyond.whole.total) == (STREET, 1)
    assert figures(dispatcher, within=COMMUNITY).scope == COMMUNITY


def test_what_waits_stands_on_the_page(street):
    now = timezone.now()
    made = place("很久没查", now=now - timedelta(days=30))
    services.check_place(actor=SYSTEM, public_id=made.public_id, wrong=[], now=now - timedelta(days=9))
    shut = place("门锁着", lat=LAT + 0.001, now=now)
    Doubt.objects.create(place=shut, since=now - timedelta(hours=2))
    services.keep_stock(actor=SYSTEM, public_id=made.public_id, minimums={"mask": 5}, now=now)
    given = {"actor": SYSTEM, "public_id": made.public_id, "item": "mask", "now": now}
    services.receive_stock(
        **given, delivery=Delivery(1, timezone.localdate(now) + timedelta(days=400)), key=made.public_id
    )
    page = street.get(PAGE).text
    assert "9 天没查" in page
    assert "还没有查过" in page
    assert "门锁着" in page
    assert "正在核实" in page
    assert "show=low" in page
    part = street.get(PAGE, {"type": "station"}, HTTP_HX_REQUEST="true").text
    assert "<html" not in part
    assert "9 天没查" in part


def test_the_file_has_a_column_for_each_type(street, client):
    place("全天", now=timezone.now())
    answer = street.post(f"{PAGE}export/", {"form": "csv"})
    told = answer.getvalue().decode("utf-8-sig")
    assert "暖新驿站" in told.splitlines()[0]
    assert any(COMMUNITY in line and ",1," in line for line in told.splitlines()[1:])
    assert AuditEntry.objects.get(action="places.coverage_export").detail["form"] == "csv"
    book = street.post(f"{PAGE}export/", {"form": "xlsx"})
    assert book["Content-Type"].endswith("sheet")
    assert people.sign_in(client, people.worker()).get(PAGE).status_code == 404


def test_it_asks_the_same_few_questions_however_many(street, django_assert_max_num_queries):
    now = timezone.now()
    for number in range(6):
        place(f"驿站{number}", lat=LAT + 0.001 * number, now=now)
    street.get(PAGE)
    with django_assert_max_num_queries(26):
        street.get(PAGE)
