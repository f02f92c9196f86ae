"""Offers: proposed, confirmed, used once, and never against the worker."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Conflict, DomainError, Invalid
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.privacy.register import Subject
from nuanxin.people.services import Work
from nuanxin.places import queries, services
from nuanxin.places.models import BrokenPromise, Offer, OfferRating, Redemption, Voucher
from nuanxin.places.queries import codes
from nuanxin.places.queries.offers import ratings_of
from nuanxin.places.queries.vouchers import desk_kit, desk_log, vouchers_of
from nuanxin.places.services.vouchers import erase_vouchers, forget_vouchers
from tests.factories import people
from tests.factories.offers import (
    data,
    forged,
    green_channel,
    offer,
    redeem,
    show,
    sync,
    take,
    taken,
)
from tests.factories.places import place
from tests.factories.stock import DAY, actor_of, happened
from tests.factories.territories import NOW, OTHER_STREET, STREET

MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def shop(city):
    return place("枫林小面", type="merchant")


@pytest.fixture
def worker(city):
    return people.actor(people.worker())


class TestLife:
    def test_the_street_confirms_what_a_place_promises(self, shop):
        keeper = actor_of("merchant", site=shop.site)
        street = actor_of("dispatcher", scope_code=STREET)
        key = uuid4()
        made = services.propose_offer(actor=keeper, public_id=shop.public_id, data=data(), key=key, now=NOW)
        again = services.propose_offer(actor=keeper, public_id=shop.public_id, data=data(), key=key, now=NOW)
        assert made == again
        assert queries.offers_at(shop, now=NOW) == []
        with pytest.raises(DomainError):
            services.perform_offer(actor=keeper, public_id=made.public_id, name="confirm", now=NOW)
        elsewhere = actor_of("dispatcher", scope_code=OTHER_STREET)
        with pytest.raises(queries.OfferNotFound):
            services.perform_offer(actor=elsewhere, public_id=made.public_id, name="confirm", now=NOW)
        services.perform_offer(actor=street, public_id=made.public_id, name="confirm", now=NOW)
        [shown] = queries.offers_at(shop, now=NOW)
        assert (shown.offer, shown.worth, shown.is_now) == (made, "减 20%", True)
        with pytest.raises(Invalid):
            services.perform_offer(actor=street, public_id=made.public_id, name="suspend", now=NOW)
        services.perform_offer(
            actor=keeper, public_id=made.public_id, name="suspend", reason="装修三天", now=NOW
        )
        assert queries.offers_at(shop, now=NOW) == []
        services.amend_offer(actor=keeper, public_id=made.public_id, data=data(value=10), now=NOW)
        made.refresh_from_db()
        assert (made.state, made.value, made.reason) == ("proposed", 10, "")
        names = ["OfferProposed", "OfferConfirmed", "OfferSuspended"]
        assert [len(happened(name)) for name in names] == [2, 1, 1]

    def test_what_has_had_its_last_day_is_over(self, shop):
        made = offer(shop, valid_to=date(2026, 3, 3))
        assert services.lapse_offers(now=NOW + DAY) == 0
        assert (services.lapse_offers(now=NOW + 2 * DAY), services.lapse_offers(now=NOW + 2 * DAY)) == (1, 0)
        assert Offer.objects.get(pk=made.pk).state == "ended"
        assert happened("OfferEnded")[0]["has_lapsed"] is True

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kind": "nonsense"}, "kind"),
            ({"name": " "}, "name_zh"),
            ({"name_en": ""}, "name_en"),
            ({"value": 101}, "value"),
            ({"value_kind": "fen", "value": 0}, "value"),
            ({"opening": "Mo 25:00"}, "opening"),
            ({"per_day": 0}, "per_day"),
            ({"valid_from": date(2026, 3, 2), "valid_to": date(2026, 3, 1)}, "valid_to"),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field(self, shop, given, field):
        with pytest.raises(Invalid) as refused:
            services.propose_offer(
                actor=SYSTEM, public_id=shop.public_id, data=data(**given), key=uuid4(), now=NOW
            )
        assert list(refused.value.fields) == [field]


class TestTaking:
    def test_the_same_tap_is_the_same_voucher(self, shop, worker):
        made = offer(shop)
        key = uuid4()
        one = take(made, worker, key=key)
        assert take(made, worker, key=key) == one == take(made, worker)
        made.refresh_from_db()
        assert made.taken == 1

    def test_limits_of_a_person_a_day_and_a_month(self, shop, worker):
        made = offer(shop, per_day=1, per_month=2)
        redeem(shop, show(take(made, worker), worker).signed)
        with pytest.raises(services.EnoughForNow):
            take(made, worker)
        tomorrow = NOW + DAY
        second = take(made, worker, now=tomorrow)
        redeem(shop, show(second, worker, now=tomorrow).signed, now=tomorrow)
        with pytest.raises(services.EnoughForNow):
            take(made, worker, now=NOW + 2 * DAY)
        assert take(made, worker, now=NOW + 31 * DAY).state == "held"

    def test_what_was_never_shown_is_free_again_and_what_was_shown_counts(self, shop, worker):
        made = offer(shop, total=1)
        other = people.actor(people.worker())
        first = take(made, worker)
        with pytest.raises(services.NoneLeft):
            take(made, other)
        services.give_back(actor=worker, public_id=first.public_id, now=NOW)
        second = take(made, other)
        show(second, other)
        with pytest.raises(services.ShownAlready):
            services.give_back(actor=other, public_id=second.public_id, now=NOW)
        assert services.expire_vouchers(now=NOW + DAY) == 1
        with pytest.raises(services.NoneLeft):  # it may have been used where there is no signal
            take(made, worker, now=NOW + DAY)

    def test_for_certain_kinds_of_work_only(self, shop, worker):
        made = offer(shop, occupations=("courier",))
        with pytest.raises(services.NotForYou):
            take(made, worker)
        courier = people.actor(people.worker(works=[Work("courier")]))
        assert take(made, courier).state == "held"

    def test_not_what_is_suspended_or_of_a_place_that_is(self, shop, worker):
        made = offer(shop)
        held = take(made, worker)
        step = {"actor": SYSTEM, "public_id": made.public_id, "now": NOW}
        services.perform_offer(**step, name="suspend", reason="停电")
        with pytest.raises(services.NotUsable):
            show(held, worker)
        with pytest.raises(services.NotUsable):
            take(made, people.actor(people.worker()))
        services.amend_offer(**step, data=data(value=10))
        assert (
            redeem(shop, show(held, worker).signed).outcome == "accepted"
        )  # what is held stays good for its day

    def test_nobody_shows_what_is_anothers_nor_out_of_hours(self, shop, worker):
        held = take(offer(shop, opening="Mo-Su 14:00-16:00"), worker)
        with pytest.raises(queries.VoucherNotFound):
            show(held, people.actor(people.worker()))
        with pytest.raises(services.NotTheHour):  # it is nine in the morning
            show(held, worker)
        assert show(held, worker, now=NOW + timedelta(hours=6)).signed


class TestCodes:
    @pytest.fixture
    def held(self, shop, worker):
        return take(offer(shop), worker)

    def test_scanned_or_typed_it_is_used_once(self, shop, worker, held):
        shown = show(held, worker)
        key = uuid4()
        one = redeem(shop, shown.signed, key=key)
        assert redeem(shop, shown.signed, key=key) == one  # the same delivery again
        with pytest.raises(services.UsedAlready):
            redeem(shop, shown.typed)
        held.refresh_from_db()
        assert (held.state, held.used_at) == ("used", NOW)
        assert happened("VoucherRedeemed") == [
            {"place_id": shop.pk, "offer_id": held.offer_id, "kind": "discount_meal", "was_offline": False}
        ]

    def test_typed_with_spaces_small_letters_and_what_looks_alike(self, shop, worker, held):
        said = show(held, worker).typed.lower().replace("1", "l").replace("0", "o").replace(" ", "-")
        assert redeem(shop, said).outcome == "accepted"

    def test_not_at_another_place(self, worker, held):
        other = place("隔壁食堂", type="canteen", lng=104.49)
        offer(other)
        shown = show(held, worker)
        for code in (shown.signed, shown.typed):
            with pytest.raises(services.NotOurCode):
                redeem(other, code)

    def test_not_forged(self, shop, worker, held):
        shown = show(held, worker)
        wrong = shown.typed[:-1] + ("0" if shown.typed[-1] != "0" else "1")
        for code in (forged(shown.signed), wrong, "", "x", "A" * 12, shown.signed[:-4], "é" * 40):
            with pytest.raises(services.NotOurCode):
                redeem(shop, code)
        assert not Redemption.objects.exists()

    def test_not_after_its_minutes_but_by_a_clock_that_is_a_little_wrong(self, shop, worker, held):
        shown = show(held, worker)
        with pytest.raises(services.CodeLate):
            redeem(shop, shown.signed, now=NOW + 5 * MINUTE)
        with pytest.raises(services.NotOurCode):
            redeem(shop, shown.typed, now=NOW + 10 * MINUTE)
        assert redeem(shop, shown.signed, now=NOW + 3 * MINUTE).outcome == "accepted"

    @pytest.mark.parametrize(
        ("minutes", "is_good"), [(-3, False), (-1, True), (1, True), (3, True), (5, False)]
    )
    def test_the_clock_of_a_desk_may_be_off_by_two_minutes(self, shop, minutes, is_good):
        code = codes.Code(shop.public_id, uuid4(), "ABC234", NOW)
        at = NOW + minutes * MINUTE
        assert codes.opened(codes.signed(code)).is_good(at) is is_good
        assert codes.is_marked(codes.typed(code), place=shop.public_id, offer=code.offer, at=at) is is_good

    def test_a_key_that_rotates_refuses_nobody(self, settings, shop, worker, held):
        shown = show(held, worker)
        settings.NUANXIN_KEYS = ["bnVhbnhpbi1hbm90aGVyLWtleS1mb3ItdGVzdHMtMzI=", *settings.NUANXIN_KEYS]
        assert redeem(shop, shown.signed).outcome == "accepted"


class TestWithoutSignal:
    def test_told_later_each_once(self, shop, worker):
        held = take(offer(shop), worker)
        row = taken(show(held, worker).signed, at=NOW + MINUTE)
        later = NOW + 2 * DAY
        services.expire_vouchers(now=NOW + DAY)
        [one] = sync(shop, row, now=later)
        assert sync(shop, row, row, now=later) == [one, one]
        held.refresh_from_db()
        assert (one.outcome, one.was_offline, held.state, held.used_at) == ("accepted", True, "used", row.at)
        assert AuditEntry.objects.filter(action="places.sync_redemptions").count() == 1

    def test_on_two_phones_it_is_the_places_and_takes_nothing_from_the_worker(self, shop, worker):
        made = offer(shop, per_day=2)
        held = take(made, worker)
        shown = show(held, worker)
        [first] = sync(shop, taken(shown.signed, at=NOW, device="one"), now=NOW + DAY / 4)
        [second] = sync(shop, taken(shown.typed, at=NOW + MINUTE, device="two"), now=NOW + DAY / 4)
        assert (first.outcome, second.outcome) == ("accepted", "twice")
        assert take(made, worker).state == "held"  # it has cost one use, not two
        uses = queries.uses_of(made, now=NOW + DAY)
        assert (uses.given, uses.disputed) == (2, 1)
        assert [each.outcome for each in desk_log(shop, now=NOW).disputed] == ["twice"]
        assert len(happened("RedemptionDisputed")) == 1

    def test_what_is_not_ours_is_written_down_and_nothing_more(self, shop, worker):
        held = take(offer(shop), worker)
        shown = show(held, worker)
        rows = [taken(forged(shown.signed)), taken("ABCD2345EFGH"), taken(shown.signed, at=NOW + 9 * MINUTE)]
        found = sync(shop, *rows, now=NOW + DAY / 2)
        assert [each.outcome for each in found] == ["unknown", "unknown", "late"]
        held.refresh_from_db()
        assert held.state == "held"

    def test_what_a_phone_keeps_knows_no_worker(self, shop, worker, django_assert_num_queries):
        held = take(offer(shop), worker)
        redeem(shop, show(held, worker).signed)
        with django_assert_num_queries(2):
            kit = desk_kit(shop, now=NOW)
        assert kit["used"] == [held.number]
        assert len(kit["day_keys"]) == 5
        told = str(kit)
        assert "d" not in kit["keys"][0]  # the private half
        for secret in ("王小强", str(worker.subject_id), str(held.public_id)):
            assert secret not in told


class TestGreenChannel:
    @pytest.fixture
    def clinic(self, city):
        return place("枫林卫生服务中心", type="clinic")

    def test_the_desk_sees_a_masked_name_and_the_rule(self, clinic, worker):
        made = green_channel(clinic)
        held = take(made, worker)
        shown = show(held, worker)
        code = codes.opened(shown.signed)
        assert code.name == "王*强"
        [told] = desk_kit(clinic, now=NOW)["offers"].values()
        assert told["rules"] == ["不用挂号", "适用：门诊、急诊"]
        assert told["worth"] == "减 50%"

    def test_of_a_meal_the_desk_sees_no_name(self, shop, worker):
        assert codes.opened(show(take(offer(shop), worker), worker).signed).name == ""

    def test_its_log_is_how_many_and_when(self, clinic, worker):
        held = take(green_channel(clinic), worker)
        redeem(clinic, show(held, worker).signed)
        columns = {field.name for field in Redemption._meta.get_fields()}
        assert not columns & {"person", "department", "diagnosis", "care", "name"}
        assert desk_log(clinic, now=NOW).today == 1
        actions = set(AuditEntry.objects.values_list("action", flat=True))
        assert not {each for each in actions if "voucher" in each}
        told = Event.objects.filter(name__startswith="places.").values_list("payload", "subject_id")
        assert str(worker.subject_id) not in str(list(told))

    def test_the_worker_has_it_in_the_own_copy_and_takes_it_along(self, clinic, worker):
        held = take(green_channel(clinic), worker)
        redeem(clinic, show(held, worker).signed)
        subject = Subject(worker.person_id, worker.subject_id)
        assert [row["offer__name_zh"] for row in vouchers_of(subject)] == ["就医绿色通道"]
        assert erase_vouchers(subject, now=NOW).anonymised == 1
        assert vouchers_of(subject) == []
        assert Redemption.objects.count() == 1

    def test_after_three_months_nobody_knows_whose_it_was(self, clinic, worker):
        redeem(clinic, show(take(green_channel(clinic), worker), worker).signed)
        assert forget_vouchers(now=NOW + 90 * DAY) == 0
        assert forget_vouchers(now=NOW + 92 * DAY) == 1
        assert Redemption.objects.get().voucher is None
        assert not Voucher.objects.exists()


class TestSaying:
    @pytest.fixture
    def used(self, shop, worker):
        held = take(offer(shop), worker)
        redeem(shop, show(held, worker).signed)
        held.refresh_from_db()
        return held

    def rate(self, voucher, actor, tags=("friendly",), now=NOW):
        services.rate_use(actor=actor, public_id=voucher.public_id, tags=tags, now=now)

    def test_after_a_use_once_and_in_tags(self, shop, worker, used):
        for wrong in ((), ("nonsense",), ("friendly", "quick", "clean", "slow", "as_said")):
            with pytest.raises(services.NoTag):
                self.rate(used, worker, wrong)
        self.rate(used, worker, ("friendly", "friendly", "quick"))
        assert OfferRating.objects.get().tags == "friendly quick"
        with pytest.raises(services.NotToBeRated):
            self.rate(used, worker)
        unused = take(offer(shop), worker)
        with pytest.raises(services.NotToBeRated):
            self.rate(unused, worker)

    def test_shown_in_whole_lots_so_that_one_voice_more_says_nothing(self, settings, used):
        settings.NUANXIN_RATINGS_SHOWN_FROM = 3
        made, today = used.offer, date(2026, 3, 2)
        for number in range(7):
            assert ratings_of(made).voices == number // 3 * 3
            OfferRating.objects.create(offer=made, tags="friendly" if number else "slow", on=today)
        shown = ratings_of(made)
        assert [(tag.code, number) for tag, number in shown.tags] == [("friendly", 5), ("slow", 1)]

    def test_a_rating_does_not_lead_back(self):
        assert {field.name for field in OfferRating._meta.get_fields()} == {"id", "offer", "tags", "on"}

    def test_refused_is_one_event_that_knows_nobody(self, shop, worker, used):
        services.say_refused(actor=worker, public_id=used.public_id, now=NOW)
        with pytest.raises(services.SaidAlready):
            services.say_refused(actor=worker, public_id=used.public_id, now=NOW)
        other = people.actor(people.worker())
        second = take(used.offer, other)
        services.say_refused(actor=other, public_id=second.public_id, now=NOW)
        promise = BrokenPromise.objects.get()
        assert promise.times == 2
        [event] = Event.objects.filter(name="places.OfferFoundBroken")
        assert event.payload == {
            "place_id": shop.pk, "offer_id": used.offer_id, "promise_id": promise.pk,
        }  # fmt: skip
        assert event.subject_id is None
        second.refresh_from_db()
        assert second.state == "held"  # nothing is taken from whoever says so
        assert not AuditEntry.objects.filter(action__contains="refus").exists()


def test_conflicts_are_conflicts():
    """The page says what to do next for each of them."""
    for error in (services.EnoughForNow, services.NoneLeft, services.UsedAlready, services.CodeLate):
        assert issubclass(error, Conflict)
        assert error.default_hint
