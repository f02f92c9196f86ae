"""Opening hours at an instant: the syntax and its mistakes, holidays and make-up days, nights, rows beside the rules.

test_opening_differential.py compares a thousand expressions with the reference implementation.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.opening import (
    NONE,
    Change,
    Holidays,
    InvalidOpening,
    Kind,
    Period,
    Reason,
    Season,
    State,
    at_all,
    parse,
)
from nuanxin.kernel.opening.rewriting import rewrite
from tests.kernel.worktime_cases import CALENDAR, at

HOLIDAYS = Holidays.of(CALENDAR)
OFFICE = "Mo-Fr 09:00-12:00,13:30-17:30; PH off"
NIGHT = "Mo-Su 22:00-06:00; PH off"


def state(text, when, **rows):
    return parse(text).at(at(when), holidays=HOLIDAYS, **rows)


def opens(text, start, end, **rows):
    """The stretches that are not closed, as `09-30 22:00–10-01 06:00`."""
    found = parse(text).intervals(at(start), at(end), holidays=HOLIDAYS, **rows)
    return [
        f"{each.start:%m-%d %H:%M}–{each.end:%m-%d %H:%M}" for each in found if each.kind is not Kind.CLOSED
    ]


# --- at an instant ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "when", "expected"),
    [
        (OFFICE, "2026-09-28 10:00", State(Kind.OPEN, at("2026-09-28 12:00"), Kind.CLOSED)),
        (OFFICE, "2026-09-28 12:00", State(Kind.CLOSED, at("2026-09-28 13:30"), Kind.OPEN)),
        (OFFICE, "2026-09-28 13:30", State(Kind.OPEN, at("2026-09-28 17:30"), Kind.CLOSED)),
        (OFFICE, "2026-09-30 17:30", State(Kind.CLOSED, at("2026-10-08 09:00"), Kind.OPEN)),
        (
            OFFICE,
            "2026-10-09 18:00",
            State(Kind.CLOSED, at("2026-10-10 09:00"), Kind.OPEN),
        ),  # a worked Saturday
        ("24/7", "2026-10-01 03:00", State(Kind.OPEN)),
        ("off", "2026-10-01 03:00", State(Kind.CLOSED)),
        ('unknown "先打电话"', "2026-10-01 03:00", State(Kind.UNKNOWN, comment="先打电话")),
        ('"先打电话"', "2026-10-01 03:00", State(Kind.UNKNOWN, comment="先打电话")),
        ('24/7 open "敲门"', "2026-10-01 03:00", State(Kind.OPEN, comment="敲门")),
        ("22:00-06:00", "2026-03-01 02:00", State(Kind.OPEN, at("2026-03-01 06:00"), Kind.CLOSED)),
        (
            'Mo-Fr 09:00-18:00 || unknown "按门铃"',
            "2026-03-02 20:00",
            State(Kind.UNKNOWN, at("2026-03-03 09:00"), Kind.OPEN, "按门铃"),
        ),
        ("10:00+", "2026-03-02 12:00", State(Kind.UNKNOWN, at("2026-03-03 00:00"), Kind.CLOSED)),
        ("10:00-16:00+", "2026-03-02 12:00", State(Kind.OPEN, at("2026-03-02 16:00"), Kind.UNKNOWN)),
    ],
)
def test_what_it_is_now_and_what_is_next(text, when, expected):
    assert state(text, when) == expected


def test_a_comment_that_changes_is_no_change_of_state():
    text = 'Mo-Su 08:00-12:00; Mo-Su 12:00-20:00 open "走侧门"'.replace("; ", ", ")
    morning, noon = state(text, "2026-03-02 09:00"), state(text, "2026-03-02 13:00")
    assert (morning.until, morning.comment) == (at("2026-03-02 20:00"), "")
    assert (noon.until, noon.comment) == (at("2026-03-02 20:00"), "走侧门")


def test_an_answer_that_is_held_ends_when_it_should():
    hours = parse("Mo-Fr 09:00-18:00")
    asked = [at("2026-09-14 00:00") + timedelta(minutes=35 * step) for step in range(400)]
    answers = [hours.at(now) for now in asked]
    assert answers == [type(hours)(hours.text, hours.rules).at(now) for now in asked]
    assert hours.at(asked[7]) == answers[7]  # and time may run backwards


# --- holidays and make-up days ------------------------------------------------------------------------------


def test_holidays_are_those_of_the_notice_and_not_the_librarys():
    assert opens("Mo-Fr 09:00-18:00; PH off", "2026-09-24", "2026-10-12") == [
        "09-24 09:00–09-24 18:00",  # 中秋 to Sunday 27
        *(f"09-{day} 09:00–09-{day} 18:00" for day in (28, 29, 30)),
        *(f"10-{day} 09:00–10-{day} 18:00" for day in ("08", "09", "10")),
    ]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mo-Fr 09:00-18:00; PH off", ["10-10 09:00–10-10 18:00"]),
        ("Mo-Fr,PH 09:00-18:00", ["10-10 09:00–10-10 18:00"]),
        ("Mo-Fr 09:00-18:00; Sa-Su 10:00-12:00; PH off", ["10-10 09:00–10-10 18:00"]),
        ("Mo-Fr 09:00-18:00; Sa-Su off; PH off", ["10-10 09:00–10-10 18:00"]),
        ("Mo-Sa 09:00-18:00; PH off", ["10-10 09:00–10-10 18:00"]),
        ("Mo-Fr 22:00-06:00; PH off", ["10-10 00:00–10-10 06:00", "10-10 22:00–10-11 00:00"]),
        ("Mo-Fr 09:00-18:00", []),  # nothing in it goes by the calendar
        ("Mo,Tu,We,Th,Fr 09:00-18:00; PH off", []),  # days by name are days of the week
        ("Mo-Th 09:00-18:00; Fr 09:00-17:00; Sa 10:00-12:00; PH off", ["10-10 10:00–10-10 12:00"]),
    ],
)
def test_a_worked_saturday_counts_for_ranges_of_working_days_that_go_with_holidays(text, hours):
    assert opens(text, "2026-10-10", "2026-10-11") == hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mo-Fr,PH 09:00-18:00", ["10-03 09:00–10-03 18:00"]),
        ("PH,Mo-Fr 09:00-18:00; Sa 20:00-21:00", ["10-03 20:00–10-03 21:00"]),
        ("Sa 20:00-21:00, PH 09:00-18:00", ["10-03 09:00–10-03 18:00", "10-03 20:00–10-03 21:00"]),
        ("Mo-Su 09:00-18:00; PH 12:00-13:00 off", ["10-03 09:00–10-03 12:00", "10-03 13:00–10-03 18:00"]),
        ("Jul PH 09:00-18:00", []),
        ("Oct PH 09:00-18:00", ["10-03 09:00–10-03 18:00"]),
        ("PH Mo-Fr 09:00-18:00", []),
        ("PH Sa 09:00-18:00", ["10-03 09:00–10-03 18:00"]),
        ("PH +1 day 09:00-18:00", ["10-03 09:00–10-03 18:00"]),
    ],
)
def test_ways_to_name_holidays(text, hours):
    """3 October 2026 is a Saturday within the National Day holidays."""
    assert opens(text, "2026-10-03", "2026-10-04") == hours


def test_the_day_before_a_holiday():
    assert opens("PH -1 day 09:00-12:00", "2026-04-01", "2026-04-07") == [
        f"04-0{day} 09:00–04-0{day} 12:00" for day in (3, 4, 5)
    ]


def test_no_holiday_of_the_library_is_left_in_what_it_is_given():
    for text in (OFFICE, NIGHT, "Mo-Fr,PH 09:00-18:00", "PH Mo-Fr 09:00-10:00 || PH unknown", "Oct PH off"):
        assert "PH" not in "".join(rewrite(parse(text).rules, HOLIDAYS).expressions)


def test_beyond_the_last_notice_an_answer_is_provisional():
    assert not state(OFFICE, "2026-12-30 10:00").provisional
    assert state(OFFICE, "2026-12-31 18:00").provisional  # the next opening is of a year without a notice
    assert state(OFFICE, "2027-10-01 10:00") == State(
        Kind.OPEN, at("2027-10-01 12:00"), Kind.CLOSED, provisional=True
    )
    assert not state("Mo-Fr 09:00-18:00", "2027-10-01 10:00").provisional


@pytest.mark.django_db
def test_the_holidays_in_force_are_those_of_our_tables():
    assert parse(OFFICE).at(at("2026-10-10 10:00")).is_open
    assert not parse(OFFICE).at(at("2026-10-05 10:00")).is_open


# --- nights -------------------------------------------------------------------------------------------------


def test_a_night_belongs_to_the_evening_on_which_it_begins():
    assert opens(NIGHT, "2026-09-30 12:00", "2026-10-09 12:00") == [
        "09-30 22:00–10-01 06:00",
        "10-08 22:00–10-09 06:00",
    ]


def test_a_night_beside_whole_days_ends_as_the_library_ends_it():
    assert opens("Mo-Fr 22:00-06:00; Sa-Su 00:00-24:00", "2026-03-06 12:00", "2026-03-09 12:00") == [
        "03-06 22:00–03-09 00:00"
    ]


# --- rows beside the rules ----------------------------------------------------------------------------------


def test_a_closure_wins_and_says_why():
    closure = Change(date(2026, 3, 3), date(2026, 3, 4), reason="停水")
    assert state("Mo-Fr 09:00-18:00", "2026-03-02 20:00", changes=[closure]) == State(
        Kind.CLOSED, at("2026-03-05 09:00"), Kind.OPEN
    )
    assert state("24/7", "2026-03-03 10:00", changes=[closure]) == State(
        Kind.CLOSED, at("2026-03-05 00:00"), Kind.OPEN, "停水"
    )
    assert state("24/7", "2026-03-02 10:00", changes=[closure]).until == at("2026-03-03 00:00")
    assert state("24/7", "2026-03-05 10:00", changes=[closure]) == State(Kind.OPEN)


def test_other_hours_for_some_days():
    festival = Change(date(2026, 10, 1), date(2026, 10, 7), "10:00-16:00", "国庆短开")
    rows = {"changes": [festival, Change(date(2026, 10, 2), date(2026, 10, 3))]}
    assert opens(OFFICE, "2026-09-30 17:00", "2026-10-05", **rows) == [
        "09-30 17:00–09-30 17:30",
        "10-01 10:00–10-01 16:00",
        "10-04 10:00–10-04 16:00",
    ]
    assert state(OFFICE, "2026-10-01 11:00", **rows).comment == "国庆短开"


@pytest.mark.django_db
def test_the_hours_of_a_row_may_go_by_holidays_where_the_rules_do_not():
    autumn = Change(date(2026, 9, 1), date(2026, 11, 30), "10:00-16:00; PH off")
    now = at("2026-10-05 11:00")
    assert not parse("24/7").at(now, changes=[autumn]).is_open
    assert at_all([(parse("24/7"), (autumn,), ()), (parse("24/7"), (), ())], now) == [
        parse("24/7").at(now, changes=[autumn]),
        State(Kind.OPEN),
    ]


def test_a_closure_leaves_the_night_before_it_whole():
    closure = Change(date(2026, 3, 3), date(2026, 3, 3))
    assert opens("22:00-06:00", "2026-03-02 12:00", "2026-03-05 12:00", changes=[closure]) == [
        "03-02 22:00–03-03 06:00",
        "03-04 22:00–03-05 06:00",
    ]


def test_shut_or_open_from_one_hour_to_another():
    shut = Period(at("2026-03-03 15:00"), at("2026-03-03 16:00"), reason="盘点")
    late = Period(at("2026-03-03 18:00"), at("2026-03-03 23:00"), Kind.OPEN, "加时")
    assert state("Mo-Fr 09:00-18:00", "2026-03-03 10:00", changes=[shut]).until == at("2026-03-03 15:00")
    assert opens("Mo-Fr 09:00-18:00", "2026-03-03", "2026-03-04", changes=[shut, late]) == [
        "03-03 09:00–03-03 15:00",
        "03-03 16:00–03-03 18:00",
        "03-03 18:00–03-03 23:00",
    ]
    assert why("24/7", "2026-03-03 15:30", changes=[shut]).change == shut


def test_seasons_over_new_year_and_of_one_year():
    winter = Season(date(2025, 12, 1), date(2026, 2, 28), yearly=True)
    assert state("24/7", "2026-01-10 10:00", seasons=[winter]).until == at("2026-03-01 00:00")
    assert state("24/7", "2026-06-10 10:00", seasons=[winter]) == State(
        Kind.CLOSED, at("2026-12-01 00:00"), Kind.OPEN
    )
    heat = Season(date(2026, 6, 15), date(2026, 9, 15))
    assert opens("10:00-22:00", "2026-09-14", "2026-09-20", seasons=[heat]) == [
        "09-14 10:00–09-14 22:00",
        "09-15 10:00–09-15 22:00",
    ]
    assert state("24/7", "2028-07-01 10:00", seasons=[heat]) == State(Kind.CLOSED)


def test_many_places_at_one_instant():
    closure = Change(date(2026, 3, 3), date(2026, 3, 3), reason="停电")
    places = [(parse("24/7"), (), ()), (parse("24/7"), (closure,), ()), (parse("Mo-Fr 09:00-18:00"), (), ())]
    found = at_all(places, at("2026-03-03 20:00"))
    assert [each.kind for each in found] == [Kind.OPEN, Kind.CLOSED, Kind.CLOSED]
    assert found == [hours.at(at("2026-03-03 20:00"), changes=rows) for hours, rows, _seasons in places]


# --- why ----------------------------------------------------------------------------------------------------


def why(text, when, **rows):
    return parse(text).explain(at(when), holidays=HOLIDAYS, **rows)


def test_which_rule_decided():
    text = 'Mo-Fr 09:00-18:00 "一楼"; Sa 10:00-12:00; PH off "放假" || Su unknown "打电话"'
    assert (why(text, "2026-03-02 10:00").reason, why(text, "2026-03-02 10:00").rule) == (
        Reason.RULE,
        'Mo-Fr 09:00-18:00 "一楼"',
    )
    holiday = why(text, "2026-10-05 10:00")
    assert (holiday.rule, holiday.holiday, holiday.state.comment) == ('PH off "放假"', "国庆节", "放假")
    assert why(text, "2026-03-02 20:00").reason is Reason.NO_RULE
    assert why(text, "2026-03-08 20:00").rule == 'Su unknown "打电话"'
    worked = why(text, "2026-10-10 10:00")
    assert (worked.worked, worked.rule) == (True, 'Mo-Fr 09:00-18:00 "一楼"')
    assert [f"{each.start:%H:%M}–{each.end:%H:%M}" for each in worked.hours] == ["09:00–18:00"]


def test_after_midnight_the_evening_before_decides():
    assert why(NIGHT, "2026-10-01 03:00").day == date(2026, 9, 30)
    assert why(NIGHT, "2026-10-01 03:00").rule == "Mo-Su 22:00-06:00"
    assert why(NIGHT, "2026-10-01 23:00").rule == "PH off"


def test_a_row_or_the_season_decided():
    closure = Change(date(2026, 3, 3), date(2026, 3, 3), reason="停电")
    season = Season(date(2026, 1, 1), date(2026, 5, 1))
    assert why("24/7", "2026-03-03 10:00", changes=[closure]).change == closure
    rows = {"changes": [closure], "seasons": [season]}
    assert why("24/7", "2026-07-03 10:00", **rows).reason is Reason.SEASON
    assert why("24/7", "2026-03-04 10:00", **rows).reason is Reason.RULE


# --- mistakes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "position", "hint"),
    [
        ("", 0, "24/7"),
        ("Mo-Fr 9-18", 7, "09:00-18:00"),
        ("Mo-Fr 09:00", 7, "从几点到几点"),
        ("Mo-Fr 25:00-26:00", 7, "24:00"),
        ("Mo-Fr 09:00-18:00 Sa off", 19, "分号"),
        ("Mo-Fr, 09:00-18:00", 6, "不用逗号"),
        ("Mo-Fr 09:00-18:00;", 18, "不用分号"),
        ("Mon-Fri 09:00-18:00", 1, "Mo Tu We"),
        ('Mo-Fr unknown "打电话', 15, "引号"),
        ("Oct 01,03 off", 1, "Oct 01,Oct 03"),
        ("Mo[9] 10:00-12:00", 3, "Mo[1]"),
        ("SH off", 1, "寒暑假"),
        ("sunrise-sunset", 1, "钟点"),
        ("easter off", 1, "日期"),
        ("10:00-16:00/90", 12, "间隔"),
        ("周一至周五 9:00-18:00", 1, "Mo-Fr 9:00-18:00"),
        ("周一到周五 9点到18点，周末休息", 1, "Mo-Fr 9:00-18:00; Sa-Su off"),
        ("每天24小时营业", 1, "24/7"),
        ("Mo-Fr " + "09:00-10:00," * 100 + "11:00-12:00", 0, "1000"),
    ],
)
def test_a_mistake_says_where_it_is_and_what_to_write(text, position, hint):
    with pytest.raises(InvalidOpening) as caught:
        parse(text)
    assert caught.value.position == position
    assert hint in str(caught.value.hint)
    if caught.value.instead:
        assert parse(caught.value.instead)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mo－Fr 09：00—18：00；PH off", "Mo-Fr 09:00-18:00; PH off"),
        ("mo-fr 9:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Mo-Fr: 09:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Mo-Fr 09:00-12:00，13:30-17:30", "Mo-Fr 09:00-12:00,13:30-17:30"),
        ("Mo-Fr 24/7", "Mo-Fr 00:00-24:00"),
        ("unknown “先打电话”", 'unknown "先打电话"'),
    ],
)
def test_what_can_only_mean_one_thing_is_understood(typed, meant):
    span = at("2026-09-14 00:00"), at("2026-10-20 00:00")
    one, other = (parse(text).intervals(*span, holidays=HOLIDAYS) for text in (typed, meant))
    assert one == other


PIECES = (
    "Mo Fr Sa - , ; || : 09:00 18:00 22:00-06:00 24/7 PH SH off open unknown Oct 01 2026 99999999999 week [1] [-1] "
    'day "x" " + / easter ( ） 周一 九点 \x00 \ud7ff 节假日'
)


def attempt(text):
    try:
        return parse(text)
    except InvalidOpening as error:
        return error


@given(st.lists(st.sampled_from(PIECES.split(" ")), max_size=9).map(" ".join) | st.text(max_size=40))
def test_anything_is_read_or_refused_with_a_reason(text):
    got = attempt(text)
    if isinstance(got, InvalidOpening):
        assert got.message
        assert got.hint
    else:
        got.at(at("2026-09-14 10:00"), holidays=NONE)
        got.explain(at("2026-10-01 10:00"), holidays=HOLIDAYS)
