"""What a city fills in about holds, honours, the rating and tip-offs: one form for each table."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import HoldReason, ReferenceKind
from nuanxin.incentives.queries.reference_data import BOUNDS, departments
from nuanxin.incentives.services.reference_data import KindData, LevelData, ProgrammeData
from nuanxin.ui.forms import Refusing

AREA = forms.Textarea(attrs={"rows": 2})
ICONS = {
    "heart": _("心"), "heart-handshake": _("握手"), "star": _("星"), "award": _("奖章"), "medal": _("奖牌"),
    "shield-check": _("盾"), "bike": _("骑行"), "sunrise": _("日出"), "users": _("大家"), "certificate": _("证书"),
}  # fmt: skip
CODE_HELP = _("小写英文、数字和下划线，以后不能改，例如：warm_neighbour。")


class HoldRuleForm(Refusing):
    limit = forms.IntegerField(label=_("界限"))
    is_on = forms.BooleanField(label=_("启用"), required=False)

    def __init__(self, data: QueryDict | None, *, row: Any) -> None:
        super().__init__(data, initial={"limit": row.limit, "is_on": row.is_on})
        low, high, words = BOUNDS[HoldReason(row.reason)]
        field: Any = self.fields["limit"]
        field.label, field.help_text = words, _("%(low)s 到 %(high)s") % {"low": low, "high": high}

    def told(self) -> dict[str, Any]:
        return self.cleaned_data


class NamedForm(Refusing):
    """Both languages, always; a code only where the row is new."""

    code = forms.RegexField(
        label=_("代码"), regex=r"^[a-z][a-z0-9_]{2,31}$", help_text=CODE_HELP,
        error_messages={"invalid": _("代码用小写英文字母开头，3 到 32 个字母、数字或下划线。")},
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, row: Any) -> None:
        names = (name for name in self.base_fields if name != "code")
        super().__init__(data, initial={name: getattr(row, name) for name in names} if row else None)
        if row is not None:
            del self.fields["code"]


class HonourKindForm(NamedForm):
    name_zh = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=60)
    about_zh = forms.CharField(label=_("说明"), max_length=200, widget=AREA)
    about_en = forms.CharField(label=_("英文说明"), max_length=300, widget=AREA)
    icon = forms.ChoiceField(label=_("图标"), choices=list(ICONS.items()))
    is_nomination_only = forms.BooleanField(
        label=_("只提名"), required=False, help_text=_("由别的单位依法认定：这里核实后转报，不公示、不授予。")
    )
    publicity_days = forms.IntegerField(label=_("公示期（工作日）"), min_value=5, max_value=30, initial=5)
    display_months = forms.IntegerField(label=_("展示几个月"), min_value=1, max_value=60, initial=12)
    sort = forms.IntegerField(label=_("排第几"), min_value=0, max_value=999, initial=100)
    is_active = forms.BooleanField(
        label=_("启用"), required=False, initial=True, help_text=_("停用后不再收新的提名，在办的照办。")
    )

    def told(self) -> KindData:
        return KindData(**{name: value for name, value in self.cleaned_data.items() if name != "code"})


class RatingLevelForm(NamedForm):
    code = None  # type: ignore[assignment]  # the five levels are there from the start
    minutes = forms.IntegerField(label=_("一个季度的志愿服务（分钟）"), min_value=0, max_value=100_000)
    courses = forms.IntegerField(label=_("安全课程（门）"), min_value=0, max_value=99)
    name_zh = forms.CharField(label=_("名称"), max_length=20)
    name_en = forms.CharField(label=_("英文名称"), max_length=40)

    def __init__(self, data: QueryDict | None, *, row: Any) -> None:
        names = self.base_fields
        super(NamedForm, self).__init__(data, initial={name: getattr(row, name) for name in names})

    def told(self) -> LevelData:
        return LevelData(**self.cleaned_data)


class TipProgrammeForm(NamedForm):
    name_zh = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=80)
    department_id = forms.TypedChoiceField(label=_("哪个部门发"), coerce=int)
    reward = forms.CharField(
        label=_("奖励"), max_length=80, help_text=_("部门自己的话，例如：每条 50 元。和积分无关。")
    )
    how = forms.CharField(label=_("怎么领"), max_length=200, widget=AREA)
    is_active = forms.BooleanField(
        label=_("启用"), required=False, initial=True, help_text=_("停用后不再收新的登记，登记过的照办。")
    )

    def __init__(self, data: QueryDict | None, *, row: Any) -> None:
        super().__init__(data, row=row)
        field: Any = self.fields["department_id"]
        field.choices = [("", _("请选择")), *((each.pk, each.name) for each in departments())]

    def told(self) -> ProgrammeData:
        return ProgrammeData(**{name: value for name, value in self.cleaned_data.items() if name != "code"})


FORMS: Mapping[str, Any] = {
    ReferenceKind.HOLD_RULE: HoldRuleForm,
    ReferenceKind.HONOUR_KIND: HonourKindForm,
    ReferenceKind.RATING_LEVEL: RatingLevelForm,
    ReferenceKind.TIP_PROGRAMME: TipProgrammeForm,
}
