"""Activities of the demo city: two hundred over the thirty days and the two weeks to come, with who came.

The many are brought over as an office brings over its plan; what a visitor may play goes through the doors one by one:
a draw that is collecting, a children's afternoon with its guardian, a queue, a swap.
"""

from __future__ import annotations

import csv
from datetime import datetime, time, timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from nuanxin.demo.names import REFERENCE
from nuanxin.demo.planned import Seat
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.worktime.peaks import after_peak
from nuanxin.people.queries import consent_purpose
from nuanxin.people.services import Agreement
from nuanxin.volunteering.models import Team
from nuanxin.volunteering.queries.taxonomy import taxonomy
from nuanxin.volunteering.services import activities, activity_rounds, shifts, signing_up, swapping
from nuanxin.volunteering.services.activities_many import Planned, create_many
from nuanxin.volunteering.services.activity_rules import ActivityData

if TYPE_CHECKING:
    from nuanxin.demo.acting import Stage
    from nuanxin.people.models import Organisation
    from nuanxin.places.models import Place
    from nuanxin.volunteering.models import Activity

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
EVERY = timedelta(hours=5, minutes=16, seconds=48)  # two hundred in a month and the two weeks after it
STORY = ("wang", "chen", "gao", "luo", "he")
LED = "vt1"  # the organisation of the team that a visitor may lead
AHEAD = 14  # days
INSURER, POLICY = "云川财产保险", "YC-ZY-2026-0%02d"
STREAM = "https://live.example.cn/nuanxin/%d"


@cache
def _shapes() -> list[dict[str, str]]:
    """What a neighbourhood does: when it begins, how long it takes, for how many, how many benefit."""
    with (REFERENCE / "activities.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hold_activities(stage: Stage, *, start: datetime, now: datetime) -> None:
    """What the city has lived and two weeks ahead, then the few that a visitor plays."""
    offices = [
        each
        for each in stage.settled.organisations.values()
        if each.kind
        in ("residents_committee", "street_office", "volunteer_organisation", "womens_federation")
    ]
    offices.sort(key=lambda each: each.pk)
    people = _people(stage)
    if not (offices and people):
        return
    count = round((now + AHEAD * DAY - start) / EVERY)
    named = Team.objects.exclude(speciality=None).select_related("organisation").order_by("pk")
    teams = [each.organisation for each in named]
    plans = [_plan(number, offices, teams, stage, people, start, now) for number in range(count)]
    create_many(actor=SYSTEM, plans=plans, now=now)
    _of_the_story(stage, offices, now)


def _people(stage: Stage) -> list[int]:
    """Workers and residents, each once; whoever a visitor plays has room of the own."""
    found = {
        stage.settled.persons[person].pk
        for person, role, _unit in stage.settled.assignments
        if role in ("worker", "resident") and person not in STORY
    }
    return sorted(found)


def _plan(
    number: int, offices: list[Organisation], teams: list[Organisation], stage: Stage, people: list[int],
    start: datetime, now: datetime,
) -> Planned:  # fmt: skip
    """Where people serve, every third time a team of the district comes."""
    rng = Random(f"activity/{number}")
    shape = _shapes()[number % len(_shapes())]
    kind, capacity, benefit = shape["kind"], int(shape["capacity"]), int(shape["benefit"])
    minutes = int(shape["minutes"])
    women = [each for each in offices if each.kind == "womens_federation"]
    office = rng.choice(women if kind == "womens_show" and women else offices)
    on = timezone.localdate(start + (number + rng.random()) * EVERY)
    begins = timezone.make_aware(datetime.combine(on, time.fromisoformat(shape["at"])))
    times = 3 if number % 25 == 7 else 1
    spans = [
        (begins + week * 7 * DAY, begins + week * 7 * DAY + timedelta(minutes=minutes))
        for week in range(times)
    ]
    served_by_team = taxonomy().kinds[kind].is_volunteering and number % 3 == 1 and bool(teams)
    organiser = teams[number // 3 % len(teams)] if served_by_team else office
    places = _places_of(stage, office)
    place = rng.choice(places) if places and kind != "live_law_class" else None
    is_risky = kind in ("night_patrol", "flood_patrol", "emergency_drill")
    partners = [each.public_id for each in rng.sample(offices, 2)] if number % 4 == 0 else []
    data = ActivityData(
        title=shape["title"], kind=kind, words=shape["words"], tags=shape["tags"].split("|"),
        organiser=organiser.public_id,
        co_organisers=[each for each in partners if each != organiser.public_id],
        place=place.public_id if place else None,
        where="" if kind == "live_law_class" else "门口集合",
        link=STREAM % number if kind == "live_law_class" else "",
        scope_code=office.scope_code, insurer=INSURER if is_risky else "",
        policy_number=POLICY % (number % 100) if is_risky else "",
        insured_from=on - DAY if is_risky else None, insured_until=on + 30 * DAY if is_risky else None,
        for_families=kind in ("family_film", "talk_show"), for_women=kind == "womens_show",
        required="急救证" if number % 40 == 4 else "",
    )  # fmt: skip
    archived = spans[-1][1] < now - 2 * DAY
    return Planned(
        key=uuid5(NAMESPACE_URL, f"activity/{number}"), data=data, spans=spans, capacity=capacity,
        made_at=min(begins - rng.randrange(3, 8) * DAY, now - HOUR),
        people=rng.sample(people, min(len(people), rng.randrange(min(capacity // 4 + 1, 5), min(capacity, 14) + 3))),
        beneficiaries=benefit + rng.randrange(benefit // 2 + 1) if archived else None,
    )  # fmt: skip


def _places_of(stage: Stage, office: Organisation) -> list[Place]:
    """Open ones in the same street."""
    street = office.scope_code[:9]
    return [
        each
        for each in stage.settled.places.values()
        if each.scope_code[:9] == street and each.state == "open"
    ]


def _of_the_story(stage: Stage, offices: list[Organisation], now: datetime) -> None:
    wang, chen, gao = (
        stage.settled.actor(Seat(key, role))
        for key, role in (("wang", "worker"), ("chen", "worker"), ("gao", "resident"))
    )
    office = next((each for each in offices if wang.scope_code == each.scope_code), offices[0])
    opened = after_peak(now - 3 * HOUR)
    _children(office, gao, opened, now)
    _drawn(office, wang, chen, now)
    _queued_and_swapped(office, wang, chen, now)
    _led(stage, now)


def _children(office: Organisation, gao: object, opened: datetime, now: datetime) -> None:
    """Little Red Bees on the next Saturday afternoon."""
    made = _held(
        office, now - 2 * DAY, _weekend(now), 90, 12,
        title="小红蜂：给骑手叔叔画一张地图", kind="little_red_bee", words="画画、贴纸、听骑手讲小区里的路。",
        with_children=True, min_age=6, max_age=12, where="社区活动室", tags=("dim_care", "education"),
    )  # fmt: skip
    agreed = Agreement(consent_purpose("child_activity").version, now - HOUR)
    _try(
        signing_up.sign_up,
        actor=gao, shift_id=made.shifts.get().public_id, key=uuid5(NAMESPACE_URL, "bee"), now=now - HOUR,
        children=[signing_up.ChildData("豆豆", 8)], agreement=agreed,
    )  # fmt: skip


def _drawn(office: Organisation, wang: object, chen: object, now: datetime) -> None:
    """A scarce one that is collecting names, and is drawn tomorrow."""
    made = _held(
        office, now - 4 * HOUR, _weekend(now) + 8 * DAY, 120, 4, title="跟着消防车出一次操", kind="fire_safety",
        words="名额只有四个。上车、出水、收管，消防员一对一带。", mode="draw", collect_minutes=1440, where="消防站门口",
        tags=("dim_publicity", "link_hold"),
    )  # fmt: skip
    for number, actor in enumerate((wang, chen)):
        _try(
            signing_up.sign_up,
            actor=actor, shift_id=made.shifts.get().public_id, key=uuid5(NAMESPACE_URL, f"draw/{number}"), now=now,
        )  # fmt: skip


def _queued_and_swapped(office: Organisation, wang: object, chen: object, now: datetime) -> None:
    """Wang has the shift of the day after tomorrow and would like to swap; Chen has the one after that."""
    first = _weekend(now) + DAY - 5 * HOUR
    made = _held(
        office, now - 2 * DAY, first, 120, 1, title="驿站周末值班", kind="duty_keeping",
        words="看着热水、充电和药箱，来人招呼一声。", where="驿站里", tags=("dim_service",),
    )  # fmt: skip
    shifts.add_shift(
        actor=SYSTEM, public_id=made.public_id, starts_at=first + 7 * DAY, ends_at=first + 7 * DAY + 2 * HOUR,
        capacity=1, now=now - 2 * DAY,
    )  # fmt: skip
    early, late = made.shifts.order_by("starts_at")
    mine = _try(
        signing_up.sign_up,
        actor=wang,
        shift_id=early.public_id,
        key=uuid5(NAMESPACE_URL, "own/0"),
        now=now - DAY,
    )
    _try(
        signing_up.sign_up,
        actor=chen,
        shift_id=late.public_id,
        key=uuid5(NAMESPACE_URL, "own/1"),
        now=now - DAY,
    )
    if mine is not None:
        _try(swapping.offer_swap, actor=wang, public_id=mine.public_id, now=now - HOUR)  # type: ignore[attr-defined]


def _led(stage: Stage, now: datetime) -> None:
    """The team that a visitor may lead has a shift within the hour, with people on their way, and one next week."""
    team = stage.settled.organisations.get(LED)
    if team is None:
        return
    begins = now.replace(second=0, microsecond=0) + 40 * MINUTE
    made = _held(
        team, now - 2 * DAY, begins, 120, 10, title="给餐箱贴反光条", kind="love_relay",
        words="带上车和餐箱，十分钟贴好；夜里一百米外就看得见。", where="驿站门口", tags=("dim_care", "education"),
    )  # fmt: skip
    shifts.add_shift(
        actor=SYSTEM, public_id=made.public_id, starts_at=begins + 7 * DAY, ends_at=begins + 7 * DAY + 2 * HOUR,
        capacity=10, now=now - 2 * DAY,
    )  # fmt: skip
    first = made.shifts.earliest("starts_at")
    seats = [
        Seat(person, role)
        for person, role, _unit in stage.settled.assignments
        if role == "worker" and person not in STORY
    ]
    for number, seat in enumerate(seats[:4]):
        _try(
            signing_up.sign_up, actor=stage.settled.actor(seat), shift_id=first.public_id,
            key=uuid5(NAMESPACE_URL, f"led/{number}"), now=after_peak(now - DAY),
        )  # fmt: skip


def _held(
    office: Organisation, at: datetime, begins: datetime, minutes: int, capacity: int, **words: object
) -> Activity:
    """Drafted, timed, published and open, one step after the other."""
    data = ActivityData(organiser=office.public_id, scope_code=office.scope_code, **words)  # type: ignore[arg-type]
    made = activities.make_activity(
        actor=SYSTEM, data=data, key=uuid5(NAMESPACE_URL, f"held/{data.title}"), now=at
    )
    shifts.add_shift(
        actor=SYSTEM, public_id=made.public_id, starts_at=begins, ends_at=begins + timedelta(minutes=minutes),
        capacity=capacity, now=at,
    )  # fmt: skip
    activities.publish_activity(actor=SYSTEM, public_id=made.public_id, now=at)
    activity_rounds.open_sign_ups(now=after_peak(at))
    return made


def _weekend(now: datetime) -> datetime:
    """The next Saturday but for tomorrow, at two in the afternoon."""
    local = timezone.localtime(now)
    days = (5 - local.weekday()) % 7
    days += 7 if days < 2 else 0
    return (local + days * DAY).replace(hour=14, minute=0, second=0, microsecond=0)


def _try(deed: object, **given: object) -> object | None:
    """A persona who happens to be busy then stays out."""
    try:
        return deed(**given)  # type: ignore[operator]
    except DomainError:
        return None
