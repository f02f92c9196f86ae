import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from nuanxin.compounds.services import CompoundData
from nuanxin.kernel.errors import Invalid
from nuanxin.people.models import Organisation

LONGEST_OUTLINE = 200_000  # characters; a compound's outline has some dozen corners


class CompoundForm(forms.Form):
    """Point and community come from the map and the picker, so they have no label of their own."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("居民平常叫的名字，例如：云栖里"))
    address = forms.CharField(
        label=_("地址"), max_length=120, required=False, help_text=_("街路门牌，例如：枫林横街 3 号"),
    )  # fmt: skip
    manager = forms.TypedChoiceField(label=_("物业"), required=False, coerce=int, empty_value=None)
    households = forms.IntegerField(label=_("户数"), min_value=0, max_value=100_000, required=False)
    is_active = forms.BooleanField(
        label=_("在用"), required=False, initial=True, help_text=_("停用后上报时选不到它；以前的案件照旧看得到。"),
    )  # fmt: skip
    outline = forms.CharField(
        label=_("轮廓（可以不填）"), required=False, max_length=LONGEST_OUTLINE,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("GeoJSON 的 Polygon，WGS-84 坐标。有轮廓时，在小区里上报会自动认出它。"),
    )  # fmt: skip
    lng = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    scope_code = forms.RegexField(r"^\d{12}$", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, managers: Iterable[Organisation] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = ("", _("还不知道"))
        manager: Any = self.fields["manager"]
        manager.choices = [none, *((each.pk, each.label) for each in managers)]

    def clean_outline(self) -> dict[str, Any] | None:
        text = self.cleaned_data["outline"].strip()
        if not text:
            return None
        try:
            geometry = json.loads(text)
        except ValueError as error:
            raise ValidationError(_("这不是 GeoJSON。去掉前后多余的字，只留 { 到 } 之间的内容。")) from error
        if not isinstance(geometry, dict):
            raise ValidationError(_("要是一个 Polygon 或 MultiPolygon。"))
        found: dict[str, Any] = geometry.get("geometry") or geometry
        return found

    def refuse(self, error: Invalid) -> None:
        """Show what the service did not accept, above the form, with what to do."""
        self.add_error(None, f"{error.message} {error.hint}")

    def data_for_service(self) -> CompoundData:
        said = self.cleaned_data
        return CompoundData(
            name=said["name"],
            address=said["address"],
            manager_id=said["manager"],
            households=said["households"],
            is_active=said["is_active"],
            outline=said["outline"],
            lng=said["lng"],
            lat=said["lat"],
            scope_code=said["scope_code"],
        )
