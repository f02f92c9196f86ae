"""Shelving: asked in writing, decided by others, clocks that stand still and run on, a look a month, told kindly."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, Clock, ClockChange, Shelving, Supervision
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.library import LibraryFilters, library, library_counts
from nuanxin.cases.services import StepInput, perform_step
from nuanxin.cases.services.shelving import AlreadyAsked, NothingShelved, NotShelvable
from nuanxin.cases.services.steps import StillShelved
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.notifications.models import Notice
from tests.factories.desks import client_of, dispatched, reported, task_of
from tests.factories.town import build_town

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
TARGET = date(2026, 12, 31)
WORDS = "树在休眠期才能移，先围上护栏，十二月移走。"


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def do(actor, case, name, now, **given):
    return perform_step(
        actor=actor, case=Case.objects.get(pk=case.pk), name=name, given=StepInput(**given), now=now
    )


def ask(town, case, now, *, cause="season", target=TARGET, who="city_management", words="等休眠期移栽"):
    return do(town[who], case, "request_shelving", now, cause=cause, opinion=words, target_on=target)


def due(case):
    return dict(Clock.objects.filter(case=case, stopped_at=None).values_list("kind", "due_at"))


@pytest.fixture
def asked(town):
    case = dispatched(town, category="0704")
    return ask(town, case, at(16, 10))


@pytest.fixture
def shelved(town, asked):
    return do(town["dispatcher"], asked, "approve_shelving", at(17, 10), public_words=WORDS)


# --- Asking -----------------------------------------------------------------------------------------------------------
def test_asking_moves_nothing_and_the_clocks_run_on(town, asked):
    shelving = Shelving.objects.get(case=asked)
    assert (shelving.state, shelving.organisation.name, shelving.target_on) == (
        "asked",
        "暖阳区城管局",
        TARGET,
    )
    assert asked.shelved_at is None
    assert not Clock.objects.filter(case=asked).exclude(paused_at=None).exists()
    drain(now=at(16, 10))
    assert Notice.objects.filter(kind="shelf_asked", person=town.persons["dispatcher"]).exists()
    with pytest.raises(AlreadyAsked):
        ask(town, asked, at(16, 11))


def test_only_what_no_extension_has_cured_or_what_no_extension_cures(town):
    case = dispatched(town, category="0704")
    for cause in ("history", "other"):
        with pytest.raises(NotShelvable):
            ask(town, case, at(16, 10), cause=cause)
    Case.objects.filter(pk=case.pk).update(extension_count=1)
    ask(town, case, at(16, 10), cause="history")


def test_never_where_life_is_at_stake(town):
    case = reported(town, "0101")
    services.accept_task(actor=town["gas"], task=task_of(case, "lead"), now=town.now + HOUR)
    with pytest.raises(NotShelvable):
        ask(town, case, town.now + 2 * HOUR, who="gas")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"cause": "never"}, "cause"),
        ({"words": "  "}, "opinion"),
        ({"target": None}, "target_on"),
        ({"target": date(2026, 9, 16)}, "target_on"),
        ({"target": date(2030, 1, 1)}, "target_on"),
    ],
)
def test_what_is_missing_is_said_by_its_field(town, given, field):
    case = dispatched(town, category="0704")
    with pytest.raises(Invalid) as refused:
        ask(town, case, at(16, 10), **given)
    assert field in refused.value.fields


@pytest.mark.parametrize(
    ("who", "error"),
    [("dispatcher", NotAllowed), ("grid", NotAllowed), ("water", NotFound), ("worker", NotAllowed)],
)
def test_who_has_no_part_in_it_does_not_ask(town, who, error):
    case = dispatched(town, category="0704")
    with pytest.raises(error):
        ask(town, case, at(16, 10), who=who)


# --- Deciding ---------------------------------------------------------------------------------------------------------
def test_nobody_decides_what_the_own_organisation_asks_for(town):
    case = dispatched(town, category="0704", lead="street")
    ask(town, case, at(16, 10), who="dispatcher")
    for who in ("dispatcher", "street_lead", "city_management", "community_head"):
        with pytest.raises((NotAllowed, NotFound)):
            do(town[who], case, "approve_shelving", at(16, 11), public_words=WORDS)
    case = do(town["swd"], case, "approve_shelving", at(16, 12), public_words=WORDS)
    assert case.shelved_at == at(16, 12)


def test_a_refusal_needs_a_reason_and_leaves_the_clocks_alone(town, asked):
    before = due(asked)
    with pytest.raises(Invalid):
        do(town["dispatcher"], asked, "refuse_shelving", at(17, 9), opinion="")
    do(town["dispatcher"], asked, "refuse_shelving", at(17, 9), opinion="可以先修剪")
    assert due(asked) == before
    assert Shelving.objects.get(case=asked).state == "refused"
    with pytest.raises(NothingShelved):
        do(town["dispatcher"], asked, "approve_shelving", at(17, 10), public_words=WORDS)
    ask(town, asked, at(17, 11))


def test_a_request_that_the_case_has_overtaken_is_none_any_more(town, asked, photo):
    task = task_of(asked, "lead")
    services.accept_task(actor=town["city_management"], task=task, now=at(16, 11))
    services.submit_result(
        actor=town["city_management"], task=task, opinion="移好了", photos=[photo("after")], now=at(16, 12)
    )
    with pytest.raises(NotShelvable):
        do(town["dispatcher"], asked, "approve_shelving", at(16, 13), public_words=WORDS)
    assert library_counts(town["dispatcher"], now=at(16, 13), today=date(2026, 9, 16))["asked"] == 0
    do(town["dispatcher"], asked, "fail", at(16, 14), opinion="没有移")
    ask(town, asked, at(16, 15))
    assert list(Shelving.objects.filter(case=asked).order_by("id").values_list("state", flat=True)) == [
        "refused",
        "asked",
    ]


# --- On the shelf -----------------------------------------------------------------------------------------------------
def test_on_the_shelf_every_clock_stands_still_but_the_review(town, shelved):
    assert (shelved.shelved_at, shelved.shelved_until) == (at(17, 10), TARGET)
    standing = Clock.objects.filter(case=shelved, stopped_at=None).exclude(kind="review")
    assert set(standing.values_list("paused_at", flat=True)) == {at(17, 10)}
    review = Clock.objects.get(case=shelved, kind="review")
    assert review.due_at.astimezone(SHANGHAI).date() == date(2026, 10, 17)
    shelved.refresh_from_db()
    assert shelved.next_due_at == review.due_at
    while services.watch_clocks(now=at(1, 9, month=10)):
        pass
    assert not Supervision.objects.filter(case=shelved).exists()


def test_nothing_is_done_to_it_there(town, shelved, photo):
    task = task_of(shelved, "lead")
    with pytest.raises(StillShelved):
        services.accept_task(actor=town["city_management"], task=task, now=at(18, 9))
    names = {
        move.transition.name
        for move in detail.moves_for(town["city_management"], shelved, [task], now=at(18, 9))
    }
    assert names == set()
    names = {
        move.transition.name for move in detail.moves_for(town["dispatcher"], shelved, [task], now=at(18, 9))
    }
    assert names == {"review_shelving", "end_shelving"}


def test_off_the_shelf_the_clocks_have_what_they_had_left(town, shelved):
    """Three working days from Tuesday; shelved on Thursday, off on Monday the 12th of October at the same hour."""
    before = due(shelved)
    assert before["total"] == at(18, 17, 30)
    case = do(town["dispatcher"], shelved, "end_shelving", at(12, 10, month=10), public_words="可以移了")
    assert (case.shelved_at, case.shelved_until) == (None, None)
    after = due(case)
    assert after["total"] == at(13, 17, 30, month=10)
    assert after["handle"] == after["total"]
    assert "review" not in after
    change = ClockChange.objects.get(clock__case=case, clock__kind="total")
    assert (change.from_at, change.to_at, change.due_before, change.due_after) == (
        at(17, 10), at(12, 10, month=10), before["total"], after["total"],
    )  # fmt: skip
    total = Clock.objects.get(case=case, kind="total")
    assert at(12, 10, month=10) < total.watch_at < after["total"]


def test_a_look_every_month_which_climbs_when_nobody_looks(town, shelved):
    review = Clock.objects.get(case=shelved, kind="review")
    for now, kind, who in (
        (review.due_at - timedelta(days=3) + SECOND, "review_due", "dispatcher"),
        (review.due_at + SECOND, "late", "street_lead"),
    ):
        while services.watch_clocks(now=now):
            pass
        drain(now=now)
        assert Notice.objects.filter(kind=kind, person=town.persons[who]).exists(), kind
    counts = library_counts(town["dispatcher"], now=review.due_at + SECOND, today=date(2026, 10, 18))
    assert (counts["shelved"], counts["past_review"], counts["season"]) == (1, 1, 1)
    looked = review.due_at + HOUR
    case = do(
        town["dispatcher"],
        shelved,
        "review_shelving",
        looked,
        public_words="护栏完好",
        target_on=date(2026, 12, 20),
    )
    assert case.shelved_until == date(2026, 12, 20)
    assert library_counts(town["dispatcher"], now=looked, today=date(2026, 10, 18))["past_review"] == 0
    assert set(Clock.objects.filter(case=case, kind="review").values_list("outcome", flat=True)) == {
        "late",
        "running",
    }
    drain(now=looked)
    assert Notice.objects.filter(kind="reviewed", person=town.persons["worker"]).exists()


def test_the_library_narrows(town, shelved):
    today = date(2026, 9, 20)

    def found(who="dispatcher", **given):
        return library(town[who], LibraryFilters(**given), now=at(20, 9), today=today).count()

    unit = str(town.organisations["city_management"].public_id)
    assert [found(), found(cause="season"), found(cause="funds"), found(organisation=unit)] == [1, 1, 0, 1]
    assert [found(major="07"), found(major="03"), found(category="0704")] == [1, 0, 1]
    assert [found(show="asked"), found(show="ended"), found(target="passed")] == [0, 0, 0]
    assert [found(who) for who in ("city_management", "water", "other_dispatcher", "swd")] == [1, 0, 0, 1]


# --- Pages ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def living(db):
    town = build_town(timezone.now() - timedelta(hours=3))
    return town, dispatched(town, category="0704")


def test_all_the_way_over_the_pages(living):
    town, case = living
    unit, street = client_of(town, "city_management"), client_of(town, "dispatcher")
    target = (timezone.localdate() + timedelta(days=60)).isoformat()
    step = f"/cases/{case.number}/steps"
    wrong = unit.post(f"{step}/request_shelving/", {"cause": "history", "opinion": "难", "target_on": target})
    assert wrong.status_code == 409
    assert "延期之后仍解决不了的才能挂账" in wrong.content.decode()
    assert unit.post(f"{step}/request_shelving/", {"cause": "funds"}).status_code == 422
    body = {"cause": "funds", "opinion": "经费在明年预算里，内部说明", "target_on": target}
    assert unit.post(f"{step}/request_shelving/", body).status_code == 302
    assert case.number in street.get("/cases/library/?show=asked").content.decode()
    assert target in street.get(f"{step}/approve_shelving/").content.decode()
    answer = street.post(
        f"{step}/approve_shelving/", {"public_words": WORDS, "target_on": target, "opinion": "属实"}
    )
    assert answer.status_code == 302
    listed = street.get("/cases/library/").content.decode()
    assert case.number in listed
    assert f"目标 {target}" in listed
    assert "挂账至" in street.get("/cases/?tab=open").content.decode()
    assert "已挂账，在问题库里" in unit.get(f"/cases/{case.number}/").content.decode()
    own = client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    assert WORDS in own
    assert target in own
    for secret in ("内部说明", "属实"):
        assert secret not in own, secret
    text = street.post("/cases/library/export/").getvalue().decode("utf-8-sig")
    assert case.number in text
    assert "内部说明" not in text
    assert street.post(f"{step}/end_shelving/", {"public_words": "钱到了，开工"}).status_code == 302
    assert "钱到了，开工" in client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    assert case.number in street.get("/cases/library/?show=ended").content.decode()


def test_an_empty_library_says_what_will_be_there(living):
    town, _case = living
    page = client_of(town, "dispatcher").get("/cases/library/").content.decode()
    assert "问题库是空的" in page
    for query in ("?page=0", "?page=x", "?unit=nobody", "?cause=%00", "?kind=9999&when=x"):
        assert client_of(town, "dispatcher").get(f"/cases/library/{query}").status_code in {200, 400}
