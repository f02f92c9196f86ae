"""What hangs on the wall: how many wait where, what is urgent, what has just happened. Nobody's name, no address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from nuanxin.cases.enums import Urgency, Visibility
from nuanxin.cases.models import OPEN, Case, CaseLog
from nuanxin.cases.queries import queue
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.page import FOLLOWING, TITLES
from nuanxin.cases.queries.places import area_name, community_names
from nuanxin.cases.queries.queue import STREET_TABS, Filters
from nuanxin.cases.workflow import CASE, TASK
from nuanxin.kernel.access import Actor, policy

MOST_URGENT, MOST_EVENTS, MOST_POINTS = 8, 12, 400
LOOK_BACK = 4000  # log rows: what is older than that is no news on a board
ROUGHLY = 3  # decimals of a degree, about a hundred metres: a wall has other readers than a desk
NEWS = timedelta(hours=24)
SHOWN_TABS = ("screen", "dispatch", "handle", "verify", "overdue")
UNSAID = FOLLOWING | {"archive"}


@dataclass(frozen=True, slots=True)
class Urgent:
    number: str
    urgency: str
    category: str
    place: str
    state: str
    due: datetime | None
    since: datetime


@dataclass(frozen=True, slots=True)
class News:
    at: datetime
    what: str
    who: str
    category: str
    place: str


@dataclass(frozen=True, slots=True)
class Board:
    area: str
    desks: Sequence[tuple[str, str, int]]  # name of the tab, its label, how many
    urgent: Sequence[Urgent]
    news: Sequence[News]


def board_for(actor: Actor, *, now: datetime) -> Board:
    """Five statements, however much is open."""
    tabs = [tab for tab in STREET_TABS if tab.name in SHOWN_TABS]
    counts = queue.counts(actor, tabs, Filters(), now=now)
    urgent = list(_urgent(actor))
    news = list(_news(actor, now))
    codes = {case.scope_community for case in [*urgent, *(log.case for log in news)]}
    names = community_names(code.ljust(12, "0") for code in codes) if codes else {}
    return Board(
        area=area_name(actor.scope_code),
        desks=[(tab.name, str(tab.label), counts[tab.name]) for tab in tabs],
        urgent=[_urgent_line(case, names) for case in urgent],
        news=[_news_line(log, names) for log in news],
    )


def _told(actor: Actor) -> QuerySet[Case]:
    """A confidential case is counted; it has no line and no point on a wall."""
    return Case.objects.filter(policy.rule("cases.view", actor), visibility=Visibility.NORMAL)


def _urgent(actor: Actor) -> QuerySet[Case]:
    rows = _told(actor).filter(OPEN, urgency__in=[Urgency.U1, Urgency.U2]).select_related("compound")
    return rows.order_by("urgency", "next_due_at", "id")[:MOST_URGENT]


def _news(actor: Actor, now: datetime) -> QuerySet[CaseLog]:
    """The last steps, read backwards from the end of the log."""
    newest = CaseLog.objects.order_by("-id").values_list("id", flat=True).first() or 0
    rows = CaseLog.objects.filter(pk__gt=newest - LOOK_BACK, at__gte=now - NEWS, at__lte=now)
    rows = rows.filter(case__in=_told(actor)).exclude(Q(task__isnull=True) & Q(action__in=UNSAID))
    return rows.select_related("case__compound", "organisation").order_by("-id")[:MOST_EVENTS]


def _urgent_line(case: Case, names: dict[str, str]) -> Urgent:
    return Urgent(
        number=case.number,
        urgency=case.urgency,
        category=kind_of(case.category_id).name,
        place=_place(case, names),
        state=str(case.get_state_display()),
        due=case.next_due_at,
        since=case.state_since,
    )


def _news_line(log: CaseLog, names: dict[str, str]) -> News:
    return News(
        at=log.at,
        what=_words(log.action),
        who=log.organisation.label if log.organisation else "",
        category=kind_of(log.case.category_id).name,
        place=_place(log.case, names),
    )


def _words(action: str) -> str:
    if action in TITLES:
        return str(TITLES[action])
    moves = {**CASE.transitions, **TASK.transitions}
    return str(moves[action].label) if action in moves else ""


def _place(case: Case, names: dict[str, str]) -> str:
    """A compound and a community: an address may be somebody's door."""
    compound = case.compound.name if case.compound else ""
    community = names.get(case.scope_community.ljust(12, "0"), "")
    return " · ".join(filter(None, (community, compound)))


def board_points(actor: Actor, *, now: datetime) -> dict[str, Any]:
    """Open cases as GeoJSON, what is due first: a kind, a state, and roughly where."""
    rows = _told(actor).filter(OPEN, lng__isnull=False).order_by("next_due_at", "id")
    columns = ("id", "number", "category_id", "urgency", "state", "lng", "lat", "next_due_at")
    return {
        "type": "FeatureCollection",
        "features": [_feature(case, now) for case in rows.only(*columns)[:MOST_POINTS]],
    }


def _feature(case: Case, now: datetime) -> dict[str, Any]:
    late = case.next_due_at is not None and case.next_due_at < now
    tone = "danger" if case.urgency == Urgency.U1 or late else "wait" if case.urgency == "U2" else "info"
    lng, lat = round(float(case.lng or 0), ROUGHLY), round(float(case.lat or 0), ROUGHLY)
    return {
        "type": "Feature",
        "id": case.pk,
        "geometry": {"type": "Point", "coordinates": [lng, lat]},
        "properties": {
            "kind": "case",
            "tone": tone,
            "text": f"{kind_of(case.category_id).name} · {case.get_state_display()}",
        },
    }
