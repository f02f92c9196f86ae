"""A thing shows what it looks like, and a shop how far it is."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nuanxin.incentives.models import ShopItem, ShopOrder
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.models import StoredFile
from nuanxin.people.models import Assignment, Consent
from tests.factories import people, pictures, territories
from tests.factories import shops as make
from tests.factories.people import COMMUNITY, OTHER_COMMUNITY
from tests.factories.places import LAT, LNG

SHUT = "off"  # at any hour at which this runs


@pytest.fixture
def city(db):
    territories.put_city()
    territories.put_outlines()


def url(name, *args):
    return reverse(f"incentives:{name}", args=args)


def head(name="周书记", scope_code=COMMUNITY):
    return people.staff("community_head", name=name, scope_code=scope_code)


def _form(**given):
    said = {
        "key": str(uuid4()), "kind": "goods", "name_zh": "保温杯", "points": "40", "supplier": "枫林日用品商行",
        "brings": "supplier", "is_offered": "on",
    }  # fmt: skip
    return {**said, **given}


def _upload(number=1, name="杯子 王建国.jpg"):
    return SimpleUploadedFile(name, pictures.drawn(number), "image/jpeg")


def test_a_thing_shows_its_picture_and_another_one_takes_its_place(
    city, client, django_capture_on_commit_callbacks
):
    made = make.shop_at()
    people.sign_in(client, head())
    new, form = url("shop_item_new", made.public_id), _form()
    assert "只拍东西，不拍人" in client.get(new).content.decode()
    for _twice in range(2):
        assert client.post(new, {**form, "picture": _upload()}).status_code == 302
    thing = ShopItem.objects.get()
    assert StoredFile.objects.count() == 1
    first = url("shop_picture", thing.picture.public_id)
    answer = client.get(f"{first}?thumb")
    assert answer.getvalue()  # read to its end it closes itself
    assert answer["Content-Type"] == "image/jpeg"
    assert "王建国" not in str(answer.headers)
    assert first in client.get(url("shop_shelf", made.public_id)).content.decode()
    anybody = Client()
    assert f"{first}?thumb" in anybody.get(url("shop", made.public_id)).content.decode()
    assert "保温杯的照片" in anybody.get(url("shop_item", thing.public_id)).content.decode()
    edit = url("shop_item_edit", thing.public_id)
    assert "去掉现在这张照片" in client.get(edit).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(edit, {**form, "picture": _upload(2)})
    thing.refresh_from_db()
    assert StoredFile.objects.get() == thing.picture
    assert anybody.get(first).status_code == 404
    client.post(edit, form)
    thing.refresh_from_db()
    assert thing.picture is not None, "without a new one it stays"
    client.post(edit, {**form, "drops_picture": "on"})
    thing.refresh_from_db()
    assert (thing.picture, StoredFile.objects.count()) == (None, 0)
    assert "good__icon" in anybody.get(url("shop", made.public_id)).content.decode()


def test_what_is_no_picture_is_refused_with_what_to_do(city, client):
    made = make.shop_at()
    people.sign_in(client, head())
    for wrong in (SimpleUploadedFile("a.jpg", b"x" * 99), SimpleUploadedFile("a.jpg", b"")):
        answer = client.post(url("shop_item_new", made.public_id), _form(picture=wrong))
        assert answer.status_code == 422
        assert "请换一张" in answer.content.decode()
    assert not ShopItem.objects.exists()


def test_what_is_not_offered_only_its_keeper_sees(city, client):
    made = make.shop_at()
    accepted = accept_image(pictures.drawn(3))
    thing = make.item(made, picture=accepted, is_offered=False)
    hidden = url("shop_picture", thing.picture.public_id)
    assert client.get(hidden).status_code == 404
    rider = make.rider(points=100)
    people.sign_in(client, Assignment.objects.get(pk=rider.assignment_id))
    for item in (thing.public_id, uuid4()):
        for sent in ({}, {"key": str(uuid4())}):
            assert client.post(url("shop_redeem", item), sent).status_code == 404
    assert (ShopOrder.objects.count(), balance_of(rider.subject_id).points) == (0, 100)
    people.sign_in(client, head(scope_code=OTHER_COMMUNITY))
    assert client.get(hidden).status_code == 404
    people.sign_in(client, people.staff("station", name="易站长", site=made.place.site))
    shown = client.get(hidden)
    assert shown.getvalue()
    assert shown.status_code == 200


def test_the_nearest_shop_comes_first_and_a_position_is_agreed_to_once(
    city, client, django_assert_max_num_queries
):
    far = make.shop_at("远的超市", lat=LAT + 0.02)
    close = make.shop_at("近的超市", opening=SHUT)
    here = {"lng": LNG, "lat": LAT + 0.001}
    with django_assert_max_num_queries(9):
        found = client.post(url("shops_near"), here)
    text = found.content.decode()
    assert text.index(close.name) < text.index(far.name)
    assert "约 140 米" in text
    assert found["Cache-Control"] == "private, no-store"
    assert client.post(url("shops_near"), {"lng": "x", "lat": "1"}).url == url("shops")
    assert "20 公里以内没有" in client.post(url("shops_near"), {"lng": 100, "lat": 30}).content.decode()
    people.sign_in(client, people.worker())
    page = client.get(url("shops"), here).content.decode()
    assert "同意，用位置" in page
    assert "约 " not in page, "a position in an address is not looked at"
    assert client.post(url("shops_near"), here).status_code == 403
    pressed = int(timezone.now().timestamp() * 1000)
    assert close.name in client.post(url("shops_near"), {**here, "agreed": f"2 {pressed}"}).content.decode()
    assert close.name in client.post(url("shops_near"), here).content.decode()
    assert "同意，用位置" not in client.get(url("shops")).content.decode()
    assert Consent.objects.filter(purpose="location", withdrawn_at=None).count() == 1


def test_without_a_position_ones_own_community_comes_first(city, client):
    other = make.shop_at("隔壁的超市", scope_code=OTHER_COMMUNITY, lat=LAT + 0.01)
    own = make.shop_at("本社区的超市", opening=SHUT)
    street = {"at": "990101001000"}
    text = client.get(url("shops"), street).content.decode()
    assert text.index(other.name) < text.index(own.name), "what is open comes first"
    people.sign_in(client, people.worker())
    text = client.get(url("shops"), street).content.decode()
    assert text.index(own.name) < text.index(other.name)
    wider = client.get(url("shops"), {"at": "990101002000"}).content.decode()
    assert "先看看同一个区里的" in wider
    assert own.name in wider
