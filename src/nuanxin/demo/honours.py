"""Thanks in the demo city: honours in every state with their stories, stars, a board, ratings, an award that waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from nuanxin.demo.names import DISTRICT
from nuanxin.demo.paper_hours import take_over
from nuanxin.demo.pictures import picture
from nuanxin.demo.planned import Seat
from nuanxin.incentives.enums import HoldReason
from nuanxin.incentives.models import Honour
from nuanxin.incentives.queries.stars import level_of
from nuanxin.incentives.services import (
    boards,
    holds,
    honour_photos,
    honours,
    ledger,
    ratings,
    reference_data,
    reviewing,
    stars,
    tip_offs,
)
from nuanxin.incentives.services.honours import DISPLAY, PUBLICITY, Nomination
from nuanxin.incentives.services.tip_offs import ProgrammeData
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.access.scope import padded
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.files.accept import accept_image
from nuanxin.people.services import give_consent

if TYPE_CHECKING:
    from nuanxin.demo.acting import Stage
    from nuanxin.kernel.access import Actor

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NAMES = ("跑得快", "小麦", "阿远", "晚风", "豆包", "老周", "石榴", "阿橙", "小满", "半糖", "青禾", "山竹")
STARRED = ((1620, "granted"), (640, "granted"), (312, "granted"), (130, "publicity"), (104, "applied"))
# Kind, how far it has come, what in one line, a picture's category, the story.
STORIES = (
    (
        "good_deeds", "displayed", "暴雨里推了三公里三轮车", "0501",
        ("七月那场雨来得急，收摊的老人在上坡路上推不动三轮车。他把电动车锁在路边，冒雨推了三公里，送"
        "到小区门口才回去接着送单。老人后来在驿站等了两个下午，就为当面说声谢谢。"),
    ),
    (
        "ordinary_hero", "displayed", "冰面上伸出去的那根竹竿", "",
        ("早上六点多，望湖边有人喊。他趴在冰面上，把晾衣竿伸过去，和两位晨练的人一起把落水的孩子拉上"
        "来。裹上自己的外套，等到救护车来，没留名字就走了。"),
    ),
    (
        "rider", "displayed", "一百四十个晚上的夜归灯", "0303",
        ("每天收工以后，她沿着三条巷子走一遍，记下哪盏路灯不亮。一百四十个晚上，报了三十七盏，全修好"
        "了。她说，女孩子下夜班，亮着就不怕。"),
    ),
    (
        "good_deeds", "awarded", "替不认识的人守了一夜手机", "",
        "捡到一部手机，等在原地两小时，又送到派出所，第二天专门回来看失主取到没有。",
    ),
    (
        "beautiful_person", "publicity", "十一年给邻居送早饭", "",
        "楼里三位独居老人，每天早上六点半，热粥和一句“今天怎么样”。十一年，下雪也没断过。",
    ),
    (
        "badge", "publicity", "汛期守了七天积水点", "",
        "连着七天，雨一停就去三个积水点看一眼，先报再绕，给后面的同行发消息。",
    ),
    (
        "righteous_act", "forwarded", "追出两条街拦住抢包的人", "",
        "傍晚在夜市口，听见喊声追出去，和保安一起拦住了人，手臂擦破了。",
    ),
    (
        "ordinary_hero", "nominated", "用灭火器扑灭电动车起火", "",
        "楼道里充电的车冒烟，他敲开四户的门，再用灭火器把火压住。",
    ),
    (
        "good_deeds", "refused", "热心帮忙很多次", "",
        "经常帮大家的忙，人很好，希望表扬。",
    ),
)  # fmt: skip


def before_the_days(*, now: datetime) -> None:
    """Nothing is compared while it is lived. Two thirds of the reports share their drawing with another one, so that
    most awards would wait for a look; a drawing for each would cost the building two seconds more.
    """
    for reason in HoldReason.values:
        reference_data.set_hold_rule(actor=SYSTEM, reason=reason, is_on=False, now=now)


def tell_thanks(stage: Stage, *, now: datetime) -> None:
    """All of it through the services, in the weeks before `now`."""
    workers = _workers(stage)
    _stars(stage, workers[-len(STARRED) :], now)
    for number, (kind, reach, title, drawn, story) in enumerate(STORIES):
        _honour(
            stage,
            workers[-6 - number],
            Nomination(kind, title, story, "常在驿站等单的师傅"),
            reach,
            drawn,
            now,
        )
    _ask_the_story(stage, now)
    _boards(workers, now)
    _ratings(stage, now)
    _held(stage, now)
    rewards = ProgrammeData(
        "food_safety", "食品安全线索奖励", "Reward for food-safety clues", "每条核实的线索 50 元",
        "带领奖码到区市场监管局窗口", padded(DISTRICT[0]),
    )  # fmt: skip
    department = stage.settled.organisations["sj"]
    tip_offs.open_programme(actor=SYSTEM, data=rewards, department_id=department.pk, now=now)
    for reason in set(HoldReason.values) - {HoldReason.SAME_PICTURE}:
        reference_data.set_hold_rule(actor=SYSTEM, reason=reason, is_on=True, now=now)


def _workers(stage: Stage) -> list[Actor]:
    found = [each.key for each in stage.people.people if each.posts[0].role == "worker"]
    return [stage.settled.actor(Seat(key, "worker", "")) for key in found]


def _seat(stage: Stage, role: str, key: str, organisation: str) -> Actor:
    return stage.settled.actor(Seat(key, role, organisation))


def _stars(stage: Stage, workers: list[Actor], now: datetime) -> None:
    """Some have served for years; their hours were taken over from paper. One of them has not asked yet."""
    take_over(stage, stage.settled.actor(Seat("meng", "worker", "")), 130, now=now - 60 * DAY)
    for number, (actor, (hours, reach)) in enumerate(zip(workers, STARRED, strict=True)):
        if actor.subject_id is None:
            continue
        take_over(stage, actor, hours, now=now - 60 * DAY)
        at = now - (25 if reach == "granted" else 2) * DAY
        star = stars.apply_for_star(actor=actor, shown_as=NAMES[number], now=at)
        if reach != "applied":
            stars.publicise_star(actor=SYSTEM, public_id=star.public_id, now=at + HOUR)
    while stars.grant_shown_stars(now=now - DAY):
        pass
    if not any(level_of(each.subject_id) for each in workers if each.subject_id):
        raise RuntimeError("nobody in the demo city has a star")


def _honour(stage: Stage, actor: Actor, data: Nomination, reach: str, drawn: str, now: datetime) -> Honour:
    """One nomination as far as `reach`, by the people who have to do it."""
    at = now - 24 * DAY
    key = uuid5(NAMESPACE_URL, f"demo/honour/{data.title}")
    phone = next(each.phone for each in stage.settled.persons.values() if each.pk == actor.person_id)
    said = Nomination(data.kind, data.title, data.story, data.who, phone)
    made = honours.nominate(actor=_nominator(stage), data=said, key=key, now=at)
    if reach == "nominated":
        return made
    if reach == "refused":
        return _step(made, "refuse", at + DAY, "写不出哪一天、在哪里，也没有人能证明；想起来可以再提")
    _step(made, "verify", at + DAY, "走访了两户邻居，看了当天的记录，属实")
    if reach == "forwarded":
        return _step(made, "forward", at + 2 * DAY, "已转报区委政法委，由有关单位依法认定")
    name = NAMES[Random(data.title).randrange(len(NAMES))]
    given = {"actor": actor, "public_id": made.public_id, "shown_as": name}
    honours.agree_honour(**given, purpose=PUBLICITY, now=at + 2 * DAY)  # type: ignore[arg-type]
    if drawn:
        _picture(made, drawn, at + 2 * DAY)
    shown = at + 3 * DAY if reach != "publicity" else now - 2 * DAY
    _step(made, "publicise", shown, "")
    if reach == "publicity":
        objection = uuid5(NAMESPACE_URL, f"demo/objection/{data.title}")
        reviewing.raise_objection(
            about="honour",
            target=made.public_id,
            key=objection,
            text="我那天也在场，时间记得不太一样，请核一下",
            now=now - DAY,
        )
        return made
    over = Honour.objects.get(pk=made.pk).publicity_until or shown
    _step(made, "award", over + HOUR, "")
    if reach == "displayed":
        honours.agree_honour(**given, purpose=DISPLAY, now=over + HOUR)  # type: ignore[arg-type]
        _step(made, "display", over + 2 * HOUR, "")
    return made


def _nominator(stage: Stage) -> Actor:
    return stage.settled.actor(Seat("meng", "worker", ""))


def _step(made: Honour, name: str, at: datetime, opinion: str) -> Honour:
    return honours.perform_honour(actor=SYSTEM, public_id=made.public_id, name=name, opinion=opinion, now=at)


def _picture(made: Honour, drawn: str, at: datetime) -> None:
    accepted = accept_image(picture(drawn, "after", len(made.title)))
    photo = honour_photos.add_picture(actor=SYSTEM, public_id=made.public_id, accepted=accepted, now=at)
    honour_photos.release_picture(actor=SYSTEM, public_id=made.public_id, photo_id=photo.pk, now=at)


def _ask_the_story(stage: Stage, now: datetime) -> None:
    """A nomination that waits for the word of whom a visitor enters as."""
    phone = stage.settled.persons["wang"].phone
    told = "上周三中午，在枫林横街看到一位老人坐在路边，送上水和伞，打电话叫来社区的人，等人到了才走。"
    data = Nomination("good_deeds", "给路边的老人撑了半小时伞", told, "外卖员小王", phone)
    made = honours.nominate(
        actor=_nominator(stage), data=data, key=uuid5(NAMESPACE_URL, "demo/honour/wang"), now=now - 3 * DAY
    )
    _step(made, "verify", now - DAY, "老人的家里人打来电话道谢，时间地点都对得上")


def _boards(workers: list[Actor], now: datetime) -> None:
    """Every other one likes to be seen."""
    for number, actor in enumerate(workers[::2]):
        name = f"{NAMES[number % len(NAMES)]}{number // len(NAMES) or ''}"
        boards.join_board(actor=actor, nickname=name, now=now - 5 * DAY)


def _ratings(stage: Stage, now: datetime) -> None:
    for key in ("wang", "chen", "he"):
        give_consent(person=stage.settled.persons[key], purpose="worker_rating", now=now - 10 * DAY)
    while ratings.rate_quarter(now=now - DAY):
        pass


def _held(stage: Stage, now: datetime) -> None:
    """A quick afternoon: the last of several awards within ten minutes waits for somebody to look."""
    actor = stage.settled.actor(Seat("wang", "worker", ""))
    if actor.subject_id is None:
        return
    reference_data.set_hold_rule(actor=SYSTEM, reason=HoldReason.BURST, is_on=True, now=now)
    for number in range(6):
        posting = ledger.award(
            subject_id=actor.subject_id, amount=1, rule="also_seen", source=f"demo/burst/{number}",
            because="also_seen", now=now - 27 * HOUR + number * MINUTE, group="report", scope_code=actor.scope_code,
        )  # fmt: skip
    try:
        holds.look_at_award(posting_id=posting.pk, case_number="", now=now - 27 * HOUR + 6 * MINUTE)
    except DomainError as error:  # said at once: a visitor looks for it
        raise RuntimeError("the held award of the demo city") from error
