"""What a worker fills in: a report in three steps, three answers after the end; all of it works as plain forms."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import PhotoKind, PlaceSource
from nuanxin.cases.forms.photos import PhotosField
from nuanxin.cases.forms.voices import VoiceField
from nuanxin.cases.models import TEXT_LENGTH
from nuanxin.cases.services import Draft, Photo
from nuanxin.people.services import agreement_of

POINT, COMPOUND, TERRITORY = "point", "compound", "territory"
QUICK = {"c": COMPOUND, "t": TERRITORY}
ANSWER_LENGTH = 500


def new_key() -> str:
    """One for each opened form: sending it twice is sending it once."""
    return f"phone-{uuid4().hex}"


class ReportForm(forms.Form):
    """`quick_place` (`t:990101001001`, `c:17`) is the one more tap of somebody in danger; it outweighs the rest."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    photos = PhotosField(label=_("照片"))
    voice = VoiceField()
    text = forms.CharField(
        label=_("写一句"),
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(
            attrs={
                "rows": 3,
                "placeholder": _("例如：井盖碎了一半，晚上看不见。点键盘上的话筒也能说。"),
                "enterkeyhint": "done",
            }
        ),
    )
    place_by = forms.ChoiceField(
        label=_("在哪里"),
        required=False,
        choices=((POINT, _("地图上的位置")), (COMPOUND, _("选小区")), (TERRITORY, _("只说社区"))),
    )
    lng = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    accuracy_m = forms.IntegerField(required=False, min_value=0, max_value=100_000)
    agreed = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    near = forms.IntegerField(required=False, min_value=1)
    compound = forms.IntegerField(label=_("小区"), required=False, min_value=1)
    territory = forms.CharField(label=_("社区"), required=False, max_length=15)
    territory_other = forms.CharField(required=False, max_length=15)
    quick_place = forms.RegexField(r"^[ct]:[0-9]{1,18}$", required=False)
    address = forms.CharField(
        label=_("再说清楚一点"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "placeholder": _("例如：3 号楼东门、公交站往北 20 米"),
                "enterkeyhint": "done",
                "autocomplete": "off",
            }
        ),
    )
    captured_at = forms.DateTimeField(required=False)
    category = forms.CharField(
        label=_("是什么"),
        max_length=4,
        error_messages={"required": _("还没选是什么问题。选最接近的就行，街道会改。")},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if quick := given.get("quick_place"):
            kind, _colon, value = quick.partition(":")
            given |= {"place_by": QUICK[kind], QUICK[kind]: int(value) if kind == "c" else value}
        elif given.get("territory_other"):
            given["territory"] = given["territory_other"]
        match given.get("place_by"):
            case "point" if given.get("lng") is None or given.get("lat") is None:
                self.add_error("place_by", _("还没有位置。点“用我的位置”，或在地图上点一下；也可以选小区。"))
            case "compound" if not given.get("compound"):
                self.add_error("place_by", _("还没选小区。输入名称或拼音首字母就能找到。"))
            case "territory" if not given.get("territory"):
                self.add_error("place_by", _("还没选社区。"))
            case "" | None:
                self.add_error("place_by", _("还不知道在哪里。"))
        return given

    def whereabouts(self) -> dict[str, Any]:
        """What is looked up before it is sent: kind, place, words, and what the pictures look like."""
        given = self.cleaned_data
        by, lng, lat = given.get("place_by"), given.get("lng"), given.get("lat")
        photos = given.get("photos") or ()
        return {
            "key": given.get("key") or "",
            "category": given.get("category") or "",
            "text": given.get("text") or "",
            "point": (lng, lat) if by == POINT and lng is not None and lat is not None else None,
            "compound_id": given.get("compound") if by == COMPOUND else None,
            "looks": tuple(photo.likeness for photo in photos if photo.likeness is not None),
        }

    def draft(self) -> Draft:
        """Only the way of placing that was chosen: a pin that nobody moved says nothing."""
        given = self.cleaned_data
        by = given["place_by"]
        is_point = by == POINT
        return Draft(
            category=given["category"],
            text=given["text"],
            lng=given["lng"] if is_point else None,
            lat=given["lat"] if is_point else None,
            accuracy_m=given["accuracy_m"] if is_point else None,
            place_source=_source(by, by_device=given["accuracy_m"] is not None),
            address=given["address"],
            compound_id=given["near"] if is_point else given["compound"] if by == COMPOUND else None,
            territory=given["territory"] if by == TERRITORY else "",
            captured_at=given["captured_at"],
            agreed=agreement_of(given["agreed"]),
            photos=tuple(Photo(PhotoKind.NEAR, image) for image in given["photos"]),
            voice=given["voice"],
        )


class SeenForm(forms.Form):
    """Which of the offered ones it is; the key of the report that is not sent."""

    key = forms.CharField(max_length=64)
    seen = forms.CharField(max_length=300)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        return {"key": given.get("key"), "token": given.get("seen")}


class PlaceForm(ReportForm):
    """As much of a report as is known before it is sent; nothing in it is wrong yet."""

    def clean(self) -> dict[str, Any]:
        return self.cleaned_data


def _source(by: str, *, by_device: bool) -> str:
    if by == POINT:
        return PlaceSource.GPS if by_device else PlaceSource.PIN
    return PlaceSource.COMPOUND if by == COMPOUND else PlaceSource.TERRITORY


def _answer(label: Any, yes: Any, no: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=(("yes", yes), ("no", no)),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个。")},
    )


class RatingForm(forms.Form):
    """In the order in which a person remembers it."""

    contacted = _answer(_("有人联系过你，或者来看过吗？"), _("有"), _("没有"))
    solved = _answer(_("解决了吗？"), _("解决了"), _("没解决"))
    satisfied = _answer(_("你满意吗？"), _("满意"), _("不满意"))
    comment = forms.CharField(
        label=_("想说的话"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReopenForm(forms.Form):
    opinion = forms.CharField(
        label=_("哪里还没解决"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=_("写一句"), max_length=ANSWER_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )
