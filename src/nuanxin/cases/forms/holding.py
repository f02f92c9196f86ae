"""Keeping a case for a court: which one, on what paper, why."""

from django import forms
from django.utils.translation import gettext_lazy as _


class HoldForm(forms.Form):
    number = forms.CharField(
        label=_("案卷号"),
        max_length=19,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("19 位数字，文书上有。"),
    )
    basis = forms.CharField(label=_("依据的文书"), max_length=120, help_text=_("机关名称、文书编号。"))
    reason = forms.CharField(
        label=_("为什么"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("一句话。上报人注销时会看到，不要写人名。"),
    )
