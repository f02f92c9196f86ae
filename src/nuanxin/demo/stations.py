"""The places that serve workers in the demo city come into the register, each with its hours and what it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from nuanxin.demo.appointments import open_bookings
from nuanxin.demo.promises import make_offers
from nuanxin.demo.shelves import fill_shelves
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.search.spelling import spelled
from nuanxin.places.services import Equipment, NewPlace, Offered, PlaceData, add_many, suspend_place

if TYPE_CHECKING:
    from nuanxin.demo.population import Population
    from nuanxin.demo.spots import Spot

SOURCE = "演示数据 · 示意图"
NOT_YET, REPAIRED, STALE = 29, 37, 7  # every so many is in preparation, suspended, not confirmed lately
WAYS = (
    "从路口往里走二十米，门口能停车。",
    "在公交站后面，晚上灯箱亮着。",
    "大院东门右手第二间，车停门外。",
    "一楼临街，门口有台阶。",
    "进大厅左转，跟着橙色的牌子走。",
    "",
)
WORDS = {
    "green_channel": Offered("green_channel", "", "门诊时间", "到窗口出示电子凭证", "免挂号费，诊查减半"),
    "legal_advice": Offered("legal_advice", "律师志愿者", "每周三下午", "到站登记", "免费"),
    "cheap_meal": Offered("cheap_meal", "", "午餐、晚餐", "出示小哥身份", "15 元一份"),
    "late_meal": Offered("late_meal", "", "22:00 以后", "不用约", "小哥九折"),
    "counselling": Offered("counselling", "心理咨询志愿者", "周二、周四下午", "打电话约", "免费"),
    "battery_swap": Offered("battery_swap", "", "全天", "扫柜上的码", "按次收费"),
    "charging_ebike": Offered("charging_ebike", "", "全天", "扫桩上的码", "按度收费"),
    "vehicle_check": Offered("vehicle_check", "", "每天 9:00-17:00", "到店排队", "免费检查，换件收费"),
}


def open_places(settled: Population, planned: Sequence[Spot], *, now: datetime) -> None:
    """All of them at once; a few are still in preparation or under repair."""
    new = [_new(settled, spot, now) for spot in planned]
    codes = {each.data.scope_code for each in new}
    places = add_many(actor=SYSTEM, new=new, now=now, territories=codes)
    for spot, place in zip(planned, places, strict=True):
        settled.places[spot.key], settled.sites[spot.key] = place, place.site
        if spot.number % REPAIRED == 0:
            suspend_place(actor=SYSTEM, public_id=place.public_id, reason="装修，下月初恢复", now=now)
    fill_shelves(places[0], now=now)
    open_bookings(settled.places, now=now)
    make_offers(settled.places, now=now)


def _new(settled: Population, spot: Spot, now: datetime) -> NewPlace:
    rng, kind = spot.rng, spot.kind
    host = settled.organisations.get(spot.host)
    data = PlaceData(
        name=spot.name,
        name_en=f"{spelled(spot.stem)[0].capitalize()} {kind.ending_en}",
        type=kind.type,
        friendly_class=kind.friendly_class,
        number=f"YC-{spot.number:03d}",
        scope_code=spot.community,
        lng=spot.lng,
        lat=spot.lat,
        host_id=host.pk if host else None,
        address=spot.address,
        directions=rng.choice(WAYS),
        phone=f"0990-6600{spot.number:04d}" if kind.keeper else "",
        languages=("zh", "en") if kind.type in {"hospital", "neg_centre"} else ("zh",),
        capacity=4 + rng.randrange(12) * 2 if "seats" in kind.facilities else None,
        opening=spot.opening,
    )
    seen = now - timedelta(days=45 if spot.number % STALE == STALE - 1 else rng.randrange(1, 12))
    return NewPlace(
        data=data,
        facilities=_facilities(rng, kind.facilities),
        services=tuple(WORDS.get(code, Offered(code, cost="免费")) for code in kind.services),
        is_open=spot.number % NOT_YET != 0,
        confirmed_at=seen,
        source=SOURCE,
        external_id=f"p{spot.number:03d}",
    )


def _facilities(rng: Random, codes: Sequence[str]) -> tuple[Equipment, ...]:
    """Nearly everywhere something is known to work; here and there one thing is broken."""
    usual = "unknown" if rng.random() < 0.1 else "works"
    broken = rng.choice(codes) if rng.random() < 0.12 else ""
    return tuple(Equipment(code, "broken" if code == broken else usual) for code in codes)
