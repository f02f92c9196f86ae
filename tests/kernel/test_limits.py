"""How often somebody may do something, and that nothing is lost and no danger is held back by it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.utils import timezone

from nuanxin.cases.models import Case
from nuanxin.kernel.access.http import client_address
from nuanxin.kernel.access.limits import (
    DEFAULTS,
    TooMany,
    caller_of,
    forget_leases,
    forget_tallies,
    limited,
    limits,
    spend,
    wait_words,
)
from nuanxin.kernel.access.models import Tally
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.people import sign_in
from tests.factories.town import COMMUNITY

NOW = datetime(2026, 11, 22, 2, 3, 20, tzinfo=UTC)
HOLE = {"category": "0401", "text": "路面一个大坑", "place_by": "territory", "territory": COMMUNITY}
GAS = HOLE | {"category": "0101", "text": "煤气味很重"}


def often(name: str, who: str, times: int, now: datetime = NOW) -> int:
    """How many of so many were allowed."""
    allowed = 0
    for _ in range(times):
        try:
            spend(name, who, now=now)
        except TooMany:
            continue
        allowed += 1
    return allowed


@pytest.mark.django_db
def test_so_many_in_a_window_and_again_in_the_next(settings):
    settings.NUANXIN_LIMITS = ["exports=3/10m"]
    assert often("exports", "person:1", 5) == 3
    assert often("exports", "person:2", 5) == 3
    with pytest.raises(TooMany) as refused:
        spend("exports", "person:1", now=NOW)
    assert refused.value.retry_after == 401  # until 02:10:00
    assert "7" in str(refused.value.hint)
    assert often("exports", "person:1", 5, NOW + timedelta(minutes=7)) == 3


@pytest.mark.django_db
def test_what_is_taken_in_advance_is_never_more_than_there_is(settings, django_assert_num_queries):
    settings.NUANXIN_LIMITS = ["api=25/1m"]
    assert DEFAULTS["api"].lease == 20
    with django_assert_num_queries(1):
        assert often("api", "key:1", 20) == 20
    forget_leases()  # another process
    assert often("api", "key:1", 20) == 5


@pytest.mark.django_db
def test_switched_off_it_costs_nothing(settings, django_assert_num_queries):
    settings.NUANXIN_LIMITS = ["search=off"]
    with django_assert_num_queries(0):
        assert often("search", "person:1", 1000) == 1000


@pytest.mark.parametrize("written", ["exports", "exports=3", "exports=x/1m", "mail=3/1m", "exports=-1/1m"])
def test_a_limit_that_nobody_understands_is_said(settings, written):
    settings.NUANXIN_LIMITS = [written]
    with pytest.raises(ImproperlyConfigured, match="NUANXIN_LIMITS"):
        limits()


@pytest.mark.django_db
def test_who_it_was_is_not_kept_and_the_row_goes_with_its_window():
    spend("exports", "person:4711", now=NOW)
    row = Tally.objects.get()
    assert "4711" not in row.bucket
    assert len(row.bucket) == 64
    assert forget_tallies(now=NOW) == 0
    assert forget_tallies(now=NOW + timedelta(hours=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_several_processes_share_one_count(settings):
    """As threads with connections of their own; nothing is handed out twice."""
    if connection.vendor == "sqlite":
        pytest.skip("the test database of SQLite is one connection's memory")
    settings.NUANXIN_LIMITS = ["exports=20/1h"]
    allowed: list[int] = []

    def ask() -> None:
        allowed.append(often("exports", "person:1", 10))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 20


# --- Whom it counts for -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("trusted", "header", "expected"),
    [
        ([], "203.0.113.5", "10.0.0.1"),
        (["10.0.0.1"], "", "10.0.0.1"),
        (["10.0.0.1"], "203.0.113.5", "203.0.113.5"),
        (["10.0.0.1"], "198.51.100.1, 203.0.113.5", "203.0.113.5"),  # the first is the visitor's own word
        (["10.0.0.1", "10.0.0.2"], "198.51.100.1, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
    ],
)
def test_a_proxys_word_counts_only_if_it_is_trusted(settings, trusted, header, expected):
    settings.NUANXIN_TRUSTED_PROXIES = trusted
    given = {"HTTP_X_FORWARDED_FOR": header} if header else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **given)) == expected


def test_a_view_counts_for_the_person_and_else_for_the_address(rf, settings, db):
    settings.NUANXIN_LIMITS = ["exports=1/1h"]

    class Nobody:
        is_authenticated = False

    request = rf.get("/", REMOTE_ADDR="203.0.113.5")
    request.actor, request.now = Nobody(), NOW
    assert caller_of(request) == "address:203.0.113.5"
    view = limited("exports")(lambda request: "done")
    assert view(request) == "done"
    with pytest.raises(TooMany):
        view(request)


# --- At the doors -------------------------------------------------------------------------------------------------
def assignment(town, who):
    return Assignment.objects.get(person=town.persons[who])


@pytest.fixture
def one_report(settings):
    settings.NUANXIN_LIMITS = ["reports=1/1d", "api=off"]


def test_a_report_too_many_loses_nothing_that_was_typed(town, one_report):
    client = sign_in(Client(), assignment(town, "worker"))
    assert client.post("/report/", HOLE | {"key": "phone-0001"}).status_code == 302
    again = client.post("/report/", HOLE | {"key": "phone-0002", "different": "1", "text": "又一个大坑"})
    assert again.status_code == 429
    now = timezone.now().timestamp()
    left = 86_400 - now % 86_400  # windows are fixed: of a day, until midnight UTC
    assert abs((int(again["Retry-After"]) - left + 43_200) % 86_400 - 43_200) < 60
    page = again.content.decode()
    assert wait_words(int(again["Retry-After"])) in page
    assert "又一个大坑" in page
    assert "phone-0002" in page
    assert "太快" in page
    program = client.post(
        "/report/",
        HOLE | {"key": "phone-0003", "different": "1"},
        headers={"accept": "application/json"},
    )
    assert program.status_code == 429
    assert int(program["Retry-After"]) > 0
    assert Case.objects.count() == 1


def test_danger_to_life_is_never_held_back(town, settings):
    settings.NUANXIN_LIMITS = ["reports=1/1d", "api=1/1d"]
    client = sign_in(Client(), assignment(town, "worker"))
    for number in range(3):
        assert client.post("/report/", GAS | {"key": f"phone-000{number}"}).status_code == 302
    person = town.persons["worker"]
    given = assignment(town, "worker")
    text = create_token(person=person, assignment=given, name="x", now=timezone.now())[1]
    api = Client(headers={"authorization": f"Bearer {text}"})
    body = {"category": "0101", "text": "煤气味很重", "territory": COMMUNITY}
    for number in range(3):
        assert api.post("/api/v1/cases", body | {"key": f"prog-000{number}"}).status_code == 201
    assert Case.objects.count() == 6


def test_the_api_says_when_to_come_back(town, settings):
    settings.NUANXIN_LIMITS = ["api=2/1d"]
    person = town.persons["worker"]
    text = create_token(person=person, assignment=assignment(town, "worker"), name="x", now=timezone.now())[1]
    api = Client(headers={"authorization": f"Bearer {text}"})
    answers = [api.get("/api/v1/cases/mine") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1].json()["code"] == "TooMany"
    english = api.get("/api/v1/cases/mine", headers={"accept-language": "en"})
    assert english.status_code == 429
