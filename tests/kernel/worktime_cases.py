"""The published calendar of 2025 and 2026 and the strategies that the worktime tests share."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from nuanxin.kernel.worktime import SHANGHAI, Limit, LimitKind, OfficeHours, Pause, WorkCalendar
from nuanxin.kernel.worktime.notices import parse_notice, shipped_notices

RULES = tuple(rule for _title, text in shipped_notices() for rule in parse_notice(text))
CALENDAR = WorkCalendar(days=RULES, published_years=frozenset({2025, 2026}))
SEASONAL = WorkCalendar(
    hours=(
        OfficeHours.parse([["09:00", "12:00"], ["13:30", "17:30"]]),
        OfficeHours.parse([["08:30", "12:00"], ["15:00", "18:00"]], datetime(2026, 5, 1, tzinfo=UTC).date()),
        OfficeHours.parse([["09:00", "12:00"], ["13:00", "17:00"]], datetime(2026, 10, 1, tzinfo=UTC).date()),
    ),
    days=RULES,
    published_years=frozenset({2025, 2026}),
)
ROUND_THE_CLOCK = WorkCalendar(hours=(OfficeHours(((0, 24 * 60),)),), days=RULES)


def at(text: str) -> datetime:
    """Shanghai wall time: `at("2026-09-18 10:00")`."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


calendars = st.sampled_from([CALENDAR, SEASONAL, ROUND_THE_CLOCK])
kinds = st.sampled_from(list(LimitKind))
# 600 days around 调休, both seasons and the end of what is published; seconds, so that examples stay readable.
instants = st.integers(0, 600 * 24 * 3600).map(lambda s: at("2025-07-01 00:00") + timedelta(seconds=s))


@st.composite
def limits(draw):
    kind = draw(kinds)
    return Limit(draw(st.integers(1, 30 if kind.counts_days else 6000)), kind)


@st.composite
def pause_lists(draw, near=None):
    """Up to four closed pauses, mostly short ones, that may overlap."""
    pauses = []
    for _number in range(draw(st.integers(0, 4))):
        start = draw(instants) if near is None else near + timedelta(minutes=draw(st.integers(-3000, 60000)))
        length = timedelta(minutes=draw(st.one_of(st.integers(0, 600), st.integers(0, 30000))))
        pauses.append(Pause(start, start + length, "等回复"))
    return pauses


@st.composite
def clocks(draw):
    """A start, a limit, a calendar, and pauses in the neighbourhood."""
    start = draw(instants)
    return start, draw(limits()), draw(calendars), draw(pause_lists(near=start))
