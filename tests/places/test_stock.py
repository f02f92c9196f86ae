"""Medicines and supplies: what comes in and goes out, what runs low, who brings it. Nobody is written down who took."""

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
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.places import queries, services
from nuanxin.places.enums import StockKind
from nuanxin.places.models import Place, PlaceChange, StockItem, StockLot, StockMovement
from nuanxin.places.queries import stock
from nuanxin.places.queries.near import Wanted
from nuanxin.places.services.carrying import carry_forward, movements_due
from tests.factories import people
from tests.factories.places import LAT, LNG, place
from tests.factories.stock import DAY, LATER, OVER, SOON, TODAY, actor_of, held, kept, receive, take
from tests.factories.territories import COMMUNITY, NOW, STREET


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
