"""The histories that are written straight to the database are ones that the services could have written."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, Min

from nuanxin.cases.enums import DESK_STATES, OVER_STATES, CaseState, ClockOutcome, TaskState
from nuanxin.cases.models import Case, CaseLog, Clock, Rating, Reporter, Task
from nuanxin.cases.queries import detail, queue
from nuanxin.cases.queries.page import case_page
from nuanxin.cases.workflow import CASE, OPEN_TASK, TASK
from nuanxin.demo import bulk
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.ids import next_serial
from nuanxin.kernel.worktime import Limit, due_at
from nuanxin.kernel.worktime.services import calendar_of
from tests.factories.town import DISTRICT, build_town

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
COUNT = 300
OPEN = 60  # more than the usual twentieth, so that every desk has some


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def city(django_db_setup, django_db_blocker):
    """Written once for all of these tests."""
    with django_db_blocker.unblock():
        town = build_town()
        bulk.write_history(area=DISTRICT, count=COUNT, now=NOW, seed=7, open_share=OPEN / COUNT)
    yield town
    with django_db_blocker.unblock():
        django_db_setup.restore()


def logs_by_case():
    found = defaultdict(list)
    for log in CaseLog.objects.order_by("id"):
        found[log.case_id].append(log)
    return found


def test_every_log_is_a_move_of_the_tables(city):
    wrong = []
    for log in CaseLog.objects.exclude(action__in=["report", "make_safe"]):
        moves = TASK if log.task_id else CASE
        move = moves[log.action]
        if log.from_state not in move.sources or log.to_state != move.target:
            wrong.append((log.action, log.from_state, log.to_state))
    assert not wrong


def test_each_history_is_unbroken_and_ends_where_the_case_stands(city):
    cases = Case.objects.in_bulk()
    for pk, logs in logs_by_case().items():
        assert [log.at for log in logs] == sorted(log.at for log in logs)
        assert logs[0].action == "report"
        assert logs[-1].at <= NOW
        state = ""
        for log in logs:
            if log.task_id is None:
                assert log.from_state == state, (pk, log.action)
                state = log.to_state
        assert state == cases[pk].state
        assert cases[pk].is_open == (cases[pk].state not in OVER_STATES)


def test_tasks_stand_where_their_log_left_them(city):
    last = {}
    for log in CaseLog.objects.exclude(task=None).order_by("id"):
        if log.action != "make_safe":
            last[log.task_id] = log.to_state
    silent = {TaskState.WITHDRAWN, TaskState.DONE}  # the system ends a task without a word
    for task in Task.objects.select_related("case"):
        logged = last.get(task.pk, TaskState.DISPATCHED)
        reworked = task.case.rework_count and task.state == TaskState.IN_PROGRESS
        assert task.state in silent or task.state == logged or reworked
        assert task.is_open == (task.ended_at is None)
        assert not task.is_open or task.case.is_open


ALLOWED = {
    CaseState.REPORTED: set(),
    CaseState.SCREENING: set(),
    CaseState.FILED: set(),
    CaseState.DISPATCHED: {"dispatched", "accepted"},
    CaseState.CLAIMED: {"claimed", "dispatched", "accepted"},
    CaseState.RETURNED: {"claimed", "dispatched"},
    CaseState.REOPENED: set(),
    CaseState.ACCEPTED: {"claimed", "accepted", "dispatched"},
    CaseState.IN_PROGRESS: {"claimed", "accepted", "dispatched", "in_progress"},
    CaseState.RESULT_SUBMITTED: {"claimed", "accepted", "dispatched", "result_submitted"},
    CaseState.VERIFYING: {"claimed", "accepted", "dispatched", "result_submitted"},
    CaseState.REWORK: {"claimed", "accepted", "dispatched", "in_progress"},
}
NEEDED = {
    CaseState.CLAIMED: "claimed",
    CaseState.ACCEPTED: "accepted",
    CaseState.IN_PROGRESS: "in_progress",
    CaseState.RESULT_SUBMITTED: "result_submitted",
    CaseState.VERIFYING: "result_submitted",
    CaseState.REWORK: "in_progress",
}


def test_states_of_case_and_tasks_go_together(city):
    seen = Counter()
    for case in Case.objects.prefetch_related("tasks"):
        states = {task.state for task in case.tasks.all() if task.state in OPEN_TASK}
        seen[case.state] += 1
        assert states <= ALLOWED.get(case.state, set()), (case.state, states)
        if case.state in NEEDED:
            assert NEEDED[case.state] in states, (case.state, states)
    assert {CaseState.ARCHIVED, *NEEDED} - {CaseState.REWORK} <= set(seen)
    desks = Case.objects.filter(closed_at=None).values_list("desk", flat=True)
    assert set(desks) == set(DESK_STATES) - {"over"}
    assert len(desks) == OPEN


def test_limits_are_the_services_own_and_running_where_the_case_is_open(city):
    for clock in Clock.objects.select_related("case", "calendar"):
        due = due_at(clock.started_at, Limit.parse(clock.limit), calendar_of(clock.calendar)).at
        assert clock.due_at <= due
        if clock.due_at < due:  # no stage is due after the case itself
            assert clock.due_at == max(clock.started_at, clock.case.due_at) or clock.case.reopened_count
        if clock.stopped_at:
            late = clock.due_at < clock.stopped_at
            assert (clock.outcome == ClockOutcome.LATE) == late
        assert clock.stopped_at or clock.case.is_open
        passed = clock.due_at + timedelta(minutes=1) < (clock.stopped_at or NOW)
        assert (clock.climbed_at is not None) == passed
    running = Case.objects.filter(clocks__stopped_at=None).annotate(first=Min("clocks__due_at"))
    assert all(case.next_due_at == case.first for case in running)
    assert not Case.objects.filter(closed_at=None, next_due_at=None).exists()
    assert not Case.objects.exclude(closed_at=None).exclude(next_due_at=None).exists()


def test_nobody_checks_their_own_work(city):
    checks = CaseLog.objects.filter(action__in=["verify", "pass", "fail"]).order_by("id")
    handled = {
        log.case_id: log.organisation_id
        for log in CaseLog.objects.filter(action__in=["submit_result", "self_handle"]).exclude(task=None)
    }  # fmt: skip
    single = [log for log in checks if log.case.reopened_count == log.case.rework_count == 0]
    assert single
    assert all(handled[log.case_id] != log.organisation_id for log in single)


def test_numbers_are_those_of_the_area_and_day_and_are_never_given_again(city):
    cases = Case.objects.all()
    assert cases.count() == cases.values("number").distinct().count() == COUNT
    for case in cases:
        day = (case.reported_at + timedelta(hours=8)).strftime("%Y%m%d")
        assert case.number[:14] == f"990101{day}"
        assert case.number[14:].isdigit()
        assert len(case.number) == 19
    day, most = Counter(number[6:14] for number in cases.values_list("number", flat=True)).most_common(1)[0]
    assert next_serial(f"case:990101:{day}") == most + 1


def test_places_and_people_are_the_citys(city):
    assert set(Case.objects.values_list("scope_street", flat=True)) == {"990101001"}
    assert all(case.h3 and case.lng for case in Case.objects.all())
    assert Case.objects.exclude(compound=None).exists()
    assert Reporter.objects.count() == COUNT
    assert not Reporter.objects.filter(subject_id=None).exists()
    assert Task.objects.values("case").annotate(n=Count("id")).filter(n__gt=1).exists()
    assert Rating.objects.exists()


def test_a_case_opens_on_its_page_is_found_and_stands_in_its_queue(city):
    actor = city["dispatcher"]
    for state in (CaseState.ARCHIVED, CaseState.ACCEPTED, CaseState.REPORTED):
        case = Case.objects.filter(state=state).first()
        page = case_page(actor, case.number, now=NOW)
        assert page.entries
        assert page.clocks
        assert detail.timeline(case)
    words = Case.objects.exclude(compound=None).first()
    tabs = {tab.name: tab for tab in queue.tabs_for(actor)}
    found = queue.cases_in(actor, tabs["all"], queue.Filters(words="云栖"), now=NOW)
    assert words.pk in found.values_list("pk", flat=True)
    counts = queue.counts(actor, queue.tabs_for(actor), queue.Filters(), now=NOW)
    assert counts["open"] == sum(counts[desk] for desk in ("screen", "dispatch", "handle", "verify")) == OPEN
    assert counts["overdue"]


def test_constraints_hold(city):
    connection.check_constraints()
    for model in (Case, Task, Clock, Reporter, Rating):
        for row in model.objects.all()[:80]:
            row.validate_constraints()


def test_the_next_report_goes_on_from_there(city):
    """Ids and serials are taken, not guessed."""
    last = Case.objects.latest("pk").pk
    bulk.write_history(area=DISTRICT, count=20, now=NOW, seed=8)
    assert Case.objects.count() == COUNT + 20
    assert Case.objects.filter(pk__gt=last).count() == 20
    case = Case.objects.latest("pk")
    assert CaseLog.objects.create(case=case, action="x", to_state=case.state, at=NOW, role=SYSTEM.role).pk
