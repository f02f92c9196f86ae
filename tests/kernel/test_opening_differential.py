"""Ours against the reference implementation, the npm package `opening_hours`, over a thousand expressions.

Both get the same public holidays: the table of the package is exchanged for ours. Where the two differ on purpose,
the expression is asked in a way in which they must not, and the difference has a test of its own in test_opening.py:

- Make-up workdays: the package does not know them. They are left out of the comparison where they count, and must
  then be as an ordinary working day of the same expression.
- A night belongs to the evening on which it begins; the package ends it at the midnight before a day with a rule of
  its own. The package is asked for the same expression moved to the hour at which the nights are over.
"""

import json
import os
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from nuanxin.kernel.opening import Holidays, Kind, parse
from scripts import node
from tests.kernel.opening_rules import moved, thousand
from tests.kernel.worktime_cases import CALENDAR, at

HOLIDAYS = Holidays.of(CALENDAR)
START, END = datetime(2026, 9, 14), datetime(2026, 10, 26)  # noqa: DTZ001 -- wall time: three holidays, two make-up days
DAY = 24 * 60
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.skipif(
    not node.ready(), reason="node or what tests/node needs is not installed: `make test` brings both"
)


def ask_the_reference(folder: Path, rules: list[str]) -> list:
    """One process for all of them."""
    days = [rule for rule in CALENDAR.days if rule.on.year == 2026 and not rule.is_workday]
    question = {
        "holidays": [[rule.name, rule.on.month, rule.on.day] for rule in days],
        "from": START.isoformat(),
        "to": END.isoformat(),
        "rules": rules,
    }
    (folder / "question.json").write_text(json.dumps(question))
    command = ["node", "opening_hours.cjs", folder / "question.json", folder / "answer.json"]
    environment = {**os.environ, "TZ": "Asia/Shanghai"}
    subprocess.run(command, cwd=node.FOLDER, env=environment, check=True, capture_output=True)
    return json.loads((folder / "answer.json").read_text())


def ours(text: str) -> list[list]:
    """In the form of the reference; times of an expression with nights are those of its moved twin."""
    hours = parse(text)
    since = START.replace(tzinfo=at("2026-01-01").tzinfo) + hours.shift
    found = hours.intervals(since, since + (END - START), holidays=HOLIDAYS)
    return [
        [(each.start - since) // MINUTE, (each.end - since) // MINUTE, each.kind.value]
        for each in found
        if each.kind is not Kind.CLOSED
    ]


def by_day(stretches: list) -> list[list]:
    """For each day its stretches in minutes of the day, neighbours of one state joined."""
    days: list[list] = [[] for _day in range((END - START).days)]
    for start, end, kind in stretches:
        for number in range(start // DAY, -(-end // DAY)):
            piece = [max(start - number * DAY, 0), min(end - number * DAY, DAY), kind]
            day = days[number]
            if day and day[-1][1] == piece[0] and day[-1][2] == kind:
                day[-1][1] = piece[1]
            else:
                day.append(piece)
    return days


def make_up_days(text: str) -> set[int]:
    """The days of the window that count as working days for this expression."""
    hours = parse(text)
    if not hours.uses_holidays or not any(days.are_workdays for rule in hours.rules for days in rule.days):
        return set()
    return {(datetime.fromordinal(day) - START).days for day in HOLIDAYS.worked} & set(
        range((END - START).days)
    )


def has_nights(text: str) -> bool:
    return any(span.end > DAY for rule in parse(text).rules for span in rule.spans)


def only_of_the_week(text: str) -> bool:
    """Whether all its rules are about working days, the weekend or holidays as such, whatever the date."""
    return not any(
        rule.wide or rule.both or set(rule.holidays) - {0} or rule.joint == "||"
        or any(not days.are_workdays and not days.are_weekend for days in rule.days)
        for rule in parse(text).rules
    )  # fmt: skip


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    rules = thousand()
    asked = [moved(text, int(parse(text).shift / MINUTE)) if parse(text).shift else text for text in rules]
    answers = ask_the_reference(tmp_path_factory.mktemp("reference"), asked)
    return list(zip(rules, answers, strict=True))


def test_both_read_all_of_them(compared):
    refused = [(text, answer["error"]) for text, answer in compared if isinstance(answer, dict)]
    assert not refused


def test_both_say_the_same(compared):
    wrong = []
    for text, answer in compared:
        left_out = make_up_days(text)
        if has_nights(text):
            left_out |= {day + 1 for day in left_out}
        days = zip(by_day(ours(text)), by_day([each[:3] for each in answer]), strict=True)
        for number, (one, other) in enumerate(days):
            if number not in left_out and one != other:
                wrong.append(f"{text}  {START + timedelta(days=number):%m-%d}: ours {one}, theirs {other}")
                break
    assert not wrong, f"{len(wrong)} of {len(compared)}:\n" + "\n".join(wrong[:20])


def test_a_make_up_day_is_as_a_working_day_of_the_reference(compared):
    wednesday = (datetime(2026, 10, 14) - START).days  # noqa: DTZ001 -- wall time
    seen, wrong = 0, []
    for text, answer in compared:
        if not only_of_the_week(text) or (has_nights(text) and not parse(text).shift):
            continue
        own, theirs = by_day(ours(text)), by_day([each[:3] for each in answer])
        for number in make_up_days(text):
            seen += 1
            if own[number] != theirs[wednesday]:
                wrong.append(f"{text}: ours {own[number]}, theirs {theirs[wednesday]}")
    assert not wrong, "\n".join(wrong[:20])
    assert seen > 150
