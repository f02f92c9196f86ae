from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Urgency
from nuanxin.cases.models import Category
from nuanxin.cases.queries.catalogue import MAJORS


class CategoryFilterForm(forms.Form):
    major = forms.ChoiceField(label=_("大类"), required=False)
    words = forms.CharField(
        label=_("查找"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("名称、拼音或编号")}),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        choices = [("", _("全部大类")), *((code, name) for code, (name, _icon) in MAJORS.items())]
        self.fields["major"].choices = choices  # type: ignore[attr-defined]


class CategoryForm(forms.Form):
    """What a city may change of a category; `services.update_category` decides what goes together."""

    name_zh = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=60)
    keywords = forms.CharField(
        label=_("检索词"), max_length=300, required=False, help_text=_("人们还会怎么叫它，用空格隔开。")
    )
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices)
    respond_within = forms.CharField(label=_("响应时限"), max_length=12, required=False)
    make_safe_within = forms.CharField(label=_("控制险情时限"), max_length=12, required=False)
    finish_within = forms.CharField(label=_("办结时限"), max_length=12)
    notice_within = forms.CharField(
        label=_("提示单期限"),
        max_length=12,
        required=False,
        help_text=_("填了，这一类就先出温馨提示单，到期没改才管理、再不改才处罚；空着就不用提示单。"),
    )
    notice_words = forms.CharField(
        label=_("提示单的话"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("暖心、具体：请对方做什么、为什么。称呼、期限、单位和电话系统会加上。"),
    )
    is_active = forms.BooleanField(label=_("可以上报这一类"), required=False)

    @classmethod
    def of(cls, category: Category, data: Any = None) -> "CategoryForm":
        return cls(data, initial={name: getattr(category, name) for name in cls.base_fields})
