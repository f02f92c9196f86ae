"""Whether the map can be trusted: open-checks, what passers-by say, how sure one may be, a locked door and back."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events.models import Event
from nuanxin.people.services import create_token
from nuanxin.places import queries, services
from nuanxin.places.enums import DoubtEnd, Sureness
from nuanxin.places.models import (
    DaySalt,
    Doubt,
    OpenCheck,
    Place,
    PlaceFacility,
    Sighting,
    VisitDay,
    VisitMark,
)
from nuanxin.places.queries.confidence import Evidence, Sign, confidence
from nuanxin.places.queries.truth_rules import read_rules, shipped, truth_rules
from nuanxin.places.services import Passer
from tests.factories import people
from tests.factories.places import place
from tests.factories.territories import NOW, OTHER_STREET, STREET

HOUR = timedelta(hours=1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=NOW.tzinfo)


def passer(name, address="198.51.100.1", **given):
    return Passer(key=name, address=address, **given)


def says(at, who, answer, now=NOW, question="open"):
    return services.tell_at_door(code=at.door_code, passer=who, question=question, answer=answer, now=now)


def told(name):
    return Event.objects.filter(name=f"places.{name}").count()


@pytest.fixture
def here(city):
    return place(facilities=["toilet", "hot_water"])


@pytest.fixture
def keeper(here):
    return people.staff("station", site=here.site)


# How sure one may be: a pure function

signs = st.builds(
    Evidence, st.sampled_from(Sign), st.integers(0, 1000).map(lambda hours: LONG_AGO + hours * HOUR)
)
evidence = st.lists(signs, max_size=12)


def weights():
    return read_rules({name: row.value for name, row in shipped().items()}).weights


@given(evidence, st.integers(1000, 2000), st.integers(0, 500), st.booleans())
def test_silence_never_makes_anybody_surer(seen, hours, later, is_checking):
    now = LONG_AGO + hours * HOUR
    before, after = (
        confidence(seen, now=at, weights=weights(), is_checking=is_checking)
        for at in (now, now + later * HOUR)
    )
    assert 0 <= after <= before + 1e-12 <= 1 + 1e-9


@given(evidence, signs, st.integers(0, 1500))
def test_a_contradiction_never_raises_it_and_a_support_never_lowers_it(seen, more, hours):
    now = LONG_AGO + hours * HOUR
    before, after = (confidence(each, now=now, weights=weights()) for each in (seen, [*seen, more]))
    if more.sign in {Sign.AGAINST, Sign.LACKING}:
        assert after <= before + 1e-12
    else:
        assert after >= before - 1e-12


def test_what_is_being_checked_is_never_sure_and_what_is_seen_later_counts_in_full():
    seen = [Evidence(Sign.CHECK, NOW), Evidence(Sign.AGAINST, NOW)]
    doubted = confidence(seen, now=NOW, weights=weights())
    assert doubted < confidence(seen[:1], now=NOW, weights=weights())
    assert confidence(seen[:1], now=NOW, weights=weights(), is_checking=True) <= 0.2
    mended = [*seen, Evidence(Sign.REPAIR, NOW + HOUR)]
    assert confidence(mended, now=NOW + HOUR, weights=weights()) > 0.8


# The open-check


def test_a_keeper_goes_round_once_a_day_and_the_last_word_holds(here, keeper):
    actor = people.actor(keeper)
    services.check_place(actor=actor, public_id=here.public_id, wrong=["water"], now=NOW)
    services.check_place(actor=actor, public_id=here.public_id, wrong=["water"], now=NOW + HOUR)
    assert PlaceFacility.objects.get(place=here, facility="hot_water").is_broken
    services.check_place(actor=actor, public_id=here.public_id, wrong=[], now=NOW + 2 * HOUR)
    made = OpenCheck.objects.get()
    assert (made.points, made.wrong, made.at) == (10, "", NOW + 2 * HOUR)
    assert told("PlaceChecked") == 2
    assert queries.truth_of(here, NOW + 2 * HOUR).sureness is Sureness.SURE
    with pytest.raises(services.UnknownPoint):
        services.check_place(actor=actor, public_id=here.public_id, wrong=["roof"], now=NOW)


def test_a_missed_check_is_due_for_the_street_and_nothing_else_happens(here, keeper):
    street = people.actor(people.staff("street_lead", scope_code=STREET))
    assert queries.counts(street, now=NOW)["due"] == 1
    services.check_place(actor=people.actor(keeper), public_id=here.public_id, wrong=[], now=NOW)
    assert queries.counts(street, now=NOW)["due"] == 0
    due = queries.Filters(due=True)
    tomorrow = NOW + timedelta(days=1)
    assert [each.pk for each, _h in queries.listed_places(street, due, now=tomorrow).rows] == [here.pk]
    other = people.actor(people.staff("street_lead", scope_code=OTHER_STREET))
    assert queries.counts(other, now=tomorrow)["due"] == 0


# What passers-by say


def test_the_same_tap_is_one_and_another_answer_corrects_it(here):
    one = passer("one")
    says(here, one, True)
    says(here, one, True, NOW + timedelta(minutes=5))
    says(here, one, False, NOW + timedelta(minutes=6))
    assert Sighting.objects.get().answer is False
    says(here, one, True, NOW + 2 * HOUR)
    says(here, passer("two", "198.51.100.2"), True, NOW + 2 * HOUR)
    assert queries.truth_of(here, NOW + 2 * HOUR).words == "今天 2 人说开着，今天 1 人说关着"
    assert queries.truth_of(here, NOW + timedelta(days=3)).words == "3 天没人确认"
    with pytest.raises(Invalid):
        says(here, one, True, question="who")


def test_nothing_of_a_passer_outlives_the_day(here):
    says(here, passer("one", is_member=True), True)
    services.check_in(code=here.door_code, passer=passer("one"), now=NOW)
    said = Sighting.objects.get()
    assert "one" not in said.who
    assert said.who != VisitMark.objects.get().who
    assert services.forget_passers(now=NOW + HOUR) == 0
    assert services.forget_passers(now=NOW + timedelta(days=1)) == 2
    said.refresh_from_db()
    assert (said.who, said.via) == ("", "")
    assert not DaySalt.objects.exists()
    assert not VisitMark.objects.exists()
    assert queries.truth_of(here, NOW + timedelta(days=1)).words == "1 天没人确认"


def test_a_keeper_of_the_place_is_no_passer_by(here):
    with pytest.raises(services.KeepersOwn):
        says(here, passer("keeper", is_member=True, site_id=here.site_id), True)


def test_one_voice_warns_the_keeper_two_open_a_doubt_once(here):
    one, two = passer("one"), passer("two", "198.51.100.2")
    says(here, one, False)
    says(here, one, False, NOW + HOUR)
    assert (told("PlaceSaidShut"), told("PlaceFoundShut")) == (1, 0)
    says(here, two, False, NOW + HOUR)
    says(here, passer("three", "198.51.100.3"), False, NOW + HOUR)
    assert told("PlaceFoundShut") == 1
    assert queries.truth_of(here, NOW + HOUR).words == "有人说门锁着，正在核实"
    assert services.record_repair(actor=SYSTEM, public_id=here.public_id, now=NOW + 2 * HOUR)
    assert not services.record_repair(actor=SYSTEM, public_id=here.public_id, now=NOW + 2 * HOUR)
    assert Doubt.objects.get().end == DoubtEnd.REPAIRED
    mended = queries.truth_of(here, NOW + 2 * HOUR)
    assert (mended.sureness, mended.doubt) == (Sureness.SURE, None)
    says(here, passer("four", "198.51.100.4"), False, NOW + 3 * HOUR)
    assert told("PlaceFoundShut") == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (passer("a"), passer("b")),  # behind one address, without account
        (passer("a", is_member=True), passer("b")),  # signed in, and again signed out
    ],
)
def test_who_may_be_one_and_the_same_counts_as_one(here, first, second):
    says(here, first, False)
    says(here, second, False)
    assert told("PlaceFoundShut") == 0


def test_two_members_behind_one_address_are_two(here):
    says(here, passer("a", is_member=True), False)
    says(here, passer("b", is_member=True), False)
    assert told("PlaceFoundShut") == 1


def test_a_locked_door_outside_the_hours_or_during_a_closure_is_no_doubt(here, keeper):
    services.keep_today(
        actor=people.actor(keeper), public_id=here.public_id, is_open=False, ends_at=NOW + HOUR, now=NOW
    )
    says(here, passer("a", is_member=True), False, NOW + timedelta(minutes=1))
    says(here, passer("b", is_member=True), False, NOW + timedelta(minutes=1))
    assert (told("PlaceSaidShut"), told("PlaceFoundShut")) == (0, 0)
    says(here, passer("a", is_member=True), False, NOW + 2 * HOUR)
    says(here, passer("b", is_member=True), False, NOW + 7 * HOUR)  # beyond the window
    assert told("PlaceFoundShut") == 0


# Facilities


def test_a_worker_says_that_something_is_broken_and_the_keeper_looks(here, keeper):
    worker = people.actor(people.worker())
    for _again in range(2):
        services.doubt_facility(actor=worker, public_id=here.public_id, facility="toilet", now=NOW)
    held = PlaceFacility.objects.get(place=here, facility="toilet")
    assert (held.order, held.doubted_at) == ("works", NOW)
    assert told("FacilityDoubted") == 1
    services.record_breakdown(
        actor=people.actor(keeper), public_id=here.public_id, facility="toilet", now=NOW + HOUR
    )
    held.refresh_from_db()
    assert (held.order, held.doubted_at) == ("broken", None)
    with pytest.raises(NotAllowed):
        services.doubt_facility(
            actor=people.actor(keeper), public_id=here.public_id, facility="toilet", now=NOW
        )


# Visits


def test_visitors_are_counted_once_a_day_and_visits_each_time(here):
    one, two = passer("one"), passer("two")
    for who, minutes in ((one, 0), (one, 5), (two, 10), (one, 150)):
        services.check_in(code=here.door_code, passer=who, now=NOW + timedelta(minutes=minutes))
    services.check_in(code=here.door_code, passer=one, now=NOW + timedelta(days=1))
    first, second = VisitDay.objects.order_by("on")
    assert (first.people, first.times) == (2, 3)
    assert (second.people, second.times) == (1, 1)
    street = people.actor(people.staff("street_lead", scope_code=STREET))
    assert queries.visits_within(street, NOW + timedelta(days=1)) == queries.Visits(1, 1, 4)
    assert queries.visits_of(here, NOW) == queries.Visits(2, 3, 4)


# Configuration


def test_a_city_sets_its_own_weights(city, client):
    lead = people.sign_in(client, people.staff("swd", scope_code=STREET))
    page = lead.get("/places/catalogue/truth/").content.decode()
    assert "开门检查：说明多少" in page
    values = {name: row.value for name, row in shipped().items()}
    assert lead.post("/places/catalogue/truth/", {**values, "shut_people": 1}).status_code == 422
    assert lead.post("/places/catalogue/truth/", {**values, "shut_people": 3}).status_code == 302
    assert truth_rules().shut_people == 3


# The pages


def test_the_plate_leads_to_one_tap_without_an_account(here, client, keeper):
    street = people.sign_in(client, people.staff("street_lead", scope_code=STREET))
    plate = street.get(f"/places/register/{here.public_id}/plate/").content.decode()
    assert here.door_code in plate
    assert str(here.public_id) not in here.door_code
    anybody = Client()
    door = f"/places/d/{here.door_code}/"
    assert "不用登录" in anybody.get(door).content.decode()
    assert anybody.post(door, {"say": "open:yes"}).url == door
    assert anybody.post(door, {"visit": "1"}).url == door
    page = anybody.get(door).content.decode()
    assert "今天 1 人说开着" in page
    assert anybody.get("/places/d/zzzzzzzzzz/").status_code == 404
    assert anybody.post(door, {"say": "open:maybe"}).status_code == 302
    shown = anybody.get(f"/places/at/{here.public_id}/").content.decode()
    assert "有什么坏了" not in shown
    history = street.get(f"/places/register/{here.public_id}/checks/").content.decode()
    assert "1 人 · 1 人次" in history


def test_taps_are_limited_by_address(here, settings):
    settings.NUANXIN_LIMITS = ["taps=2/1h"]
    door, anybody = f"/places/d/{here.door_code}/", Client()
    answers = [anybody.post(door, {"say": "open:yes"}).status_code for _tap in range(3)]
    assert answers == [302, 302, 429]


def test_a_keeper_checks_from_today_and_a_worker_marks_what_is_broken(here, keeper, client):
    people.sign_in(client, keeper)
    page = client.get("/places/today/").content.decode()
    assert page.count('name="wrong"') == 10
    assert client.post("/places/today/check/", {"wrong": ["toilet"]}).status_code == 302
    assert "今天查过了" in client.get("/places/today/").content.decode()
    rider = people.sign_in(Client(), people.worker())
    address = f"/places/at/{here.public_id}/"
    assert "有什么坏了" in rider.get(address).content.decode()
    assert rider.post(f"{address}doubt/hot_water/").url == address
    assert "有人说坏了，没核实" in rider.get(address).content.decode()
    assert "有人说坏了，没核实" in client.get("/places/today/").content.decode()
    assert Place.objects.get().checked_on is not None


def test_the_api_says_how_sure(here):
    says(here, passer("one"), True)
    staff = people.staff("dispatcher", scope_code=STREET)
    _token, text = create_token(person=staff.person, assignment=staff, name="x", now=timezone.now())
    client = Client(headers={"authorization": f"Bearer {text}"})
    found = client.get(f"/api/v1/places/{here.public_id}").json()["trust"]
    assert found["sureness"] in {"fair", "sure", "unsure"}
    assert "words" in found
