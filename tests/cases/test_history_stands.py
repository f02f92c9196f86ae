"""Changing a limit, the hours or the holidays never rewrites stored clocks, outcomes and explanations."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.serializers import serialize
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.cases import services
from nuanxin.cases.enums import ClockKind
from nuanxin.cases.models import Case, Clock, ClockChange
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.time_account import time_account
from nuanxin.cases.queries.time_words import sentence
from nuanxin.cases.services.clocks import pause_clocks, resume_clocks, set_next_due
from nuanxin.kernel.cached import forget_all
from nuanxin.kernel.worktime.models import Holiday
from nuanxin.kernel.worktime.services import import_holidays, import_shipped_holidays, set_working_hours
from tests.factories.desks import MINUTE, dispatched, handed_in, reported, task_of
from tests.factories.town import STREET, build_town

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DECEMBER = datetime(2026, 12, 30, 1, 0, tzinfo=UTC)  # a Wednesday, 09:00 in Shanghai
# What nobody has published: a first notice of 2027, with New Year's Day until the Sunday and a worked Saturday.
NOTICE = """date,kind,name
2027-01-01,off,元旦
2027-01-02,off,元旦
2027-01-03,off,元旦
2027-01-04,off,元旦
2027-01-09,work,元旦
"""


@pytest.fixture
def stories(db, photo):
    """Cases in every kind of state: late, on time, returned, paused, reopened, rejected, running."""
    import_shipped_holidays(now=datetime(2026, 9, 1, tzinfo=UTC))
    town = build_town()
    now = town.now
    closed = handed_in(town, photo)
    services.pass_verification(actor=town["dispatcher"], case=closed, outcome="solved", now=now + 12 * DAY)
    own = detail.own_case(town["worker"], closed.number)
    services.reopen_case(actor=town["worker"], case=own, opinion="又坏了", now=now + 13 * DAY)
    late = dispatched(town, now=now)
    services.accept_task(actor=town["city_management"], task=task_of(late, "lead"), now=now + 3 * DAY)
    paused = dispatched(town, now=now)
    pause_clocks(paused, now=now + HOUR)
    resume_clocks(paused, now=now + 20 * DAY)
    set_next_due(paused)
    rejected = reported(town)
    services.reject_case(
        actor=town["dispatcher"], case=rejected, reason="7", opinion="私人事务", now=now + 2 * HOUR
    )
    reported(town, now=now + 14 * DAY)
    return town


def everything(now):
    """All that is stored and all that is said of it, byte by byte."""
    with translation.override("zh-hans"):
        accounts = [time_account(case, now=now) for case in Case.objects.order_by("pk")]
        said = [
            [
                sentence(account),
                [(str(phase.label), phase.length.total_seconds(), phase.share) for phase in account.phases],
                [
                    (
                        stage.clock.pk,
                        str(stage.limit),
                        stage.due_by_rule.isoformat(),
                        stage.counted.total_seconds(),
                        [
                            (each.start.isoformat(), each.end.isoformat(), each.counted, each.label)
                            for each in stage.intervals
                        ],
                    )
                    for stage in account.stages
                ],
            ]
            for account in accounts
        ]
    rows = [*Clock.objects.order_by("pk"), *ClockChange.objects.order_by("pk"), *Case.objects.order_by("pk")]
    return serialize("json", rows).encode(), json.dumps(said, ensure_ascii=False).encode()


LIMITS = st.sampled_from(["PT30M", "PT2H", "PT48H", "4wh", "1wd", "9wd", "P1D", "P30D"])
HOURS = st.sampled_from(
    [[["08:00", "18:00"]], [["09:00", "12:00"], ["14:00", "20:00"]], [["00:00", "24:00"]]]
)
ON = st.dates(date(2026, 8, 1), date(2026, 10, 31))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limits=st.lists(LIMITS, min_size=3, max_size=3),
    urgency=st.sampled_from(["U2", "U3", "U4"]),
    hours=HOURS,
    since=ON,
    days=st.dictionaries(ON, st.booleans(), max_size=8),
)
def test_nothing_that_was_stored_or_said_changes(stories, limits, urgency, hours, since, days):
    town, later = stories, stories.now + 40 * DAY
    before = everything(later)
    for code in ("0401", "0301"):
        changes = {
            "respond_within": limits[0],
            "make_safe_within": limits[1],
            "finish_within": limits[2],
            "urgency": urgency if code == "0401" else "U1",
        }
        services.update_category(actor=town["swd"], code=code, changes=changes, now=later)
    set_working_hours(scope_code=STREET, valid_from=since, intervals=hours, now=later)
    for on, is_workday in days.items():
        Holiday.objects.update_or_create(
            date=on,
            defaults={"is_workday": is_workday, "name": "调", "source": "更正", "imported_at": later},
        )
    forget_all()
    services.settle_provisional_clocks(now=later)
    assert everything(later) == before


@pytest.fixture
def over_new_year(db, monkeypatch):
    """A case at the end of a year whose following one nobody has published yet."""
    import_shipped_holidays(now=DECEMBER - 60 * DAY)
    town = build_town(DECEMBER)
    running = dispatched(town, now=DECEMBER)
    return town, running


def totals(case):
    return Clock.objects.get(case=case, kind=ClockKind.TOTAL)


def test_what_waited_for_the_notice_is_settled_once_and_on_record(over_new_year, photo):
    town, case = over_new_year
    total = totals(case)
    assert total.provisional
    stopped = handed_in(town, photo, now=DECEMBER)
    services.pass_verification(actor=town["dispatcher"], case=stopped, outcome="solved", now=DECEMBER + HOUR)
    history = serialize("json", Clock.objects.filter(case=stopped).order_by("pk"))
    assert services.settle_provisional_clocks(now=DECEMBER + DAY) == 0, "not published yet"

    import_holidays(csv_text=NOTICE, source="国务院办公厅关于2027年的通知", now=DECEMBER + DAY)
    settled = services.settle_provisional_clocks(now=DECEMBER + DAY)
    assert settled >= 1
    after = totals(case)
    change = ClockChange.objects.get(clock=total)
    assert (change.kind, change.due_before, change.due_after) == ("calendar", total.due_at, after.due_at)
    assert after.due_at > total.due_at
    assert not after.provisional
    assert after.calendar_id == total.calendar_id, "the calendar that it was started with stays"
    case.refresh_from_db()
    assert case.due_at == after.due_at
    running = Clock.objects.filter(case=case, stopped_at=None, paused_at=None)
    assert case.next_due_at == min(clock.due_at for clock in running)
    assert all(clock.due_at <= after.due_at for clock in running)
    assert services.settle_provisional_clocks(now=DECEMBER + 2 * DAY) == 0
    assert serialize("json", Clock.objects.filter(case=stopped).order_by("pk")) == history

    with translation.override("zh-hans"):
        stage = time_account(case, now=DECEMBER + 3 * DAY).totals[-1]
        assert "元旦放假" in {each.label for each in stage.intervals}
        assert stage.due_by_rule == after.due_at


def test_it_takes_only_the_new_year_from_the_tables_of_today(over_new_year):
    """Hours that were changed meanwhile and a corrected day of the old year are none of its business."""
    _town, case = over_new_year
    set_working_hours(
        scope_code=STREET, valid_from=date(2026, 12, 1), intervals=[["10:00", "11:00"]], now=DECEMBER
    )
    Holiday.objects.create(
        date=date(2026, 12, 31), is_workday=False, name="错", source="x", imported_at=DECEMBER
    )
    forget_all()
    import_holidays(csv_text=NOTICE, source="国务院办公厅关于2027年的通知", now=DECEMBER + DAY)
    services.settle_provisional_clocks(now=DECEMBER + DAY)
    after = totals(case)
    days = detail.explained(after, now=DECEMBER + DAY)
    spent = {each.start.date() for each in days if each.counted}
    ends = after.due_at.astimezone(days[0].start.tzinfo)
    assert (ends.hour, ends.minute) == (17, 30), "the hours that it was started with"
    assert date(2027, 1, 4) not in spent
    assert date(2027, 1, 9) in spent or ends.date() < date(2027, 1, 9)


def test_an_extended_deadline_keeps_its_date_and_a_standing_clock_waits(over_new_year):
    _town, case = over_new_year
    pause_clocks(case, now=DECEMBER + MINUTE)
    import_holidays(csv_text=NOTICE, source="国务院办公厅关于2027年的通知", now=DECEMBER + DAY)
    assert services.settle_provisional_clocks(now=DECEMBER + DAY) == 0
    resume_clocks(case, now=DECEMBER + 2 * DAY)
    assert services.settle_provisional_clocks(now=DECEMBER + 2 * DAY) >= 1
