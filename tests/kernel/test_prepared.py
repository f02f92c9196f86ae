"""A statement that is built once answers as its queryset would, whatever its parameters, on every connection."""

from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import BigIntegerField, CharField, DateTimeField, UUIDField

from nuanxin.kernel.access.actor import Actor, Grants
from nuanxin.kernel.events.models import Event
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
        lambda *, at, subject, pk: Event.objects.filter(
            occurred_at__lte=at, occurred_at__gte=at, subject_id=subject, pk=pk
        ).values_list("uuid", "occurred_at"),
        at=DateTimeField(),
        subject=UUIDField(),
        pk=BigIntegerField(),
    )
    assert found.rows(at=NOW, subject=row.subject_id, pk=row.pk) == [(row.uuid, NOW)]
    assert found.rows(at=NOW, subject=uuid4(), pk=row.pk) == []


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
