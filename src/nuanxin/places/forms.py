"""What staff and keepers fill in."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.forms import formset_factory
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.people.enums import SiteKind
from nuanxin.people.models import Organisation
from nuanxin.places.enums import (
    ExceptionKind,
    Order,
    PlaceState,
    ServiceGroup,
    Spoken,
    StockKind,
    WarningKind,
)
from nuanxin.places.models import Entry, Place, PlaceFacility
from nuanxin.places.queries import Asked, Filters, Wanted, catalogue
from nuanxin.places.queries.truth_rules import shipped as truth_fields
from nuanxin.places.services import EntryData, Equipment, Offered, PlaceData
from nuanxin.ui.forms import DIVISION_CODE, Refusing
from nuanxin.ui.opening import OpeningField

MORNING = time(8)


UNITS: dict[str, Any] = {"%": "%", "h": _("小时"), "min": _("分钟"), "d": _("天"), "people": _("人")}


class FilterForm(forms.Form):
    q = forms.CharField(label=_("名称、编号、地址"), required=False, max_length=40)
    within = forms.RegexField(DIVISION_CODE, required=False)
    type = forms.ChoiceField(label=_("类型"), required=False)
    facility = forms.ChoiceField(label=_("设施"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)
    only = forms.ChoiceField(label=_("只看"), required=False)

    def __init__(self, data: QueryDict, *, within: str) -> None:
        super().__init__(data if "within" in data else {**data.dict(), "within": within})
        known = catalogue()
        types = [(each.code, each.name) for each in known.types.values() if each.is_active]
        held = [(each.code, each.name) for each in known.facilities.values() if each.is_active]
        every = ("", _("全部"))
        choices: dict[str, list[tuple[str, Any]]] = {
            "type": [every, *types],
            "facility": [every, *held],
            "state": [("", _("没有撤销的")), *PlaceState.choices],
            "only": [
                every, ("open", _("现在开着")), ("unkept", _("没有管理员")), ("stale", _("一个月没核实")),
                ("due", _("今天没做开门检查")), ("checking", _("正在核实")),
            ],
        }  # fmt: skip
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered

    def filters(self) -> Filters:
        """What cannot be understood does not narrow anything."""
        self.is_valid()
        said = self.cleaned_data
        only = said.get("only", "")
        return Filters(
            text=said.get("q", "").strip(),
            within=said.get("within", ""),
            type=said.get("type", ""),
            facility=said.get("facility", ""),
            state=said.get("state", ""),
            open_now=only == "open",
            unkept=only == "unkept",
            stale=only == "stale",
            due=only == "due",
            checking=only == "checking",
        )


class PlaceForm(Refusing):
    """Point and territory come from the map and the picker, so they have no label of their own."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("小哥们看得懂的，例如：枫林暖新驿站"))
    name_en = forms.CharField(label=_("英文名称"), max_length=100, required=False)
    type = forms.ChoiceField(label=_("类型"))
    friendly_class = forms.ChoiceField(label=_("友好类别"), required=False)
    number = forms.CharField(
        label=_("编号"), max_length=32, required=False, help_text=_("本地自己的编号，没有就空着。")
    )
    host = forms.TypedChoiceField(label=_("主办单位"), required=False, coerce=int, empty_value=None)
    address = forms.CharField(label=_("地址"), max_length=120, help_text=_("街路门牌，例如：枫林横街 3 号"))
    directions = forms.CharField(
        label=_("怎么走"),
        max_length=200,
        required=False,
        help_text=_("例如：从东门进，右手第二间，车停门口。"),
    )
    opening = OpeningField(label=_("开放时间"), required=False, help_text=_("先填周一，再抄到别的日子。"))
    phone = forms.CharField(
        label=_("电话"), max_length=20, required=False, help_text=_("这个地方的公开电话，不填个人手机号。")
    )
    languages = forms.MultipleChoiceField(
        label=_("能说的话"), required=False, choices=Spoken.choices, widget=forms.CheckboxSelectMultiple
    )
    capacity = forms.IntegerField(label=_("座位数"), min_value=0, max_value=100_000, required=False)
    valid_from = forms.DateField(
        label=_("启用日"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("只开一季的才填，例如清凉站。"),
    )  # fmt: skip
    valid_to = forms.DateField(
        label=_("截止日"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    is_other = forms.BooleanField(label=_("不是同一个，是另外一处"), required=False)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    lng = forms.FloatField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    scope_code = forms.RegexField(DIVISION_CODE, required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, hosts: Iterable[Organisation] = (), place: Place | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = catalogue()
        fields: Any = self.fields
        fields["host"].choices = [("", _("还没有")), *((each.pk, each.label) for each in hosts)]
        now = place.type_id if place else ""
        types = [each for each in known.types.values() if each.is_active or each.code == now]
        fields["type"].choices = [("", _("请选")), *((each.code, each.name) for each in types)]
        classes = [(each.code, each.name) for each in known.classes.values()]
        fields["friendly_class"].choices = [("", _("没有")), *classes]

    def data_for_service(self) -> PlaceData:
        said = self.cleaned_data
        plain = (
            "name", "name_en", "type", "friendly_class", "number", "address", "directions", "phone",
            "capacity", "valid_from", "valid_to", "is_other", "lng", "lat", "scope_code",
        )  # fmt: skip
        given = {name: said[name] for name in plain}
        return PlaceData(
            **given, opening=said["opening"].text, host_id=said["host"], languages=tuple(said["languages"])
        )


def initial_of(place: Place) -> dict[str, Any]:
    plain = (
        "name_en", "number", "address", "directions", "opening", "phone", "capacity", "valid_from", "valid_to",
        "lng", "lat", "scope_code",
    )  # fmt: skip
    return {
        **{name: getattr(place, name) for name in plain},
        "name": place.name_zh,
        "type": place.type_id,
        "friendly_class": place.friendly_class_id or "",
        "host": place.host_id,
        "languages": place.languages.split(),
    }


class FacilitiesForm(Refusing):
    """One field for each facility of the catalogue: not there, or in which order."""

    CHOICES = (
        ("", _("没有")),
        (Order.WORKS, _("能用")),
        (Order.UNKNOWN, _("有，没核实")),
        (Order.BROKEN, _("坏了")),
    )

    def __init__(self, *args: Any, held: Iterable[PlaceFacility], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        orders = {each.facility_id: each.order for each in held}
        self._counts = {each.facility_id: each.count for each in held}
        for each in catalogue().facilities.values():
            if each.is_active or each.code in orders:
                self.fields[f"f_{each.code}"] = forms.ChoiceField(
                    label=each.name,
                    choices=self.CHOICES,
                    required=False,
                    initial=orders.get(each.code, ""),
                    widget=forms.Select(attrs={"class": "input"}),
                )

    def rows(self) -> list[tuple[Any, str]]:
        known = catalogue().facilities
        return [(self[name], known[name.removeprefix("f_")].icon) for name in self.fields]

    def facilities(self) -> list[Equipment]:
        said = {name.removeprefix("f_"): order for name, order in self.cleaned_data.items() if order}
        return [Equipment(code, order, self._counts.get(code)) for code, order in said.items()]


class ServiceForm(forms.Form):
    code = forms.ChoiceField(label=_("服务"), required=False)
    provider = forms.CharField(label=_("谁提供"), max_length=60, required=False)
    hours = forms.CharField(label=_("什么时候"), max_length=80, required=False)
    booking = forms.CharField(label=_("怎么约"), max_length=80, required=False)
    cost = forms.CharField(label=_("费用"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for each in catalogue().services.values():
            groups.setdefault(str(ServiceGroup(each.group).label), []).append((each.code, each.name))
        field: Any = self.fields["code"]
        field.choices = [("", _("请选")), *groups.items()]


ServiceForms = formset_factory(ServiceForm, extra=2, max_num=100, can_delete=True)


def offered_in(forms_: Any) -> list[Offered]:
    said = [each.cleaned_data for each in forms_ if each.cleaned_data]
    wanted = [each for each in said if each.get("code") and not each.get("DELETE")]
    return [Offered(**{name: value for name, value in each.items() if name != "DELETE"}) for each in wanted]


class StepForm(Refusing):
    reason = forms.CharField(
        label=_("原因"), max_length=120, required=False, help_text=_("来的人会看到，例如：装修，月底恢复。")
    )


class KeeperForm(Refusing):
    assignment = forms.TypedChoiceField(label=_("交给谁"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, keepers: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["assignment"]
        field.choices = [(each.pk, f"{each.person.name} · {each.role.name}") for each in keepers]


class ExceptionForm(Refusing):
    """Times as the clock on the wall says them."""

    kind = forms.ChoiceField(label=_("哪一种"), choices=ExceptionKind.choices)
    starts_at = forms.DateTimeField(
        label=_("从"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    ends_at = forms.DateTimeField(
        label=_("到"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    reason = forms.CharField(
        label=_("原因"), max_length=80, required=False, help_text=_("例如：停水、过年。")
    )


class DoorForm(Refusing):
    """Open or shut until when, in one tap."""

    LASTS = (
        ("hour", _("一小时")),
        ("two", _("两小时")),
        ("midnight", _("到今天结束")),
        ("morning", _("到明早 8 点")),
    )

    door = forms.ChoiceField(choices=(("open", _("开着")), ("shut", _("关了"))))
    lasts = forms.ChoiceField(label=_("多久"), choices=LASTS, initial="midnight")
    reason = forms.CharField(label=_("原因"), max_length=80, required=False)

    def ends_at(self, now: datetime) -> datetime:
        local = timezone.localtime(now)
        tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        morning = tomorrow.replace(hour=MORNING.hour)
        if local.hour < MORNING.hour:
            morning = local.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
        ends: Mapping[str, datetime] = {
            "hour": now + timedelta(hours=1),
            "two": now + timedelta(hours=2),
            "midnight": tomorrow,
            "morning": morning,
        }
        return ends[self.cleaned_data["lasts"]]


class EntryForm(Refusing):
    """A line of the catalogue; what only one kind has is there for that kind."""

    code = forms.SlugField(
        label=_("代码"), max_length=32, help_text=_("小写字母、数字和下划线，定了就不改。")
    )
    name_zh = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=60)
    icon = forms.CharField(label=_("图标"), max_length=40, help_text=_("从下面的图标里选一个，填它的名字。"))
    sort = forms.IntegerField(label=_("排序"), min_value=0, max_value=30_000, initial=0)
    site_kind = forms.ChoiceField(label=_("场所类别"), choices=SiteKind.choices)
    is_filter = forms.BooleanField(label=_("找地方时可以按它筛选"), required=False)
    group = forms.ChoiceField(label=_("类别"), choices=ServiceGroup.choices)
    is_active = forms.BooleanField(
        label=_("在用"), required=False, initial=True, help_text=_("停用后不能再选；已经用着的地方照旧显示。")
    )

    kind = forms.ChoiceField(label=_("类别"), choices=StockKind.choices)
    unit_zh = forms.CharField(label=_("单位"), max_length=10, help_text=_("拿一次拿的是什么，例如：片、瓶。"))
    unit_en = forms.CharField(label=_("英文单位"), max_length=20)
    has_expiry = forms.BooleanField(label=_("有有效期，收到时要填"), required=False, initial=True)
    is_medical = forms.BooleanField(label=_("就医绿色通道：窗口看得到打了星号的姓名"), required=False)
    category = forms.CharField(
        label=_("对应事项类别"), max_length=8, required=False, help_text=_("事项类别的代码，没有就空着。")
    )
    is_good = forms.BooleanField(label=_("是好话"), required=False, initial=True)

    OWN: Mapping[str, tuple[str, ...]] = {
        "types": ("site_kind",),
        "facilities": ("is_filter",),
        "services": ("group",),
        "stock": ("kind", "unit_zh", "unit_en", "has_expiry"),
        "offers": ("is_medical",),
        "tags": ("is_good",),
        "kitchen": ("category",),
    }

    def __init__(self, *args: Any, kind: str, row: Entry | None = None, **kwargs: Any) -> None:
        self._own = self.OWN.get(kind, ())
        if row is not None:
            names = ("code", "name_zh", "name_en", "icon", "sort", "is_active", *self._own)
            kwargs["initial"] = {name: getattr(row, name) for name in names}
        super().__init__(*args, **kwargs)
        for name in {each for names in self.OWN.values() for each in names} - set(self._own):
            del self.fields[name]
        if row is not None:
            del self.fields["code"]

    def data_for_service(self) -> EntryData:
        said = self.cleaned_data
        extra = tuple((name, said[name]) for name in self._own)
        return EntryData(
            said["name_zh"], said["name_en"], said["icon"], said["sort"], said["is_active"], extra
        )


class TruthForm(Refusing):
    """One number for each weight and limit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, row in truth_fields().items():
            self.fields[name] = forms.IntegerField(
                label=row.label,
                min_value=0,
                max_value=100 if row.unit == "%" else 100_000,
                help_text=UNITS[row.unit],
            )


class AroundForm(forms.Form):
    """What a worker looks for. Nothing here is refused: what nobody knows is not looked for."""

    at = forms.RegexField(DIVISION_CODE, required=False)
    now = forms.BooleanField(required=False)
    saved = forms.BooleanField(required=False)
    lng = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    item = forms.CharField(required=False, max_length=32)

    def asked(self, *, own: str = "") -> Asked:
        """`own` is where one begins who has not said where."""
        self.full_clean()
        told, data = self.cleaned_data, cast("QueryDict", self.data)
        known = {each.code for each in catalogue().filters}
        chosen = tuple(dict.fromkeys(code for code in data.getlist("f") if code in known))
        lng, lat = told.get("lng"), told.get("lat")
        items = (told["item"],) if told.get("item") in catalogue().stock else ()
        return Asked(
            wanted=Wanted(facilities=chosen, open_now=bool(told.get("now")), items=items),
            at=told.get("at") or own,
            point=None if lng is None or lat is None else (lng, lat),
            saved=bool(told.get("saved")),
        )


class WarningForm(Refusing):
    """Storm, heat or cold: where, from when, how long."""

    kind = forms.ChoiceField(label=_("什么天气"), choices=WarningKind.choices)
    scope_code = forms.ChoiceField(label=_("哪里"))
    starts_at = forms.DateTimeField(
        label=_("从什么时候"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ends_at = forms.DateTimeField(
        label=_("到什么时候"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    text = forms.CharField(
        label=_("一句话说明"),
        max_length=120,
        required=False,
        help_text=_("例如：下午有 9 级阵风，先进屋避一避。"),
    )

    def __init__(self, *args: Any, areas: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope: Any = self.fields["scope_code"]
        scope.choices = list(areas)
