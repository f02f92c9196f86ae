"""Why is this overdue? Answered for any case, clock by clock, from what is stored."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from nuanxin.cases import services
from nuanxin.cases.enums import ClockKind
from nuanxin.cases.models import Clock
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.time_account import day_rows, time_account
from nuanxin.cases.queries.time_words import gentle_sentence, sentence
from nuanxin.cases.services.clocks import extend_clocks, pause_clocks, resume_clocks, set_next_due
from nuanxin.kernel.worktime.services import import_shipped_holidays
from tests.factories.desks import MINUTE, client_of, dispatched, handed_in, reported, task_of
from tests.factories.town import build_town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEFORE_NATIONAL_DAY = datetime(2026, 9, 28, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Shanghai


@pytest.fixture(autouse=True)
def _in_chinese():
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def autumn(db):
    """A town at the end of September, with the notice of the year."""
    import_shipped_holidays(now=BEFORE_NATIONAL_DAY)
    return build_town(BEFORE_NATIONAL_DAY)


def late_case(town, photo):
    """Accepted two hours late, handed in days late, over the National Day."""
    now = town.now
    case = dispatched(town, now=now, category="0401")
    task = task_of(case, "lead")
    services.claim_task(actor=town["community"], task=task_of(case, "community"), now=now + 10 * MINUTE)
    accept = Clock.objects.get(case=case, task=task, kind=ClockKind.ACCEPT)
    services.accept_task(actor=town["city_management"], task=task, now=accept.due_at + 2 * HOUR)
    total = Clock.objects.get(case=case, kind=ClockKind.TOTAL)
    services.submit_result(
        actor=town["city_management"],
        task=task,
        opinion="已填平",
        photos=[photo("after")],
        now=total.due_at + 25 * HOUR,
    )
    case = detail.case_for(town["dispatcher"], case.number)
    services.pass_verification(
        actor=town["dispatcher"], case=case, outcome="solved", now=total.due_at + 27 * HOUR
    )
    return detail.case_for(town["dispatcher"], case.number)


def test_a_late_case_says_how_late_by_whom_and_what_did_not_count(autumn, photo):
    case = late_case(autumn, photo)
    account = time_account(case, now=case.closed_at + DAY)
    assert account.late == 27 * HOUR
    words = sentence(account)
    assert words.startswith("超时 1 天 3 小时：接单晚了 2 小时，")
    assert "，处置晚了 1 天 1 小时" in words
    assert "核查" not in words, "verification began when all was late already"
    assert words.endswith("国庆节放假 7 天不计。")
    assert "暖阳区城管局" in {stage.who for stage in account.stages}
    assert "城管局" not in gentle_sentence(account)
    assert gentle_sentence(account).startswith("比说好的晚了 1 天 3 小时")


def test_the_intervals_of_each_clock_are_whole_and_the_phases_add_up(autumn, photo):
    case = late_case(autumn, photo)
    account = time_account(case, now=case.closed_at + DAY)
    for stage in account.stages:
        assert stage.intervals[0].start == stage.clock.started_at
        assert stage.intervals[-1].end == max(stage.clock.due_at, stage.until)
        assert all(a.end == b.start for a, b in zip(stage.intervals, stage.intervals[1:], strict=False))
        rows = stage.days
        if stage.until == stage.clock.started_at:
            assert not rows
            continue
        assert sum((row.counted for row in rows), timedelta(0)) == stage.counted
        assert rows[0].start == stage.clock.started_at
        assert rows[-1].end == stage.until
    assert account.length == case.closed_at - case.reported_at
    assert abs(sum(phase.share for phase in account.phases) - 100) <= len(account.phases)
    assert sum((p.counted for p in account.phases), timedelta(0)) == account.counted


def test_rounds_rework_and_reopening_are_all_in_it(town, photo):
    case = handed_in(town, photo)
    now = town.now + HOUR
    dispatcher, unit = town["dispatcher"], town["city_management"]
    services.fail_verification(actor=dispatcher, case=case, opinion="边上还松", now=now)
    task = task_of(case, "lead")
    services.submit_result(actor=unit, task=task, opinion="压实了", photos=[photo("after")], now=now + HOUR)
    services.pass_verification(actor=dispatcher, case=case, outcome="solved", now=now + 2 * HOUR)
    own = detail.own_case(town["worker"], case.number)
    services.reopen_case(actor=town["worker"], case=own, opinion="又塌了", now=now + 26 * HOUR)
    case = detail.case_for(dispatcher, case.number)
    account = time_account(case, now=now + 30 * HOUR)
    assert len(account.totals) == 2
    phases = {phase.name: phase for phase in account.phases}
    assert phases["rework"].length == HOUR
    assert phases["dispatch"].times == 1
    # The day between closing and reopening was nobody's.
    assert account.length == (now + 30 * HOUR - case.reported_at) - 24 * HOUR
    assert sentence(account)


def test_a_standstill_is_told_with_its_cause_and_an_extension_with_both_deadlines(town):
    case = dispatched(town)
    pause_clocks(case, now=town.now + HOUR)
    set_next_due(case)
    paused = time_account(case, now=town.now + 3 * HOUR)
    assert sentence(paused).startswith("计时暂停，没有超时")
    resume_clocks(case, now=town.now + 49 * HOUR)
    total = Clock.objects.get(case=case, kind=ClockKind.TOTAL)
    extend_clocks(case, ClockKind.TOTAL, to=total.due_at + 5 * DAY, now=town.now + 50 * HOUR)
    account = time_account(case, now=town.now + 51 * HOUR)
    stage = account.totals[-1]
    assert [change.kind for change in stage.changes] == ["pause", "extend"]
    assert stage.changes[1].due_before == total.due_at
    assert any(each.label == "暂停：挂账" for each in stage.intervals)
    assert {phase.name: phase.length for phase in account.phases}["shelved"] == 48 * HOUR
    assert "暂停：挂账 2 天不计" in sentence(account)


def test_the_page_on_screen_and_on_paper(autumn, photo, django_assert_max_num_queries):
    case = late_case(autumn, photo)
    client = client_of(autumn, "dispatcher")
    page = client.get(f"/cases/{case.number}/time/")
    assert page.status_code == 200
    assert "为什么超时" in page.content.decode()
    paper = client.get(f"/cases/{case.number}/time/?paper=1").content.decode()
    assert "<details open>" in paper
    assert "国庆节放假" in paper
    # The same for two rounds as for one.
    with django_assert_max_num_queries(6):
        time_account(case, now=case.closed_at)
    for who in ("other_dispatcher", "gas", "worker"):
        assert client_of(autumn, who).get(f"/cases/{case.number}/time/").status_code == 404


@pytest.mark.parametrize("state", ["reported", "screening", "rejected"])
def test_before_there_is_a_total_limit(town, state):
    case = reported(town)
    if state != "reported":
        services.start_screening(actor=town["dispatcher"], case=case, now=town.now + MINUTE)
    if state == "rejected":
        services.reject_case(
            actor=town["dispatcher"], case=case, reason="7", opinion="属私人事务", now=town.now + 2 * MINUTE
        )
    case = detail.case_for(town["dispatcher"], case.number)
    words = sentence(time_account(case, now=town.now + 3 * MINUTE))
    assert words == {"rejected": "没有受理，没有起算总时限。"}.get(state, "还没有立案，总时限还没起算。")


def test_day_rows_keep_long_stretches_whole(autumn):
    case = dispatched(autumn, now=autumn.now)
    total = Clock.objects.get(case=case, kind=ClockKind.TOTAL)
    rows = day_rows(detail.explained(total, now=autumn.now))
    holiday = next(row for row in rows if "国庆节放假" in row.uncounted_as)
    assert holiday.is_long
    assert holiday.end - holiday.start == 7 * DAY
