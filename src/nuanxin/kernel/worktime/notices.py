"""The State Council's yearly holiday notice as rows, and the library that stands in for years without one."""

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from importlib.resources import files

import chinese_calendar
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.worktime.calendar import DayRule

HEADER = ["date", "kind", "name"]
LONGEST_NAME = 40

_FULL_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


class InvalidNotice(Invalid):
    default_message = _("放假通知没有导入，请改好下面几行。")
    default_hint = _(
        "每行写：日期（2026-10-01），off 放假或 work 调休上班，节日名；第一行是 date,kind,name。"
    )


def parse_notice(text: str, *, published_years: Collection[int] = ()) -> list[DayRule]:
    """Read `date,kind,name` rows; every fault is reported under its line, nothing is guessed.

    A notice is complete, so each of its years has New Year's Day off; rows of a December belong to the notice
    of the next year (2018-12-29 was worked under the notice for 2019). Corrections of a year already
    published need neither.
    """
    faults: dict[str, str | Promise] = {}
    rules: dict[date, DayRule] = {}
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    if [cell.strip() for cell in next(lines, [])] != HEADER:
        faults[_line(1)] = _("第一行应该是 date,kind,name。")
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        rule = _read_row(cells)
        if not isinstance(rule, DayRule):
            faults[_line(lines.line_num)] = rule
        elif rule.on in rules:
            faults[_line(lines.line_num)] = _("这一天前面已经写过了。")
        else:
            rules[rule.on] = rule
    if not faults:
        faults = _incomplete_years(rules, published_years)
    if faults:
        raise InvalidNotice(fields=faults)
    return [rules[on] for on in sorted(rules)]


def new_years_days(rules: Collection[DayRule]) -> set[int]:
    """The years that these rules publish: every notice begins with 元旦."""
    return {rule.on.year for rule in rules if (rule.on.month, rule.on.day) == (1, 1) and not rule.is_workday}


def shipped_notices() -> Iterator[tuple[str, str]]:
    """Title and CSV text of each notice that comes with the product."""
    for entry in sorted(files(__package__).joinpath("reference").iterdir(), key=lambda file: file.name):
        year = entry.name.removeprefix("holidays-").removesuffix(".csv")
        yield f"国务院办公厅关于{year}年部分节假日安排的通知", entry.read_text("utf-8")


def library_rules() -> dict[int, list[DayRule]]:
    """What `chinesecalendar` knows, by year. It says nothing beyond the last notice it was released after."""
    rules: dict[int, list[DayRule]] = defaultdict(list)
    constants = chinese_calendar.constants
    for days, is_workday in ((constants.holidays, False), (constants.workdays, True)):
        for on, english in days.items():
            name = constants.Holiday(english).chinese
            rule = DayRule(on, is_workday, _FULL_NAMES.get(name, name)[:LONGEST_NAME])
            rules[on.year].append(rule)
    return dict(rules)


def _line(number: int) -> str:
    return str(_("第 %(number)d 行") % {"number": number})


def _read_row(cells: list[str]) -> DayRule | Promise:
    """The row, or what is wrong with it."""
    if len(cells) != len(HEADER):
        return _("应该有三格：日期、off 或 work、节日名。")
    day, kind, name = (cell.strip() for cell in cells)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return _("日期要写成 2026-10-01 这样，并且真的有这一天。")
    if kind not in {"off", "work"}:
        return _("第二格只能是 off（放假）或 work（调休上班）。")
    if not name or len(name) > LONGEST_NAME or "\x00" in name:
        return _("第三格要写节日名，不超过 40 个字。")
    if kind == "work" and on.weekday() < 5:
        return _("这一天是周一到周五，本来就上班，不是调休。")
    return DayRule(on, kind == "work", name)


def _incomplete_years(
    rules: dict[date, DayRule], published_years: Collection[int]
) -> dict[str, str | Promise]:
    complete = new_years_days(rules.values()) | set(published_years)
    if not rules:
        return {_line(1): _("文件里没有任何一天。")}
    for on in sorted(rules):
        if on.year not in complete and not (on.month == 12 and on.year + 1 in complete):
            where = str(_("%(year)d 年") % {"year": on.year})
            return {where: _("缺少元旦放假，这份通知可能不完整。")}
    return {}
