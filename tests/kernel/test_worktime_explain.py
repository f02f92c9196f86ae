"""Every counted and uncounted stretch by its name."""

import pytest
from django.utils import translation

from nuanxin.kernel.worktime import Limit, Pause, Reason, WorkCalendar, explain
from tests.kernel.worktime_cases import CALENDAR, at


@pytest.fixture(autouse=True)
def _in_chinese():
    with translation.override("zh-hans"):
        yield


def told(start, limit, until, *pauses, calendar=CALENDAR):
    """Lines such as `09-18 10:00 – 09-18 12:00 + 工作时间`."""
    return [
        f"{i.start:%m-%d %H:%M} – {i.end:%m-%d %H:%M} {'+' if i.counted else '-'} {i.label}"
        for i in explain(at(start), Limit.parse(limit), calendar, pauses, until=at(until))
    ]


def test_working_hours_over_a_makeup_weekend():
    assert told("2026-09-18 11:00", "8wh", "2026-09-21 09:30") == [
        "09-18 11:00 – 09-18 12:00 + 工作时间",
        "09-18 12:00 – 09-18 13:30 - 午休",
        "09-18 13:30 – 09-18 17:30 + 工作时间",
        "09-18 17:30 – 09-19 00:00 - 下班时间",
        "09-19 00:00 – 09-20 00:00 - 周末",
        "09-20 00:00 – 09-20 09:00 - 下班时间",
        "09-20 09:00 – 09-20 12:00 + 国庆节调休上班",
        "09-20 12:00 – 09-20 13:30 - 午休",
        "09-20 13:30 – 09-20 17:30 + 国庆节调休上班",
        "09-20 17:30 – 09-21 09:00 - 下班时间",
        "09-21 09:00 – 09-21 09:30 + 工作时间",
    ]


def test_working_days_leave_the_arrival_day_out_and_name_the_holiday():
    assert told("2026-09-30 10:00", "1wd", "2026-10-08 17:30") == [
        "09-30 10:00 – 10-01 00:00 - 受理当日不计",
        "10-01 00:00 – 10-08 00:00 - 国庆节放假",
        "10-08 00:00 – 10-08 09:00 - 下班时间",
        "10-08 09:00 – 10-08 12:00 + 工作时间",
        "10-08 12:00 – 10-08 13:30 - 午休",
        "10-08 13:30 – 10-08 17:30 + 工作时间",
    ]


def test_a_pause_hides_what_lies_under_it_and_says_why():
    pause = Pause(at("2026-09-21 11:00"), at("2026-09-22 10:00"), "等物业提供钥匙")
    assert told("2026-09-21 10:00", "4wh", "2026-09-22 11:00", pause) == [
        "09-21 10:00 – 09-21 11:00 + 工作时间",
        "09-21 11:00 – 09-22 10:00 - 暂停：等物业提供钥匙",
        "09-22 10:00 – 09-22 11:00 + 工作时间",
    ]


def test_a_pause_without_an_end_lasts_until_the_reader_looks():
    standing = Pause(at("2026-09-21 11:00"), None)
    assert told("2026-09-21 10:00", "PT2H", "2026-09-23 11:00", standing) == [
        "09-21 10:00 – 09-21 11:00 + 连续计时",
        "09-21 11:00 – 09-23 11:00 - 暂停计时",
    ]


def test_overlapping_pauses_keep_their_own_reasons():
    first = Pause(at("2026-09-21 10:00"), at("2026-09-21 12:00"), "甲")
    second = Pause(at("2026-09-21 11:00"), at("2026-09-21 13:00"), "乙")
    inside = Pause(at("2026-09-21 10:30"), at("2026-09-21 10:45"), "丙")
    assert told("2026-09-21 09:00", "PT8H", "2026-09-21 14:00", second, first, inside) == [
        "09-21 09:00 – 09-21 10:00 + 连续计时",
        "09-21 10:00 – 09-21 12:00 - 暂停：甲",
        "09-21 12:00 – 09-21 13:00 - 暂停：乙",
        "09-21 13:00 – 09-21 14:00 + 连续计时",
    ]


def test_natural_days():
    assert told("2026-09-24 10:00", "P2D", "2026-09-26 12:00") == [
        "09-24 10:00 – 09-25 00:00 - 受理当日不计",
        "09-25 00:00 – 09-26 12:00 + 自然日",
    ]


def test_two_festivals_in_one_holiday():
    assert "10-01 00:00 – 10-09 00:00 - 国庆节、中秋节放假" in told(
        "2025-09-30 10:00", "2wd", "2025-10-10 12:00"
    )


def test_beyond_the_published_years_it_says_so():
    lines = told("2026-12-31 16:30", "4wh", "2027-01-01 10:00")
    assert lines[0] == "12-31 16:30 – 12-31 17:30 + 工作时间"
    assert lines[-1] == "01-01 09:00 – 01-01 10:00 + 工作时间（放假安排未公布，暂定）"


def test_an_office_without_a_break_and_one_open_in_the_evening():
    hours = WorkCalendar.from_snapshot(
        CALENDAR.to_snapshot()
        | {"hours": [{"from": "0001-01-01", "intervals": [["08:00", "16:00"], ["18:00", "20:00"]]}]}
    )
    codes = [
        i.code
        for i in explain(
            at("2026-09-21 00:00"), Limit.work_time(hours=1), hours, until=at("2026-09-22 00:00")
        )
    ]
    assert codes == [
        Reason.OFF_HOURS,
        Reason.WORKING_HOURS,
        Reason.OFF_HOURS,
        Reason.WORKING_HOURS,
        Reason.OFF_HOURS,
    ]


def test_nothing_before_the_start():
    assert told("2026-09-21 09:00", "3wd", "2026-09-21 09:00") == []
    with pytest.raises(ValueError, match="explain"):
        told("2026-09-21 09:00", "3wd", "2026-09-20 09:00")
