"""The name of a view."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ViewForm(forms.Form):
    name = forms.CharField(
        label=_("视图的名字"),
        max_length=20,
        error_messages={
            "required": _("请给视图起个名字，例如“今天的井盖”。"),
            "max_length": _("名字最多 20 个字。"),
        },
    )
