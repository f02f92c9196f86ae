"""Limits as text and as words; the formats of the category table."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.worktime import InvalidLimit, Limit, LimitKind

limits = st.one_of(
    st.builds(Limit, st.integers(1, 366 * 24 * 60), st.just(LimitKind.URGENT_HOUR)),
    st.builds(Limit, st.integers(1, 366 * 24 * 60), st.just(LimitKind.WORK_HOUR)),
    st.builds(Limit, st.integers(1, 3660), st.just(LimitKind.WORK_DAY)),
    st.builds(Limit, st.integers(1, 3660), st.just(LimitKind.NATURAL_DAY)),
)


@pytest.mark.parametrize(
    ("text", "urgency_natural", "expected"),
    [
        ("PT5M", True, Limit.urgent(minutes=5)),
        ("PT30M", True, Limit.urgent(minutes=30)),
        ("PT24H", True, Limit.urgent(hours=24)),
        ("PT1H30M", True, Limit.urgent(minutes=90)),
        ("PT24H", False, Limit.work_time(hours=24)),
        ("PT30M", False, Limit.work_time(minutes=30)),
        ("4wh", True, Limit.work_time(hours=4)),
        ("4wh", False, Limit.work_time(hours=4)),
        ("1wh30wm", False, Limit.work_time(minutes=90)),
        ("3wd", True, Limit.work_days(3)),
        ("15wd", False, Limit.work_days(15)),
        ("P15D", True, Limit.natural_days(15)),
        ("P15D", False, Limit.natural_days(15)),
        (" 3wd ", False, Limit.work_days(3)),
    ],
)
def test_the_formats_of_the_category_table(text, urgency_natural, expected):
    assert Limit.parse(text, urgency_natural=urgency_natural) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PT",
        "P",
        "wh",
        "3",
        "3 wd",
        "P1W",
        "P1DT2H",
        "-3wd",
        "0wd",
        "PT0M",
        "3660001wd",
        "PT9999H",
        "３wd",
    ],
)
def test_anything_else_is_refused_with_the_formats_that_are_known(text):
    with pytest.raises(InvalidLimit) as refused:
        Limit.parse(text)
    assert "3wd" in str(refused.value.hint)


@given(limits)
def test_a_limit_survives_its_own_text(limit):
    assert Limit.parse(str(limit)) == limit


@given(limits.filter(lambda limit: limit.kind != LimitKind.URGENT_HOUR))
def test_other_than_natural_hours_the_text_does_not_depend_on_urgency(limit):
    assert Limit.parse(str(limit), urgency_natural=False) == limit


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("PT30M", "30 分钟"),
        ("PT24H", "24 小时"),
        ("PT1H30M", "1 小时 30 分钟"),
        ("2wh", "2 工作时"),
        ("30wm", "30 工作分钟"),
        ("1wh30wm", "1 工作时 30 分钟"),
        ("3wd", "3 个工作日"),
        ("P15D", "15 个自然日"),
    ],
)
def test_the_words_for_people(text, label):
    with translation.override("zh-hans"):
        assert Limit.parse(text).label == label


@pytest.mark.parametrize(
    ("text", "told"), [("PT30M", "30 分钟"), ("30wm", "上班时间 30 分钟"), ("2wh", "上班时间 2 小时")]
)
def test_who_keeps_no_office_hours_is_not_told_working_minutes(text, told):
    with translation.override("zh-hans"):
        assert Limit.parse(text).told == told
