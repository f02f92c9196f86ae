"""Keys of other systems, and the areas under whose names they ask."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import DomainError, Invalid

LIVES = [(30, _("30 天")), (90, _("90 天")), (180, _("180 天")), (366, _("一年"))]


class AreaForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args: Any, territories: Sequence[tuple[str, str]] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["scope_code"].choices = [("", "—"), *territories]  # type: ignore[attr-defined]

    def refuse(self, error: DomainError) -> None:
        """Put a service's refusal beside the fields that it is about."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, text in fields.items():
            self.add_error(name if name in self.fields else None, str(text))
        if not fields:
            self.add_error(None, f"{error.message}{error.hint}")


class KeyForm(AreaForm):
    name = forms.CharField(label=_("给谁用"), max_length=40, help_text=_("写系统的名称，不写人名。"))
    scope_code = forms.ChoiceField(label=_("区域"), help_text=_("只能上报这里面的事情。"))
    may_report = forms.BooleanField(label=_("可以上报"), required=False, initial=True)
    may_update = forms.BooleanField(
        label=_("可以补充说明"), required=False, help_text=_("只能补充它自己提交的案卷，改不了办理状态。")
    )
    days = forms.TypedChoiceField(label=_("有效期"), choices=LIVES, coerce=int, initial=90)


class JurisdictionForm(AreaForm):
    identifier = forms.CharField(
        label="jurisdiction_id",
        max_length=64,
        help_text=_("对方在请求里写的代号：小写字母、数字、点和短横线，例如 fenglin.example。"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("名称"), max_length=60)
    scope_code = forms.ChoiceField(label=_("区域"))
