"""Sample data for the gallery. Everything is invented; no context's model is touched."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.opening import Change
from nuanxin.ui.opening import Opening, OpeningField
from nuanxin.ui.slots import Link


class SampleForm(forms.Form):
    phone = forms.CharField(label=_("手机号"), help_text=_("只用来告诉您进展，办理的人看不到。"))
    kind = forms.ChoiceField(
        label=_("谁来办"), choices=[("SW", _("水务")), ("CG", _("城管")), ("GD", _("供电"))]
    )
    text = forms.CharField(label=_("补充一句"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    again = forms.ChoiceField(
        label=_("以前见过吗"), choices=[("no", _("第一次见")), ("yes", _("见过"))], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label=_("现场已经安全"), required=False)


class SampleHoursForm(forms.Form):
    opening = OpeningField(label=_("开放时间"), with_changes=True, help_text=_("先填周一，再抄到别的日子。"))


SAMPLE_OPENING = Opening(
    "Mo-Fr 08:30-12:00,13:30-21:00; Sa 10:00-16:00; PH 10:00-16:00",
    (Change(date(2026, 12, 24), date(2026, 12, 25), reason="停水检修"),),
)
SAMPLE_RULE = Opening("Jul-Aug Mo-Su 06:00-23:00; Sep-Jun 08:00-20:00")


def _link(
    label: Any, icon: str, *, current: bool = False, primary: bool = False, count: int | None = None
) -> Link:
    return Link(label=label, url="#", icon=icon, current=current, primary=primary, count=count)


PHONE_TABS = [
    _link(_("首页"), "home", current=True),
    _link(_("地图"), "map-2"),
    _link(_("随手拍"), "camera", primary=True),
    _link(_("消息"), "bell", count=2),
    _link(_("我的"), "user"),
]
RAIL = [
    _link(_("队列"), "inbox", current=True, count=1280),
    _link(_("地图"), "map-2"),
    _link(_("点位"), "map-pin"),
    _link(_("志愿"), "heart-handshake", count=6),
    _link(_("清单"), "clipboard-list"),
    _link(_("看板"), "chart-bar"),
]
QUEUE = [
    (
        "U1",
        _("燃气泄漏、燃气异味"),
        "0101",
        _("枫林里 6 号楼 2 单元"),
        _("楼道里气味很重，已经让邻居先下楼"),
        _("领单"),
        -12,
    ),
    (
        "U1",
        _("井盖破损缺失移位"),
        "0301",
        _("枫林横街 3 号旁"),
        _("井盖缺了一半，夜里很容易踩空"),
        _("接单"),
        9,
    ),
    ("U2", _("消防通道、安全出口被堵"), "0202", _("向阳苑南门"), _("两辆车占了消防通道"), _("派单"), 42),
    ("U2", _("飞线充电"), "0203", _("柳岸新村 11 号楼"), _("三楼拉下来的线，下面五六辆车"), _("领单"), 75),
    ("U3", _("路灯不亮、灯杆损坏"), "0303", _("学院路辅路"), _("连着三盏不亮，送餐看不清路"), _("接单"), 190),
    ("U3", _("暴露垃圾"), "0701", _("西菜市后巷"), _("垃圾堆在路口，味道很大"), _("接单"), 260),
    ("U3", _("非机动车、共享单车乱停"), "0502", _("地铁枫林站 B 口"), _("盲道被占了十几米"), _("派单"), 320),
    ("U3", _("楼道照明损坏"), "0604", _("向阳苑 4 号楼"), _("五到八层灯都不亮"), _("领单"), 500),
    ("U4", _("座椅健身等设施损坏"), "0306", _("河滨小公园"), _("长椅断了一根木条"), _("接单"), 2200),
    ("U4", _("非法小广告"), "0706", _("柳岸新村东门"), _("门柱上贴了一圈"), _("领单"), 4000),
    ("U3", _("门禁道闸故障"), "0505", _("枫林里西门"), _("道闸抬不起来，外卖车要绕一公里"), _("接单"), 640),
    ("U3", _("道路破损坑洼"), "0401", _("学院路 18 号前"), _("坑有脸盆大，下雨看不见"), _("接单"), 900),
]


def phone(*, now: datetime) -> dict[str, Any]:
    return {
        "tabs": PHONE_TABS,
        "form": SampleForm(),
        "wrong": SampleForm({"phone": "", "kind": "SW"}),
        "hours": SampleHoursForm(initial={"opening": SAMPLE_OPENING}),
        "rule": SampleHoursForm(initial={"opening": SAMPLE_RULE}, prefix="rule"),
        "tokens": TOKENS,
        "due": now + timedelta(minutes=42),
        "later": now + timedelta(hours=6),
        "missed": now - timedelta(hours=2, minutes=5),
        "filed": now - timedelta(hours=1, minutes=40),
        "seen": now - timedelta(minutes=3),
    }


def workbench(*, now: datetime) -> dict[str, Any]:
    rows = [
        {
            "urgency": urgency,
            "category": name,
            "number": f"11{code}-26-00{index:04}",
            "place": place,
            "text": text,
            "step": step,
            "due": now + timedelta(minutes=left),
            "current": index == 2,
        }
        for index, (urgency, name, code, place, text, step, left) in enumerate(QUEUE)
    ]
    return {**phone(now=now), "rail_items": RAIL, "rows": rows}


TOKENS = (
    "ground",
    "surface",
    "ink",
    "ink-quiet",
    "line",
    "brand",
    "brand-fill",
    "brand-soft",
    "ok",
    "wait",
    "danger",
    "info",
    "seal",
)


def _feature(
    kind: str, geometry: str, coordinates: list[Any], title: str = "", tone: str = ""
) -> dict[str, Any]:
    properties = {"kind": kind, "title": title, "tone": tone, "text": ""}
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry, "coordinates": coordinates},
    }


def _box(west: float, south: float, east: float, north: float) -> list[Any]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


MAP: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        _feature("green", "Polygon", _box(116.3502, 39.9002, 116.3535, 39.9025), "河滨小公园"),
        _feature("water", "Polygon", _box(116.3490, 39.9026, 116.3580, 39.9031)),
        *[
            _feature("building", "Polygon", _box(west, south, west + 0.0006, south + 0.0003))
            for west in (116.3541, 116.3550, 116.3559, 116.3568)
            for south in (39.9, 39.9007, 39.9014)
        ],
        _feature("road", "LineString", [[116.3480, 39.8996], [116.3590, 39.8996]], "枫林横街"),
        _feature("road", "LineString", [[116.3538, 39.8980], [116.3538, 39.9040]], "学院路"),
        _feature("area", "Polygon", _box(116.3540, 39.8998, 116.3580, 39.9022), "枫林里"),
        _feature("place", "Point", [116.3545, 39.8994], "枫林驿站", "ok"),
        _feature("case", "Point", [116.3532, 39.8998], "井盖破损", "danger"),
    ],
}
