"""The vectors of the handbook (§2.2) and the rules around them, one by one."""

from datetime import UTC, date, datetime, timedelta

import pytest

from nuanxin.kernel.worktime import (
    ClockPaused,
    InvalidCalendar,
    InvalidHours,
    Limit,
    LimitKind,
    OfficeHours,
    Pause,
    WorkCalendar,
    due_at,
    elapsed,
    read_clock,
    remaining,
)
from tests.kernel.worktime_cases import CALENDAR, ROUND_THE_CLOCK, SEASONAL, at


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-09-18", 3, "2026-09-22"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-13", 7, "2026-03-02"),
        ("2026-04-30", 1, "2026-05-06"),
        ("2026-05-08", 1, "2026-05-09"),
        ("2026-09-24", 15, "2026-10-22"),
    ],
)
@pytest.mark.parametrize("clock", ["00:00", "10:00", "17:30", "23:59"])
def test_working_days_of_the_handbook(start, days, end, clock):
    due = due_at(at(f"{start} {clock}"), Limit.work_days(days), CALENDAR)
    assert due.at == at(f"{end} 17:30")
    assert not due.provisional


@pytest.mark.parametrize(("year", "workdays"), [(2025, 248), (2026, 248)])
def test_the_number_of_working_days_in_a_year(year, workdays):
    first = date(year, 1, 1)
    assert sum(CALENDAR.is_workday(first + timedelta(days=n)) for n in range(365)) == workdays


@pytest.mark.parametrize(
    "day", ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
)
def test_makeup_workdays_are_worked(day):
    assert CALENDAR.is_workday(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-09-18 10:00", "4wh", "2026-09-18 15:30"),  # over lunch
        ("2026-09-18 10:00", "2wh", "2026-09-18 12:00"),  # an end at closing is not the next opening
        ("2026-09-18 12:30", "1wh", "2026-09-18 14:30"),  # started at lunch
        ("2026-09-18 16:30", "1wh", "2026-09-18 17:30"),
        ("2026-09-18 16:30", "2wh", "2026-09-20 10:00"),  # Sunday is 调休
        ("2026-09-18 20:00", "1wh", "2026-09-20 10:00"),  # out of hours: next opening
        ("2026-09-19 09:00", "1wh", "2026-09-20 10:00"),
        ("2026-09-30 17:00", "1wh", "2026-10-08 09:30"),
        ("2026-09-21 09:00", "24wh", "2026-09-24 12:00"),
        ("2026-09-21 08:59", "30wm", "2026-09-21 09:30"),
    ],
)
def test_working_hours(start, limit, end):
    assert due_at(at(start), Limit.parse(limit), CALENDAR).at == at(end)


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-10-01 02:10", "PT30M", "2026-10-01 02:40"),
        ("2026-12-31 23:50", "PT30M", "2027-01-01 00:20"),
        ("2026-09-30 17:00", "PT24H", "2026-10-01 17:00"),
    ],
)
def test_urgent_hours_never_stop(start, limit, end):
    due = due_at(at(start), Limit.parse(limit), CALENDAR)
    assert due.at == at(end)
    assert not due.provisional


@pytest.mark.parametrize("clock", ["00:00", "12:34", "23:59:59"])
def test_natural_days_end_with_the_nth_following_day(clock):
    due = due_at(at(f"2026-09-24 {clock}"), Limit.natural_days(15), CALENDAR)
    assert due.at == at("2026-10-09 23:59:59")
    assert not due.provisional


def test_any_time_zone_may_ask_and_naive_time_may_not():
    start = datetime(2026, 9, 17, 20, 0, tzinfo=UTC)  # 04:00 on the 18th in Shanghai
    assert due_at(start, Limit.work_days(3), CALENDAR).at == at("2026-09-22 17:30")
    with pytest.raises(ValueError, match="time zone"):
        due_at(datetime(2026, 9, 18), Limit.work_days(3), CALENDAR)  # noqa: DTZ001  -- the fault under test


class TestBeyondThePublishedYears:
    def test_weekdays_decide_and_the_answer_is_provisional(self):
        due = due_at(at("2026-12-30 10:00"), Limit.work_days(2), CALENDAR)
        assert due.at == at("2027-01-01 17:30")  # nobody has said yet that New Year's Day 2027 is off
        assert due.provisional

    def test_within_them_it_is_not(self):
        assert not due_at(at("2026-12-30 10:00"), Limit.work_days(1), CALENDAR).provisional

    @pytest.mark.parametrize("limit", [Limit.urgent(hours=72), Limit.natural_days(5)])
    def test_natural_time_needs_no_notice(self, limit):
        assert not due_at(at("2026-12-31 10:00"), limit, CALENDAR).provisional

    def test_a_gap_between_published_years_is_provisional_too(self):
        calendar = WorkCalendar(published_years=frozenset({2025, 2027}))
        assert due_at(at("2026-06-01 10:00"), Limit.work_days(1), calendar).provisional
        assert calendar.published_until == 2025

    def test_an_empty_calendar_still_answers(self):
        calendar = WorkCalendar()
        assert calendar.published_until is None
        assert due_at(at("2026-09-18 10:00"), Limit.work_days(1), calendar).at == at("2026-09-21 17:30")


class TestPauses:
    def test_hours_come_back_minute_for_minute(self):
        pause = Pause(at("2026-09-21 10:00"), at("2026-09-21 14:00"))  # two and a half office hours
        assert due_at(at("2026-09-21 09:00"), Limit.work_time(hours=4), CALENDAR, [pause]).at == at(
            "2026-09-21 17:00"
        )
        assert due_at(at("2026-09-21 09:00"), Limit.urgent(hours=4), CALENDAR, [pause]).at == at(
            "2026-09-21 17:00"
        )

    def test_a_working_afternoon_comes_back_as_its_share_of_the_next_day(self):
        pause = Pause(at("2026-09-21 13:30"), at("2026-09-21 20:00"))
        due = due_at(at("2026-09-18 10:00"), Limit.work_days(3), CALENDAR, [pause])
        assert due.at == at("2026-09-23 14:30")  # four hours: 09:00–12:00 and 13:30–14:30

    def test_the_share_holds_where_hours_differ(self):
        pause = Pause(at("2026-04-30 09:00"), at("2026-04-30 18:00"))  # a whole spring day of seven hours
        due = due_at(at("2026-04-29 10:00"), Limit.work_days(1), SEASONAL, [pause])
        assert due.at == at("2026-05-06 18:00")  # is a whole summer day of six and a half

    def test_a_natural_day_loses_exactly_what_was_paused(self):
        pause = Pause(at("2026-09-25 08:00"), at("2026-09-25 13:00"))
        assert due_at(at("2026-09-24 10:00"), Limit.natural_days(1), CALENDAR, [pause]).at == at(
            "2026-09-26 05:00"
        )

    @pytest.mark.parametrize("limit", [Limit.work_days(2), Limit.natural_days(2)])
    def test_the_arrival_day_gives_nothing_back(self, limit):
        pause = Pause(at("2026-09-21 10:00"), at("2026-09-21 17:30"))
        start = at("2026-09-21 09:30")
        assert due_at(start, limit, CALENDAR, [pause]) == due_at(start, limit, CALENDAR)

    def test_a_night_gives_nothing_back_to_working_time(self):
        pause = Pause(at("2026-09-21 17:30"), at("2026-09-22 09:00"))
        for limit in (Limit.work_time(hours=8), Limit.work_days(1)):
            start = at("2026-09-21 10:00")
            assert due_at(start, limit, CALENDAR, [pause]) == due_at(start, limit, CALENDAR)

    def test_overlapping_pauses_count_once(self):
        pauses = [
            Pause(at("2026-09-21 10:00"), at("2026-09-21 11:00")),
            Pause(at("2026-09-21 10:30"), at("2026-09-21 11:30")),
        ]
        assert due_at(at("2026-09-21 09:00"), Limit.urgent(hours=2), CALENDAR, pauses).at == at(
            "2026-09-21 12:30"
        )

    @pytest.mark.parametrize("text", ["PT2H", "8wh", "3wd", "P3D"])
    def test_a_clock_that_still_stands_has_no_end(self, text):
        standing = Pause(at("2026-09-21 10:00"), None, "等物业开门")
        with pytest.raises(ClockPaused):
            due_at(at("2026-09-21 09:00"), Limit.parse(text), CALENDAR, [standing])

    def test_an_end_before_the_pause_stands(self):
        standing = Pause(at("2026-09-23 10:00"), None)
        assert due_at(at("2026-09-21 09:00"), Limit.work_days(1), CALENDAR, [standing]).at == at(
            "2026-09-22 17:30"
        )

    @pytest.mark.parametrize("text", ["PT24H", "8wh", "3wd", "P3D"])
    def test_nothing_runs_while_it_stands_and_everything_after(self, text):
        start, limit = at("2026-09-20 09:00"), Limit.parse(text)
        standing = [Pause(at("2026-09-21 10:00"), None)]
        before = remaining(start, limit, CALENDAR, now=at("2026-09-21 10:00"))
        reading = read_clock(start, limit, CALENDAR, standing, now=at("2026-09-25 16:00"))
        assert reading.remaining == before
        assert reading.paused
        resumed = [standing[0].until(at("2026-09-25 16:00"))]
        assert reading.due == due_at(start, limit, CALENDAR, resumed)
        assert not read_clock(start, limit, CALENDAR, resumed, now=at("2026-09-28 16:00")).paused

    def test_a_pause_that_ends_before_it_starts_is_a_fault_of_the_caller(self):
        with pytest.raises(ValueError, match="pause"):
            Pause(at("2026-09-21 10:00"), at("2026-09-21 09:00"))


class TestReading:
    def test_the_whole_limit_is_left_at_the_start(self):
        start = at("2026-09-21 15:00")
        assert remaining(start, Limit.work_days(3), CALENDAR, now=start) == timedelta(hours=21)
        assert remaining(start, Limit.work_time(hours=4), CALENDAR, now=start) == timedelta(hours=4)
        assert remaining(start, Limit.urgent(minutes=30), CALENDAR, now=start) == timedelta(minutes=30)
        assert remaining(start, Limit.natural_days(2), CALENDAR, now=start) == timedelta(days=2)

    def test_overdue_is_negative_in_the_same_counted_time(self):
        start, limit = at("2026-09-21 09:00"), Limit.work_time(hours=4)
        reading = read_clock(start, limit, CALENDAR, now=at("2026-09-22 10:00"))
        assert reading.due.at == at("2026-09-21 14:30")
        assert reading.remaining == -timedelta(hours=4)
        assert reading.is_overdue
        assert reading.used_share == 2

    def test_at_the_end_nothing_is_left_and_it_is_not_overdue(self):
        start, limit = at("2026-09-21 09:00"), Limit.work_days(1)
        reading = read_clock(start, limit, CALENDAR, now=at("2026-09-22 17:30"))
        assert reading.remaining == timedelta(0)
        assert not reading.is_overdue

    def test_elapsed_counts_office_hours_or_all_hours(self):
        friday, monday = at("2026-09-11 16:30"), at("2026-09-14 10:00")
        assert elapsed(friday, monday, LimitKind.WORK_HOUR, CALENDAR) == timedelta(hours=2)
        assert elapsed(friday, monday, LimitKind.WORK_DAY, CALENDAR) == timedelta(hours=2)
        assert elapsed(friday, monday, LimitKind.URGENT_HOUR, CALENDAR) == monday - friday
        assert elapsed(friday, monday, LimitKind.NATURAL_DAY, CALENDAR) == monday - friday

    def test_time_does_not_run_backwards(self):
        with pytest.raises(ValueError, match="elapse"):
            elapsed(at("2026-09-22 09:00"), at("2026-09-21 09:00"), LimitKind.WORK_HOUR, CALENDAR)


class TestHours:
    @pytest.mark.parametrize(
        "intervals",
        [
            [],
            [["09:00"]],
            [["9:00", "12:00"]],
            [["09:00", "12:60"]],
            [["09:00", "09:00"]],
            [["12:00", "09:00"]],
            [["22:00", "06:00"]],
            [["09:00", "24:01"]],
            [["09:00", "12:00"], ["11:00", "17:00"]],
            [["13:30", "17:30"], ["09:00", "12:00"]],
            [[9, 12]],
            None,
        ],
    )
    def test_hours_that_cannot_be_are_refused(self, intervals):
        with pytest.raises(InvalidHours):
            OfficeHours.parse(intervals)

    def test_a_calendar_needs_hours_in_order_and_one_rule_a_day(self):
        hours = OfficeHours(((540, 720),))
        rule = CALENDAR.days[0]
        with pytest.raises(InvalidHours):
            WorkCalendar(hours=())
        with pytest.raises(InvalidCalendar):
            WorkCalendar(hours=(hours, hours))
        with pytest.raises(InvalidCalendar):
            WorkCalendar(days=(rule, rule))

    def test_summer_hours_hold_from_their_day_on(self):
        limit = Limit.work_days(1)
        assert due_at(at("2026-04-29 09:00"), limit, SEASONAL).at == at("2026-04-30 17:30")
        assert due_at(at("2026-04-30 09:00"), limit, SEASONAL).at == at("2026-05-06 18:00")
        assert due_at(at("2026-09-30 09:00"), limit, SEASONAL).at == at("2026-10-08 17:00")

    def test_a_working_day_until_midnight_ends_on_its_own_date(self):
        assert due_at(at("2026-09-21 10:00"), Limit.work_days(1), ROUND_THE_CLOCK).at == at(
            "2026-09-22 23:59:59"
        )


class TestSnapshots:
    @pytest.mark.parametrize("calendar", [CALENDAR, SEASONAL, ROUND_THE_CLOCK, WorkCalendar()])
    def test_a_calendar_survives_its_snapshot(self, calendar):
        assert WorkCalendar.from_snapshot(calendar.to_snapshot()) == calendar

    @pytest.mark.parametrize(
        "change",
        [
            {"format": 2},
            {"tz": "UTC"},
            {"days": [["2026-13-01", True, ""]]},
            {"hours": []},
            {"published_years": None},
        ],
    )
    def test_a_damaged_one_is_refused(self, change):
        with pytest.raises((InvalidCalendar, InvalidHours)):
            WorkCalendar.from_snapshot(CALENDAR.to_snapshot() | change)
