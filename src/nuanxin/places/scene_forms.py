"""What is filled in about friendly scenes and open-kitchen days."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.people.models import Site
from nuanxin.places.models import KitchenPoint, SceneStandard, StandardItem
from nuanxin.places.queries import catalogue
from nuanxin.places.queries.scene_standard import Mark, title_of
from nuanxin.places.queries.scenes import TABS, SceneFilters
from nuanxin.places.services.scene_standard import LIMITS, ItemData, StandardData
from nuanxin.ui.forms import DIVISION_CODE, Refusing

AREA = forms.Textarea(attrs={"rows": 3})
TIME = "%Y-%m-%dT%H:%M"
GRADES = (("2", _("有")), ("1", _("部分有")), ("0", _("没有")))


def _active(kind: str) -> list[tuple[str, str]]:
    rows = getattr(catalogue(), kind).values()
    return [(each.code, each.name) for each in rows if each.is_active]


class ApplyForm(Refusing):
    """`sites` where one has to say of what."""

    site = forms.TypedChoiceField(label=_("哪个地方"), coerce=str)
    type = forms.ChoiceField(label=_("哪一种场景"))
    words = forms.CharField(
        label=_("做了什么"),
        max_length=400,
        widget=AREA,
        help_text=_("小哥来这里有什么方便，例如：北门直接进，门口有热水和充电。"),
    )

    def __init__(self, *args: Any, sites: Iterable[Site] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["type"]
        kind.choices = [("", _("请选择")), *_active("scenes")]
        if sites is None:
            del self.fields["site"]
        else:
            site: Any = self.fields["site"]
            site.choices = [("", _("请选择")), *((str(each.public_id), each.name) for each in sites)]


class SceneFilterForm(forms.Form):
    tab = forms.CharField(required=False)
    q = forms.CharField(label=_("名称、牌号"), required=False, max_length=40)
    within = forms.RegexField(DIVISION_CODE, required=False)
    type = forms.ChoiceField(label=_("场景类型"), required=False)
    friendly = forms.ChoiceField(label=_("友好类别"), required=False)
    late = forms.BooleanField(label=_("只看超时的"), required=False)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        every = ("", _("全部"))
        choices: dict[str, list[tuple[str, Any]]] = {
            "type": [every, *_active("scenes")],
            "friendly": [every, *_active("classes")],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    def filters(self) -> SceneFilters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        told = self.cleaned_data
        tab = told.get("tab", "")
        return SceneFilters(
            tab=tab if tab in {*TABS, "all"} else "todo",
            within=told.get("within", ""),
            type=told.get("type", ""),
            friendly_class=told.get("friendly", ""),
            text=told.get("q", "").strip(),
            late=bool(told.get("late")),
        )


class ReasonForm(Refusing):
    """For the steps that need a word."""

    reason = forms.CharField(
        label=_("原因"), max_length=200, widget=AREA, help_text=_("对方看得到，公示后大家也看得到。")
    )


class VerdictForm(Refusing):
    """Yes or no, and why."""

    is_upheld = forms.TypedChoiceField(
        label=_("结果"),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        choices=(("yes", _("成立")), ("no", _("不成立"))),
    )
    answer = forms.CharField(label=_("理由"), max_length=200, widget=AREA)


class LookForm(Refusing):
    """The second look: agree, or send back with a word."""

    opinion = forms.CharField(label=_("哪一项不对"), max_length=200, required=False, widget=AREA)


class AppealForm(Refusing):
    reason = forms.CharField(
        label=_("为什么不服"),
        max_length=400,
        widget=AREA,
        help_text=_("写清楚事实和依据；由没有作决定的人来裁定。"),
    )


class ObjectionForm(Refusing):
    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("哪里不对"),
        max_length=400,
        widget=AREA,
        help_text=_("不用登录，不记是谁。请不要写人名和电话。"),
    )


class AssessForm(Refusing):
    """One group of fields for each item of the checklist: `g_` grade, `e_` evidence, `p_` photo."""

    def __init__(
        self, *args: Any, items: Iterable[StandardItem], held: Mapping[str, Mark] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(items)
        for item in self.items:
            before = (held or {}).get(item.code)
            choices = GRADES if item.is_must else (*GRADES, ("na", _("不适用")))
            self.fields[f"g_{item.code}"] = forms.ChoiceField(
                label=title_of(item), choices=choices, widget=forms.RadioSelect, initial=_chosen(before),
                error_messages={"required": _("这一项还没有选。")},
            )  # fmt: skip
            self.fields[f"e_{item.code}"] = forms.CharField(
                label=_("看到了什么"), max_length=200, required=False, initial=before.evidence if before else "",
                widget=forms.TextInput(attrs={"placeholder": _("写一句看到的")}),
            )  # fmt: skip
            self.fields[f"p_{item.code}"] = forms.FileField(
                label=_("照片"), required=False,
                widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
            )  # fmt: skip

    def groups(self) -> list[tuple[str, list[tuple[StandardItem, Any, Any, Any]]]]:
        """By friendly class, with the item beside its fields."""
        found: dict[str, list[tuple[StandardItem, Any, Any, Any]]] = {}
        for item in self.items:
            fields = (self[f"g_{item.code}"], self[f"e_{item.code}"], self[f"p_{item.code}"])
            found.setdefault(item.friendly_class.name, []).append((item, *fields))
        return list(found.items())

    def marks(self) -> list[Mark]:
        told = self.cleaned_data
        return [
            Mark(each.code, _grade(told[f"g_{each.code}"]), told[f"e_{each.code}"]) for each in self.items
        ]

    def photos(self, accept: Any) -> dict[str, AcceptedImage]:
        """What is no picture is said beside its item."""
        found = {}
        for each in self.items:
            file = self.cleaned_data.get(f"p_{each.code}")
            if file is None:
                continue
            try:
                found[each.code] = accept(file, name=file.name or "")
            except DomainError as error:
                self.add_error(f"p_{each.code}", error.told)
        return found

    def refuse(self, error: DomainError) -> None:
        fields = error.fields if isinstance(error, Invalid) else {}
        for code, text in fields.items():
            self.add_error(f"g_{code}" if f"g_{code}" in self.fields else None, str(text))
        if not fields:
            self.add_error(None, error.told)


def _chosen(mark: Mark | None) -> str | None:
    if mark is None:
        return None
    return "na" if mark.grade is None else str(mark.grade)


def _grade(text: str) -> int | None:
    return None if text == "na" else int(text)


class StandardForm(Refusing):
    """The limits of a version; `base` is the one that is edited."""

    base = forms.IntegerField(widget=forms.HiddenInput)
    minimum = forms.IntegerField(label=_("最低得分（%）"), min_value=1, max_value=LIMITS["minimum"])
    assess_days = forms.IntegerField(
        label=_("评估期限（工作日）"), min_value=1, max_value=LIMITS["assess_days"]
    )
    publicity_days = forms.IntegerField(
        label=_("公示期（工作日）"), min_value=1, max_value=LIMITS["publicity_days"]
    )
    recheck_months = forms.IntegerField(
        label=_("多久复查（月）"), min_value=1, max_value=LIMITS["recheck_months"]
    )
    recheck_days = forms.IntegerField(
        label=_("复查期限（工作日）"), min_value=1, max_value=LIMITS["recheck_days"]
    )
    appeal_days = forms.IntegerField(
        label=_("申诉期（工作日）"), min_value=1, max_value=LIMITS["appeal_days"]
    )
    judge_days = forms.IntegerField(
        label=_("裁定期限（工作日）"), min_value=1, max_value=LIMITS["judge_days"]
    )
    note = forms.CharField(label=_("改了什么"), max_length=120, required=False)

    def limits(self) -> StandardData:
        told = self.cleaned_data
        return StandardData(**{name: told[name] for name in LIMITS}, note=told["note"])


def initial_of(standard: SceneStandard) -> dict[str, Any]:
    return {"base": standard.version} | {name: getattr(standard, name) for name in LIMITS}


class ItemForm(forms.Form):
    """A line of the checklist."""

    code = forms.CharField(label=_("代码"), max_length=32)
    friendly_class = forms.ChoiceField(label=_("类别"))
    title_zh = forms.CharField(label=_("看什么"), max_length=80)
    title_en = forms.CharField(label=_("英文"), max_length=160)
    weight = forms.IntegerField(label=_("权重"), min_value=1, max_value=100)
    types = forms.CharField(label=_("适用场景"), max_length=200, required=False)
    is_must = forms.BooleanField(label=_("必须达到"), required=False)
    needs_evidence = forms.BooleanField(label=_("要有依据"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["friendly_class"]
        field.choices = _active("classes")


ItemFormSet = forms.formset_factory(ItemForm, extra=1, can_delete=True, max_num=100, validate_max=True)


def items_in(forms_: Any) -> list[ItemData]:
    told = [each.cleaned_data for each in forms_ if each.cleaned_data]
    wanted = [each for each in told if each.get("code") and not each.get("DELETE")]
    return [ItemData(**{name: value for name, value in each.items() if name != "DELETE"}) for each in wanted]


def item_initial(items: Iterable[StandardItem]) -> list[dict[str, Any]]:
    plain = ("code", "title_zh", "title_en", "weight", "types", "is_must", "needs_evidence")
    return [
        {"friendly_class": each.friendly_class_id} | {name: getattr(each, name) for name in plain}
        for each in items
    ]


class StandardFileForm(Refusing):
    file = forms.FileField(label=_("检查清单的表格"), help_text=_("先导出现行的一版，改好以后再传上来。"))
    note = forms.CharField(label=_("改了什么"), max_length=120, required=False)


class OpenDayForm(Refusing):
    key = forms.UUIDField(widget=forms.HiddenInput)
    starts_at = forms.DateTimeField(
        label=_("从"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=TIME)
    )
    ends_at = forms.DateTimeField(
        label=_("到"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=TIME)
    )
    capacity = forms.IntegerField(label=_("最多几人"), min_value=1, max_value=500, initial=15)
    words = forms.CharField(
        label=_("看什么"),
        max_length=200,
        required=False,
        help_text=_("例如：后厨、冷库、留样，讲一讲食材从哪里来。"),
    )


class KitchenForm(Refusing):
    """What a resident saw: each point is right or not, and a word if they like."""

    note = forms.CharField(
        label=_("还想说一句"), max_length=200, required=False, widget=AREA, help_text=_("不记是谁写的。")
    )

    def __init__(self, *args: Any, points: Iterable[KitchenPoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = list(points)
        for each in self.points:
            self.fields[f"k_{each.code}"] = forms.ChoiceField(
                label=each.name, choices=(("ok", _("好")), ("wrong", _("不对"))), widget=forms.RadioSelect,
                error_messages={"required": _("这一项还没有选。")},
            )  # fmt: skip

    def rows(self) -> list[tuple[KitchenPoint, Any]]:
        return [(each, self[f"k_{each.code}"]) for each in self.points]

    def wrong(self) -> list[str]:
        return [each.code for each in self.points if self.cleaned_data[f"k_{each.code}"] == "wrong"]
