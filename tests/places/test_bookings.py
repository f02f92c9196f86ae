"""Bookings: one books, waits, moves, does without; never more than there is room for, and nobody else reads who."""

from datetime import timedelta
from uuid import uuid4

import pytest

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.opening import Change
from nuanxin.kernel.privacy.register import Subject
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import line_of
from nuanxin.places import queries, services
from nuanxin.places.enums import BookingState
from nuanxin.places.models import Booking, BookingSlot
from nuanxin.places.queries.bookings import bookings_of, today
from nuanxin.places.queries.slots import next_free_of, slots_of
from nuanxin.places.services.booking_rounds import erase_bookings, forget_names, forget_slots, names_due
from nuanxin.places.workflow import BOOKING
from tests.factories.bookings import HOUR, assert_sound, at, book, booked_at, rules, salon, someone
from tests.factories.places import LAT, place
from tests.factories.stock import actor_of
from tests.factories.territories import COMMUNITY, NOW, STREET


def times(made, bookable, now=NOW):
    return [each.starts_at for each in slots_of(bookable, made, now=now)]


@pytest.mark.usefixtures("city")
class TestSlots:
    def test_the_week_makes_the_times_and_holidays_and_shifted_days_follow_the_calendar(self):
        made, bookable = salon(days_ahead=60)
        found = times(made, bookable)
        assert [each.hour for each in found if each.date() == at(0).date()] == [10, 11, 14, 15, 16]
        days = {each.date().isoformat() for each in found}
        assert "2026-03-07" not in days  # a Saturday
        assert "2026-04-06" not in days  # Monday of Qingming
        later = {each.date().isoformat() for each in times(made, bookable, NOW + timedelta(days=50))}
        assert "2026-05-01" not in later
        assert "2026-05-09" in later  # a Saturday that is worked instead

    def test_a_single_day_a_closed_door_and_a_season_go_before_the_week(self):
        made, bookable = salon(changes=(Change(at(0, days=1).date(), at(0, days=1).date(), "10:00-12:00"),))
        tomorrow = at(0, days=1).date()
        assert [each.hour for each in times(made, bookable) if each.date() == tomorrow] == [10, 11]
        services.except_hours(
            actor=SYSTEM, public_id=made.public_id, kind="closed", starts_at=at(11, 30, days=1), ends_at=at(15, days=2),
            now=NOW,
        )  # fmt: skip
        found = times(made, bookable)
        assert [each.hour for each in found if each.date() == tomorrow] == [10]
        assert [each.hour for each in found if each.date() == at(0, days=2).date()] == [15, 16]
        services.suspend_place(actor=SYSTEM, public_id=made.public_id, reason="装修", now=NOW)
        made.refresh_from_db()
        assert times(made, bookable) == []

    def test_around_the_clock_the_grid_does_not_move_with_the_hour_one_asks(self):
        made, bookable = salon(hours="24/7", minutes=45)
        early, late = times(made, bookable), times(made, bookable, NOW + 5 * HOUR)
        assert set(late) < set(early)

    def test_what_was_booked_on_another_grid_is_not_given_twice(self):
        made, bookable = salon()
        book(made, someone(), at(10))
        with pytest.raises(services.WouldCallOff):
            services.set_booking_rules(
                actor=SYSTEM, public_id=made.public_id, item="haircut", rules=rules(hours="Mo-Fr 09:30-12:30"), now=NOW
            )  # fmt: skip
        services.set_booking_rules(
            actor=SYSTEM, public_id=made.public_id, item="haircut", rules=rules(hours="Mo-Fr 09:30-12:30"), now=NOW,
            fate="keep",
        )  # fmt: skip
        bookable.refresh_from_db()
        assert [each.hour for each in times(made, bookable)][:2] == [11, 9]
        with pytest.raises(services.SlotGone):
            book(made, someone(), at(9, 30))
        assert Booking.objects.get().state == "booked"


@pytest.mark.usefixtures("city")
class TestBooking:
    def test_one_books_and_it_is_taken(self):
        made, bookable = salon()
        one = someone()
        audits = AuditEntry.objects.count()
        booking = book(made, one, at(10))
        assert (booking.state, booking.slot.taken) == ("booked", 1)
        assert AuditEntry.objects.count() == audits
        [first, *_rest] = slots_of(bookable, made, now=NOW)
        assert (first.is_full, first.free) == (True, 0)
        assert next_free_of([bookable], made, now=NOW) == {bookable.pk: at(11)}
        assert Event.objects.filter(name="places.BookingMade").values_list("payload", flat=True).get() == {
            "booking_id": booking.pk,
            "place_id": made.pk,
        }

    def test_the_same_submission_is_the_same_and_a_second_press_too(self):
        made, _bookable = salon()
        one, key = someone(), uuid4()
        first = book(made, one, at(10), key=key)
        assert book(made, one, at(10), key=key) == first == book(made, one, at(10))
        for who, when in ((someone(), at(10)), (one, at(11))):
            with pytest.raises(services.KeyTaken):
                book(made, who, when, key=key)
        assert Booking.objects.count() == 1
        assert_sound()

    @pytest.mark.parametrize(
        ("starts_at", "now", "error"),
        [
            (at(9, 30), NOW, services.SlotGone),
            (at(9), NOW, services.SlotGone),
            (at(10, days=5), NOW, services.SlotGone),
            (at(10, days=21), NOW, services.SlotGone),
            (at(10), at(9, 31), services.TooLateToBook),
        ],
    )
    def test_what_cannot_be_booked_says_what_to_do(self, starts_at, now, error):
        made, _bookable = salon()
        with pytest.raises(error) as refused:
            book(made, someone(), starts_at, now=now)
        assert str(refused.value.hint)
        assert not Booking.objects.exists()

    def test_who_may_not_book_and_what_takes_no_bookings(self):
        made, _bookable = salon()
        with pytest.raises(NotAllowed):
            book(made, actor_of("station", site=made.site), at(10))
        with pytest.raises(queries.NotBookable):
            book(made, someone(), at(10), item="counselling")

    def test_ones_own_bookings_do_not_overlap_and_one_is_told_which_is_in_the_way(self):
        made, _bookable = salon()
        booked_at(made, item="counselling", minutes=90)
        one = someone()
        book(made, one, at(10))
        with pytest.raises(services.Overlaps) as refused:
            book(made, one, at(10, 30), item="counselling")
        assert "10:00" in str(refused.value.message)
        assert "我的预约" in str(refused.value.hint)
        assert book(made, one, at(14), item="counselling").state == "booked"

    def test_so_many_of_one_service_and_so_many_in_all(self):
        made, _bookable = salon(per_person=5)
        one = someone()
        for hour in (10, 11, 14, 15, 16):
            book(made, one, at(hour))
        with pytest.raises(services.EnoughBookings) as refused:
            book(made, one, at(9, days=1))
        assert "5" in str(refused.value.message)
        booked_at(made, item="counselling")
        with pytest.raises(services.EnoughBookings):
            book(made, one, at(9, days=1), item="counselling")

    def test_not_having_come_has_no_consequence_unless_the_place_says_so(self):
        made, _bookable = salon()
        one, keeper = someone(), actor_of("station", site=made.site)
        for hour in (10, 11):
            booking = book(made, one, at(hour), now=NOW + (hour - 10) * HOUR)
            services.mark_booking(actor=keeper, public_id=booking.public_id, came=False, now=at(hour, 50))
        assert book(made, one, at(14), now=at(12)).state == "booked"
        services.withdraw_booking(actor=one, public_id=Booking.objects.latest("pk").public_id, now=at(12))
        booked_at(made, pause_after=2, now=at(12))
        with pytest.raises(services.PausedForNow):
            book(made, one, at(15), now=at(12))
        assert book(made, one, at(9, days=9), now=at(12, days=8)).state == "booked"

    def test_moving_takes_the_new_place_before_it_gives_the_old_one_back(self):
        made, _bookable = salon()
        one, two = someone(), someone()
        booking = book(made, one, at(14))
        book(made, two, at(11))
        given = {"actor": one, "public_id": booking.public_id, "now": NOW}
        with pytest.raises(services.SlotFull):
            services.move_booking(**given, starts_at=at(11))
        for _ in range(2):
            moved = services.move_booking(**given, starts_at=at(15))
        assert (moved.slot.starts_at, moved.sequence) == (at(15), 1)
        assert BookingSlot.objects.get(starts_at=at(14)).taken == 0
        assert_sound()

    def test_too_late_to_cancel_says_to_call(self):
        made, _bookable = salon()
        one = someone()
        booking = book(made, one, at(10))
        given = {"actor": one, "public_id": booking.public_id}
        with pytest.raises(services.TooLateToCancel) as refused:
            services.withdraw_booking(**given, now=at(9, 1))
        assert "电话" in str(refused.value.hint)
        with pytest.raises(services.TooLateToCancel):
            services.move_booking(**given, starts_at=at(14), now=at(9, 1))
        with pytest.raises(queries.BookingNotFound):
            services.withdraw_booking(actor=someone(), public_id=booking.public_id, now=NOW)


@pytest.mark.usefixtures("city")
class TestWaiting:
    def scene(self, **given):
        made, _bookable = salon(**given)
        people = [someone(f"排队{n}") for n in range(4)]
        bookings = [book(made, people[0], at(15))]
        bookings += [book(made, each, at(15), wait=True, now=NOW + n * timedelta(minutes=1)) for n, each in
                     enumerate(people[1:], 1)]  # fmt: skip
        return made, people, bookings

    def states(self, bookings):
        return [Booking.objects.get(pk=each.pk).state for each in bookings]

    def test_full_is_refused_unless_one_wants_to_wait_and_the_first_who_waited_is_asked_first(self):
        made, people, bookings = self.scene()
        with pytest.raises(services.SlotFull):
            book(made, someone(), at(15))
        assert [queries.position_of(each) for each in bookings] == [0, 1, 2, 3]
        services.withdraw_booking(actor=people[0], public_id=bookings[0].public_id, now=at(10))
        assert self.states(bookings) == ["withdrawn", "held", "waiting", "waiting"]
        held = Booking.objects.get(pk=bookings[1].pk)
        assert held.held_until == at(11)
        with pytest.raises(services.SlotFull):
            book(made, someone(), at(15), now=at(10))
        for _ in range(2):
            services.accept_booking(actor=people[1], public_id=held.public_id, now=at(10, 59))
        assert self.states(bookings) == ["withdrawn", "booked", "waiting", "waiting"]
        assert_sound()

    def test_a_hold_that_runs_out_goes_to_the_next_and_late_is_late(self):
        _made, people, bookings = self.scene()
        services.withdraw_booking(actor=people[0], public_id=bookings[0].public_id, now=at(9, 30))
        with pytest.raises(services.HoldOver):
            services.accept_booking(actor=people[1], public_id=bookings[1].public_id, now=at(10, 30))
        assert services.end_holds(now=at(10, 29)) == 0
        assert services.end_holds(now=at(10, 30)) == 1
        assert self.states(bookings) == ["withdrawn", "lapsed", "held", "waiting"]
        with pytest.raises(services.HoldOver):
            services.accept_booking(actor=people[1], public_id=bookings[1].public_id, now=at(10, 31))
        services.withdraw_booking(actor=people[2], public_id=bookings[2].public_id, now=at(10, 31))
        assert self.states(bookings)[3] == "held"
        assert_sound()

    def test_nobody_is_asked_while_riding_and_the_time_to_answer_begins_after_it(self):
        _made, people, bookings = self.scene()
        services.withdraw_booking(actor=people[0], public_id=bookings[0].public_id, now=at(11, 30))
        held = Booking.objects.get(pk=bookings[1].pk)
        assert held.held_until == at(14)
        drain(now=at(11, 30))
        notice = Notice.objects.get(kind="book_held")
        assert notice.person_id == people[1].person_id
        assert notice.visible_at == at(13)

    def test_with_no_time_left_to_ask_the_place_is_for_whoever_comes(self):
        made, people, bookings = self.scene(cancel_before=0, book_before=10)
        services.withdraw_booking(actor=people[0], public_id=bookings[0].public_id, now=at(14, 45))
        assert self.states(bookings) == ["withdrawn", "waiting", "waiting", "waiting"]
        assert book(made, people[2], at(15), now=at(14, 46)) == bookings[2]
        assert self.states(bookings)[2] == "booked"
        assert services.end_queues(now=at(14, 50)) == 2
        assert self.states(bookings) == ["withdrawn", "lapsed", "booked", "lapsed"]
        drain(now=at(14, 50))
        assert Notice.objects.filter(kind="book_none").count() == 2
        assert_sound()

    def test_more_room_is_offered_to_those_who_wait_and_less_takes_nobodys_place(self):
        made, _people, bookings = self.scene()
        booked_at(made, capacity=3)
        assert self.states(bookings) == ["booked", "held", "held", "waiting"]
        booked_at(made, capacity=1)
        slot = BookingSlot.objects.get()
        assert (slot.capacity, slot.taken) == (3, 3)
        services.end_holds(now=at(14))
        slot.refresh_from_db()
        assert (slot.capacity, slot.taken) == (1, 1)
        assert_sound()


@pytest.mark.usefixtures("city")
class TestShut:
    def test_a_closed_door_calls_off_what_was_booked_and_says_so_with_another_time(self):
        made, _bookable = salon()
        one, two, three = someone(), someone(), someone()
        gone, stays = book(made, one, at(15)), book(made, two, at(16, days=1))
        waits = book(made, three, at(15), wait=True)
        services.except_hours(
            actor=SYSTEM, public_id=made.public_id, kind="closed", starts_at=at(13), ends_at=at(18), reason="停电",
            now=at(10),
        )  # fmt: skip
        drain(now=at(10))
        gone.refresh_from_db()
        waits.refresh_from_db()
        stays.refresh_from_db()
        assert (gone.state, gone.reason, waits.state, stays.state) == (
            "called_off",
            "停电",
            "called_off",
            "booked",
        )
        notice = Notice.objects.get(kind="book_off", person=one.person_id)
        line = line_of(notice, {})
        assert "3月2日 15:00" in line.title
        assert notice.facts["path"] == "/places/bookings/"
        assert services.call_off_shut(place_id=made.pk, now=at(10)) == 0
        assert_sound()

    def test_suspended_is_all_of_them(self):
        made, _bookable = salon()
        booking = book(made, someone(), at(15))
        services.suspend_place(actor=SYSTEM, public_id=made.public_id, reason="装修", now=at(10))
        drain(now=at(10))
        booking.refresh_from_db()
        assert (booking.state, booking.reason) == ("called_off", "装修")

    def test_a_free_day_of_the_service_asks_what_becomes_of_those_who_booked(self):
        made, _bookable = salon()
        booking = book(made, someone(), at(10, days=1))
        tomorrow = at(0, days=1).date()
        new = rules(changes=(Change(tomorrow, tomorrow, "", "师傅休息"),))
        given = {"actor": SYSTEM, "public_id": made.public_id, "item": "haircut", "rules": new, "now": NOW}
        with pytest.raises(services.WouldCallOff) as refused:
            services.set_booking_rules(**given)
        assert refused.value.count == 1
        services.set_booking_rules(**given, fate="call_off")
        booking.refresh_from_db()
        assert (booking.state, booking.reason) == ("called_off", "师傅休息")
        assert_sound()

    def test_what_is_offered_no_more_is_booked_no_more_and_what_was_promised_stays(self):
        made, _bookable = salon()
        given = {"actor": SYSTEM, "public_id": made.public_id, "now": NOW}
        services.set_services(**given, services=[services.Offered("haircut")])
        booking = book(made, someone(), at(15))
        services.set_services(**given, services=[])
        with pytest.raises(queries.NotBookable):
            book(made, someone(), at(16))
        booking.refresh_from_db()
        assert booking.state == "booked"

    @pytest.mark.parametrize(
        "wrong", [{"hours": ""}, {"hours": "x"}, {"minutes": 7}, {"capacity": 0}, {"days_ahead": 90}]
    )
    def test_rules_that_make_no_sense_are_refused_beside_the_field(self, wrong):
        made = place()
        with pytest.raises(Invalid) as refused:
            booked_at(made, **wrong)
        assert set(refused.value.fields) == set(wrong)


@pytest.mark.usefixtures("city")
class TestDesk:
    def test_the_day_shows_masked_names_and_of_what_is_confidential_a_code_name_and_a_time(self):
        made, _bookable = salon()
        booked_at(made, item="counselling", is_confidential=True)
        one, two = someone("王小强"), someone("李秘密")
        book(made, one, at(10))
        hidden = book(made, two, at(11), item="counselling")
        keeper = actor_of("station", site=made.site)
        open_row, hidden_row = today(made, NOW, keeper).rows
        assert (open_row.name, open_row.service) == ("王*强", "理发")
        assert (hidden_row.name, hidden_row.service) == ("", "")
        assert hidden_row.called == hidden.called
        assert [move.name for move in open_row.moves] == ["came", "missed", "call_off"]
        assert today(made, NOW).rows[0].moves == []

    def test_came_and_did_not_come_and_a_slip_put_right(self):
        made, _bookable = salon()
        booking = book(made, someone(), at(15))
        keeper = actor_of("station", site=made.site)
        given = {"actor": keeper, "public_id": booking.public_id}
        with pytest.raises(services.TooEarly):
            services.mark_booking(**given, came=True, now=at(12))
        services.mark_booking(**given, came=False, now=at(15, 20))
        services.mark_booking(**given, came=True, now=at(15, 25))
        services.mark_booking(**given, came=True, now=at(15, 26))
        day = today(made, at(15, 30), keeper)
        assert (day.came, day.missed, day.expected) == (1, 0, 0)
        audited = AuditEntry.objects.filter(action__startswith="places.booking_")
        assert {entry.object_type for entry in audited} == {"place"}
        other = place("别的驿站", lat=LAT + 0.001)
        for stranger in (actor_of("station", site=other.site), actor_of("dispatcher", scope_code=STREET)):
            with pytest.raises(queries.BookingNotFound):
                services.mark_booking(actor=stranger, public_id=booking.public_id, came=True, now=at(15))
        services.mark_booking(
            actor=actor_of("community", scope_code=COMMUNITY),
            public_id=booking.public_id,
            came=False,
            now=at(16),
        )

    def test_a_walk_in_takes_a_place_and_is_nobody(self):
        made, _bookable = salon()
        given = {"actor": actor_of("station", site=made.site), "public_id": made.public_id, "item": "haircut"}
        key = uuid4()
        for _ in range(2):
            walk_in = services.add_walk_in(**given, starts_at=at(10), key=key, now=at(10, 20))
        assert (walk_in.state, walk_in.person_id, walk_in.is_walk_in) == ("came", None, True)
        with pytest.raises(services.SlotFull):
            services.add_walk_in(**given, starts_at=at(10), key=uuid4(), now=at(10, 20))
        with pytest.raises(services.SlotGone):
            services.add_walk_in(**given, starts_at=at(9), key=uuid4(), now=at(10, 20))
        assert_sound()

    def test_the_place_calls_off_with_a_reason_that_its_person_reads(self):
        made, _bookable = salon()
        one = someone()
        booking = book(made, one, at(15))
        given = {"actor": actor_of("station", site=made.site), "public_id": booking.public_id}
        with pytest.raises(Invalid):
            services.call_off_booking(**given, reason=" ", now=at(10))
        with pytest.raises(services.AlreadyBegun):
            services.call_off_booking(**given, reason="师傅病了", now=at(15))
        services.call_off_booking(**given, reason="师傅病了", now=at(10))
        [_coming, past] = queries.own_bookings(one, now=at(10))
        assert (past[0].booking.state, past[0].booking.reason) == ("called_off", "师傅病了")

    def test_what_nobody_marked_counts_as_neither(self):
        made, _bookable = salon()
        booking = book(made, someone(), at(10))
        assert services.settle_past(now=at(20)) == 0
        assert services.settle_past(now=at(0, days=1)) == 1
        booking.refresh_from_db()
        assert booking.state == "passed"


@pytest.mark.usefixtures("city")
class TestTold:
    def test_a_reminder_comes_once_and_not_while_people_ride(self):
        made, _bookable = salon(hours="Mo-Fr 12:00-20:00")
        one = someone()
        early = book(made, one, at(14))  # two hours before it is the middle of the peak
        assert early.remind_at == at(10, 50)
        assert services.remind_of_bookings(now=at(10, 49)) == 0
        assert services.remind_of_bookings(now=at(10, 51)) == 1
        assert services.remind_of_bookings(now=at(10, 51)) == 0
        drain(now=at(10, 51))
        notice = Notice.objects.get(kind="book_soon")
        assert notice.visible_at == at(10, 51)
        line = line_of(notice, {})
        assert "14:00" in line.title
        assert "理发" in line.text

    def test_no_notice_says_what_a_confidential_service_is(self):
        made, _bookable = salon(item="counselling", is_confidential=True)
        one, two = someone(), someone()
        first = book(made, one, at(15), item="counselling")
        book(made, two, at(15), item="counselling", wait=True)
        services.withdraw_booking(actor=one, public_id=first.public_id, now=at(10))
        services.call_off_booking(
            actor=SYSTEM, public_id=Booking.objects.latest("pk").public_id, reason="来不了", now=at(10)
        )
        drain(now=at(10))
        for notice in Notice.objects.filter(kind__startswith="book_"):
            line = line_of(notice, {})
            said = f"{line.title} {line.text} {notice.facts}"
            assert not [word for word in ("心理", "counselling", made.name_zh, first.called) if word in said]
        for event in Event.objects.filter(name__startswith="places.Booking").exclude(
            name__endswith="RulesChanged"
        ):
            assert set(event.payload) == {"booking_id", "place_id"}

    def test_it_goes_into_the_export_and_out_with_the_person_and_after_a_month_nobody_knows(self):
        made, _bookable = salon()
        booked_at(made, item="counselling", is_confidential=True)
        one, two = someone(), someone()
        book(made, one, at(15))
        waits = book(made, two, at(15), wait=True)
        book(made, two, at(10), item="counselling")
        subject = Subject(one.person_id, one.subject_id)
        assert [row["slot__bookable__item__name_zh"] for row in bookings_of(subject)] == ["理发"]
        assert erase_bookings(subject, now=at(10)).anonymised == 1
        waits.refresh_from_db()
        assert waits.state == "held"
        told = set(Booking.objects.values_list("pk", flat=True))
        assert names_due(at(20, days=8)) == 1 == forget_names(now=at(20, days=8))
        assert forget_names(now=at(20, days=31)) == 1
        assert not Booking.objects.exclude(person=None).exists()
        # Nothing that was said of a booking leads to one that is left, but for the one whose person is gone.
        assert told & set(Booking.objects.values_list("pk", flat=True)) == {min(told)}
        assert_sound()
        assert forget_slots(now=at(20, days=401)) == 2
        assert not Booking.objects.exists()

    def test_the_table_names_every_state(self):
        reached = {move.target for move in BOOKING.transitions.values()} | {"waiting", "booked"}
        assert reached == set(BookingState.values)
