"""Time, figures and distance in words."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from nuanxin.ui import phrases

NOW = datetime(2026, 11, 20, 8, 48, tzinfo=UTC)  # a Friday, 16:48 in Shanghai


def in_(**length):
    return NOW + timedelta(**length)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=30), "不到 1 分钟"),
        (timedelta(minutes=42), "42 分钟"),
        (timedelta(hours=2), "2 小时"),
        (timedelta(hours=2, minutes=5), "2 小时 5 分钟"),
        (timedelta(hours=26, minutes=40), "26 小时"),
        (timedelta(days=3, hours=4), "3 天"),
        (timedelta(hours=-2), "2 小时"),
    ],
)
def test_duration(length, words):
    assert phrases.duration_words(length) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (in_(minutes=42), "今天 17:30"),
        (in_(days=1), "明天 16:48"),
        (in_(days=-1), "昨天 16:48"),
        (in_(days=3), "星期一 16:48"),
        (in_(days=10), "11月30日 16:48"),
        (in_(days=60), "2027年1月19日 16:48"),
    ],
)
def test_moment(at, words):
    assert phrases.moment(at, now=NOW) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (in_(seconds=-10), "刚刚"),
        (in_(minutes=-3), "3 分钟前"),
        (in_(hours=-2), "2 小时前"),
        (in_(hours=-8), "今天 08:48"),
        (in_(days=-2), "11月18日 16:48"),
    ],
)
def test_ago(at, words):
    assert phrases.ago(at, now=NOW) == words


def test_clock_tells_what_is_left_and_until_when():
    assert phrases.clock_words(in_(minutes=42), now=NOW) == "还剩 42 分钟 · 今天 17:30 前"
    assert phrases.clock_words(in_(hours=-2), now=NOW) == "已超 2 小时"
    assert phrases.clock_words_short(in_(minutes=42), now=NOW) == "还剩 42 分钟"


def test_clock_counts_working_time_where_it_is_given():
    words = phrases.clock_words(in_(days=1), now=NOW, remaining=timedelta(hours=2))
    assert words == "还剩 2 小时 · 明天 16:48 前"


def test_clock_state_turns_soon_in_the_last_quarter():
    start = in_(hours=-1)
    assert phrases.clock_state(in_(minutes=30), now=NOW, start=start) is phrases.ClockState.OK
    assert phrases.clock_state(in_(minutes=20), now=NOW, start=start) is phrases.ClockState.SOON
    assert phrases.clock_state(in_(minutes=-1), now=NOW, start=start) is phrases.ClockState.OVERDUE
    assert phrases.clock_state(in_(hours=3), now=NOW, start=in_(days=-9)) is phrases.ClockState.OK


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (987, "987", "987"),
        (9876, "9,876", "9,876"),
        (12340, "1.2 万", "12.3k"),
        (340_000_000, "3.4 亿", "340M"),
    ],
)
def test_figures(value, chinese, english):
    assert phrases.figure(value) == chinese
    with translation.override("en"):
        assert phrases.figure(value) == english


def test_counts_are_capped():
    assert [phrases.capped(n) for n in (0, 999, 1000)] == ["0", "999", "999+"]


@pytest.mark.parametrize(
    ("metres", "words"), [(4, "10 米"), (123, "120 米"), (1490, "1.5 公里"), (2000, "2 公里")]
)
def test_distance(metres, words):
    assert phrases.distance_words(metres) == words


def test_a_day_is_written_with_its_year_when_that_is_another_one():
    now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert phrases.dated(date(2026, 9, 18), now=now) == "9月18日"
    assert phrases.dated(date(2028, 9, 18), now=now) == "2028年9月18日"
    assert phrases.dated(datetime(2026, 12, 31, 17, tzinfo=UTC), now=now) == "2027年1月1日"  # in Shanghai
