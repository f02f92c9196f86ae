"""The editor of opening hours: a form field whose value is an expression and, where asked for, single days beside it.

    class StationForm(forms.Form):
        opening = OpeningField(label=_("开放时间"), with_changes=True)

    StationForm(initial={"opening": Opening(text, changes)})      # cleaned_data["opening"] is an Opening too

What the table cannot say stays as text, untouched. Without scripts the same table is filled in; scripts copy a day to
others, add rows and show the expression while it grows (static/ui/js/opening.js).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.opening import Change, InvalidOpening, parse
from nuanxin.kernel.opening.syntax import MINUTES, Span
from nuanxin.kernel.opening.week import WHOLE_DAY, OnHolidays, Week, clock, from_text, to_text

DAY_NAMES = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
MODES = (("hours", _("开门")), ("closed", _("关门")), ("always", _("24 小时")), ("same", _("和前一天一样")))
HOLIDAYS = (
    (OnHolidays.USUAL.value, _("照常，只看星期几")),
    (OnHolidays.CLOSED.value, _("关门")),
    (OnHolidays.HOURS.value, _("开门，时间另定")),
    (OnHolidays.UNKNOWN.value, _("说不准")),
)
SPARE_ROWS = 2  # empty rows for single days, for whoever has no scripts
LONGEST_REASON = 80
USUAL = Week(((Span(9 * 60, 18 * 60),),) * 5 + ((),) * 2, OnHolidays.CLOSED)


_TIME = re.compile(r"(?P<hours>[0-9]{1,2})(?:[:：.]?(?P<minutes>[0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Opening:
    """What the editor edits."""

    text: str = ""
    changes: tuple[Change, ...] = ()


class OpeningWidget(forms.Widget):
    use_fieldset = True
    with_changes = False

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        return ""  # a set of fields has a legend

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {key: str(data[key]).strip() for key in data if key.startswith(f"{name}-")}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = (
            value if isinstance(value, dict) else posted(name, _opening(value), optional=not self.is_required)
        )
        attributes = {**self.attrs, **(attrs or {})}
        return render_to_string(
            "ui/opening/editor.html",
            {
                "name": name,
                "id": attributes.get("id", ""),
                "described_by": attributes.get("aria-describedby", ""),
                "days": [_day_row(name, number, given) for number in range(7)],
                "optional": not self.is_required,
                "holidays": HOLIDAYS,
                "holiday": _day_row(name, "holidays", given),
                "given": {key.removeprefix(f"{name}-"): words for key, words in given.items()},
                "changes": _change_rows(name, given) if self.with_changes else None,
                "blank": _change_row(name, "__n__", {}),
            },
        )


class OpeningField(forms.Field):
    widget = OpeningWidget

    def __init__(self, *, with_changes: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.with_changes = self.widget.with_changes = with_changes

    def clean(self, value: Any) -> Opening:
        given: dict[str, str] = value or {}
        if not given and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        if not given:
            return Opening()
        name = next((key.rsplit("-way", 1)[0] for key in given if key.endswith("-way")), "")
        faults: list[str] = []
        text = self._text(name, given, faults)
        changes = _changes(name, given, faults) if self.with_changes else ()
        if faults:
            raise ValidationError(faults)
        return Opening(text, changes)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != _opening(initial)
        except ValidationError:
            return True

    def _text(self, name: str, given: Mapping[str, str], faults: list[str]) -> str:
        before, typed = given.get(f"{name}-before", ""), given.get(f"{name}-text", "")
        way = given.get(f"{name}-way")
        if way == "none" and not self.required:
            return ""
        if way != "text":
            week = _week(name, given, faults)
            return before if before and from_text(before) == week else to_text(week)
        if not typed and not self.required:
            return ""
        try:
            return typed if typed and typed == before else parse(" ".join(typed.split())).text
        except InvalidOpening as error:
            faults.append(f"{error.message} {error.hint}")
            return typed


# --- from an expression to the fields ---------------------------------------------------------------------------
def _opening(value: Any) -> Opening:
    if isinstance(value, Opening):
        return value
    return Opening(str(value or ""))


def posted(name: str, opening: Opening, *, optional: bool = False) -> dict[str, str]:
    """The fields as a browser would send them back unchanged."""
    week = from_text(opening.text) if opening.text else USUAL
    way = "none" if optional and not opening.text else "text" if week is None else "table"
    given = {
        f"{name}-before": opening.text,
        f"{name}-text": opening.text or to_text(USUAL),
        f"{name}-way": way,
    }
    given |= _week_fields(name, week or USUAL)
    for number, change in enumerate(opening.changes):
        given |= _change_fields(f"{name}-change-{number}", change)
    return given


def _week_fields(name: str, week: Week) -> dict[str, str]:
    given = {
        f"{name}-holidays": week.on_holidays.value,
        f"{name}-holidays_words": week.holiday_words,
        f"{name}-make_up": "1" if week.make_up else "",
    }
    for place, spans in (*enumerate(week.days), ("holidays", week.holiday_hours)):
        mode = "closed" if not spans else "always" if spans == WHOLE_DAY else "hours"
        given |= {f"{name}-{place}-mode": mode} | _span_fields(f"{name}-{place}", spans)
    return given


def _span_fields(prefix: str, spans: Sequence[Span]) -> dict[str, str]:
    if not spans or spans == WHOLE_DAY:
        return {}
    fields = {f"{prefix}-start": clock(spans[0].start), f"{prefix}-end": clock(spans[-1].end)}
    if len(spans) > 1:
        fields |= {f"{prefix}-rest_start": clock(spans[0].end), f"{prefix}-rest_end": clock(spans[1].start)}
    return fields


def _change_fields(prefix: str, change: Change) -> dict[str, str]:
    week = from_text(change.text) if change.text else Week(((),) * 7)
    spans = week.days[0] if week and len(set(week.days)) == 1 else None
    mode = "text" if spans is None else "closed" if not spans else "always" if spans == WHOLE_DAY else "hours"
    return {
        f"{prefix}-first": change.first.isoformat(),
        f"{prefix}-last": change.last.isoformat(),
        f"{prefix}-mode": mode,
        f"{prefix}-text": change.text,
        f"{prefix}-reason": change.reason,
    } | _span_fields(prefix, (spans or ())[:1])


def _day_row(name: str, number: int | str, given: Mapping[str, str]) -> dict[str, Any]:
    prefix = f"{name}-{number}"
    keys = ("mode", "start", "end", "rest_start", "rest_end")
    row: dict[str, Any] = {key: given.get(f"{prefix}-{key}", "") for key in keys}
    label = DAY_NAMES[number] if isinstance(number, int) else _("节假日")
    return row | {"prefix": prefix, "label": label, "modes": MODES if number else MODES[:-1]}


def _change_numbers(name: str, given: Mapping[str, str]) -> list[int]:
    start = f"{name}-change-"
    numbers = {key.removeprefix(start).split("-")[0] for key in given if key.startswith(start)}
    return sorted(int(number) for number in numbers if number.isdigit() and len(number) < 4)


def _change_row(name: str, number: int | str, given: Mapping[str, str]) -> dict[str, Any]:
    prefix = f"{name}-change-{number}"
    keys = ("first", "last", "mode", "start", "end", "text", "reason")
    return {key: given.get(f"{prefix}-{key}", "") for key in keys} | {"prefix": prefix}


def _change_rows(name: str, given: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = [_change_row(name, number, given) for number in _change_numbers(name, given)]
    rows = [row for row in rows if row["first"] or row["last"] or row["reason"]]
    after = max(_change_numbers(name, given), default=-1) + 1
    return rows + [_change_row(name, after + spare, {}) for spare in range(SPARE_ROWS)]


# --- from the fields to an expression ---------------------------------------------------------------------------
def _week(name: str, given: Mapping[str, str], faults: list[str]) -> Week:
    days: list[tuple[Span, ...]] = []
    for number, label in enumerate(DAY_NAMES):
        mode = given.get(f"{name}-{number}-mode", "closed")
        same = mode == "same" and days
        days.append(days[-1] if same else _day(f"{name}-{number}", mode, label, given, faults))
    on_holidays = given.get(f"{name}-holidays", "")
    kind = OnHolidays(on_holidays) if on_holidays in set(OnHolidays) else OnHolidays.USUAL
    hours: tuple[Span, ...] = ()
    if kind is OnHolidays.HOURS:
        hours = _day(f"{name}-holidays", "hours", _("节假日"), given, faults)
    words = given.get(f"{name}-holidays_words", "")[:LONGEST_REASON] if kind is OnHolidays.UNKNOWN else ""
    return Week(tuple(days), kind, hours, words, make_up=given.get(f"{name}-make_up") == "1")


def _day(prefix: str, mode: str, label: Any, given: Mapping[str, str], faults: list[str]) -> tuple[Span, ...]:
    if mode == "always":
        return WHOLE_DAY
    if mode != "hours":
        return ()
    keys = ("start", "end", "rest_start", "rest_end")
    start, end, rest, again = (_minute(given.get(f"{prefix}-{key}", "")) for key in keys)
    if start is None or end is None:
        faults.append(gettext("%(day)s：请填几点开门、几点关门，例如 09:00 到 18:00。") % {"day": label})
        return ()
    end += MINUTES if end <= start else 0
    if rest is None and again is None:
        return (Span(start, end),)
    rest, again = (
        None if minute is None else minute + (MINUTES if minute < start else 0) for minute in (rest, again)
    )
    if rest is None or again is None or not start < rest < again < end:
        faults.append(
            gettext("%(day)s：午休要在开门和关门之间，两个时间都要填；没有午休就都空着。") % {"day": label}
        )
        return ()
    return (Span(start, rest), Span(again, end))


def _minute(text: str) -> int | None:
    """`09:00`, and as it is typed on a pad of figures: `0900`, `900`, `9`; 24:00 is midnight."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hours, minutes = int(found["hours"]), int(found["minutes"] or 0)
    if hours > 24 or minutes > 59 or (hours == 24 and minutes):
        return None
    return hours % 24 * 60 + minutes


def _changes(name: str, given: Mapping[str, str], faults: list[str]) -> tuple[Change, ...]:
    found = []
    for number in _change_numbers(name, given):
        prefix = f"{name}-change-{number}"
        first, last, reason = (given.get(f"{prefix}-{key}", "") for key in ("first", "last", "reason"))
        if first or last or reason:
            found.append(_change(prefix, first or last, last or first, reason, given, faults))
    return tuple(change for change in found if change)


def _change(
    prefix: str, first: str, last: str, reason: str, given: Mapping[str, str], faults: list[str]
) -> Change | None:
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        faults.append(gettext("特别安排：请选日期，只有一天就填一个。"))
        return None
    if days[0] > days[1]:
        faults.append(gettext("特别安排：最后一天要在第一天之后。"))
        return None
    mode, text = given.get(f"{prefix}-mode", "closed"), ""
    if mode == "text":  # hours that the row cannot show were left as they are
        text = given.get(f"{prefix}-text", "")
        if from_text(text) is None and not _readable(text):
            mode = "closed"
    elif mode != "closed":
        label = gettext("特别安排 %(day)s") % {"day": days[0].isoformat()}
        spans = _day(prefix, mode, label, given, faults)
        text = to_text(Week((spans,) * 7)) if spans else ""
    return Change(*days, text, reason[:LONGEST_REASON])


def _readable(text: str) -> bool:
    try:
        return bool(parse(text))
    except InvalidOpening:
        return False
