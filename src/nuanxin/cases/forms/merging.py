"""Into which case a report is merged, and why a merge was a mistake; why a thing came back."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.forms.steps import StepForm, words_field
from nuanxin.cases.models import TEXT_LENGTH
from nuanxin.cases.queries.page import CasePage
from nuanxin.cases.services import StepInput

OTHER = "other"


class MergeForm(StepForm):
    """One of those that look alike, or any other by its number."""

    parent = forms.ChoiceField(label=_("并到哪一件"), required=False, widget=forms.RadioSelect)
    number = forms.RegexField(
        r"^\d{19}$",
        label=_("别的案卷号"),
        required=False,
        help_text=_("19 位。两件都在你的辖区里才能并。"),
        error_messages={"invalid": _("案卷号是 19 位数字，请核对。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    opinion = words_field(
        _("为什么是同一件"), required=False, rows=2, help_text=_("单位能看到；各位上报人只知道并到一起办。")
    )

    def __init__(self, *args: Any, page: CasePage, **given: Any) -> None:
        super().__init__(*args, page=page, **given)
        choices = [(each.number, each.label) for each in page.similar]
        self.fields["parent"].choices = [*choices, (OTHER, _("别的一件"))]  # type: ignore[attr-defined]
        self.initial.setdefault("parent", choices[0][0] if choices else OTHER)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = given.get("parent")
        if not self.errors and chosen in {"", OTHER, None} and not given.get("number"):
            self.add_error("number", _("请选要并到哪一件，或填它的案卷号。"))
        return given

    def step_input(self) -> StepInput:
        given = self.cleaned_data
        chosen = given["parent"]
        parent = given["number"] if chosen in {"", OTHER} else chosen
        return StepInput(parent=parent, opinion=given["opinion"])


class SplitForm(StepForm):
    opinion = words_field(
        _("为什么不是同一件"), help_text=_("分开以后从核实重新开始，上报人会知道单独办了。")
    )


class CauseForm(forms.Form):
    finding = forms.CharField(
        label=_("为什么又出现"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("没修到根上、材料、管理，还是别的。"),
    )
    measures = forms.CharField(
        label=_("打算怎么办"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("做什么、谁来做、到什么时候。"),
    )


MERGE_FORMS: Mapping[str, type[StepForm]] = {"merge": MergeForm, "split": SplitForm}
