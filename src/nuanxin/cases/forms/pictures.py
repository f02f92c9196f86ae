"""Reviewing a picture: the areas as rows of numbers in per cent, what to do with it, and why."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import RedactionState
from nuanxin.cases.forms.lists import PublicListForm
from nuanxin.cases.models import REASON_LENGTH
from nuanxin.cases.queries.redacting import PictureFilters
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.redact import Area, WrongAreas, read_areas

WAYS = ("save", "release", "refuse", "again")


class PictureListForm(PublicListForm):
    show = forms.ChoiceField(
        label=_("看哪些"),
        required=False,
        choices=[
            ("", _("待审")),
            (RedactionState.RELEASED, _("已放行")),
            (RedactionState.REFUSED, _("不公开")),
            (RedactionState.WITHDRAWN, _("已撤下")),
            ("all", _("全部")),
        ],
    )
    found = forms.ChoiceField(
        label=_("自动查找"),
        required=False,
        choices=[
            ("", _("自动查找不限")),
            ("some", _("找到了要遮的")),
            ("none", _("找过，没找到")),
            ("alone", _("没有自动找成")),
        ],
    )
    number = forms.CharField(
        label=_("案卷号"),
        required=False,
        max_length=19,
        widget=forms.TextInput(attrs={"placeholder": _("案卷号"), "inputmode": "numeric"}),
    )

    def filters(self) -> PictureFilters:
        return PictureFilters(
            show=self.chosen("show") or RedactionState.PROPOSED,
            found=self.chosen("found"),
            number=self.chosen("number").strip(),
            **self.narrowed(),
        )


class ReviewForm(forms.Form):
    """`areas` are rows `x`, `y`, `w`, `h`, `kind`, `by` of the same length; a row without a size is not one."""

    do = forms.ChoiceField(choices=[(way, way) for way in WAYS])
    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    checked = forms.BooleanField(
        label=_("整张照片我都看过了：没有能认出人的脸、车牌、姓名和电话"), required=False
    )
    reason = forms.CharField(
        label=_("不公开的原因"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("例如：能看出是谁家的阳台")}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        try:
            given["areas"] = _areas(self.data)
        except Invalid as error:
            self.add_error(None, f"{error.message} {error.hint}")
        return given


def _areas(data: Any) -> tuple[Area, ...]:
    if not isinstance(data, QueryDict):
        return ()
    columns = [data.getlist(name) for name in ("x", "y", "w", "h", "kind", "by")]
    if len({len(column) for column in columns}) != 1:
        raise WrongAreas
    rows = [row for row in zip(*columns, strict=True) if row[2].strip() and row[3].strip()]
    return read_areas([_row(*row) for row in rows])


def _row(x: str, y: str, w: str, h: str, kind: str, by: str) -> dict[str, Any]:
    try:
        numbers = [float(text or "0") / 100 for text in (x, y, w, h)]
    except ValueError:
        raise WrongAreas from None
    return {**dict(zip("xywh", numbers, strict=True)), "kind": kind, "by": by}


class OriginalForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么需要看原图"),
        max_length=REASON_LENGTH,
        help_text=_("至少四个字；这次查看会留下记录。"),
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("例如：遮挡太大，看不清是不是同一个井盖")}),
    )
