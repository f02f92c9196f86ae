"""What a place promises, what narrows the list of promises, what a desk sends."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.people.enums import WorkerType
from nuanxin.places.enums import Care, ValueKind
from nuanxin.places.models import Offer
from nuanxin.places.queries import OfferFilters, catalogue
from nuanxin.places.queries.offers import STATES
from nuanxin.places.services import OfferData
from nuanxin.ui.forms import DIVISION_CODE, Refusing
from nuanxin.ui.opening import OpeningField

NUMERIC = {"inputmode": "numeric"}


def _limit(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=30_000, help_text=help_text,
        widget=forms.NumberInput(attrs=NUMERIC),
    )  # fmt: skip


class OfferForm(Refusing):
    """A promise. What only a hospital has is shown by the page where the kind is one of theirs, and else ignored."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("类别"))
    name_zh = forms.CharField(
        label=_("名称"), max_length=40, help_text=_("小哥先看到它，例如：骑手套餐八折。")
    )
    name_en = forms.CharField(label=_("英文名称"), max_length=80)
    terms_zh = forms.CharField(
        label=_("怎么用"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写清楚：买什么、到哪个窗口、有什么不含。"),
    )  # fmt: skip
    terms_en = forms.CharField(
        label=_("怎么用（英文）"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    value_kind = forms.ChoiceField(label=_("优惠多少"), choices=ValueKind.choices)
    value = forms.DecimalField(
        label=_("减多少"), required=False, min_value=0, max_value=100_000, decimal_places=2,
        help_text=_("八折写 20（减百分之 20），半价写 50；减 3 元写 3。"),
        widget=forms.NumberInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    opening = OpeningField(
        label=_("哪些时段能用"), required=False, help_text=_("全天都能用就不填。午市、夜里才有的填上。")
    )
    valid_from = forms.DateField(
        label=_("从哪天起"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("到哪天"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("一直有就不填。"),
    )  # fmt: skip
    occupations = forms.MultipleChoiceField(
        label=_("谁能用"), required=False, choices=WorkerType.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("都不勾就是谁都能用。"),
    )  # fmt: skip
    needs_voucher = forms.BooleanField(
        label=_("要出示券"), required=False, initial=True, help_text=_("喝水、歇脚这样的不用券，写出来就行。")
    )
    per_day = _limit(_("每人每天几次"), _("不限就空着。"))
    per_month = _limit(_("每人每月几次"))
    total = _limit(_("一共几张"))
    skips_registration = forms.BooleanField(label=_("不用挂号，直接看"), required=False)
    care = forms.MultipleChoiceField(
        label=_("适用窗口"), required=False, choices=Care.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("只写规则；谁去了哪里，不记。"),
    )  # fmt: skip

    def __init__(self, *args: Any, offer: Offer | None = None, **kwargs: Any) -> None:
        if offer is not None:
            kwargs["initial"] = _initial(offer)
        super().__init__(*args, **kwargs)
        kinds = [
            each
            for each in catalogue().offers.values()
            if each.is_active or (offer and offer.kind_id == each.code)
        ]
        choices: Any = self.fields["kind"]
        choices.choices = [("", _("请选")), *((each.code, each.name) for each in kinds)]

    def data_for_service(self) -> OfferData:
        said = self.cleaned_data
        plain = (
            "kind", "name_zh", "name_en", "terms_zh", "terms_en", "value_kind", "valid_from", "valid_to",
            "needs_voucher", "per_day", "per_month", "total", "skips_registration",
        )  # fmt: skip
        value = said["value"] or Decimal(0)
        factor = 100 if said["value_kind"] == ValueKind.FEN else 1
        return OfferData(
            **{name: said[name] for name in plain},
            value=int(value * factor),
            opening=said["opening"].text,
            occupations=tuple(said["occupations"]),
            care=tuple(said["care"]),
        )


def _initial(offer: Offer) -> dict[str, Any]:
    plain = (
        "name_zh", "name_en", "terms_zh", "terms_en", "value_kind", "opening", "valid_from", "valid_to",
        "needs_voucher", "per_day", "per_month", "total", "skips_registration",
    )  # fmt: skip
    in_yuan = offer.value_kind == ValueKind.FEN
    return {
        **{name: getattr(offer, name) for name in plain},
        "kind": offer.kind_id,
        "value": (Decimal(offer.value) / 100 if in_yuan else offer.value) or None,
        "occupations": offer.occupations.split(),
        "care": offer.care.split(),
    }


class OfferStepForm(Refusing):
    """For the steps that need a word."""

    reason = forms.CharField(label=_("原因"), max_length=120, help_text=_("例如：装修三天，十号恢复。"))


class OfferFilterForm(forms.Form):
    show = forms.CharField(required=False)
    q = forms.CharField(label=_("名称、地方"), required=False, max_length=40)
    within = forms.RegexField(DIVISION_CODE, required=False)
    kind = forms.ChoiceField(label=_("类别"), required=False)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        field: Any = self.fields["kind"]
        field.choices = [("", _("全部")), *((each.code, each.name) for each in catalogue().offers.values())]

    def filters(self) -> OfferFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        said = self.cleaned_data
        show = said.get("show", "")
        return OfferFilters(
            show=show if show in STATES else "proposed",
            within=said.get("within", ""),
            kind=said.get("kind", ""),
            text=said.get("q", "").strip(),
        )
