"""Medicines and supplies: what comes in and goes out, what runs low, who brings it. Nobody is written down who took."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import DomainError, Invalid, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.privacy.register import Subject
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.places import queries, services
from nuanxin.places.enums import StockKind
from nuanxin.places.models import Place, PlaceChange, RestockTask, StockItem, StockLot, StockMovement
from nuanxin.places.queries import stock
from nuanxin.places.queries.books import loans_of
from nuanxin.places.queries.near import Wanted
from nuanxin.places.queries.stock import StockFilters
from nuanxin.places.services import Delivery
from nuanxin.places.services.carrying import carry_forward, movements_due
from nuanxin.places.services.lending import erase_loans, forget_loans
from tests.factories import people
from tests.factories.places import LAT, LNG, place
from tests.factories.territories import COMMUNITY, NOW, OTHER_STREET, STREET

DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
LATER, SOON, OVER = date(2027, 3, 1), date(2026, 3, 20), date(2026, 3, 1)


def kept(minimum=0, item="plaster", **given):
    made = place(**given)
    services.keep_stock(actor=SYSTEM, public_id=made.public_id, minimums={item: minimum}, now=NOW)
    return made


def receive(
    made, quantity=5, expires_on=LATER, *, item="plaster", actor=SYSTEM, key=None, now=NOW, source=""
):
    return services.receive_stock(
        actor=actor, public_id=made.public_id, item=item, delivery=Delivery(quantity, expires_on, source),
        key=key or uuid4(), now=now,
    )  # fmt: skip


def take(made, quantity=1, *, item="plaster", actor=SYSTEM, key=None, now=NOW):
    return services.take_out(
        actor=actor, public_id=made.public_id, item=item, quantity=quantity, key=key or uuid4(), now=now
    )


def held(made, now=NOW):
    return stock.stock_of(made, now=now)[0]


def happened(name):
    return list(Event.objects.filter(name=f"places.{name}").order_by("pk").values_list("payload", flat=True))


def actor_of(role, **where):
    return people.actor(people.staff(role, **where))


@pytest.mark.usefixtures("city")
class TestShelf:
    def test_there_are_fifteen_medicines_and_supplies_with_units_in_both_languages(self):
        assert StockItem.objects.filter(kind=StockKind.MEDICINE).count() == 15
        assert {"drinking_water", "power_bank", "raincoat", "tyre_repair"} <= set(
            StockItem.objects.filter(kind=StockKind.SUPPLY).values_list("pk", flat=True)
        )
        assert all(each.unit_zh and each.unit_en for each in StockItem.objects.all())

    def test_what_goes_out_of_date_first_goes_first(self):
        made = kept()
        receive(made, 3, LATER)
        receive(made, 2, SOON)
        take(made, 4)
        assert [(lot.expires_on, lot.balance) for lot in StockLot.objects.order_by("expires_on")] == [
            (SOON, 0),
            (LATER, 1),
        ]
        assert held(made).good == 1 == stock.balances(made)["plaster"]

    def test_never_below_nothing_and_nothing_out_of_date(self):
        made = kept()
        with pytest.raises(services.NothingLeft) as refused:
            take(made)
        assert "请人来补" in str(refused.value.hint)
        receive(made, 2, SOON)
        with pytest.raises(services.NothingLeft):
            take(made, 3)
        assert held(made).good == 2
        after = NOW + 30 * DAY
        with pytest.raises(services.OnlyExpired):
            take(made, now=after)
        assert (held(made, after).good, held(made, after).over) == (0, 2)
        last = timezone.make_aware(timezone.datetime(2026, 3, 20, 23, 30))
        take(made, now=last)
        with pytest.raises(IntegrityError), transaction.atomic():
            StockLot.objects.update(balance=-1)

    def test_a_taking_knows_nobody(self):
        made = kept()
        keeper = actor_of("station", site=made.site)
        receive(made, actor=keeper)
        audits, changes = AuditEntry.objects.count(), PlaceChange.objects.count()
        take(made, actor=keeper)
        taken = StockMovement.objects.get(kind="taken")
        assert (taken.assignment, taken.quantity) == (None, -1)
        assert StockMovement.objects.get(kind="received").assignment_id == keeper.assignment_id
        assert (AuditEntry.objects.count(), PlaceChange.objects.count()) == (audits, changes)
        with pytest.raises(IntegrityError), transaction.atomic():
            StockMovement.objects.filter(pk=taken.pk).update(assignment_id=keeper.assignment_id)

    def test_the_same_submission_is_the_same(self):
        made, key = kept(), uuid4()
        for _ in range(2):
            receive(made, 5, key=key)
        key = uuid4()
        for _ in range(3):
            take(made, key=key)
        assert (held(made).good, StockMovement.objects.count()) == (4, 2)

    def test_a_slip_of_the_thumb_is_undone_within_a_minute_and_once(self):
        made, key = kept(), uuid4()
        receive(made, 5)
        take(made, 2, key=key)
        assert stock.just_taken(made, key, now=NOW).quantity == 2
        undo = {"actor": SYSTEM, "public_id": made.public_id, "key": key}
        services.undo_taking(**undo, now=NOW + timedelta(seconds=50))
        services.undo_taking(**undo, now=NOW + timedelta(seconds=55))
        assert held(made).good == 5
        assert stock.just_taken(made, key, now=NOW) is None
        key = uuid4()
        take(made, key=key)
        with pytest.raises(services.TooLateToUndo):
            services.undo_taking(**(undo | {"key": key}), now=NOW + timedelta(seconds=61))
        assert services.undo_taking(**(undo | {"key": uuid4()}), now=NOW) is None

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ({"quantity": 0}, services.BadQuantity),
            ({"quantity": 10_000}, services.BadQuantity),
            ({"expires_on": None}, services.NoExpiry),
            ({"expires_on": OVER}, services.AlreadyExpired),
            ({"source": "王先生 13812345678"}, Invalid),
            ({"item": "gauze"}, services.NotKept),
        ],
    )
    def test_what_cannot_be_received_is_refused_with_what_to_do(self, given, error):
        made = kept()
        with pytest.raises(error) as refused:
            receive(made, **given)
        assert str(refused.value.hint)
        assert not StockLot.objects.exists()

    def test_counting_and_throwing_away_say_in_which_office(self):
        made = kept()
        keeper = actor_of("station", site=made.site)
        receive(made, 5, SOON)
        receive(made, 5, LATER)
        first, second = StockLot.objects.order_by("pk")
        key, given = uuid4(), {"actor": keeper, "public_id": made.public_id, "now": NOW}
        for _ in range(2):
            services.count_stock(**given, item="plaster", counted={first.pk: 3, second.pk: 6}, key=key)
        assert (held(made).good, stock.balances(made)["plaster"]) == (9, 9)
        for _ in range(2):
            services.discard_lot(**given, lot_id=first.pk, key=uuid4())
        assert held(made).good == 6 == stock.balances(made)["plaster"]
        kinds = StockMovement.objects.filter(assignment=keeper.assignment_id).values_list("kind", flat=True)
        assert sorted(kinds) == ["counted", "counted", "discarded"]
        assert AuditEntry.objects.filter(action="places.count_stock").count() == 1
        with pytest.raises(services.NotKept):
            services.count_stock(**given, item="plaster", counted={0: 1}, key=uuid4())
        with pytest.raises(services.BadQuantity):
            services.count_stock(**given, item="plaster", counted={second.pk: -1}, key=uuid4())

    def test_what_still_lies_there_is_not_taken_off_the_list(self):
        made = kept()
        receive(made)
        given = {"actor": SYSTEM, "public_id": made.public_id, "now": NOW}
        with pytest.raises(services.StillThere):
            services.keep_stock(**given, minimums={"gauze": 2})
        assert not services.keep_stock(**given, minimums={"plaster": 0})
        take(made, 5)
        assert services.keep_stock(**given, minimums={"gauze": 2})
        assert [each.line.item_id for each in stock.stock_of(made, now=NOW)] == ["gauze"]
        with pytest.raises(Invalid):
            services.keep_stock(**given, minimums={"gold": 2})

    def test_each_acts_where_it_may(self):
        made = kept()
        other = place("别的驿站", lat=LAT + 0.001)
        receive(made)
        take(made, actor=actor_of("station", site=made.site))
        receive(made, actor=actor_of("community", scope_code=COMMUNITY))
        for stranger in (
            actor_of("station", site=other.site),
            actor_of("dispatcher", scope_code=STREET),
            people.actor(people.worker()),
        ):
            with pytest.raises(queries.PlaceNotFound):
                take(made, actor=stranger)

    def test_everybody_knows_there_or_gone_and_the_day_never_how_many(self):
        made = kept()
        assert stock.seen_at(made, now=NOW) == []
        receive(made, 1)
        [seen] = stock.seen_at(made, now=NOW + 3 * DAY)
        assert (seen.is_there, seen.days, seen.code) == (True, 3, "plaster")
        take(made)
        assert not stock.seen_at(made, now=NOW)[0].is_there
        assert not {"good", "minimum", "balance"} & set(seen.__slots__)

    def test_the_nearest_place_that_has_it(self):
        near, far = kept(), kept(name="麦浪驿站", lat=LAT + 0.01)
        receive(far, 2, SOON)
        wanted = Wanted(items=("plaster",))
        found = queries.near_places(LNG, LAT, now=NOW, wanted=wanted)
        assert [each.place for each in found] == [far]
        assert queries.nearest_with(LNG, LAT, "plaster", now=NOW).place == far
        receive(near, 1)
        assert queries.nearest_with(LNG, LAT, "plaster", now=NOW).place == near
        take(near)
        assert set(Place.objects.filter(stock.having("plaster", NOW))) == {far}
        assert queries.nearest_with(LNG, LAT, "plaster", now=NOW + 40 * DAY) is None

    def test_after_a_year_the_log_is_one_sum_and_the_balance_stays_explained(self):
        made = kept()
        receive(made, 5, date(2028, 1, 1))
        take(made, 2)
        year = NOW + 366 * DAY
        take(made, 1, now=year)
        assert movements_due(year) == 2
        assert carry_forward(now=year) == 2
        assert carry_forward(now=year) == 0 == movements_due(year)
        assert list(StockMovement.objects.values_list("kind", "quantity")) == [("carried", 3), ("taken", -1)]
        assert held(made, year).good == 2 == stock.balances(made)["plaster"]
        take(made, 2, now=year)
        assert carry_forward(now=year + 366 * DAY) == 2
        assert not StockLot.objects.exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "take", "undo", "count", "discard"]),
        st.integers(1, 6),
        st.integers(0, 90),
    ),
    max_size=14,
)


@pytest.mark.django_db
@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_balance_is_the_sum_and_never_negative(city, steps):
    with transaction.atomic():
        made, last, given = kept(name="性质"), uuid4(), {"actor": SYSTEM}
        given["public_id"] = made.public_id
        for number, (step, quantity, days) in enumerate(steps):
            now = NOW + number * timedelta(seconds=20)
            lot = StockLot.objects.filter(line__place=made).order_by("-pk").first()
            try:
                if step == "receive":
                    receive(made, quantity, TODAY + days * DAY, now=now)
                elif step == "take":
                    last = uuid4()
                    take(made, quantity, key=last, now=now)
                elif step == "undo":
                    services.undo_taking(**given, key=last, now=now)
                elif lot and step == "count":
                    services.count_stock(
                        **given, item="plaster", counted={lot.pk: quantity}, key=uuid4(), now=now
                    )
                elif lot:
                    services.discard_lot(**given, lot_id=lot.pk, key=uuid4(), now=now)
            except DomainError as error:
                assert error.message  # noqa: PT017  -- any refusal, as long as it says something
            lots = StockLot.objects.filter(line__place=made)
            assert all(each.balance >= 0 for each in lots)
            assert sum(each.balance for each in lots) == stock.balances(made).get("plaster", 0)
        transaction.set_rollback(True)


@pytest.mark.postgres  # the other database lets one write at a time, and in memory it does not wait
@pytest.mark.django_db(transaction=True)
def test_many_hands_at_once_never_take_more_than_there_is(city):
    made = kept()
    receive(made, 3, SOON)
    receive(made, 4, LATER)
    again = uuid4()
    keys = [again, again, *(uuid4() for _ in range(10))]

    def hand(key):
        try:
            take(made, key=key)
        except services.NothingLeft:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(hand, keys))
    assert held(made).good == 0 == stock.balances(made)["plaster"]
    assert StockMovement.objects.filter(kind="taken").count() == 7
    assert sum(got) in (7, 8)  # both presses of one submission get the same answer


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
        receive(made, 47, now=timezone.now(), expires_on=date(2099, 1, 1))
        receive(made, 1, None, item="power_bank", now=timezone.now())
        take(made, item="power_bank", now=timezone.now())
        page = client.get(f"/places/at/{made.public_id}/").content.decode()
        assert "今天看过" in page
        assert "没有了" in page
        assert "47" not in page.partition("应急药和物资")[2].partition("</ul>")[0]

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
        rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        assert rows[1][:2] == [made.name_zh, COMMUNITY]
        assert rows[1][5:8] == ["2", "0", "3"]
        answer = street.post("/places/stock/export/", {"form": "xlsx", "show": "tasks"})
        assert b"".join(answer.streaming_content)[:2] == b"PK"
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


@pytest.mark.usefixtures("city")
class TestBooks:
    @pytest.fixture
    def corner(self):
        made = place()
        given = {"actor": SYSTEM, "public_id": made.public_id, "now": NOW}
        books = [services.add_book(**given, title=f"书{n}", author="", key=uuid4()) for n in range(4)]
        return made, books

    def borrow(self, corner, actor, number=0, now=NOW):
        made, books = corner
        given = {"public_id": made.public_id, "book_id": books[number].public_id}
        return services.borrow_book(actor=actor, now=now, **given)

    def test_one_borrows_and_nobody_else_reads_who(self, corner):
        made, books = corner
        one, other = people.actor(people.worker()), people.actor(people.worker())
        loan = self.borrow(corner, one)
        assert self.borrow(corner, one) == loan
        with pytest.raises(services.AlreadyLent):
            self.borrow(corner, other)
        [seen] = [each for each in queries.books_at(made, person_id=other.person_id, now=NOW) if each.due_on]
        assert (seen.book, seen.is_mine, seen.due_on) == (books[0], False, TODAY + 21 * DAY)
        assert [each.book for each in queries.own_loans(one)] == [books[0]]
        assert queries.own_loans(other) == []
        given = {"public_id": made.public_id, "book_id": books[0].public_id, "now": NOW}
        assert not services.return_book(actor=other, **given)
        with pytest.raises(services.StillOut):
            services.remove_book(actor=SYSTEM, **given)
        assert services.return_book(actor=actor_of("station", site=made.site), **given)
        services.remove_book(actor=SYSTEM, **given)
        with pytest.raises(queries.BookNotFound):
            self.borrow(corner, other)

    def test_three_at_a_time_and_not_without_the_right(self, corner):
        one = people.actor(people.worker())
        for number in range(3):
            self.borrow(corner, one, number)
        with pytest.raises(services.EnoughBooks):
            self.borrow(corner, one, 3)
        with pytest.raises(DomainError):
            self.borrow(corner, actor_of("dispatcher", scope_code=STREET), 3)

    def test_late_is_one_reminder_and_a_month_after_it_nobody_knows(self, corner):
        one = people.actor(people.worker())
        self.borrow(corner, one)
        late = NOW + 22 * DAY
        assert services.remind_borrowers(now=NOW + 21 * DAY) == 0
        assert (services.remind_borrowers(now=late), services.remind_borrowers(now=late)) == (1, 0)
        drain(now=late)
        notice = Notice.objects.get(kind="book_due")
        assert notice.person_id == one.person_id
        assert "书0" in line_of(notice, {}).title
        made, books = corner
        services.return_book(actor=one, public_id=made.public_id, book_id=books[0].public_id, now=late)
        assert forget_loans(now=late + 29 * DAY) == 0
        assert forget_loans(now=late + 31 * DAY) == 1

    def test_it_goes_into_the_export_and_out_with_the_person(self, corner):
        one = people.actor(people.worker())
        self.borrow(corner, one)
        subject = Subject(one.person_id, one.subject_id)
        assert [row["book__title"] for row in loans_of(subject)] == ["书0"]
        assert erase_loans(subject, now=NOW).anonymised == 1
        assert queries.own_loans(one) == []
        with pytest.raises(services.AlreadyLent):
            self.borrow(corner, one)

    def test_the_pages(self, client, corner):
        made, books = corner
        page = client.get(f"/places/at/{made.public_id}/books/").content.decode()
        assert "登录后就能借" in page
        worker = people.sign_in(client, people.worker())
        book = f"/places/at/{made.public_id}/books/{books[0].public_id}/"
        assert worker.post(f"{book}borrow/").status_code == 302
        assert "在你手上" in worker.get(f"/places/at/{made.public_id}/books/").content.decode()
        assert "书0" in worker.get("/places/books/").content.decode()
        assert worker.post(f"{book}back/").url == "/places/books/"
        keeper = people.sign_in(client, people.staff("station", site=made.site))
        here = f"/places/register/{made.public_id}/books/"
        key = uuid4()
        for _ in range(2):
            assert keeper.post(here, {"key": key, "title": "平凡的一天", "author": ""}).url == here
        assert keeper.get(here).content.decode().count("<strong>《平凡的一天》") == 1
        assert keeper.post(here, {"key": key, "title": ""}).status_code == 422
        assert keeper.post(f"{here}{books[1].public_id}/remove/").url == here
        assert "图书角，借本书看" in keeper.get(f"/places/at/{made.public_id}/").content.decode()
