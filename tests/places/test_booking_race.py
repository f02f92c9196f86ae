"""Never more than there is room for: whatever happens in whatever order, and whoever presses at the same moment."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Conflict, DomainError
from nuanxin.places import services
from nuanxin.places.models import Booking, BookingSlot
from tests.factories.bookings import HOUR, assert_sound, at, book, booked_at, salon, someone
from tests.factories.territories import NOW

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["book", "wait", "withdraw", "accept", "move", "end_holds", "capacity", "walk_in", "shut"]
        ),
        st.integers(0, 4),
        st.integers(0, 2),
    ),
    max_size=18,
)


def does(made, one, step, starts_at, now):
    mine = Booking.objects.filter(person=one.person_id).order_by("-state_since", "-pk").first()
    own = {"actor": one, "public_id": mine.public_id if mine else uuid4(), "now": now}
    desk = {"actor": SYSTEM, "public_id": made.public_id, "now": now}
    shut = {"kind": "closed", "starts_at": starts_at, "ends_at": starts_at + HOUR}
    deeds = {
        "book": lambda: book(made, one, starts_at, now=now),
        "wait": lambda: book(made, one, starts_at, now=now, wait=True),
        "withdraw": lambda: services.withdraw_booking(**own),
        "accept": lambda: services.accept_booking(**own),
        "move": lambda: services.move_booking(**own, starts_at=starts_at),
        "end_holds": lambda: services.end_holds(now=now),
        "capacity": lambda: booked_at(made, capacity=starts_at.hour - 13, per_person=3, now=now),
        "walk_in": lambda: services.add_walk_in(**desk, item="haircut", starts_at=starts_at, key=uuid4()),
        "shut": lambda: (
            services.except_hours(**desk, **shut),
            services.call_off_shut(place_id=made.pk, now=now),
        ),
    }
    deeds[step]()


@pytest.mark.django_db
@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_there_are_never_more_than_there_is_room_for(city, steps):
    with transaction.atomic():
        made, _bookable = salon(capacity=2, per_person=3)
        crowd = [someone(f"性质{n}") for n in range(5)]
        for number, (step, who, which) in enumerate(steps):
            now = NOW + number * timedelta(minutes=7)
            try:
                with transaction.atomic():
                    does(made, crowd[who], step, at(14 + which), now)
            except DomainError as error:
                assert error.message  # noqa: PT017  -- any refusal, as long as it says something
            assert_sound()
            # Nobody waits beside a free place.
            for slot in BookingSlot.objects.filter(starts_at__gt=now + HOUR):
                assert slot.taken >= slot.capacity or not slot.bookings.filter(state="waiting").exists()
        transaction.set_rollback(True)


def crowd_at_once(path, deeds):
    """Each in a thread with a connection of its own; of SQLite to a file, as a server has it."""
    gate = threading.Barrier(len(deeds))

    def one(deed):
        if path:
            connection.settings_dict = {**connection.settings_dict, "NAME": str(path)}
        try:
            connection.ensure_connection()
            gate.wait()
            return deed()
        except Conflict as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


@pytest.mark.django_db(transaction=True)
def test_eight_want_the_last_two_places_at_once(city, tmp_path):
    made, _bookable = salon(capacity=2)
    crowd = [someone(f"同时{n}") for n in range(8)]
    again = uuid4()
    keys = [again, *(uuid4() for _ in range(7))]
    path = None
    if connection.vendor == "sqlite":
        path = tmp_path / "race.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
    deeds = [lambda n=n: book(made, crowd[n], at(15), key=keys[n]).state for n in range(8)]
    deeds.append(lambda: book(made, crowd[0], at(15), key=again).state)  # the same press once more
    got = crowd_at_once(path, deeds)
    deeds = [lambda n=n: book(made, crowd[n], at(15), wait=True).state for n in range(8)]
    assert got.count("booked") in (2, 3)
    assert got.count("SlotFull") == 9 - got.count("booked")
    after = crowd_at_once(path, deeds)
    assert sorted(after) == ["booked"] * 2 + ["waiting"] * 6

    def counted():
        assert_sound()
        slot = BookingSlot.objects.get()
        return slot.capacity, slot.taken, Booking.objects.count()

    assert crowd_at_once(path, [counted]) == [(2, 2, 8)]


@pytest.mark.django_db
def test_the_database_itself_refuses_one_too_many(city):
    made, _bookable = salon()
    book(made, someone(), at(10))
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingSlot.objects.update(taken=2)
