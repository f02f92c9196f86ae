"""What runs low is brought, what goes out of date is said; the pages of keeper, street and everybody."""

import csv
import io
from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.places import queries, services
from nuanxin.places.models import RestockTask, StockLot
from nuanxin.places.queries import stock
from nuanxin.places.queries.stock import StockFilters
from nuanxin.places.services import Delivery
from tests.factories import people
from tests.factories.places import LAT, place
from tests.factories.stock import DAY, LATER, SOON, actor_of, happened, held, kept, receive, take
from tests.factories.territories import COMMUNITY, NOW, OTHER_STREET, STREET


@pytest.mark.usefixtures("city")
class TestRestocking:
    def low(self, **given):
        """Three at least; one left."""
        made = kept(3, **given)
        receive(made, 3)
        take(made, 2)
        return made

    def test_what_runs_low_is_asked_for_once_and_not_any_more_when_there_is_enough(self):
        made = self.low()
        assert happened("StockRanLow") == [{"place_id": made.pk, "item": "plaster"}]
        task = RestockTask.objects.get()
        assert (task.state, task.wanted) == ("open", 5)
        take(made)
        assert RestockTask.objects.count() == 1
        receive(made, 9)
        task.refresh_from_db()
        assert task.state == "dropped"
        assert not queries.alerts(SYSTEM, StockFilters(), now=NOW)[0]

    def test_from_asked_for_to_on_the_shelf(self):
        host = people.organisation("云川市总工会", kind="trade_union")
        made = self.low(host_id=host.pk)
        keeper = people.staff("station", site=made.site)
        services.hand_over_keeper(actor=SYSTEM, public_id=made.public_id, assignment_id=keeper.pk, now=NOW)
        union = people.staff("union", organisation=host)
        drain(now=NOW)
        told = Notice.objects.get(kind="restock")
        assert told.person_id == union.person_id
        assert "创可贴" in line_of(told, {}).title
        task = RestockTask.objects.get()
        given = {"public_id": task.public_id, "now": NOW}
        with pytest.raises(NotFound):
            services.accept_restock(actor=people.actor(keeper), **given)
        services.accept_restock(actor=people.actor(union), **given)
        street = actor_of("dispatcher", scope_code=STREET)
        with pytest.raises(services.AnothersTask):
            services.deliver_restock(actor=street, **given)
        with pytest.raises(IllegalMove):
            services.accept_restock(actor=street, **given)
        services.deliver_restock(actor=people.actor(union), **given)
        drain(now=NOW)
        assert Notice.objects.get(kind="restocked").person_id == keeper.person_id
        taken = given | {"delivery": Delivery(4, LATER), "key": uuid4()}
        with pytest.raises(NotFound):
            services.take_in_restock(actor=people.actor(union), **taken)
        for _ in range(2):
            services.take_in_restock(actor=people.actor(keeper), **taken)
        task.refresh_from_db()
        assert (task.state, held(made).good) == ("confirmed", 5)
        assert happened("RestockConfirmed") == [{"place_id": made.pk, "task_id": task.pk, "item": "plaster"}]

    def test_given_back_dropped_and_asked_for_by_hand(self):
        made = kept()
        receive(made)
        keeper = actor_of("station", site=made.site)
        ask = {"actor": keeper, "public_id": made.public_id, "item": "plaster", "now": NOW}
        task = services.ask_for_restock(**ask)
        assert services.ask_for_restock(**ask) == task
        street = actor_of("dispatcher", scope_code=STREET)
        elsewhere = actor_of("dispatcher", scope_code=OTHER_STREET)
        given = {"public_id": task.public_id, "now": NOW}
        with pytest.raises(NotFound):
            services.accept_restock(actor=elsewhere, **given)
        services.accept_restock(actor=street, **given)
        with pytest.raises(Invalid):
            services.give_back_restock(actor=street, reason=" ", **given)
        services.give_back_restock(actor=street, reason="车坏了", **given)
        task.refresh_from_db()
        assert (task.state, task.organisation) == ("open", None)
        services.drop_restock(actor=street, reason="用不上", **given)
        with pytest.raises(IllegalMove):
            services.accept_restock(actor=street, **given)

    def test_the_calendar_is_watched_and_the_keeper_hears_once(self, settings):
        settings.NUANXIN_STOCK_EXPIRY_DAYS = 10
        made = kept(2)
        keeper = people.staff("station", site=made.site)
        services.hand_over_keeper(actor=SYSTEM, public_id=made.public_id, assignment_id=keeper.pk, now=NOW)
        receive(made, 2, SOON)
        assert services.watch_stock(now=NOW) == 0
        near = NOW + 9 * DAY
        assert (services.watch_stock(now=near), services.watch_stock(now=near)) == (1, 0)
        after = NOW + 19 * DAY
        assert (services.watch_stock(now=after), services.watch_stock(now=after)) == (1, 0)
        assert [each["is_over"] for each in happened("StockExpires")] == [False, True]
        assert RestockTask.objects.get().state == "open"
        drain(now=after)
        kinds = Notice.objects.filter(person=keeper.person_id).values_list("kind", flat=True)
        assert {"expires", "expired"} <= set(kinds)
        rows, more = queries.alerts(SYSTEM, StockFilters(show="expired"), now=after)
        assert ([row.line.place for row in rows], more) == ([made], False)

    def test_a_closed_place_is_left_alone(self):
        made = self.low()
        services.close_place(actor=SYSTEM, public_id=made.public_id, reason="拆了", now=NOW)
        assert queries.stock_counts(SYSTEM) == {"low": 0, "expiring": 0, "expired": 0, "tasks": 0, "done": 0}


@pytest.mark.usefixtures("city")
class TestPages:
    @pytest.fixture
    def made(self):
        made = place()
        minimums = {"plaster": 3, "power_bank": 0}
        services.keep_stock(actor=SYSTEM, public_id=made.public_id, minimums=minimums, now=timezone.now())
        return made

    @pytest.fixture
    def keeper(self, client, made):
        return people.sign_in(client, people.staff("station", site=made.site))

    def test_a_medicine_received_taken_undone_counted_with_one_thumb(self, keeper, made):
        here = f"/places/register/{made.public_id}/stock/"
        page = keeper.get(here).content.decode()
        assert "没有了" in page
        assert "请人来补" in page
        key = str(uuid4())
        given = {"key": key, "quantity": 5, "expires_on": "2099-01-01", "source": "街道总工会"}
        wrong = keeper.post(f"{here}plaster/receive/", given | {"expires_on": ""})
        assert wrong.status_code == 422
        assert "看包装上的" in wrong.content.decode()
        for _ in range(2):
            assert keeper.post(f"{here}plaster/receive/", given).url == here
        key = uuid4()
        taken = keeper.post(f"{here}plaster/take/", {"key": key})
        assert taken.url == f"{here}?taken={key}"
        assert keeper.post(f"{here}plaster/take/", {"key": key}).url == taken.url
        page = keeper.get(taken.url).content.decode()
        assert "点错了，撤销" in page
        assert "4 片" in page
        keeper.post(f"{here}undo/{key}/")
        assert "点错了" not in keeper.get(taken.url).content.decode()
        lot = StockLot.objects.get()
        assert "有效期至 2099-01-01" in keeper.get(f"{here}plaster/count/").content.decode()
        assert keeper.post(f"{here}plaster/count/", {"key": uuid4(), f"lot_{lot.pk}": 2}).url == here
        assert keeper.post(f"{here}plaster/count/", {"key": uuid4(), f"lot_{lot.pk}": -2}).status_code == 422
        keeper.post(f"{here}lots/{lot.pk}/discard/", {"key": uuid4()})
        assert "已经请人来补了" in keeper.get(here).content.decode()
        assert keeper.get(f"{here}gold/receive/").status_code == 422
        again = keeper.post(f"{here}plaster/take/", {"key": uuid4()}, follow=True).content.decode()
        assert "没有了，拿不出来" in again

    def test_which_items_are_kept_is_a_list_of_numbers(self, keeper, made):
        here = f"/places/register/{made.public_id}/stock/"
        assert "藿香正气" in keeper.get(f"{here}kept/").content.decode()
        assert keeper.post(f"{here}kept/", {"m_huoxiang": "4", "m_plaster": ""}).url == here
        assert [each.line.item_id for each in stock.stock_of(made, now=timezone.now())] == ["huoxiang"]
        assert keeper.post(f"{here}kept/", {"m_huoxiang": "-4"}).status_code == 422

    def test_everybody_reads_there_or_gone(self, client, made):
        receive(made, 4711, now=timezone.now(), expires_on=date(2099, 1, 1))
        receive(made, 1, None, item="power_bank", now=timezone.now())
        take(made, item="power_bank", now=timezone.now())
        page = client.get(f"/places/at/{made.public_id}/").content.decode()
        assert "今天看过" in page
        assert "没有了" in page
        assert "4711" not in page.partition("应急药和物资")[2].partition("</ul>")[0]

    def test_the_street_reads_filters_exports_and_goes(self, client, made):
        now = timezone.now()
        receive(made, 3, date(2099, 1, 1), now=now)
        take(made, 1, now=now)
        street = people.sign_in(client, people.staff("dispatcher", scope_code=STREET))
        for query in ("", "?show=tasks", "?show=tasks&kind=medicine&item=plaster&q=枫林"):
            assert "创可贴" in street.get(f"/places/stock/{query}").content.decode()
        assert "没有符合条件的" in street.get("/places/stock/?kind=supply").content.decode()
        assert "都够，都没过期" in street.get("/places/stock/?show=expired").content.decode()
        part = street.get("/places/stock/?show=done", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        answer = street.post("/places/stock/export/", {"form": "csv", "show": "low"})
        rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert rows[1][:2] == [made.name_zh, COMMUNITY]
        assert rows[1][5:8] == ["2", "0", "3"]
        answer = street.post("/places/stock/export/", {"form": "xlsx", "show": "tasks"})
        assert answer.getvalue()[:2] == b"PK"
        task = f"/places/stock/tasks/{RestockTask.objects.get().public_id}/"
        assert "我们去补" in street.get(task).content.decode()
        assert street.post(f"{task}accept/").url == task
        assert street.post(f"{task}give_back/", {"reason": ""}).status_code == 422
        assert street.post(f"{task}deliver/").url == task
        assert street.get(f"{task}take_in/").status_code == 404
        assert street.get(f"{task}settle/").status_code == 404
        keeper = people.sign_in(client, people.staff("station", site=made.site))
        assert "送到了" in keeper.get(f"/places/register/{made.public_id}/stock/").content.decode()
        given = {"key": uuid4(), "quantity": 4, "expires_on": "2099-01-01", "source": ""}
        assert "收到几件" in keeper.get(f"{task}take_in/").content.decode()
        assert keeper.post(f"{task}take_in/", given).url == task
        assert RestockTask.objects.get().state == "confirmed"

    def test_the_list_asks_the_same_few_questions_however_long(
        self, client, made, django_assert_max_num_queries
    ):
        now = timezone.now()
        street = people.sign_in(client, people.staff("dispatcher", scope_code=STREET))
        for number in range(6):
            other = place(f"驿站{number}", lat=LAT + 0.001 * (number + 1))
            services.keep_stock(actor=SYSTEM, public_id=other.public_id, minimums={"plaster": 3}, now=now)
            receive(other, 1, date(2099, 1, 1), now=now)
        for show in ("low", "tasks"):
            street.get(f"/places/stock/?show={show}")
            with django_assert_max_num_queries(16):
                street.get(f"/places/stock/?show={show}")
