"""Publishing, and delivering what was published: `kernel.events`."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.db import connection, transaction

from nuanxin.kernel import events
from nuanxin.kernel.errors import describe
from nuanxin.kernel.events.deliver import LONGEST_PAUSE, pause_after
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.kernel.ids import Serial
from tests.kernel.conftest import EVENTS
from tests.kernel.tables import Applied

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("own_events")


@pytest.fixture
def lamp_lit():
    @events.event
    class LampLit:
        lamp: int
        colour: str = "warm"

    return LampLit


def publish(happened, *, now=NOW, **about):
    with transaction.atomic():
        events.publish(happened, now=now, **about)


@pytest.mark.django_db
def test_a_reaction_gets_the_event_and_its_envelope(lamp_lit):
    subject = uuid4()
    seen = []

    @events.subscribe(lamp_lit)
    def note(happened, envelope):
        seen.append((happened, envelope))

    publish(lamp_lit(lamp=7), subject_id=subject, scope_code="990101001000")

    assert events.drain(NOW) == 1
    happened, envelope = seen[0]
    assert happened == lamp_lit(lamp=7, colour="warm")
    assert (envelope.subject_id, envelope.scope_code, envelope.occurred_at) == (subject, "990101001000", NOW)
    assert envelope.id == Event.objects.get().uuid
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.done_at) == ("done", 1, NOW)


@pytest.mark.django_db
def test_a_reaction_may_wait_and_is_not_late_meanwhile(lamp_lit):
    seen = []

    @events.subscribe(lamp_lit, waits=lambda at: at + timedelta(hours=20))
    def tomorrow(happened, envelope):
        seen.append(envelope.occurred_at)

    publish(lamp_lit(lamp=1))
    assert events.drain(NOW + timedelta(hours=19)) == 0
    assert events.undelivered(NOW + timedelta(hours=19)).waiting == 0
    assert events.undelivered(NOW + timedelta(hours=21)).waiting == 1
    assert events.drain(NOW + timedelta(hours=21)) == 1
    assert seen == [NOW]


@pytest.mark.django_db
def test_every_subscriber_has_its_own_delivery_and_nobody_is_asked_twice(lamp_lit):
    seen = []

    @events.subscribe(lamp_lit)
    def first(happened, envelope):
        seen.append("first")

    @events.subscribe(lamp_lit)
    def second(happened, envelope):
        seen.append("second")

    publish(lamp_lit(lamp=1))
    assert events.drain(NOW) == 2
    assert events.drain(NOW) == 0
    assert sorted(seen) == ["first", "second"]


@pytest.mark.django_db
def test_reactions_may_publish_and_drain_follows(lamp_lit):
    @events.event
    class StreetBright:
        street: int

    reached = []

    @events.subscribe(lamp_lit)
    def brighten(happened, envelope):
        events.publish(StreetBright(street=1), now=envelope.occurred_at)

    @events.subscribe(StreetBright)
    def rejoice(happened, envelope):
        reached.append(happened.street)

    publish(lamp_lit(lamp=1))
    assert events.drain(NOW) == 2
    assert reached == [1]


@pytest.mark.django_db
def test_many_at_once_are_the_same_as_one_by_one(lamp_lit, django_assert_num_queries):
    heard = []

    @events.subscribe(lamp_lit)
    def reaction(happened, envelope):
        heard.append((happened.lamp, envelope.scope_code))

    told = [(number, f"99010{number}") for number in range(5)]
    with transaction.atomic(), django_assert_num_queries(2):
        events.publish_many(((lamp_lit(lamp=number), code) for number, code in told), now=NOW)
    assert events.drain(NOW) == 5
    assert sorted(heard) == told


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused(lamp_lit):
    with pytest.raises(EVENTS.NotInTransaction):
        events.publish(lamp_lit(lamp=1), now=NOW)


@pytest.mark.django_db
def test_only_primitives_travel():
    @events.event
    class LampMoved:
        to: object

    with pytest.raises(TypeError, match=r"LampMoved\.to"):
        publish(LampMoved(to=[1, 2]))
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_event_of_a_rolled_back_cause_never_was(lamp_lit):
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012  -- the cause fails after publishing
        events.publish(lamp_lit(lamp=1), now=NOW)
        raise RuntimeError
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_a_failing_reaction_undoes_itself_only_and_comes_again_later(lamp_lit):
    broken = [True]

    @events.subscribe(lamp_lit)
    def fragile(happened, envelope):
        Serial.objects.create(name=f"lamp-{happened.lamp}")
        if broken[0] and happened.lamp == 2:
            raise ValueError("13800138000 does not belong into a log")

    for lamp in (1, 2, 3):
        publish(lamp_lit(lamp=lamp))
    assert events.drain(NOW) == 3
    assert set(Serial.objects.values_list("name", flat=True)) == {"lamp-1", "lamp-3"}

    waiting = Delivery.objects.get(state="pending")
    assert waiting.attempts == 1
    assert waiting.available_at == NOW + timedelta(seconds=10)
    assert "ValueError" in waiting.last_error
    assert "138" not in waiting.last_error
    assert events.undelivered(NOW).failing == 1

    broken[0] = False
    assert events.drain(NOW + timedelta(seconds=9)) == 0
    assert events.drain(NOW + timedelta(seconds=10)) == 1
    assert Serial.objects.filter(name="lamp-2").exists()


def test_pauses_double_up_to_an_hour():
    pauses = [pause_after(attempts) for attempts in range(1, 12)]
    assert pauses[0] == timedelta(seconds=10)
    assert all(later == min(earlier * 2, LONGEST_PAUSE) for earlier, later in pairwise(pauses))
    assert pauses[-1] == pause_after(10_000) == LONGEST_PAUSE
    assert timedelta(hours=3) < sum(pauses, timedelta()) < timedelta(hours=5)


@pytest.mark.django_db
def test_after_its_last_attempt_a_delivery_is_dead_visible_and_can_be_given_back(lamp_lit, settings):
    settings.NUANXIN_DELIVERY_ATTEMPTS = 3

    @events.subscribe(lamp_lit)
    def hopeless(happened, envelope):
        raise LookupError

    publish(lamp_lit(lamp=1))
    for day in range(5):
        events.drain(NOW + timedelta(days=day))
    (dead,) = events.dead_letters()
    assert (dead.state, dead.attempts) == ("dead", 3)
    assert events.undelivered(NOW).dead == 1

    later = NOW + timedelta(days=9)
    assert events.redeliver([dead.pk], now=later) == 1
    assert events.redeliver(now=later) == 0
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.available_at, dead.last_error) == ("pending", 0, later, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        ("event", "knows no event tests.LampLit"),
        ("subscriber", "no subscriber tests.note"),
        ("field", "lacks a field"),
    ],
)
def test_what_this_version_does_not_know_is_dead_at_once_and_says_why(lamp_lit, gone, reason):
    @events.subscribe(lamp_lit)
    def note(happened, envelope): ...

    publish(lamp_lit(lamp=1))
    if gone == "event":
        EVENTS._events.clear()
    elif gone == "subscriber":
        EVENTS._handlers.clear()
    else:
        Event.objects.update(payload={"colour": "cold"})
    assert events.drain(NOW) == 1
    dead = Delivery.objects.get()
    assert dead.state == "dead"
    assert reason in dead.last_error


@pytest.mark.django_db
def test_fields_that_were_added_later_take_their_defaults_and_unknown_ones_are_left_out(lamp_lit):
    seen = []

    @events.subscribe(lamp_lit)
    def note(happened, envelope):
        seen.append(happened)

    publish(lamp_lit(lamp=1))
    Event.objects.update(payload={"lamp": 5, "from_a_newer_version": True})
    events.drain(NOW)
    assert seen == [lamp_lit(lamp=5, colour="warm")]


@pytest.mark.django_db
def test_a_batch_takes_few_statements(lamp_lit, django_assert_num_queries):
    @events.subscribe(lamp_lit)
    def note(happened, envelope): ...

    for lamp in range(20):
        publish(lamp_lit(lamp=lamp))
    # is there anything, savepoint, claim, one savepoint and release a delivery, one update, release
    with django_assert_num_queries(1 + 1 + 1 + 2 * 20 + 1 + 1):
        assert events.deliver_batch(now=NOW) == 20
    with django_assert_num_queries(1):
        assert events.deliver_batch(now=NOW) == 0


@pytest.mark.django_db
def test_the_look_for_work_is_an_index_search(lamp_lit):
    @events.subscribe(lamp_lit)
    def note(happened, envelope): ...

    for lamp in range(300):
        publish(lamp_lit(lamp=lamp))
    events.drain(NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = (
        Delivery.objects.filter(state="pending", available_at__lte=NOW)
        .order_by("available_at", "pk")[:50]
        .explain()
    )
    assert "kernel_delivery_pending" in plan


@pytest.mark.django_db(transaction=True)
def test_a_reaction_that_breaks_the_commit_stops_nobody_else(lamp_lit, tables):
    """Foreign keys are checked at commit: such a fault passes the savepoint and takes the whole batch with it."""
    Applied.objects.all().delete()

    @events.subscribe(lamp_lit)
    def apply(happened, envelope):
        Applied.objects.create(event_uuid=envelope.id, value=happened.lamp)
        if happened.lamp == 2:
            Delivery.objects.create(event_id=10**9, subscriber="nobody", available_at=envelope.occurred_at)

    for lamp in (1, 2, 3):
        publish(lamp_lit(lamp=lamp))
    assert events.deliver_batch(now=NOW) == 3
    assert sorted(Applied.objects.values_list("value", flat=True)) == [1, 3]
    waiting = Delivery.objects.get(state="pending")
    assert waiting.attempts == 1
    assert "IntegrityError" in waiting.last_error
    Applied.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_neither_does_it_twice(lamp_lit, tables):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip(
            "threads cannot share SQLite's memory; tests/kernel/test_kill.py runs processes on a file"
        )
    Applied.objects.all().delete()

    @events.subscribe(lamp_lit)
    def apply(happened, envelope):
        Applied.objects.create(event_uuid=envelope.id, value=happened.lamp)

    for lamp in range(200):
        publish(lamp_lit(lamp=lamp))
    start = threading.Barrier(2)
    counts = []

    def work():
        start.wait()
        counts.append(events.drain(NOW))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 200
    assert sorted(Applied.objects.values_list("value", flat=True)) == list(range(200))
    Applied.objects.all().delete()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_batch_that_another_worker_holds_is_skipped_not_waited_for(lamp_lit):
    @events.subscribe(lamp_lit)
    def note(happened, envelope): ...

    for lamp in range(3):
        publish(lamp_lit(lamp=lamp))
    held, release = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            list(Delivery.objects.select_for_update().order_by("pk")[:2])
            held.set()
            release.wait(10)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(10)
    assert events.deliver_batch(now=NOW) == 1
    release.set()
    other.join()
    assert events.deliver_batch(now=NOW) == 2


def test_an_error_is_described_without_its_message():
    with pytest.raises(LookupError) as outside:
        raise LookupError("13800138000")
    assert describe(outside.value) == "LookupError"
    with pytest.raises(AttributeError) as inside:
        describe(None)
    assert describe(inside.value).startswith("AttributeError in kernel/errors.py:")
    assert describe(inside.value).endswith(" describe")
