"""What a visitor can narrow the public page to, in the address; what is not understood narrows nothing."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.public_map import Facets
from nuanxin.cases.queries.publications import PublicFilters

MONTH = "%Y-%m"


class PublicForm(forms.Form):
    kind = forms.ChoiceField(label=_("类别"), required=False)
    area = forms.ChoiceField(label=_("哪里"), required=False)
    month = forms.ChoiceField(label=_("哪个月"), required=False)

    def __init__(self, *args: Any, facets: Facets, **given: Any) -> None:
        super().__init__(*args, **given)
        self._offer("kind", _("全部类别"), facets.majors)
        self._offer("area", _("全部地方"), facets.areas)
        months = [(f"{month:{MONTH}}", date_format(month, "YEAR_MONTH_FORMAT")) for month in facets.months]
        self._offer("month", _("全部时间"), months)
        # A link that somebody kept may name what nobody offers any more: it narrows nothing.
        self.data = {name: value for name, value in self._given() if self._is_on_offer(name, value)}

    def _offer(self, name: str, everything: Any, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]

    def _given(self) -> list[tuple[str, str]]:
        return [(name, self.data[name]) for name in self.fields if name in self.data]

    def _is_on_offer(self, name: str, value: str) -> bool:
        return value in dict(self.fields[name].choices)  # type: ignore[attr-defined]

    def filters(self) -> PublicFilters:
        self.is_valid()
        month = str(self.cleaned_data.get("month") or "")
        first = date(int(month[:4]), int(month[5:7]), 1) if month else None
        return PublicFilters(
            scope_code=str(self.cleaned_data.get("area") or ""),
            major=str(self.cleaned_data.get("kind") or ""),
            solved_since=first,
            solved_until=_last_of(first) if first else None,
        )

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields)


def _last_of(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
