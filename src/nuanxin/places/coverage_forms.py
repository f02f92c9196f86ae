"""What the street's page is narrowed by."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.places.queries import CoverageFilters, catalogue
from nuanxin.ui.forms import DIVISION_CODE


class CoverageForm(forms.Form):
    within = forms.RegexField(DIVISION_CODE, required=False)
    type = forms.ChoiceField(label=_("类型"), required=False)
    bare = forms.BooleanField(label=_("只看一处也没有的"), required=False)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        known = [(each.code, each.name) for each in catalogue().types.values() if each.is_active]
        types: Any = self.fields["type"]
        types.choices = [("", _("全部")), *known]

    def filters(self) -> CoverageFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        said = self.cleaned_data
        return CoverageFilters(
            within=said.get("within", ""), type=said.get("type", ""), bare=bool(said.get("bare"))
        )
