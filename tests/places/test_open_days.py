"""Open-kitchen days: announced, visited by who likes, looked at without a name, shown above a least number."""

from datetime import timedelta
from uuid import uuid4

import pytest

from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.models import Event
from nuanxin.notifications.models import Notice
from nuanxin.places.models import KitchenLook, OpenDayVisitor
from nuanxin.places.queries import open_days as queries
from nuanxin.places.services import open_days as services
from tests.factories import people
from tests.factories.places import place
from tests.factories.stock import actor_of, happened
from tests.factories.territories import NOW, OTHER_STREET

HOUR = timedelta(hours=1)
START = NOW + timedelta(days=3)


@pytest.fixture
def made(city):
    return place("云栖社区食堂", type="canteen")


@pytest.fixture
def keeper(made):
    return people.staff("merchant", site=made.site)


def announced(made, keeper, *, key=None, capacity=9, **given):
    data = services.DayData(given.get("starts_at", START), given.get("ends_at", START + 2 * HOUR), capacity)
    return services.announce_open_day(
        actor=people.actor(keeper), public_id=made.public_id, data=data, key=key or uuid4(), now=NOW
    )


def visitors(day, number):
    found = [people.actor(people.worker(name=f"小{each}")) for each in range(number)]
    for actor in found:
        services.join_open_day(actor=actor, public_id=day.public_id, now=NOW)
    return found


def look(actor, day, wrong=(), words="", now=START + HOUR):
    services.look_at_kitchen(actor=actor, public_id=day.public_id, wrong=wrong, words=words, now=now)


def test_announced_once_and_only_by_whose_kitchen_it_is(made, keeper):
    key = uuid4()
    day = announced(made, keeper, key=key)
    assert announced(made, keeper, key=key) == day
    assert len(happened("OpenDayAnnounced")) == 1
    with pytest.raises(NotFound):
        services.announce_open_day(
            actor=actor_of("dispatcher", scope_code=OTHER_STREET), public_id=made.public_id,
            data=services.DayData(START, START + HOUR, 5), key=uuid4(), now=NOW,
        )  # fmt: skip
    for bad in ({"starts_at": NOW - HOUR}, {"ends_at": START}, {"capacity": 0}):
        with pytest.raises(Invalid):
            announced(made, keeper, **bad)


def test_the_last_place_is_given_away_once(made, keeper):
    day = announced(made, keeper, capacity=2)
    first, _second = visitors(day, 2)
    services.join_open_day(actor=first, public_id=day.public_id, now=NOW)
    late = people.actor(people.worker())
    with pytest.raises(services.SignedUpAll):
        services.join_open_day(actor=late, public_id=day.public_id, now=NOW)
    services.leave_open_day(actor=first, public_id=day.public_id)
    services.join_open_day(actor=late, public_id=day.public_id, now=NOW)
    with pytest.raises(NotAllowed):
        services.join_open_day(actor=people.actor(keeper), public_id=day.public_id, now=NOW)


def test_results_are_shown_from_five_forms_on_and_name_nobody(made, keeper):
    day = announced(made, keeper)
    came = visitors(day, 6)
    with pytest.raises(services.NotYet):
        look(came[0], day, now=NOW)
    for actor in came[:4]:
        look(actor, day, wrong=["surfaces", "castle"], words="台面有水")
    look(came[0], day, wrong=["pests"])
    assert KitchenLook.objects.count() == 4
    assert not queries.found_on(day).is_shown
    assert queries.days_of(made)[0].points == ()
    look(came[4], day)
    found = queries.found_on(day)
    assert [(each.code, wrong, of) for each, wrong, of in found.wrong] == [("surfaces", 4, 5)]
    # One form more does not show what is in it.
    look(came[5], day, wrong=["pests"])
    assert queries.found_on(day).wrong == found.wrong
    assert {field.name for field in KitchenLook._meta.fields} == {"id", "day", "points", "wrong", "note"}
    assert happened("OpenDayFoundWrong") == [{"place_id": made.pk, "day_id": day.pk, "points": "surfaces"}]
    with pytest.raises(services.NotComing):
        look(people.actor(people.worker()), day)


def test_a_day_ends_by_the_clock_and_takes_forms_for_a_week(made, keeper):
    day = announced(made, keeper)
    (visitor,) = visitors(day, 1)
    after = START + 3 * HOUR
    assert (services.end_open_days(now=after), services.end_open_days(now=after)) == (1, 0)
    with pytest.raises(services.TooLate):
        look(visitor, day, now=START + timedelta(days=9))
    look(visitor, day, now=after)
    assert OpenDayVisitor.objects.get().looked


def test_who_filled_in_a_form_is_known_when_the_last_may_have_come(made, keeper):
    """All at once: in the order in which they filled it in, their forms could be told apart."""
    day = announced(made, keeper)
    first, second, _did_not = visitors(day, 3)
    look(second, day)
    look(first, day, now=START + 5 * HOUR)
    services.end_open_days(now=START + 3 * HOUR)
    last = START + 2 * HOUR + queries.LOOK_WITHIN
    assert services.close_forms(now=last) == 0
    drain(now=NOW)
    for expected in (1, 0):
        assert services.close_forms(now=last + HOUR) == expected
    told = Event.objects.filter(name="places.KitchenLookedAt")
    assert [row.subject_id for row in told.order_by("pk")] == [first.subject_id, second.subject_id]


def test_cancelled_who_signed_up_hears_of_it(made, keeper):
    day = announced(made, keeper)
    (visitor,) = visitors(day, 1)
    given = {"actor": people.actor(keeper), "public_id": day.public_id, "now": NOW}
    with pytest.raises(Invalid):
        services.cancel_open_day(**given, reason=" ")
    services.cancel_open_day(**given, reason="停水")
    with pytest.raises(services.TooLate):
        services.join_open_day(actor=people.actor(people.worker()), public_id=day.public_id, now=NOW)
    drain(now=NOW)
    assert Notice.objects.get(kind="open_day").person_id == visitor.person_id
    assert queries.days_to_come(visitor, now=NOW) == []


def test_the_list_costs_two_statements(made, keeper, django_assert_num_queries):
    for _ in range(2):
        day = announced(made, keeper)
        visitor = visitors(day, 1)[0]
        with django_assert_num_queries(2):
            assert [each.day.place.type.name for each in queries.days_to_come(visitor, now=NOW)]
