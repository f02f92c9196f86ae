"""What is open around: for everybody, without a script, without a position; and what shelters from the weather."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access import ANONYMOUS, SYSTEM, Actor
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.events.models import Event
from nuanxin.people.models import Consent
from nuanxin.places import queries, services
from nuanxin.places.models import AreaWarning, SavedPlace
from nuanxin.places.queries import Asked, Wanted
from nuanxin.places.queries.around import way
from nuanxin.places.services import Delivery
from tests.factories import people
from tests.factories.places import LAT, LNG, place
from tests.factories.territories import COMMUNITY, DISTRICT, NOW, OTHER_STREET, STREET

pytestmark = pytest.mark.usefixtures("city")
MAP, LIST = "/places/map/", "/places/map/list/"
HERE = {"lng": LNG, "lat": LAT}


@pytest.fixture
def worker(client):
    return people.sign_in(client, people.worker())


def text(answer):
    return answer.content.decode()


def test_a_stranger_chooses_a_street_without_a_script(client):
    place("全天开的", facilities=["toilet", "hot_water!"])
    place("没有厕所的", lat=LAT + 0.001)
    assert "你在哪一带" in text(client.get(MAP))
    page = text(client.get(MAP, {"at": STREET}))
    assert "全天开的" in page
    assert "没有厕所的" in page
    assert "一直开着" in page
    assert "热水坏了" in page
    narrowed = text(client.get(MAP, {"at": STREET, "f": ["toilet", "nonsense"], "now": "1"}))
    assert "没有厕所的" not in narrowed
    assert "没有都符合的" in text(client.get(MAP, {"at": STREET, "f": "hot_water"}))
    assert client.get(MAP, {"at": "x", "lng": "no"}).status_code == 200


def test_a_position_is_never_in_an_address(client):
    made = place("近的")
    assert "约 " not in text(client.get(MAP, {"at": STREET, **HERE}))
    found = client.post(LIST, {"lng": LNG + 0.001, "lat": LAT})
    assert "近的" in text(found)
    assert "约 110 米" in text(found)
    assert "走 2 分钟" in text(found)
    assert str(made.public_id) in text(found)
    assert found["Cache-Control"] == "private, no-store"


def test_an_account_agrees_before_it_says_where_it_is(worker):
    place("近的")
    assert "同意，用位置" in text(worker.get(MAP))
    assert worker.post(LIST, HERE).status_code == 403
    assert not Consent.objects.filter(purpose="location").exists()
    pressed = int(timezone.now().timestamp() * 1000)
    assert worker.post(LIST, {**HERE, "agreed": f"1 {pressed}"}).status_code == 403, "older words"
    assert "近的" in text(worker.post(LIST, {**HERE, "agreed": f"2 {pressed}"}))
    assert "近的" in text(worker.post(LIST, HERE))
    assert Consent.objects.filter(purpose="location", withdrawn_at=None).count() == 1
    assert "同意，用位置" not in text(worker.get(MAP))


def test_the_nearest_with_the_thing_on_its_shelf(client):
    made = place("有藿香的")
    place("没有的", lat=LAT + 0.0005)
    now = timezone.now()
    services.keep_stock(actor=SYSTEM, public_id=made.public_id, minimums={"huoxiang": 1}, now=now)
    given = {"actor": SYSTEM, "public_id": made.public_id, "item": "huoxiang", "now": now}
    until = timezone.localdate(now) + timedelta(days=30)
    services.receive_stock(**given, delivery=Delivery(2, until), key=made.public_id)
    for found in (
        client.get(MAP, {"at": STREET, "item": "huoxiang"}),
        client.post(LIST, {**HERE, "item": "huoxiang"}),
    ):
        assert "有藿香的" in text(found)
        assert "没有的" not in text(found)
    assert "没有都符合的" in text(client.get(MAP, {"at": STREET, "item": "iodophor"}))
    assert "没有的" in text(client.get(MAP, {"at": STREET, "item": "nonsense"}))


def test_a_way_is_about_and_set_by_the_installation(settings):
    settings.NUANXIN_DETOUR, settings.NUANXIN_WALK_KMH, settings.NUANXIN_EBIKE_KMH = 1.5, 6, 18
    assert way(1000) == way(1000.0)
    assert (way(1000).metres, way(1000).walk_min, way(1000).ride_min) == (1500, 15, 5)
    assert way(0).walk_min == 1


def test_saved_places_are_ones_own(worker):
    made = place("常去的")
    here = f"/places/at/{made.public_id}/"
    assert "存下来" in text(worker.get(here))
    for _twice in range(2):
        assert worker.post(f"{here}save/", {"saved": "1"}).url == here
    assert SavedPlace.objects.count() == 1
    assert "常去的" in text(worker.get(MAP, {"saved": "1"}))
    other = people.sign_in(Client(), people.worker())
    assert "还没有存过" in text(other.get(MAP, {"saved": "1"}))
    assert "还没有存过地方" not in text(worker.get(MAP, {"saved": "1"}))
    worker.post(f"{here}save/", {"saved": "0"})
    assert not SavedPlace.objects.exists()
    assert Client().post(f"{here}save/", {"saved": "1"}).url.startswith("/sign-in/")


def test_in_another_sites_page_nobody_is_anybody(worker, settings):
    settings.NUANXIN_EMBED_IN = ["https://www.example.gov.cn"]
    made = place("谁都能看见的")
    services.save_place(
        actor=Actor(role="worker", person_id=people.worker().pk),
        public_id=made.public_id, is_saved=True, now=NOW,
    )  # fmt: skip
    answer = worker.get("/places/map/embed/", {"at": STREET, "saved": "1"})
    assert "谁都能看见的" in text(answer)
    assert not answer.cookies
    assert "csrf" not in text(answer).lower()
    assert "我存的" not in text(answer)
    assert "frame-ancestors 'self' https://www.example.gov.cn" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert worker.get(MAP)["X-Frame-Options"] == "DENY"
    kept = Client().get("/places/map/offline/")
    assert not kept.cookies
    assert "谁都能看见的" not in text(kept)


def test_shelter_goes_first_while_a_warning_is_on():
    place("近的驿站", facilities=["toilet"])
    place("有空调的", lat=LAT + 0.004, facilities=["air_conditioning"])
    place("关着的清凉站", lat=LAT + 0.002, type="cooling_station", opening="Mo-Su 20:00-21:00")
    given = {"actor": SYSTEM, "scope_code": DISTRICT, "kind": "heat", "now": NOW}
    period = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=6)}
    made = services.publish_warning(**given, **period, text="下午 38 度")
    assert services.publish_warning(**given, **period) == made
    for asked in (Asked(Wanted(), point=(LNG, LAT)), Asked(Wanted(), at=STREET)):
        found = queries.around(ANONYMOUS, asked, now=NOW)
        assert found.warning == made
        assert [row.place.name_zh for row in found.shelters] == ["有空调的"]
        assert "有空调的" not in [row.place.name_zh for row in found.rows]
    assert services.end_warning(actor=SYSTEM, warning_id=made.pk, now=NOW + timedelta(hours=1))
    assert not services.end_warning(actor=SYSTEM, warning_id=made.pk, now=NOW + timedelta(hours=2))
    later = queries.around(ANONYMOUS, Asked(Wanted(), at=STREET), now=NOW + timedelta(hours=2))
    assert later.warning is None
    assert later.shelters == []
    names = list(Event.objects.filter(name__startswith="places.AreaWarning").values_list("name", flat=True))
    assert sorted(names) == ["places.AreaWarningEnded", "places.AreaWarningPublished"]
    assert AuditEntry.objects.filter(object_type="area_warning").count() == 2
    for starts, ends in ((NOW, NOW), (NOW, NOW + timedelta(days=8))):
        with pytest.raises(services.BadWarning):
            services.publish_warning(**given, starts_at=starts, ends_at=ends)


def test_a_street_warns_its_own_area_only(client):
    street = people.sign_in(client, people.staff("street_lead", scope_code=STREET))
    begins = timezone.localtime()
    said = {
        "kind": "storm",
        "scope_code": COMMUNITY,
        "starts_at": f"{begins:%Y-%m-%dT%H:%M}",
        "ends_at": f"{begins + timedelta(hours=3):%Y-%m-%dT%H:%M}",
        "text": "有 9 级阵风",
    }
    assert street.post("/places/warnings/", said).status_code == 302
    assert "有 9 级阵风" in text(street.get("/places/warnings/"))
    assert street.post("/places/warnings/", {**said, "scope_code": OTHER_STREET}).status_code == 422
    assert "最长 7 天" in text(street.post("/places/warnings/", {**said, "ends_at": said["starts_at"]}))
    made = AreaWarning.objects.get()
    elsewhere = people.sign_in(Client(), people.staff("street_lead", scope_code=OTHER_STREET))
    assert elsewhere.post(f"/places/warnings/{made.pk}/end/").status_code == 404
    with pytest.raises(NotFound):
        services.publish_warning(
            actor=ANONYMOUS, scope_code=STREET, kind="storm", starts_at=NOW,
            ends_at=NOW + timedelta(hours=1), now=NOW,
        )  # fmt: skip
    assert street.post(f"/places/warnings/{made.pk}/end/").status_code == 302
    community = people.sign_in(Client(), people.staff("community", scope_code=COMMUNITY))
    assert community.get("/places/warnings/").status_code == 404


def test_the_list_asks_few_questions_however_many_there_are(django_assert_max_num_queries):
    for number in range(15):
        place(f"站{number}", lat=LAT + number / 2000, facilities=["toilet"])
    for asked in (Asked(Wanted(), point=(LNG, LAT)), Asked(Wanted(), at=STREET)):
        queries.around(ANONYMOUS, asked, now=NOW)
        with django_assert_max_num_queries(8):
            assert len(queries.around(ANONYMOUS, asked, now=NOW).rows) == 15
