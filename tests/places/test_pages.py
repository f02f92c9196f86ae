"""The pages: who sees what, what is filled in, what one reads when it is wrong."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.places import services
from nuanxin.places.models import OpeningException, Place, PlaceFacility, PlacePhoto, PlaceService
from tests.factories import people
from tests.factories.fixtures import jpeg
from tests.factories.places import LAT, LNG, place
from tests.factories.territories import COMMUNITY, DISTRICT, OTHER_STREET, STREET

pytestmark = pytest.mark.usefixtures("city")
LIST = "/places/register/"


@pytest.fixture
def street(client):
    return people.sign_in(client, people.staff("street_lead", scope_code=STREET))


def said(**given):
    return {
        "name": "枫林暖新驿站",
        "type": "station",
        "address": "枫林横街 3 号",
        "opening-way": "text",
        "opening-before": "",
        "opening-text": "24/7",
        "lng": LNG,
        "lat": LAT,
        "scope_code": COMMUNITY,
        "key": "01900000-0000-7000-8000-000000000001",
        **given,
    }


def test_a_street_registers_equips_and_opens_a_place(street):
    page = street.get(f"{LIST}new/")
    assert "门口在哪里" in page.content.decode()
    assert 'hx-get="/places/compounds/pick/"' in page.content.decode()
    assert street.post(f"{LIST}new/", said()).status_code == 302
    again = street.post(f"{LIST}new/", said())
    made = Place.objects.get()
    here = f"{LIST}{made.public_id}/"
    assert again.url == f"{here}facilities/"
    assert street.post(f"{here}facilities/", {"f_toilet": "works", "f_hot_water": "broken"}).url == here
    assert street.get(f"/places/at/{made.public_id}/").status_code == 404
    assert street.post(f"{here}steps/open/").url == here
    page = street.get(here).content.decode()
    for words in ("枫林暖新驿站", "一直开着", "坏了", "小哥看到的样子", "暂停服务", "登记"):
        assert words in page
    rows = {
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "0",
        "form-0-code": "haircut",
        "form-0-cost": "免费",
    }
    assert street.post(f"{here}services/", rows).url == here
    assert PlaceService.objects.get().cost == "免费"
    assert street.post(f"{here}steps/suspend/", {"reason": ""}).status_code == 422
    street.post(f"{here}steps/suspend/", {"reason": "装修，月底恢复"})
    assert "装修，月底恢复" in street.get(f"/places/at/{made.public_id}/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"opening-text": "看情况"}, "例如"),
        ({"phone": "13812345678"}, "不要填个人手机号"),
        ({"lng": "", "lat": ""}, "还没有位置"),
        ({"address": ""}, "这一项还空着"),
        ({"scope_code": STREET}, "还不知道这里归哪个社区"),
    ],
)
def test_what_is_wrong_is_said_and_kept(street, wrong, words):
    page = street.post(f"{LIST}new/", said(**wrong))
    assert page.status_code == 422
    assert words in page.content.decode()
    assert "枫林暖新驿站" in page.content.decode()


def test_one_of_the_same_name_is_shown_before_another_is_made(street):
    made = place()
    page = street.post(f"{LIST}new/", said())
    assert page.status_code == 422
    assert f"{LIST}{made.public_id}/" in page.content.decode()
    assert street.post(f"{LIST}new/", said(is_other="on")).status_code == 302


def test_the_list_is_narrowed_exported_and_mapped(street):
    place(facilities=["toilet"])
    place("半亩园食堂", type="canteen", lat=LAT + 0.001)
    page = street.get(LIST).content.decode()
    assert "枫林暖新驿站" in page
    assert "没有管理员" in page
    part = street.get(f"{LIST}?q=食堂&within=", headers={"HX-Request": "true"}).content.decode()
    assert "半亩园食堂" in part
    assert "枫林暖新驿站" not in part
    assert "<html" not in part
    assert "没有符合条件的地方" in street.get(f"{LIST}?q=没有&only=open&type=x&state=y").content.decode()
    for form in ("csv", "xlsx", "geojson"):
        answer = street.post(f"{LIST}export/", {"form": form, "crs": "bd09", "within": STREET})
        body = answer.getvalue()
        assert answer["Content-Disposition"].endswith(f'.{form}"')
        if form == "geojson":
            found = json.loads(body)["features"]
            assert [each["properties"]["name"] for each in found] == ["半亩园食堂", "枫林暖新驿站"]
            assert found[0]["geometry"]["coordinates"] != [LNG, LAT]
    points = json.loads(street.get(f"{LIST}points.geojson").content)
    assert len(points["features"]) == 2
    assert street.get(f"{LIST}points.geojson?bbox=1,2").status_code == 422


def test_the_list_asks_the_same_few_questions_however_long(street, django_assert_max_num_queries):
    for number in range(20):
        place(f"站{number}", lat=LAT + number / 1000)
    street.get(LIST)
    with django_assert_max_num_queries(12):
        street.get(LIST)


def test_the_keepers_day(client):
    made = place(facilities=["toilet", "microwave"], opening="Mo-Su 00:00-24:00")
    keeper = people.sign_in(client, people.staff("station", site=made.site))
    page = keeper.get("/places/today/").content.decode()
    for words in ("枫林暖新驿站", "门现在开着吗", "微波炉", "报修"):
        assert words in page
    keeper.post("/places/today/door/", {"door": "shut", "lasts": "hour", "reason": "停水"})
    assert "停水" in keeper.get("/places/today/").content.decode()
    assert "停水" in client.get(f"/places/at/{made.public_id}/").content.decode()
    here = f"{LIST}{made.public_id}/"
    answer = keeper.post(f"{here}order/microwave/", {"order": "broken", "back": "/places/today/"})
    assert answer.url == "/places/today/"
    assert PlaceFacility.objects.get(facility="microwave").order == "broken"
    assert keeper.post(f"{here}order/sofa/", {"order": "broken"}).status_code == 422
    made_at = OpeningException.objects.get()
    keeper.post(f"{here}exceptions/{made_at.pk}/end/", {"back": "https://elsewhere.example/"})
    assert not OpeningException.objects.filter(ends_at__gt=timezone.now()).exists()
    assert keeper.post(f"{here}confirm/").status_code == 302
    start = timezone.localtime() + timedelta(days=2)
    rows = {
        "kind": "closed",
        "starts_at": f"{start:%Y-%m-%dT%H:%M}",
        "ends_at": f"{start + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }
    assert keeper.post(f"{here}exceptions/", rows).status_code == 302
    wrong = {**rows, "ends_at": rows["starts_at"]}
    assert "这段时间不对" in keeper.post(f"{here}exceptions/", wrong).content.decode()
    assert keeper.get(f"{here}steps/close/").status_code == 404
    assert keeper.get(f"{here}keeper/").status_code == 404


def test_a_keeper_without_a_place_reads_what_will_be_here(client):
    other = place()
    services.close_place(actor=SYSTEM, public_id=other.public_id, reason="搬走", now=timezone.now())
    keeper = people.sign_in(client, people.staff("station", site=other.site))
    assert "还没有交给您管的地方" in keeper.get("/places/today/").content.decode()
    assert keeper.post("/places/today/door/", {"door": "open", "lasts": "hour"}).status_code == 404


def test_everybody_reads_one_place(client):
    made = place(facilities=["toilet"], directions="从东门进", phone="66660000")
    page = client.get(f"/places/at/{made.public_id}/").content.decode()
    for words in ("枫林暖新驿站", "一直开着", "厕所", "从东门进", "tel:66660000"):
        assert words in page


def test_elsewhere_it_does_not_exist(client):
    made = place()
    elsewhere = people.sign_in(client, people.staff("dispatcher", scope_code=OTHER_STREET))
    here = f"{LIST}{made.public_id}/"
    for path in ("", "edit/", "facilities/", "services/", "keeper/", "exceptions/", "steps/open/"):
        assert elsewhere.get(here + path).status_code == 404
    for path in ("confirm/", "order/toilet/", "steps/suspend/"):
        assert elsewhere.post(here + path).status_code == 404


def test_a_street_hands_a_place_over(street):
    made = place()
    here = f"{LIST}{made.public_id}/keeper/"
    assert "还没有人任管理员" in street.get(here).content.decode()
    keeper = people.staff("station", name="孙大姐", site=made.site)
    assert "孙大姐" in street.get(here).content.decode()
    assert street.post(here, {"assignment": keeper.pk}).status_code == 302
    made.refresh_from_db()
    assert made.keeper == keeper


def test_the_catalogue_is_edited(client):
    district = people.sign_in(client, people.staff("swd", scope_code=DISTRICT))
    for show in ("types", "facilities", "services", "classes", "nothing"):
        assert district.get(f"/places/catalogue/?show={show}").status_code == 200
    new = {"code": "pit_stop", "name_zh": "加油站", "name_en": "Pit stop", "icon": "motorbike", "sort": 3}
    wrong = {**new, "icon": "nothing", "site_kind": "station"}
    assert "请从下面的图标里选一个" in district.post("/places/catalogue/types/new/", wrong).content.decode()
    right = {**new, "site_kind": "station", "is_active": "on"}
    assert district.post("/places/catalogue/types/new/", right).status_code == 302
    page = district.get("/places/catalogue/types/pit_stop/").content.decode()
    assert "加油站" in page
    assert district.post(
        "/places/catalogue/types/pit_stop/", {**right, "name_zh": "骑手加油站"}
    ).url.endswith("show=types")
    assert "骑手加油站" in district.get("/places/catalogue/").content.decode()
    assert district.get("/places/catalogue/types/none/").status_code == 404


def test_a_picture_is_public_once_another_has_looked(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    made = place()
    here = f"{LIST}{made.public_id}/"
    keeper = people.sign_in(Client(), people.staff("station", site=made.site))
    street = people.sign_in(Client(), people.staff("street_lead", scope_code=STREET))

    def send(browser, content):
        return browser.post(f"{here}photos/", {"photo": SimpleUploadedFile("x.jpg", content)}, follow=True)

    for _again in range(2):
        assert "另一位同事看过" in send(keeper, jpeg()).content.decode()
    assert "这个文件不是可以使用的照片" in send(keeper, b"x").content.decode()
    photo = PlacePhoto.objects.get()
    path = f"/places/photos/{photo.file.public_id}/"
    assert client.get(path).status_code == 404
    seen = street.get(path)
    assert seen.getvalue()
    again = street.get(path, headers={"If-None-Match": seen["ETag"]})
    assert (again.status_code, again.content) == (304, b"")  # asked for each time, carried over once
    assert keeper.post(f"{here}photos/{photo.pk}/release/").status_code == 404
    street.post(f"{here}photos/{photo.pk}/release/")
    assert client.get(f"{path}?thumb=1").getvalue()
    assert path in client.get(f"/places/at/{made.public_id}/").content.decode()
    send(street, jpeg("#123456"))
    own = PlacePhoto.objects.get(released_at=None)
    page = street.post(f"{here}photos/{own.pk}/release/", follow=True)
    assert "请另一位同事看过再公开" in page.content.decode()
    for _again in range(2):
        assert keeper.post(f"{here}photos/{photo.pk}/remove/").status_code == 302
    assert client.get(path).status_code == 404


def test_a_keeper_begins_at_what_is_to_be_done_here(client):
    made = place()
    keeper = people.sign_in(client, people.staff("station", site=made.site))
    home = keeper.get("/").content.decode()
    for page in ("/places/today/", "/places/desk/", "/thanks/shop/counter/"):
        assert f'href="{page}"' in home.split('class="tab-bar')[0]
    assert "/places/today/" not in people.sign_in(Client(), people.worker()).get("/").content.decode()
