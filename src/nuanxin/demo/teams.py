"""Teams and posts of the demo city: a 1+6+9 tree, members, posts filled and vacant, one nomination in publicity."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from nuanxin.demo.names import DISTRICT, STREETS
from nuanxin.demo.planned import Seat
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.access.scope import lies_in, padded
from nuanxin.people.models import Assignment
from nuanxin.people.services import give_consent
from nuanxin.volunteering.models import Post, Team, TeamMember
from nuanxin.volunteering.queries.teams import leaders_of
from nuanxin.volunteering.services import (
    appointments,
    membership,
    posts,
    programmes,
    reserve,
    teams,
)
from nuanxin.volunteering.services.posts import PostData
from nuanxin.volunteering.services.programmes import NoticeData, ProgrammeData
from nuanxin.volunteering.services.teams import TeamData

if TYPE_CHECKING:
    from nuanxin.demo.acting import Stage
    from nuanxin.kernel.access import Actor

DAY = timedelta(days=1)
COMMUNITY, GRID = "990101001001", "990101001001004"
LED = "vt1"  # the organisation of the team that a visitor may lead
TOP = ("暖阳区志愿服务总队", "总队", "red", "heart-handshake")
SPECIAL = (
    ("暖阳骑手志愿服务队", "orange", "motorbike", "environment"),
    ("暖阳快递志愿服务队", "blue", "truck", "policy"),
    ("暖阳的哥志愿服务队", "green", "road", "education"),
    ("暖阳急救志愿服务队", "red", "first-aid-kit", "health"),
    ("湖湾导游队", "purple", "directions", "education"),
    ("暖阳夜归人志愿服务队", "grey", "moon", "policy"),
)
LEVEL, GROUP = "分队", "社区小队"
STORY = (
    "每周三晚上沿河走一圈，看井盖和路灯",
    "中午给不方便下楼的老人带一份饭",
    "汛期看积水点，先报再绕",
)
NICKNAMES = ("跑得快", "小麦", "阿远", "晚风", "豆包", "老周", "石榴", "阿橙", "小满", "半糖", "青禾", "山竹")
NEAR = 4  # members of a team of a street or community
WAITING = (8, 17, 27)  # in the order of the workers; the first at the team that a visitor leads
POSTS = (
    (
        "part_time_grid_worker",
        GRID,
        3,
        "网格工作和保密培训",
        "社区推荐或自己报名，公示后上任；每周巡看两次。",
    ),
    ("safety_patroller", COMMUNITY, 2, "安全巡查一课", "八大员之一：看消防通道、井盖和用电，发现就报。"),
    ("opinion_collector", COMMUNITY, 1, "", "八大员之一：把大家的话带到居民议事会，结果带回来。"),
    ("elder_helper", COMMUNITY, 3, "", "八大员之一：送药送餐、教用手机，顺路就行。"),
    ("love_courier", COMMUNITY, 1, "", "八大员之一：传一传微心愿。"),
    ("deputy_building_head", COMMUNITY, 1, "", "云栖里 3 号楼的副楼长：楼里的事先有人知道。"),
    ("sentiment_courier", "990101001", 6, "民情速递一课", "街道聘任：路上看到的、听到的，随手报。"),
    ("fire_hazard_sentinel", "990101001", 4, "消防隐患识别", "街道聘任：楼道堆物、飞线充电，提醒在前。"),
    ("guide_member", "990101002", 4, "讲解一课", "湖湾导游队：给游客指路、讲一讲湖。"),
)


def form_teams(stage: Stage, *, now: datetime) -> None:
    """All of it through the services, in the weeks before `now`."""
    tree = _tree(stage, now - 25 * DAY)
    _join(stage, tree, now - 20 * DAY)
    made = _set_up(stage, now - 20 * DAY)
    _fill(stage, made, now)
    _ask_around(stage, tree, now)


def _tree(stage: Stage, now: datetime) -> dict[str, Team]:
    """One for the district, six with a speciality, one for each street, nine of communities."""
    district = padded(DISTRICT[0])
    name, level, colour, icon = TOP
    top = _team(name, district, now, level=level, colour=colour, icon=icon, sources=("residents",))
    found = {"top": top}
    for name, colour, icon, speciality in SPECIAL:
        held = stage.settled.organisations[LED] if name == SPECIAL[2][0] else None
        found[name] = _team(
            name, district, now, parent=top, held=held, level=LEVEL, colour=colour,
            icon=icon, speciality=speciality, sources=("riders", "drivers"), words=STORY[len(found) % 3],
        )  # fmt: skip
    below = 0
    for street in STREETS:
        code = padded(DISTRICT[0] + street.code)
        own = _team(f"{street.name}志愿服务队", code, now, parent=top, level=LEVEL, icon="users-group")
        found[street.code] = own
        for part, community in street.communities[: 2 if below < 9 else 0]:
            below += 1
            inside = padded(DISTRICT[0] + street.code + part)
            title = f"{community.removesuffix('社区')}小哥小队"
            found[inside] = _team(
                title, inside, now, parent=own, level=GROUP, icon="home-heart", colour="green"
            )
    return found


def _team(
    name: str,
    scope_code: str,
    now: datetime,
    *,
    parent: Team | None = None,
    held: object = None,
    **given: object,
) -> Team:
    data = TeamData(name=name, scope_code=scope_code, parent=parent.public_id if parent else None, **given)  # type: ignore[arg-type]
    return teams.create_team(actor=SYSTEM, data=data, now=now, organisation=held)  # type: ignore[arg-type]


def _workers(stage: Stage) -> list[Actor]:
    return [stage.settled.actor(Seat(each.key, "worker", "")) for each in stage.people.people
            if each.posts[0].role == "worker"]  # fmt: skip


def _join(stage: Stage, tree: dict[str, Team], now: datetime) -> None:
    """Some belong to a team near them; one team of the story has somebody who waits."""
    special = [tree[name] for name, *_rest in SPECIAL]
    leader = stage.settled.actor(Seat("he", "worker", ""))
    others = (each for each in _workers(stage) if each.person_id != leader.person_id)
    for number, actor in enumerate(others):
        team = special[number % len(special)]
        asked = membership.ask_to_join(
            actor=actor,
            public_id=team.public_id,
            shown_as=NICKNAMES[(number + number // len(special)) % len(NICKNAMES)],
            now=now,
        )
        if number not in WAITING:
            membership.lead_step(actor=SYSTEM, member_id=asked.public_id, name="take_in", now=now + DAY)
    held = membership.ask_to_join(actor=leader, public_id=special[2].public_id, shown_as="何师傅", now=now)
    membership.lead_step(actor=SYSTEM, member_id=held.public_id, name="take_in", now=now + DAY)
    _near_home(stage, tree, now)
    _lead(stage, tree, now + 2 * DAY)


def _near_home(stage: Stage, tree: dict[str, Team], now: datetime) -> None:
    """Teams of streets and communities have a few of those who live there."""
    for place, team in enumerate(tree.values()):
        if team.scope_code == padded(DISTRICT[0]):
            continue
        near = [each for each in _workers(stage) if lies_in(each.scope_code, team.scope_code)]
        for number, actor in enumerate(near[:NEAR]):
            name = NICKNAMES[(number + place) % len(NICKNAMES)]
            asked = membership.ask_to_join(actor=actor, public_id=team.public_id, shown_as=name, now=now)
            membership.lead_step(actor=SYSTEM, member_id=asked.public_id, name="take_in", now=now + DAY)


def _lead(stage: Stage, tree: dict[str, Team], now: datetime) -> None:
    """Every team with members is led by one of them, nobody leads two, and no visitor becomes a leader unasked."""
    visitors = [stage.settled.persons[each.key].pk for each in stage.people.people if each.enterable]
    for team in tree.values():
        free = TeamMember.objects.filter(team=team, state="member").exclude(person__in=visitors)
        free = free.exclude(person__in=Assignment.objects.filter(role="team_leader").values("person"))
        member = free.order_by("pk").first()
        if member is not None and not leaders_of(team, now=now):
            teams.appoint_leader(actor=SYSTEM, public_id=team.public_id, member_id=member.public_id, now=now)


def _set_up(stage: Stage, now: datetime) -> dict[str, Post]:
    made = {}
    for kind, scope, seats, training, setting in POSTS:
        is_house = kind == "deputy_building_head"
        data = PostData(
            kind=kind,
            scope_code=scope if len(scope) == len(GRID) else padded(scope),
            headcount=seats,
            training=training,
            setting=setting,
            compound=stage.settled.compounds["c01"].public_id if is_house else None,
            building="3 号楼" if is_house else "",
        )
        made[kind] = posts.create_post(actor=SYSTEM, data=data, now=now)
    return made


def _fill(stage: Stage, made: dict[str, Post], now: datetime) -> None:
    """Some are in office, one is in publicity, the publicity of one is over, some wait for a look."""
    actors = _workers(stage)
    by_key = {
        key: stage.settled.actor(Seat(key, "worker", "")) for key in ("wang", "luo", "chen", "ma", "he")
    }
    rest = [each for each in actors if each not in by_key.values()]
    _walk(stage, made["part_time_grid_worker"], by_key["luo"], "appointed", now)
    _walk(stage, made["part_time_grid_worker"], by_key["wang"], "over", now)
    _walk(stage, made["part_time_grid_worker"], rest[0], "review", now)
    _walk(stage, made["safety_patroller"], rest[1], "publicity", now)
    _walk(stage, made["safety_patroller"], rest[2], "appointed", now)
    _walk(stage, made["opinion_collector"], rest[3], "appointed", now)
    _walk(stage, made["elder_helper"], rest[4], "appointed", now)
    _walk(stage, made["deputy_building_head"], rest[5], "appointed", now)
    for number in range(4):
        _walk(stage, made["sentiment_courier"], rest[6 + number], "appointed", now)
    _walk(stage, made["guide_member"], rest[10], "review", now)


def _walk(stage: Stage, post: Post, who: Actor, reach: str, now: datetime) -> None:
    """One person as far as `reach`, so that it stands there at `now`."""
    begun = {"review": 1, "publicity": 3}.get(reach, 16)
    at = (now - begun * DAY).replace(hour=1, minute=20)  # twenty past nine there
    head = stage.settled.actor(Seat("yan", "street_lead", "jd001"))
    found = appointments.apply_for_post(
        actor=who,
        public_id=post.public_id,
        why="天天在这一片跑，谁家楼下有坑都知道；下午三点到五点有空",
        now=at,
    )
    given = {"public_id": found.public_id}
    if reach == "review":
        return
    near = stage.settled.actor(Seat("wen", "community", "sq001001"))
    reviewer = near if post.scope_code[:12] == COMMUNITY else SYSTEM
    appointments.review_nomination(actor=reviewer, now=at + DAY / 8, **given)
    if post.training:
        appointments.confirm_training(actor=reviewer, now=at + DAY / 6, **given)
    shown = appointments.publicise_appointment(actor=head, now=at + DAY / 4, **given)
    if reach == "appointed":
        after = min(now, (shown.publicity_until or at) + DAY / 24)
        appointments.appoint(actor=head, now=after, **given)


def _ask_around(stage: Stage, tree: dict[str, Team], now: datetime) -> None:
    """A programme, a notice to those who want them, and somebody who would like to work for a community."""
    lead = stage.settled.actor(Seat("yan", "street_lead", "jd001"))
    today = timezone.localdate(now)
    street = padded("990101001")
    started = programmes.start_programme(
        actor=lead,
        data=ProgrammeData(
            name="井盖路灯随手拍", words="多看一眼：井盖松没松，路灯亮不亮，箅子堵没堵。",
            categories=("0301", "0302", "0303"),
            scope_code=street, starts_on=today - 6 * DAY, ends_on=today + 30 * DAY,
        ),
        now=now - 6 * DAY,
    )  # fmt: skip
    for key in ("wang", "luo"):
        who = stage.settled.actor(Seat(key, "worker", ""))
        give_consent(person=stage.settled.persons[key], purpose="safety_notices", now=now - 5 * DAY)
        programmes.take_part(actor=who, public_id=started.public_id, now=now - 4 * DAY)
    notice = NoticeData(
        key=uuid5(NAMESPACE_URL, "demo/notice/1"), topic="scam", title="假冒站长要验证码",
        text="有人冒充站长说“账号异常”，要短信验证码。站长不会要验证码，直接挂掉，再问问队里的人。",
        scope_code=street, expires_at=now + 10 * DAY,
    )  # fmt: skip
    programmes.send_prevention(actor=lead, data=notice, now=now - DAY / 2)
    reserve.apply_for_reserve(
        actor=stage.settled.actor(Seat("luo", "worker", "")), criteria=("lives_nearby", "volunteered"),
        words="跑了四年云栖，谁家老人一个人住都知道。想白天坐下来办事。", now=now - 2 * DAY,
    )  # fmt: skip
