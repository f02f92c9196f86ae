"""A report that staff register for somebody at the counter or on the phone."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import PhotoKind, PlaceSource
from nuanxin.cases.forms.photos import PhotosField
from nuanxin.cases.models import TEXT_LENGTH
from nuanxin.cases.services import Draft, OnBehalf, Photo
from nuanxin.people.identifiers import normal_mobile

PLACES = (
    (PlaceSource.COMPOUND.value, _("选小区")),
    (PlaceSource.PIN.value, _("地图上点")),
    (PlaceSource.TERRITORY.value, _("只知道社区")),
)


class DeskForm(forms.Form):
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    caller_name = forms.CharField(label=_("怎么称呼"), max_length=40, required=False)
    caller_phone = forms.CharField(
        label=_("手机号"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("用来告诉他进展；有账号的会自动关联。处理单位看不到。"),
    )
    category = forms.CharField(label=_("是什么问题"), max_length=4)
    place_by = forms.ChoiceField(
        label=_("在哪里"), choices=PLACES, initial=PlaceSource.COMPOUND, widget=forms.RadioSelect
    )
    compound = forms.IntegerField(label=_("小区"), required=False, min_value=1)
    lng = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    territory = forms.ChoiceField(label=_("社区"), required=False)
    address = forms.CharField(
        label=_("具体位置"),
        max_length=200,
        required=False,
        help_text=_("例如：3 号楼东侧、横街路口往北 20 米。"),
    )
    text = forms.CharField(
        label=_("情况"), max_length=TEXT_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    photos = PhotosField(label=_("照片"))

    def __init__(self, *args: Any, communities: Sequence[tuple[str, str]] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        self.initial.setdefault("key", f"desk-{uuid4().hex}")
        self.fields["territory"].choices = [("", _("请选择")), *communities]  # type: ignore[attr-defined]

    def clean_caller_phone(self) -> str:
        phone = str(self.cleaned_data["caller_phone"]).strip()
        if phone and not normal_mobile(phone):
            raise forms.ValidationError(_("这个手机号不对，请核对；没有就空着。"))
        return phone

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        match given.get("place_by"):
            case PlaceSource.COMPOUND if not given.get("compound"):
                self.add_error("compound", _("请选一个小区，或换一种方式。"))
            case PlaceSource.PIN if given.get("lng") is None or given.get("lat") is None:
                self.add_error("lng", _("请在地图上点一下位置，或换一种方式。"))
            case PlaceSource.TERRITORY if not given.get("territory"):
                self.add_error("territory", _("请选一个社区。"))
        return given

    def draft(self) -> Draft:
        """Only the place that was chosen: a pin that nobody moved says nothing."""
        given = self.cleaned_data
        by = given["place_by"]
        by_pin = by == PlaceSource.PIN
        return Draft(
            category=given["category"],
            text=given["text"],
            lng=given["lng"] if by_pin else None,
            lat=given["lat"] if by_pin else None,
            place_source=by,
            address=given["address"],
            compound_id=given["compound"] if by == PlaceSource.COMPOUND else None,
            territory=given["territory"] if by == PlaceSource.TERRITORY else "",
            photos=tuple(Photo(PhotoKind.NEAR, image) for image in given["photos"]),
        )

    def on_behalf(self) -> OnBehalf:
        return OnBehalf(name=self.cleaned_data["caller_name"], phone=self.cleaned_data["caller_phone"])
