"""The places that serve workers in the demo city: one beside each compound, of many types, each with its own hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nuanxin.demo.shelves import fill_shelves
from nuanxin.kernel.access import SYSTEM
from nuanxin.places.services import Equipment, NewPlace, Offered, PlaceData, add_many, suspend_place

if TYPE_CHECKING:
    from nuanxin.demo.city import DemoCity, DemoCompound
    from nuanxin.demo.population import Population

SOURCE = "演示数据 · 示意图"
STATION = ("s1", "枫林暖新驿站", "990101001001", "op1")
MOST = 40
NOT_YET, REPAIRED, STALE = 11, 17, 6  # every so many is in preparation, suspended, not confirmed lately


@dataclass(frozen=True, slots=True)
class Kind:
    """A type with what it usually has. `organisation` is a key of the demo's organisations."""

    type: str
    ending: str
    ending_en: str
    opening: str
    facilities: str
    services: str = ""
    organisation: str = ""
    friendly_class: str = "facility"


BASIC = "toilet hot_water charging seats"
KINDS = (
    Kind(
        "station",
        "暖新驿站",
        "service station",
        "Mo-Su 07:00-22:00",
        f"{BASIC} microwave air_conditioning wifi fridge books",
        "rest drinking_water heating_meals phone_charging",
        "op1",
    ),
    Kind(
        "station_24h",
        "全时驿站",
        "24-hour station",
        "24/7",
        f"{BASIC} microwave rest_bed medicine all_night remote_door raincoat",
        "rest drinking_water medicine",
        "op1",
    ),
    Kind(
        "canteen",
        "社区食堂",
        "community canteen",
        "Mo-Su 06:30-09:00,11:00-13:30,17:00-19:30",
        "seats hot_water cheap_meals toilet",
        "cheap_meal",
        "",
        "relations",
    ),
    Kind(
        "love_corner",
        "小哥爱心角",
        "love corner",
        "Mo-Su 08:00-20:00",
        "charging cold_water seats air_pump",
        "phone_charging",
    ),
    Kind(
        "merchant",
        "友好小店",
        "friendly shop",
        "Mo-Su 10:00-24:00",
        "hot_water seats late_meals charging",
        "late_meal",
        "",
        "relations",
    ),
    Kind(
        "union_station",
        "工会户外劳动者驿站",
        "union station",
        "Mo-Fr 08:30-18:00; PH off",
        f"{BASIC} first_aid air_conditioning",
        "legal_advice union_joining",
        "gh",
    ),
    Kind(
        "charging_site",
        "充电站",
        "charging site",
        "24/7",
        "ebike_charging parking all_night",
        "charging_ebike",
        "op2",
    ),
    Kind(
        "clinic",
        "社区卫生服务站",
        "community clinic",
        "Mo-Fr 08:00-17:30; Sa 08:00-12:00; PH off",
        "toilet first_aid medicine seats",
        "wound_dressing blood_pressure green_channel",
        "ws",
    ),
    Kind(
        "party_centre",
        "党群服务中心",
        "Party-mass centre",
        "Mo-Fr 09:00-17:30; PH off",
        f"{BASIC} wifi books counselling nursing",
        "policy_advice counselling mediation",
        "swd",
        "governance",
    ),
    Kind("swap_cabinet", "换电柜", "swap cabinet", "24/7", "swap all_night", "battery_swap", "op2"),
    Kind(
        "drivers_home",
        "司机之家",
        "drivers' home",
        "Mo-Su 06:00-23:00",
        f"{BASIC} sofa shower washing vehicle_check",
        "vehicle_check laundry",
        "jt",
    ),
    Kind(
        "womens_home",
        "妇女之家",
        "women's home",
        "Mo-Fr 09:00-17:00; PH off",
        f"{BASIC} women_friendly nursing",
        "counselling",
        "fl",
    ),
)
WORDS = {
    "green_channel": Offered("green_channel", "", "门诊时间", "到窗口出示电子凭证", "免挂号费，诊查减半"),
    "legal_advice": Offered("legal_advice", "律师志愿者", "每周三下午", "到站登记", "免费"),
    "cheap_meal": Offered("cheap_meal", "", "午餐、晚餐", "出示小哥身份", "15 元一份"),
}


def open_places(settled: Population, city: DemoCity, *, now: datetime) -> None:
    """The station of the story first, at the corner of its neighbour; then one at each compound."""
    key, name, community, operator = STATION
    neighbour = next(each for each in city.compounds if each.community == community)
    planned = [_planned(settled, KINDS[0], neighbour, now, name=name, operator=operator)]
    for number, compound in enumerate(city.compounds[: MOST - 1], start=1):
        kind = KINDS[number % len(KINDS)]
        name = f"{compound.name}{kind.ending}"
        planned.append(
            _planned(settled, kind, compound, now, name=name, operator=kind.organisation, number=number)
        )
    codes = {each.data.scope_code for each in planned}
    places = add_many(actor=SYSTEM, new=planned, now=now, territories=codes)
    settled.sites[key] = places[0].site
    for place in places[REPAIRED::REPAIRED]:
        suspend_place(actor=SYSTEM, public_id=place.public_id, reason="装修，下月初恢复", now=now)
    fill_shelves(places, now=now)


def _planned(
    settled: Population,
    kind: Kind,
    compound: DemoCompound,
    now: datetime,
    *,
    name: str,
    operator: str,
    number: int = 0,
) -> NewPlace:
    west, south, east, _north = compound.shape.bounds
    corner = (west, south) if number % 2 == 0 else (east, south)
    host = settled.organisations.get(operator) or settled.organisations.get(f"sq{compound.community[6:]}")
    data = PlaceData(
        name=name,
        name_en="" if not number else f"No. {number} {kind.ending_en}",
        type=kind.type,
        friendly_class=kind.friendly_class,
        number=f"YC-{number:03d}",
        scope_code=compound.community,
        lng=corner[0],
        lat=corner[1],
        host_id=host.pk if host else None,
        address=f"{compound.address}旁",
        directions="从小区正门往右，门口能停车。",
        phone=f"0990-6600{number:04d}",
        languages=("zh",),
        capacity=8 + number % 5 * 4,
        opening=kind.opening,
    )
    return NewPlace(
        data=data,
        facilities=_facilities(kind, number),
        services=tuple(WORDS.get(code, Offered(code, cost="免费")) for code in kind.services.split()),
        is_open=number % NOT_YET != NOT_YET - 1,
        confirmed_at=now - timedelta(days=45) if number % STALE == STALE - 1 else now,
        source=SOURCE,
        external_id=f"p{number:03d}",
    )


def _facilities(kind: Kind, number: int) -> tuple[Equipment, ...]:
    """Everywhere something is known to work; here and there one thing is broken."""
    codes = kind.facilities.split()
    broken = codes[number % len(codes)] if number % 5 == 1 else ""
    usual = "unknown" if number % 9 == 4 else "works"
    return tuple(Equipment(code, "broken" if code == broken else usual) for code in codes)
