"""Supervision: which level opens at which instant, for whom, once; who must answer by when; reminders; the way out."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, CaseLog, Clock, Supervision, Task
from nuanxin.cases.queries.supervision import SupervisionFilters, supervisions
from nuanxin.cases.queries.watching import rungs
from nuanxin.cases.services import StepInput, perform_step
from nuanxin.cases.services.supervising import AlreadySupervised, NothingToSupervise, RemindedToday
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.kernel.worktime.services import calendar_of
from nuanxin.notifications.models import Notice
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.desks import client_of, dispatched, handed_in, reported, task_of
from tests.factories.town import build_town

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SECOND = timedelta(seconds=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, tzinfo=SHANGHAI)


def watch(now):
    while services.watch_clocks(now=now):
        pass
    assert not services.watch_clocks(now=now)


def levels(case):
    return list(
        Supervision.objects.filter(case=case).order_by("id").values_list("level", "organisation__name")
    )


def do(actor, case, name, now, **given):
    return perform_step(
        actor=actor, case=Case.objects.get(pk=case.pk), name=name, given=StepInput(**given), now=now
    )


def rungs_of(case, kind):
    clock = Clock.objects.select_related("calendar").get(case=case, kind=kind, stopped_at=None)
    return {rung.what: rung.at.astimezone(SHANGHAI) for rung in rungs(clock, calendar_of(clock.calendar))}


# --- The rungs, to the minute ---------------------------------------------------------------------------------------
def test_rungs_of_three_working_days_are_counted_in_office_hours(town):
    """Filed on Tuesday at 09:01: Wednesday to Friday, seven hours each; a quarter of 21 hours is 5 h 15 min."""
    case = dispatched(town, category="0704")
    clock = Clock.objects.get(case=case, kind="handle")
    assert clock.limit == "3wd"
    assert rungs_of(case, "total") == {
        "yellow": at(18, 10, 45),
        "orange": at(18, 15, 30),
        "red": at(18, 17, 30),
        "remind": at(20, 9),  # the Sunday that is worked before the holiday
        "leader": at(22, 17, 30),
    }


def test_rungs_of_a_gas_leak_run_through_the_night(town):
    case = reported(town, "0101")
    assert rungs_of(case, "total") == {
        "yellow": at(16, 3),
        "orange": at(16, 7),
        "red": at(16, 9),
        "remind": at(17, 9),
        "leader": at(17, 9),
    }


def test_of_a_short_limit_orange_begins_with_yellow_and_yellow_is_left_out(town):
    services.update_category(actor=town["swd"], code="0704", changes={"finish_within": "4wh"}, now=town.now)
    case = dispatched(town, category="0704")
    found = rungs_of(case, "handle")
    assert found["yellow"] == found["orange"] < found["red"]
    watch(found["orange"] + SECOND)
    assert {level for level, _unit in levels(case)} == {"orange"}


# --- Opening ----------------------------------------------------------------------------------------------------------
def test_each_level_opens_after_its_instant_once_and_to_the_unit_that_is_late(town):
    case = dispatched(town, category="0704")
    town_unit = "暖阳区城管局"
    for instant, expected in (
        (at(18, 10, 45), []),
        (at(18, 10, 45) + SECOND, [("yellow", town_unit)]),
        (at(18, 15, 30) + SECOND, [("yellow", town_unit), ("orange", town_unit)]),
        (at(18, 17, 30), [("yellow", town_unit), ("orange", town_unit)]),
        (at(18, 17, 30) + SECOND, [("yellow", town_unit), ("orange", town_unit), ("red", town_unit)]),
    ):
        watch(instant)
        watch(instant)
        assert levels(case) == expected, instant
    case.refresh_from_db()
    assert case.supervision == "red"
    assert not CaseLog.objects.filter(case=case, action="remind").exists()
    watch(at(20, 9) + SECOND)
    assert CaseLog.objects.filter(case=case, action="remind").count() == 1
    watch(at(22, 17, 30) + SECOND)
    assert levels(case)[-1] == ("leader", town_unit)
    assert not Clock.objects.filter(case=case, kind__in=["handle", "total"]).exclude(watch_at=None).exists()


def test_a_worker_that_was_down_opens_only_what_is_true_now(town):
    case = dispatched(town, category="0704")
    watch(at(24, 9))
    assert levels(case) == [("leader", "暖阳区城管局")]


def test_a_gas_leak_that_is_late_is_put_on_the_districts_list(town):
    case = reported(town, "0101")
    watch(at(16, 9) + SECOND)
    assert ("listed", "云川燃气") in levels(case)
    asked = Supervision.objects.get(case=case, level="listed", organisation=town.organisations["gas"])
    assert asked.reply_clock.due_at == at(16, 11) + SECOND  # two hours, day and night
    drain(now=at(16, 9) + SECOND)
    told = Notice.objects.filter(kind="supervised", facts__level="listed").values_list("person", flat=True)
    for who in ("gas_lead", "street_lead", "swd"):
        assert town.persons[who].pk in set(told), who
    assert town.persons["worker"].pk not in set(told)


def test_before_it_is_given_out_the_street_is_asked(town):
    case = reported(town, "0704")
    services.start_screening(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
    services.file_case(actor=town["dispatcher"], case=case, now=town.now + 2 * MINUTE)
    watch(at(18, 10, 45) + MINUTE)
    assert levels(case) == [("yellow", "枫林街道办事处")]


def test_three_reworks_put_it_on_the_list_and_each_round_is_asked_anew(town, photo):
    case = handed_in(town, photo)
    task, now = task_of(case, "lead"), town.now + HOUR
    for count in range(3):
        assert Supervision.objects.filter(case=case, level="listed").count() == 0
        case = do(town["dispatcher"], case, "fail", now, opinion="还是松的")
        assert case.rework_count == count + 1
        if count < 2:
            services.submit_result(
                actor=town["city_management"],
                task=Task.objects.select_related("organisation").get(pk=task.pk),
                opinion="又修了一次",
                photos=[photo("after")],
                now=now + MINUTE,
            )
            now += 10 * MINUTE
    listed = Supervision.objects.get(case=case, level="listed")
    assert (listed.cause, listed.round, listed.organisation.name) == ("rework", 3, "暖阳区城管局")
    assert Case.objects.get(pk=case.pk).supervision == "listed"


def test_the_job_reads_by_the_index_whatever_else_is_there(town):
    for minute in range(6):
        dispatched(town, category="0704", now=town.now + minute * MINUTE)
    with CaptureQueriesContext(connection) as made:
        assert services.watch_clocks(now=town.now + 10 * MINUTE) == 0
    assert len(made) == 1
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        if connection.vendor != "sqlite":
            cursor.execute("SET enable_seqscan = off")
        cursor.execute(
            f"{explain} SELECT case_id FROM cases_clock WHERE stopped_at IS NULL AND paused_at IS NULL "
            "AND watch_at IS NOT NULL AND watch_at < '2026-09-15' ORDER BY watch_at LIMIT 200"
        )
        assert "cases_clock_to_watch" in str(cursor.fetchall())


# --- Answering --------------------------------------------------------------------------------------------------------
@pytest.fixture
def asked(town):
    case = dispatched(town, category="0704")
    watch(at(18, 10, 45) + SECOND)
    watch(at(18, 15, 30) + SECOND)
    return Case.objects.get(pk=case.pk)


def test_a_higher_level_takes_the_place_of_the_lower(town, asked):
    rows = Supervision.objects.filter(case=asked).order_by("id")
    assert [(row.level, row.ended_at) for row in rows] == [
        ("yellow", at(18, 15, 30) + SECOND),
        ("orange", None),
    ]
    assert list(Clock.objects.filter(case=asked, kind="reply").order_by("id").values_list("outcome", flat=True)) == [
        "cancelled", "running",
    ]  # fmt: skip


def test_one_answer_answers_all_that_the_unit_is_asked(town, asked):
    do(town["street_lead"], asked, "supervise", at(18, 15, 50), cause="leader", opinion="今天回复")
    now = at(18, 16)
    do(town["city_management"], asked, "reply_supervision", now, opinion="等沥青，明天上午铺")
    rows = Supervision.objects.filter(case=asked, ended_at=None)
    assert {(row.level, row.replied_at, row.reply) for row in rows} == {
        ("orange", now, "等沥青，明天上午铺"),
        ("leader", now, "等沥青，明天上午铺"),
    }
    assert not Clock.objects.filter(case=asked, kind="reply", stopped_at=None).exists()
    asked.refresh_from_db()
    assert asked.supervision == "leader"  # answered is not done
    drain(now=now)
    assert Notice.objects.filter(kind="answered", person=town.persons["street_lead"]).count() == 1
    with pytest.raises(NotAllowed):
        do(town["city_management"], asked, "reply_supervision", now + MINUTE, opinion="再说一次")


def test_only_the_unit_that_is_asked_answers_and_it_must_say_something(town, asked):
    with pytest.raises(NotAllowed):
        do(town["dispatcher"], asked, "reply_supervision", at(18, 16), opinion="我们来")
    with pytest.raises(NotFound):
        do(town["water"], asked, "reply_supervision", at(18, 16), opinion="我们来")
    with pytest.raises(Invalid):
        do(town["city_management"], asked, "reply_supervision", at(18, 16), opinion="  ")


def test_what_nobody_answers_in_time_climbs_once(town, asked):
    watch(at(18, 17, 30) + SECOND)
    reply = Clock.objects.get(case=asked, kind="reply", stopped_at=None)
    assert reply.due_at == at(20, 17, 30)  # one working day: the Sunday that is worked
    watch(reply.due_at + SECOND)
    drain(now=reply.due_at + SECOND)
    told = set(Notice.objects.filter(kind="unanswered").values_list("person", flat=True))
    assert town.persons["street_lead"].pk in told
    before = Notice.objects.filter(kind="unanswered").count()
    watch(reply.due_at + HOUR)
    drain(now=reply.due_at + HOUR)
    assert Notice.objects.filter(kind="unanswered").count() == before


def test_the_result_ends_it(town, asked, photo):
    task = task_of(asked, "lead")
    services.accept_task(actor=town["city_management"], task=task, now=at(18, 16))
    services.submit_result(
        actor=town["city_management"], task=task, opinion="铺好了", photos=[photo("after")], now=at(18, 17)
    )
    asked.refresh_from_db()
    assert asked.supervision == ""
    assert not Supervision.objects.filter(case=asked, ended_at=None).exists()
    assert set(Clock.objects.filter(case=asked, kind="reply").values_list("outcome", flat=True)) == {
        "cancelled"
    }


# --- By hand ----------------------------------------------------------------------------------------------------------
def test_a_leader_asks_by_hand_and_not_twice_before_an_answer(town):
    case = dispatched(town, category="0704")
    now = town.now + HOUR
    do(town["street_lead"], case, "supervise", now, cause="leader", opinion="今天下班前回复进展")
    assert levels(case) == [("leader", "暖阳区城管局")]
    with pytest.raises(AlreadySupervised):
        do(town["street_lead"], case, "supervise", now + MINUTE, cause="leader", opinion="再问一次")
    do(town["city_management"], case, "reply_supervision", now + 2 * MINUTE, opinion="明天铺")
    do(town["street_lead"], case, "supervise", now + 3 * MINUTE, cause="leader", opinion="不行，今天")
    do(town["swd"], case, "supervise", now + 4 * MINUTE, cause="key", opinion="列入挂牌")
    assert Case.objects.get(pk=case.pk).supervision == "listed"
    for cause, words in (("other", "x"), ("leader", " ")):
        with pytest.raises(Invalid):
            do(town["street_lead"], case, "supervise", now, cause=cause, opinion=words)


@pytest.mark.parametrize("who", ["dispatcher", "city_management", "community", "grid"])
def test_who_does_not_supervise(town, who):
    case = dispatched(town, category="0704")
    with pytest.raises(NotAllowed):
        do(town[who], case, "supervise", town.now + HOUR, cause="leader", opinion="快点")
    with pytest.raises(NotAllowed):
        do(town["community_head"], case, "supervise", town.now + HOUR, cause="key", opinion="快点")


def test_nobody_asks_oneself_or_about_what_is_over(town, photo):
    case = reported(town, "0704")
    with pytest.raises(NothingToSupervise):
        do(town["street_lead"], case, "supervise", town.now + MINUTE, cause="leader", opinion="快点")
    done = handed_in(town, photo)
    do(town["dispatcher"], done, "pass", town.now + HOUR, outcome="solved")
    with pytest.raises(NothingToSupervise):
        do(town["swd"], done, "remind", town.now + HOUR)


def test_a_reminder_a_day_by_hand_or_by_the_system(town):
    case = dispatched(town, category="0704")
    do(town["dispatcher"], case, "remind", at(17, 10))
    with pytest.raises(RemindedToday):
        do(town["street_lead"], case, "remind", at(17, 23, 59))
    do(town["street_lead"], case, "remind", at(18, 0), opinion="周五到期")
    drain(now=at(18, 0))
    assert Notice.objects.filter(kind="urged", person=town.persons["city_management"]).count() == 2


# --- Lists and pages --------------------------------------------------------------------------------------------------
def test_the_list_narrows_and_a_unit_sees_its_own(town, asked):
    now = at(18, 16)

    def found(who, **given):
        return supervisions(town[who], SupervisionFilters(**given), now=now).count()

    assert (found("dispatcher"), found("dispatcher", level="orange"), found("dispatcher", level="red")) == (
        1,
        1,
        0,
    )
    assert (found("dispatcher", reply="waiting"), found("dispatcher", reply="replied")) == (1, 0)
    assert (found("city_management"), found("water"), found("other_dispatcher")) == (1, 0, 0)
    unit = str(town.organisations["city_management"].public_id)
    assert (found("swd", organisation=unit), found("swd", reply="late")) == (1, 0)


@pytest.fixture
def living(db):
    """Pages read the clock of the wall; so the town lives now, and has been late for a while."""
    town = build_town(timezone.now() - timedelta(days=30))
    case = dispatched(town, category="0704")
    watch(timezone.now())
    return town, Case.objects.get(pk=case.pk)


def test_the_pages_of_supervision(living):
    town, case = living
    street, unit = client_of(town, "dispatcher"), client_of(town, "city_management")
    page = street.get("/cases/supervisions/").content.decode()
    for words in (case.number, "领导督办", "城管"):
        assert words in page, words
    assert case.number not in street.get("/cases/supervisions/?level=yellow").content.decode()
    assert "没有符合条件的" in street.get("/cases/supervisions/?level=yellow").content.decode()
    assert "领导督办" in street.get("/cases/?tab=handle").content.decode()
    shown = unit.get(f"/cases/{case.number}/").content.decode()
    assert "请贵单位回复" in shown
    answer = unit.post(f"/cases/{case.number}/steps/reply_supervision/", {"opinion": ""})
    assert answer.status_code == 422
    answer = unit.post(f"/cases/{case.number}/steps/reply_supervision/", {"opinion": "今天铺完"})
    assert answer.status_code == 302
    assert "今天铺完" in street.get("/cases/supervisions/?reply=replied").content.decode()
    again = unit.post(f"/cases/{case.number}/steps/reply_supervision/", {"opinion": "今天铺完"})
    assert again.status_code == 409
    mine = client_of(town, "worker").get(f"/mine/{case.number}/").content.decode()
    for secret in ("督办", "催办", "今天铺完"):
        assert secret not in mine


def test_the_file_of_supervision(living):
    town, case = living
    answer = client_of(town, "dispatcher").post("/cases/supervisions/export/?level=leader")
    text = answer.getvalue().decode("utf-8-sig")
    assert case.number in text
    assert "领导督办" in text
    assert "单元" not in text  # the flat
    assert client_of(town, "city_management").post("/cases/supervisions/export/").status_code == 404


def test_the_list_takes_the_same_statements_for_one_and_for_many(living):
    town, _case = living
    street = client_of(town, "dispatcher")
    street.get("/cases/supervisions/")
    taken = []
    for more in (0, 4):
        for _ in range(more):
            dispatched(town, category="0704")
        watch(town.now + timedelta(days=29))
        with CaptureQueriesContext(connection) as made:
            assert street.get("/cases/supervisions/").status_code == 200
        taken.append(len(made))
    assert taken[0] == taken[1]


def test_over_the_api_the_unit_answers(living):
    town, case = living
    person = town.persons["city_management"]
    assignment = Assignment.objects.get(person=person)
    text = create_token(person=person, assignment=assignment, name="x", now=timezone.now())[1]
    api = Client(headers={"authorization": f"Bearer {text}"})
    moves = api.get(f"/api/v1/cases/{case.number}").json()["available_transitions"]
    assert "reply_supervision" in {move["name"] for move in moves}
    answer = api.post(f"/api/v1/cases/{case.number}/transitions/reply_supervision", {"opinion": "今天铺完"})
    assert answer.status_code == 200, answer.content
    assert Supervision.objects.filter(case=case, replied_at=None, ended_at=None).count() == 0
