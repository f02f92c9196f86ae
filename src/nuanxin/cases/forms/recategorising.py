"""Another category: what the text sounds like first, then everything."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.forms.steps import StepForm, words_field
from nuanxin.cases.queries.catalogue import MAJORS, Kind, kinds_by_major
from nuanxin.cases.queries.suggestions import suggest_kinds
from nuanxin.cases.services import StepInput

Choices = list[tuple[str, str | list[tuple[str, str]]]]


class RecategoriseForm(StepForm):
    category = forms.ChoiceField(
        label=_("改成哪一类"),
        help_text=_("时限按新的类别、从原来的起点重新算；属于危及生命的，会立即派单。上报人会收到通知。"),
    )
    opinion = words_field(_("为什么改"), required=False, rows=2, help_text=_("上报人会看到。"))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        text, current = (self.page.case.text, self.page.kind.code) if self.page else ("", "")
        self.fields["category"].choices = _choices(text, current)  # type: ignore[attr-defined]

    def step_input(self) -> StepInput:
        return StepInput(category=self.cleaned_data["category"], opinion=self.cleaned_data["opinion"])


def _choices(text: str, current: str) -> Choices:
    likely = [each.kind for each in suggest_kinds(text) if each.kind.code != current]
    groups = [(str(MAJORS[major][0]), kinds) for major, kinds in kinds_by_major()]
    first: Choices = [(now_("描述更像"), _pairs(likely, current))] if likely else []
    return [("", now_("请选择")), *first, *((name, _pairs(kinds, current)) for name, kinds in groups)]


def _pairs(kinds: list[Kind], current: str) -> list[tuple[str, str]]:
    return [(kind.code, f"{kind.code} {kind.name}") for kind in kinds if kind.code != current]


RECATEGORISE_FORMS: Mapping[str, type[StepForm]] = {"recategorise": RecategoriseForm}
