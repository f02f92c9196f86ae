"""One indicator, line by line: by the territories inside, by kinds of report, by units; never by people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.catalogue import MAJORS
from nuanxin.insight.indicators import Indicator, Words
from nuanxin.insight.periods import Span, before
from nuanxin.insight.queries.areas import Area, territory_names, units_by_id
from nuanxin.insight.queries.kept import BEFORE, NOW, kept_lines
from nuanxin.insight.queries.running import figures
from nuanxin.insight.queries.values import Change, Value, change, value_of
from nuanxin.kernel.access.scope import FULL_CODE, LEVELS, padded

TERRITORY, MAJOR, UNIT = "territory", "major", "unit"
BREAKDOWNS: dict[str, Words] = {TERRITORY: _("按辖区"), MAJOR: _("按大类"), UNIT: _("按单位")}
UNKNOWN: dict[str, Words] = {TERRITORY: _("没有细分到下一级"), MAJOR: "", UNIT: _("还没派单")}
REST = "rest"
SORTS = ("name", "value", "count", "change")


@dataclass(frozen=True, slots=True)
class Line:
    """`key` is what opens the cases behind it; `link` leads into the territory or to the unit."""

    key: str
    name: str
    value: Value
    before: Value
    change: Change | None
    scope_code: str = ""
    unit: Any = None


def breakdown(
    indicator: Indicator, area: Area, span: Span, *, by: str, sort: str = "", now: datetime
) -> list[Line]:
    """Current and earlier figures of every line; the natural order first: codes, kinds, how much there was."""
    current = _values(indicator, area, span, by, NOW, now)
    earlier = _values(indicator, area, before(span), by, BEFORE, now)
    names = _names(area, by, set(current) | set(earlier))
    lines = [
        _line(indicator, key, name, current, earlier, units=_units(by, names), by=by)
        for key, name in _in_order(by, _plain(names))
    ]
    return sorted(lines, key=_order(sort or ("count" if by == UNIT else "")))


def name_of(area: Area, by: str, key: str) -> str:
    """One line's name, for the head of its cases."""
    names = _plain(_names(area, by, {key} if by != UNIT or not key or key.isdecimal() else set()))
    return names.get(key) or str(UNKNOWN[by])


def compiled_by(area: Area, by: str) -> str:
    """What a compiled statement calls this breakdown."""
    return area.below if by == TERRITORY else by


def _values(
    indicator: Indicator, area: Area, span: Span, by: str, slot: str, now: datetime
) -> dict[str, Value]:
    if by == TERRITORY and not area.place.unit_id and area.inside:
        own = {area.scope_code: REST}
        inside = {territory.code: territory.code[: LEVELS[area.below]] for territory in area.inside}
        kept = kept_lines(indicator, own | inside, span, slot, now=now)
        if kept is not None:
            return _with_rest(indicator, kept, area.scope_code[: LEVELS[area.below]])
    lines = figures(indicator.relation.name, area.place, span, by=compiled_by(area, by))
    return {key: value_of(indicator, line) for key, line in lines.items()}


def _with_rest(indicator: Indicator, kept: dict[str, Value], key: str) -> dict[str, Value]:
    """What lies in the area and in none of the territories inside it, so that the lines add up."""
    whole = kept.pop(REST, value_of(indicator, None))
    numerator = whole.numerator - sum(each.numerator for each in kept.values())
    denominator = whole.denominator - sum(each.denominator for each in kept.values())
    if not (numerator or denominator):
        return kept
    counts = {
        name: count - sum(each.counts.get(name, 0) for each in kept.values())
        for name, count in whole.counts.items()
    }
    return kept | {key: Value(indicator, numerator, denominator, None, counts)}


def _names(area: Area, by: str, keys: set[str]) -> dict[str, Any]:
    """Key → name, or the unit itself. Every territory inside has its line, whether or not anything happened there."""
    if by == MAJOR:
        return {key: str(MAJORS[key][0]) if key in MAJORS else key for key in keys}
    if by == UNIT:
        units = units_by_id({int(key) for key in keys if key})
        return {key: units.get(int(key)) if key else None for key in keys}
    inside = {territory.code[: LEVELS[area.below]]: territory.short_name for territory in area.inside}
    others = keys - set(inside)
    named = territory_names({key for key in others if key and _code(key) != area.scope_code})
    return inside | dict.fromkeys(others, "") | named


def _code(key: str) -> str:
    return key if len(key) > FULL_CODE else padded(key)


def _plain(names: dict[str, Any]) -> dict[str, str]:
    return {key: getattr(name, "label", name) or "" for key, name in names.items()}


def _units(by: str, names: dict[str, Any]) -> dict[str, Any]:
    return names if by == UNIT else {}


def _in_order(by: str, names: dict[str, str]) -> list[tuple[str, str]]:
    return [(key, name or str(UNKNOWN[by])) for key, name in sorted(names.items())]


def _line(
    indicator: Indicator,
    key: str,
    name: str,
    current: dict[str, Value],
    earlier: dict[str, Value],
    *,
    units: dict[str, Any],
    by: str,
) -> Line:
    nothing = value_of(indicator, None)
    value, then = current.get(key, nothing), earlier.get(key, nothing)
    code = _code(key) if by == TERRITORY and name != str(UNKNOWN[TERRITORY]) else ""
    return Line(key, name, value, then, change(value, then), code, units.get(key))


def _order(sort: str) -> Callable[[Line], Any]:
    """What has no figure stands last, in whichever direction."""
    descending = sort.startswith("-")

    def by_value(line: Line) -> Any:
        number = line.value.number
        return (number is None, 0 if number is None else number if descending else -number)

    def by_count(line: Line) -> Any:
        many = line.value.denominator or line.value.numerator
        return many if descending else -many

    match sort.removeprefix("-"):
        case "value":
            return by_value
        case "count":
            return by_count
    return lambda line: (line.key == "", line.key)
