"""A statement that is built once answers as its queryset would, whatever its parameters, on every connection.

And rows that are written without a queryset are those that it would write.
"""

from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import BigIntegerField, CharField, DateField, DateTimeField, UUIDField

from nuanxin.kernel.access.actor import Actor, Grants
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.kernel.plain_rows import NewRows
from nuanxin.kernel.prepared import KeptFor, Prepared, forget_actors

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def event(name, scope_code="", at=NOW):
    return Event.objects.create(
        name=name, payload={}, subject_id=uuid4(), scope_code=scope_code, occurred_at=at
    )


@pytest.mark.django_db
def test_rows_are_what_the_queryset_returns(django_assert_num_queries):
    first, second = event("a", "990101"), event("a", "990102")
    found = Prepared(
        lambda *, name, scope: Event.objects.filter(name=name, scope_code=scope),
        name=CharField(),
        scope=CharField(),
    )
    with django_assert_num_queries(3):
        assert found.rows(name="a", scope="990101") == [first]
        assert found.first(name="a", scope="990102") == second
        assert found.first(name="b", scope="990101") is None
    assert found.first(name="a", scope="990101").occurred_at == NOW


@pytest.mark.django_db
def test_a_parameter_may_stand_in_several_places_and_be_of_any_kind():
    row = event("a", at=NOW)
    found = Prepared(
        lambda *, at, on, subject, pk: Event.objects.filter(
            occurred_at__lte=at, occurred_at__gte=at, subject_id=subject, pk=pk, occurred_at__date__gte=on
        ).values_list("uuid", "occurred_at"),
        at=DateTimeField(),
        on=DateField(),
        subject=UUIDField(),
        pk=BigIntegerField(),
    )
    assert found.rows(at=NOW, on=NOW.date(), subject=row.subject_id, pk=row.pk) == [(row.uuid, NOW)]
    assert found.rows(at=NOW, on=NOW.date(), subject=uuid4(), pk=row.pk) == []


@pytest.mark.django_db
def test_a_parameter_that_does_not_arrive_is_a_mistake_of_the_programmer():
    lost = Prepared(lambda *, name: Event.objects.filter(name=name.upper() + "x"), name=CharField())
    with pytest.raises(ValueError, match="reaches its statement"):
        lost.rows(name="a")


@pytest.mark.django_db(transaction=True)
def test_each_thread_has_its_own():
    event("a")
    found = Prepared(lambda *, name: Event.objects.filter(name=name), name=CharField())
    answers = []

    def ask():
        try:
            for _ in range(20):
                answers.append(len(found.rows(name="a")) - len(found.rows(name="b")))
        finally:
            connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * 80


def test_what_is_kept_for_an_actor_is_built_once_for_each_key_and_anew_for_other_rights():
    built = []

    def build(actor, key):
        built.append((actor.scope_code, key, sorted(actor.grants.extents)))
        return len(built)

    kept = KeptFor(build, most=2)
    grants = Grants({"cases.view": "area"})
    one, other = Actor(scope_code="990101", grants=grants), Actor(scope_code="990102", grants=grants)
    assert [kept.of(one, "a"), kept.of(one, "a"), kept.of(one, "b"), kept.of(other, "a")] == [1, 1, 2, 3]
    assert kept.of(one, "b") == 2  # the two latest are kept
    assert kept.of(one, "a") == 4
    more = Actor(scope_code="990101", grants=Grants({"cases.view": "area", "cases.claim": "org"}))
    assert kept.of(more, "a") == 5  # the same person in the same post, whose role may do more now
    assert kept.of(one, "a") == 6
    forget_actors()
    assert kept.of(one, "a") == 7
    assert built[4] == ("990101", "a", ["cases.claim", "cases.view"])


@pytest.mark.django_db
def test_new_rows_are_what_create_would_write(django_assert_num_queries):
    made = [Event(name=name, payload={"a": [name]}, scope_code="990101", occurred_at=NOW) for name in "ab"]
    with django_assert_num_queries(1):
        NewRows(Event).write(*made)
        NewRows(Event).write()
    assert [each.name for each in Event.objects.filter(pk__in=[each.pk for each in made])] == ["a", "b"]
    read = Event.objects.get(pk=made[1].pk)
    assert (read, read.uuid, read.payload) == (made[1], made[1].uuid, {"a": ["b"]})
    made[0].name = "c"
    made[0].save()
    assert Event.objects.count() == 2


@pytest.mark.django_db
def test_a_new_row_takes_the_key_that_another_has_by_now():
    happened = Event(name="a", payload={}, occurred_at=NOW)
    told = Delivery(event=happened, subscriber="x", available_at=NOW)
    assert told.event_id is None
    NewRows(Event).write(happened)
    NewRows(Delivery).write(told)
    assert Delivery.objects.get(pk=told.pk).event == happened
    nobody = Delivery(event=Event(name="b", payload={}, occurred_at=NOW), subscriber="x", available_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        NewRows(Delivery).write(nobody)


@pytest.mark.django_db
def test_of_new_rows_those_that_are_there_may_stay_as_they_are():
    there = event("a")
    again = Event(uuid=there.uuid, name="b", payload={}, occurred_at=NOW)
    many = [Event(name="c", payload={}, occurred_at=NOW) for _ in range(400)]
    NewRows(Event).write_missing(again, *many)
    assert [Event.objects.filter(name=name).count() for name in "abc"] == [1, 0, 400]
    with pytest.raises(IntegrityError), transaction.atomic():
        NewRows(Event).write(*many[:1], again)
