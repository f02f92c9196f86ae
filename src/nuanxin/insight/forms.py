"""Which span, where, of whom; what is not understood is said, and the page shows the month instead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.insight.periods import LONGEST, NAMES, Period, Span, span


def _date(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


@dataclass(frozen=True, slots=True)
class Asked:
    span: Span
    code: str
    unit: UUID | None


class SpanForm(forms.Form):
    """From the address. A span may be at most three years long and not begin in the future."""

    period = forms.ChoiceField(
        label=_("时间"), required=False, choices=[(each.value, NAMES[each]) for each in Period]
    )
    since = _date(_("从"))
    until = _date(_("到"))
    area = forms.CharField(required=False, max_length=15, widget=forms.HiddenInput)
    unit = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: datetime, **given: Any) -> None:
        super().__init__(*args, **given)
        self.now = now

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.errors or data.get("period") != Period.RANGE:
            return data  # a day that cannot be read is said already
        since, until = data.get("since"), data.get("until")
        today = span(Period.TODAY, now=self.now).first_day
        if not since or not until:
            self.add_error("since", _("自选时间要填开始和结束两个日期。"))
        elif since > until:
            self.add_error("since", _("开始日期在结束日期之后，请对调。"))
        elif since > today:
            self.add_error("since", _("开始日期在今天之后，还没有数据。"))
        elif until - since > LONGEST:
            self.add_error("until", _("一次最多看三年，请把时间缩短。"))
        return data

    def asked(self) -> Asked:
        valid = self.is_valid()
        data = self.cleaned_data
        period = Period(data.get("period") or Period.MONTH) if valid else Period.MONTH
        chosen = span(period, now=self.now, since=data.get("since"), until=data.get("until"))
        return Asked(chosen, data.get("area", ""), data.get("unit"))
