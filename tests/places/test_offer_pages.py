"""The pages of offers: who sees what, and what a desk's phone sends."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.places.models import Offer, OfferRating, Redemption, Voucher
from tests.factories import people
from tests.factories.offers import green_channel, offer, show, take
from tests.factories.places import place
from tests.factories.territories import NOW, OTHER_STREET, STREET

pytestmark = pytest.mark.usefixtures("city")
POSTED = {
    "kind": "late_meal", "name_zh": "夜里热饭", "name_en": "A hot meal at night", "value_kind": "fen", "value": "3.5",
    "needs_voucher": "on", "per_day": "1",
}  # fmt: skip


@pytest.fixture
def shop(city):
    return place("枫林小面", type="merchant")


@pytest.fixture
def new_client():
    return Client


@pytest.fixture
def now():
    return timezone.now()


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


class TestPlaceAndStreet:
    def test_from_the_keepers_form_to_the_workers_page(self, client, shop, new_client):
        keeper = people.sign_in(client, people.staff("merchant", site=shop.site))
        here = f"/places/register/{shop.public_id}/offers/new/"
        assert "提一个优惠" in text_of(keeper, "/places/today/")
        assert "医院的规则" in text_of(keeper, here)
        posted = {**POSTED, "key": str(uuid4())}
        for _again in range(2):
            answer = keeper.post(here, posted)
        made = Offer.objects.get()
        assert answer.url == f"/places/offers/{made.public_id}/"
        assert (made.value, made.per_day, made.state) == (350, 1, "proposed")
        wrong = keeper.post(here, {**posted, "name_en": "", "key": str(uuid4())})
        assert (wrong.status_code, Offer.objects.count()) == (422, 1)

        street = people.sign_in(new_client(), people.staff("dispatcher", scope_code=STREET))
        assert "夜里热饭" in text_of(street, "/places/offers/")
        step = f"/places/offers/{made.public_id}/steps/"
        assert keeper.post(f"{step}confirm/").status_code == 404
        assert street.post(f"{step}confirm/").status_code == 302
        assert street.post(f"{step}suspend/", {"reason": ""}).status_code == 422
        assert "减 3.5 元" in text_of(new_client(), f"/places/at/{shop.public_id}/")
        assert "夜里热饭" in text_of(new_client(), f"/places/offers/near/?at={STREET}")
        assert "还没有登记过优惠" in text_of(new_client(), f"/places/offers/near/?at={OTHER_STREET}")
        assert (
            keeper.post(f"/places/offers/{made.public_id}/edit/", {**POSTED, "value": "4"}).status_code == 302
        )
        made.refresh_from_db()
        assert (made.value, made.state) == (400, "proposed")

    def test_the_export_holds_no_person(self, client, shop, new_client):
        worker = people.worker()
        made = offer(shop)
        held = take(made, people.actor(worker), now=timezone.now())
        Redemption.objects.create(
            place=shop, offer=made, voucher=held, number=held.number, key=uuid4(), at=NOW, received_at=NOW,
            outcome="accepted",
        )  # fmt: skip
        street = people.sign_in(client, people.staff("dispatcher", scope_code=STREET))
        for what in ("offers", "uses"):
            posted = {"show": "active", "what": what, "form": "csv", "within": STREET}
            told = street.post("/places/offers/export/", posted).getvalue().decode()
            assert "骑手套餐八折" in told
            for secret in ("王小强", held.number, str(worker.subject.pk)):
                assert secret not in told
        assert "2026-03-02" in told
        workbook = street.post("/places/offers/export/", {"form": "xlsx"})
        assert workbook.getvalue()[:2] == b"PK"
        workbook.close()

    def test_the_list_asks_as_much_for_many_as_for_one(self, client, shop, django_assert_max_num_queries):
        street = people.sign_in(client, people.staff("dispatcher", scope_code=STREET))
        for _each in range(3):
            offer(shop, is_confirmed=False)
        street.get("/places/offers/")
        with django_assert_max_num_queries(20):
            street.get("/places/offers/")

    def test_another_street_sees_nothing(self, client, shop):
        made = offer(shop)
        other = people.sign_in(client, people.staff("dispatcher", scope_code=OTHER_STREET))
        assert other.get(f"/places/offers/{made.public_id}/").status_code == 404


class TestWorker:
    @pytest.fixture
    def worker(self, client):
        return people.sign_in(client, people.worker())

    def test_takes_shows_and_gives_back(self, worker, shop):
        made = offer(shop)
        page = f"/places/offers/{made.public_id}/"
        assert "领一张" in text_of(worker, f"{page}at/")
        first = worker.post(f"{page}take/", {"key": str(uuid4())}).url
        assert worker.post(f"{page}take/", {"key": "nonsense"}).url == first
        assert "出示给店家" in text_of(worker, first)
        assert "data:image/svg" not in text_of(worker, first)  # the code is asked for when it is wanted
        assert worker.post(f"{first}back/").status_code == 302
        second = worker.post(f"{page}take/").url
        shown = worker.post(f"{second}code/", headers={"HX-Request": "true"}).content.decode()
        assert "/places/desk/#" in shown
        assert "data:image/svg" in shown
        assert "data:image/svg" in worker.post(f"{second}code/").content.decode()  # without scripts
        worker.post(f"{second}back/")
        assert Voucher.objects.get(state="held")
        assert text_of(worker, "/places/vouchers/").count("骑手套餐八折") == 2

    def test_says_and_rates(self, worker, shop, settings):
        settings.NUANXIN_RATINGS_SHOWN_FROM = 1
        made = offer(shop)
        here = worker.post(f"/places/offers/{made.public_id}/take/").url
        Voucher.objects.update(state="used", used_at=timezone.now())
        assert "用得怎么样" in text_of(worker, here)
        worker.post(f"{here}rate/", {"tag": ["friendly", "quick"]})
        assert OfferRating.objects.get().tags == "friendly quick"
        assert "1 个人用过以后说" in text_of(worker, f"/places/offers/{made.public_id}/at/")
        worker.post(f"{here}refused/")
        assert "你说过没有兑现" in text_of(worker, here)

    def test_nobody_opens_anothers(self, worker, shop, new_client):
        made = offer(shop)
        here = worker.post(f"/places/offers/{made.public_id}/take/").url
        other = people.sign_in(new_client(), people.worker())
        for path, method in ((here, "get"), (f"{here}code/", "post"), (f"{here}refused/", "post")):
            assert getattr(other, method)(path).status_code == 404


class TestDesk:
    @pytest.fixture
    def keeper(self, client, shop):
        return people.sign_in(client, people.staff("merchant", site=shop.site))

    def send(self, keeper, path, *rows):
        return keeper.post(
            f"/places/desk/{path}/", json.dumps({"rows": rows}), content_type="application/json"
        )

    def row(self, code, at, key=None):
        return {"code": code, "key": key or str(uuid4()), "at": int(at.timestamp() * 1000), "device": "one"}

    def test_what_it_keeps_and_what_it_sends(self, keeper, shop, now):
        worker = people.actor(people.worker())
        made = offer(shop)
        assert "收券" in text_of(keeper, "/places/desk/")
        kit = keeper.get("/places/desk/kit/").json()
        assert kit["offers"][made.public_id.hex]["name"] == "骑手套餐八折"
        assert kit["token"]
        shown = show(take(made, worker, now=now), worker, now=now)
        row = self.row(f"https://example.org/places/desk/#{shown.signed}", now)
        answer = self.send(keeper, "redeem", row)
        assert (answer.status_code, answer.json()["outcome"], answer.json()["name"]) == (200, "accepted", "")
        again = self.send(keeper, "redeem", {**row, "key": str(uuid4())})
        assert (again.status_code, again.json()["code"]) == (409, "UsedAlready")
        synced = self.send(keeper, "sync", row, self.row(shown.typed, now))
        assert [each["outcome"] for each in synced.json()["rows"]] == ["accepted", "twice"]
        assert "有对不上的" in text_of(keeper, "/places/desk/")
        assert "王" not in text_of(keeper, "/places/desk/").partition("<main")[2].partition("</main>")[0]

    def test_at_the_clinic_the_name_is_masked_and_kept_nowhere(self, new_client, now):
        clinic = place("枫林卫生服务中心", type="clinic", lng=104.487)
        desk = people.sign_in(new_client(), people.staff("clinic", site=clinic.site, name="周洁"))
        worker = people.actor(people.worker())
        made = green_channel(clinic)
        shown = show(take(made, worker, now=now), worker, now=now)
        answer = self.send(desk, "redeem", self.row(shown.signed, now))
        assert answer.json()["name"] == "王*强"
        for path in ("/places/desk/", f"/places/offers/{made.public_id}/"):
            page = text_of(desk, path)
            assert "王*强" not in page
            assert "王小强" not in page
        assert "王*强" not in str(list(Redemption.objects.values()))

    @pytest.mark.parametrize(
        "body", ["", "[]", "{}", '{"rows": []}', '{"rows": [{}]}', '{"rows": [{"code": "x", "key": "y", "at": 1}]}',
                 '{"rows": [{"code": "x", "key": "5b2b4a58-6a56-4f0e-9df5-1c2d3e4f5a6b", "at": 1e300}]}'],
    )  # fmt: skip
    def test_nonsense_is_refused_in_words(self, keeper, body):
        for path in ("redeem", "sync"):
            answer = keeper.post(
                f"/places/desk/{path}/",
                body,
                content_type="application/json",
                headers={"Accept": "application/json"},
            )
            assert answer.status_code == 422

    def test_who_has_no_desk_has_none(self, new_client, shop):
        worker = people.sign_in(new_client(), people.worker())
        for path in ("/places/desk/", "/places/desk/kit/"):
            assert worker.get(path).status_code == 404

    def test_the_kept_page_holds_nobodys_data(self, keeper, new_client):
        kept = new_client().get("/places/desk/offline/").content
        assert keeper.get("/places/desk/offline/").content == kept
        assert b"csrf" not in kept.lower()
