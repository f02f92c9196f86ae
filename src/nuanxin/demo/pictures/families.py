"""Which picture belongs to which category of report."""

from __future__ import annotations

from nuanxin.demo.pictures import access, hazards, market, roadside, tidiness
from nuanxin.demo.pictures.canvas import Canvas

_FAMILIES = {
    **{name: getattr(hazards, name) for name in hazards.__all__},
    **{name: getattr(roadside, name) for name in roadside.__all__},
    **{name: getattr(access, name) for name in access.__all__},
    **{name: getattr(tidiness, name) for name in tidiness.__all__},
    **{name: getattr(market, name) for name in market.__all__},
}
NIGHT_FAMILIES = frozenset({"lamp"})

_BY_CATEGORY = {
    "0101": "gas_meter", "0102": "gas_meter", "0103": "cylinders", "0104": "barrels", "0105": "burst_pipe",
    "0106": "chimney", "0201": "smoke", "0202": "fire_lane", "0203": "dangling_cable", "0204": "indoor_bike",
    "0205": "extinguisher", "0206": "clutter", "0301": "manhole", "0302": "grate", "0303": "lamp",
    "0304": "fallen_cable", "0305": "cabinet", "0306": "bench", "0401": "pothole", "0402": "sinkhole",
    "0403": "signal", "0404": "railing", "0405": "junction", "0406": "junction", "0407": "flood", "0408": "ice",
    "0501": "parked_car", "0502": "bikes", "0503": "rider_bay", "0504": "gate", "0505": "gate",
    "0506": "plaque", "0601": "lift", "0602": "lift", "0603": "door", "0604": "dark_stairs", "0605": "facade",
    "0606": "burst_pipe", "0701": "rubbish", "0702": "bins", "0703": "spill", "0704": "rubble", "0705": "sewage",
    "0706": "stickers", "0707": "fallen_tree", "0801": "stall", "0802": "works", "0803": "works", "0804": "works",
    "0805": "signboard", "0806": "hut", "0901": "dirty_kitchen", "0902": "shopfront", "0903": "meal_box",
    "0904": "meal_box", "0905": "meal_box", "0906": "scales", "1003": "phone", "1004": "broken_pot",
    "1104": "record", "1105": "ramp", "1106": "flowers", "1201": "station", "1202": "medicine_box",
    "1203": "swap_cabinet", "1204": "shopfront", "1205": "record", "1206": "record",
}  # fmt: skip


def family_of(category: str) -> str:
    return _BY_CATEGORY.get(category, "record")


def draw_family(family: str, canvas: Canvas) -> None:
    _FAMILIES[family](canvas)
