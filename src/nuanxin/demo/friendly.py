"""Friendly scenes of the demo city: some asked for, some being looked at, most with a plate, one taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from nuanxin.kernel.access import Actor
from nuanxin.places.models import Place, Scene
from nuanxin.places.queries.scene_standard import Mark, items_of
from nuanxin.places.services import open_days, scene_appeals, scene_assessing, scene_watching, scenes

DAY = timedelta(days=1)
BEFORE = {
    "applied": 2,
    "assessing": 4,
    "confirm": 5,
    "publicity": 3,
    "refused": 12,
    "over": 14,
    "recheck": 392,
}
TYPES = {
    "canteen": "canteen",
    "merchant": "merchant",
    "restaurant": "merchant",
    "hospital": "hospital",
    "clinic": "hospital",
    "friendly_compound": "compound",
}
WORDS = (
    "门口有热水和充电，随到随坐",
    "小哥从北门直接进，门口画了临停区",
    "过了饭点还有热饭，价格贴在门口",
    "夜里也开着，药箱和打气筒可以借",
)
SEEN = ("现场看过", "门口有牌子", "试过，能用", "问了三位小哥，都说好")


@dataclass(frozen=True, slots=True)
class Crew:
    """Who asks, who goes there, who confirms, who decides: never the same."""

    keeper: Actor
    assessor: Actor
    looker: Actor
    lead: Actor


def tell_scene(*, place: Place, crew: Crew, reach: str, now: datetime) -> None:
    """One scene of a place as far as `reach` (of `place_days.REACHED`), so that it stands there at `now`."""
    rng = Random(f"scene/{place.number or place.name_zh}")
    at = now - BEFORE.get(reach, rng.randrange(20, 200)) * DAY
    kind = TYPES.get(place.type_id, "station")
    scene = scenes.apply_for_place(
        actor=crew.keeper, public_id=place.public_id, type_code=kind, words=rng.choice(WORDS), now=at
    )
    if reach != "applied":
        scenes.start_assessing(actor=crew.assessor, public_id=scene.public_id, now=at + DAY / 8)
    if reach not in ("applied", "assessing"):
        marks = _marks(scene, rng, fails=reach == "refused")
        scene_assessing.assess_scene(
            actor=crew.assessor, public_id=scene.public_id, marks=marks, now=at + DAY / 4
        )
    if reach not in ("applied", "assessing", "confirm"):
        _decide(scene, crew, reach, at, now)


def _decide(scene: Scene, crew: Crew, reach: str, at: datetime, now: datetime) -> None:
    """From the second look on."""
    lead: dict[str, Any] = {"actor": crew.lead, "public_id": scene.public_id}
    scene_assessing.confirm_assessment(actor=crew.looker, public_id=scene.public_id, now=at + DAY / 3)
    if reach == "refused":
        scenes.refuse_scene(**lead, reason="消防通道堆着东西，清走以后可以再申请", now=at + DAY / 2)
        return
    shown = scenes.publicise(**lead, now=at + DAY / 2)
    if reach in ("publicity", "over"):
        if reach == "publicity":
            _object(shown, at + DAY)
        return
    scenes.accredit(**lead, now=(shown.publicity_until or at) + DAY / 24)
    if reach == "suspended":
        scenes.suspend_scene(**lead, reason="连续两周没开门，改好以后再恢复", now=now - 3 * DAY)
    elif reach == "recheck":
        scene_watching.watch_scenes(now=now - DAY)


def tell_open_day(*, place: Place, keeper: Actor, visitors: list[Actor], now: datetime) -> None:
    """A kitchen that can be seen the day after tomorrow; some have signed up."""
    start = (now + 2 * DAY).replace(hour=2, minute=0, second=0, microsecond=0)  # ten in the morning there
    data = open_days.DayData(start, start + DAY / 12, 15, "后厨、冷库和留样，讲一讲菜从哪里来")
    key = uuid5(NAMESPACE_URL, f"open-day/{place.public_id}")
    day = open_days.announce_open_day(actor=keeper, public_id=place.public_id, data=data, key=key, now=now)
    for each in visitors:
        open_days.join_open_day(actor=each, public_id=day.public_id, now=now)


def _marks(scene: Scene, rng: Random, *, fails: bool) -> list[Mark]:
    items = items_of(scene.standard, scene.type_id)
    grades = {each.code: 2 if each.is_must else rng.choice((1, 2, 2, 2)) for each in items}
    if fails:
        grades["safety"] = 0
    return [Mark(each.code, grades[each.code], rng.choice(SEEN)) for each in items]


def _object(scene: Scene, at: datetime) -> None:
    """Somebody has a word about one in two."""
    if scene.pk % 2:
        key = uuid5(NAMESPACE_URL, f"objection/{scene.public_id}")
        text = "晚上十点以后门口没有灯，楼号看不清"
        scene_appeals.object_to_scene(public_id=scene.public_id, key=key, text=text, now=at)
