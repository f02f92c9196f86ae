"""Reads of one's own inbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import resolve, reverse
from django.utils.translation import gettext

from nuanxin.cases.enums import ClockKind, HandOffKind, StageKind, SupervisionLevel
from nuanxin.cases.queries.catalogue import kinds
from nuanxin.cases.queries.discretion import reads_coarsely
from nuanxin.incentives.enums import ThanksNews
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.cached import Cached
from nuanxin.kernel.worktime import Limit
from nuanxin.notifications.enums import Kind, Mail
from nuanxin.notifications.models import ChatRobot, Notice, NoticeSettings
from nuanxin.notifications.wording import WORDS, Words
from nuanxin.people.models import Assignment
from nuanxin.people.queries import actor_for, assignments_in_force, consented
from nuanxin.places.enums import SceneNews
from nuanxin.places.queries import facility_name, item_name, service_name
from nuanxin.territories.queries import path_names
from nuanxin.ui.phrases import calendar_day, calendar_moment, half_day
from nuanxin.volunteering.enums import PostNews, ReserveState, ServiceNews, TeamNews
from nuanxin.volunteering.queries.team_catalogue import kind_name

PAGE_SIZE = 30
SMS_CONSENT = "notices_sms"
CODES = (
    ("stage", StageKind), ("following", StageKind), ("where", HandOffKind), ("level", SupervisionLevel),
    ("thanks", ThanksNews), ("scene", SceneNews), ("team", TeamNews), ("news", PostNews), ("reserve", ReserveState),
    ("service", ServiceNews),
)  # fmt: skip
NAMES = (("facility", facility_name), ("post", kind_name), ("item", item_name))
COUNT_CAP = 100
# They are made in the moment in which somebody reports or answers.
OF_THE_REPORTER = frozenset({Kind.ANSWER, Kind.ADDED, Kind.RECURRED})


@dataclass(frozen=True, slots=True)
class Line:
    """A notice as it is read."""

    notice: Notice
    title: str
    text: str
    icon: str
    tone: str
    url: str

    at: datetime

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None


def inbox(actor: Actor, *, now: datetime) -> QuerySet[Notice]:
    """What the actor may hear now, what happened last first."""
    rows = Notice.objects.filter(policy.rule("notifications.read", actor), visible_at__lte=now)
    return rows.order_by("-at", "-id")


def inbox_page(actor: Actor, *, now: datetime, before: int | None = None) -> tuple[list[Line], int | None]:
    """A page, and the notice before which the next one begins."""
    rows = inbox(actor, now=now)
    last = rows.filter(pk=before).first() if before is not None else None
    if last:
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.pk))
    found = list(rows[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    streets = path_names({notice.facts.get("street", "") for notice in page})
    coarse = reads_coarsely(actor)
    lines = [line_of(notice, streets, coarse=coarse) for notice in page]
    return lines, page[-1].pk if len(found) > PAGE_SIZE else None


def unread_count(actor: Actor, *, now: datetime) -> int:
    """Capped: nobody needs to know that it is more than ninety-nine."""
    if actor.person_id is None:
        return 0
    return inbox(actor, now=now).order_by().filter(read_at=None)[:COUNT_CAP].count()


def other_post(notice: Notice, path: str, *, actor: Actor, now: datetime) -> Assignment | None:
    """Of one's own posts the one in which the page opens that a notice leads to; none where the present one does."""
    if actor.person_id is None or _opens(path, actor):
        return None
    for post in assignments_in_force(person_id=actor.person_id, now=now):
        is_told = notice.assignment_id in {None, post.pk}
        if is_told and post.pk != actor.assignment_id and _opens(path, actor_for(post)):
            return post
    return None


def _opens(path: str, actor: Actor) -> bool:
    view: Any = resolve(path.partition("?")[0].partition("#")[0]).func
    declared = view.permissions
    free = {"public", "signed_in"} & set(declared)
    return bool(free) or any(policy.permits(actor, each) for each in declared)


def line_of(notice: Notice, streets: Mapping[str, str], *, coarse: bool = False) -> Line:
    """`coarse`: for whoever is not told when a reporter wrote (`cases.queries.discretion`)."""
    words: Words = WORDS[notice.kind]
    facts = _facts(notice, streets)
    return Line(
        notice=notice,
        title=str(words.title) % facts,
        text=str(words.text) % facts,
        icon=words.icon,
        tone=words.tone,
        url=reverse("notifications:open", args=[notice.pk]),
        at=half_day(notice.at) if coarse and notice.kind in OF_THE_REPORTER else notice.at,
    )


def _facts(notice: Notice, streets: Mapping[str, str]) -> dict[str, str]:
    """Codes become words in the reader's language; a fact that is missing stays empty."""
    facts = dict.fromkeys(
        (
            "street",
            "within",
            "unit",
            "role",
            "place",
            "count",
            "clock",
            "category",
            "until",
            "where",
            "stage",
            "following",
            "level",
            "day",
            "facility",
            "item",
            "scene",
            "thanks",
            "booked",
            "hold",
            "team",
            "news",
            "post",
            "reserve",
            "service",
            "heading",
        ),
        "",
    )
    facts |= {name: str(value) for name, value in notice.facts.items()}
    kind = kinds().get(facts["category"])
    facts["category"] = kind.name if kind else facts["category"]
    facts["street"] = streets.get(facts["street"], "").split(" ")[-1]
    facts["unit"] = facts["unit"] or facts["street"]
    if facts["within"]:
        facts["within"] = Limit.parse(facts["within"]).told
    if facts["clock"]:
        facts["clock"] = str(ClockKind(facts["clock"]).label)
    for name, words in CODES:
        if facts[name]:
            facts[name] = str(words(facts[name]).label)
    for name, named in NAMES:
        if facts[name]:
            facts[name] = named(facts[name])
    if facts["booked"]:
        facts["booked"] = _booked(facts["booked"], facts["place"])
    for name in ("hold", "until"):
        if facts[name]:
            facts[name] = _when(facts[name])
    return facts


def _when(text: str) -> str:
    """An instant with its time of day; what lasts to the end of a day is written as that day alone."""
    if "T" not in text:
        return calendar_day(date.fromisoformat(text))
    return calendar_moment(datetime.fromisoformat(text))


def _booked(service: str, place: str) -> str:
    return gettext("%(service)s，%(place)s。") % {"service": service_name(service), "place": place}


@dataclass(frozen=True, slots=True)
class Onward:
    """Who wants what otherwise than in the inbox, held in the process: asked for every notice, changed rarely."""

    mail: Mapping[int, tuple[int, frozenset[str]]]  # person → settings, groups by mail at once
    robots: Mapping[int, tuple[int, frozenset[str]]]  # organisation → robot, groups


def _load_onward() -> Onward:
    settings = NoticeSettings.objects.filter(mail_confirmed_at__isnull=False).defer("mail")
    at_once = (
        (row, frozenset(each for each, way in row.by_group.items() if way == Mail.NOW)) for row in settings
    )
    robots = ChatRobot.objects.filter(is_active=True).defer("address")
    return Onward(
        mail={row.person_id: (row.pk, groups) for row, groups in at_once if groups},
        robots={row.organisation_id: (row.pk, frozenset(row.groups)) for row in robots},
    )


ONWARD: Cached[Onward] = Cached("notifications.onward", _load_onward)


def settings_of(person_id: int) -> NoticeSettings:
    """Those of somebody who has never chosen are not saved yet."""
    return NoticeSettings.objects.filter(person=person_id).first() or NoticeSettings(person_id=person_id)


def robot_of(actor: Actor) -> ChatRobot | None:
    """The robot of the actor's own organisation."""
    if actor.organisation_id is None:
        return None
    return ChatRobot.objects.filter(organisation=actor.organisation_id).select_related("organisation").first()


def wants_texts(actor: Actor) -> bool:
    """Whether text messages about one's own reports go out now."""
    return actor.person_id is not None and consented(actor.person_id, SMS_CONSENT)


def wants_text_off_duty(person_ids: Iterable[int]) -> set[int]:
    rows = NoticeSettings.objects.filter(person__in=list(person_ids), text_off_duty=True)
    return set(rows.values_list("person", flat=True))
