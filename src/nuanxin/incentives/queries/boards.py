"""Boards: the head of a period's sums among those who chose to be seen, and one's own place for oneself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from nuanxin.incentives.enums import BoardKind
from nuanxin.incentives.models import BoardMember, BoardTally, TeamTally
from nuanxin.kernel.access.scope import LEVELS, level_of, significant
from nuanxin.volunteering.models import Team
from nuanxin.volunteering.queries.minutes import hours_shown
from nuanxin.volunteering.queries.teams import teams_by_public_id

ALWAYS = "all"
PURPOSE = "points_board"
NOBODY = UUID(int=0)
TOP = 50
COUNTED_FROM = 4  # o'clock: when the city sleeps
PLACES_TO = 1000  # further down a place says nothing to anybody
FEWEST = 3  # people: the sum of one or two would say who it is


@dataclass(frozen=True, slots=True)
class Row:
    """`place`: the same for the same points."""

    place: int
    nickname: str
    points: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    place: int
    name: str
    hours: str


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """For its owner alone. `place` is empty beyond `PLACES_TO`."""

    points: int
    place: int | None
    is_shown: bool
    nickname: str


def counted_at(at: datetime) -> datetime:
    """When what was given then is in the sums: early the next morning. A board that moved with each award would say
    whose report had just been closed, and to whoever denies an award that waits, whose it was.
    """
    local = timezone.localtime(at)
    return (local + timedelta(days=1)).replace(hour=COUNTED_FROM, minute=0, second=0, microsecond=0)


def month_of(now: datetime) -> str:
    return f"{timezone.localtime(now):%Y-%m}"


def board(
    *,
    period: str,
    kind: str = BoardKind.ALL,
    within: str = "",
    subject_id: UUID | None = None,
    limit: int = TOP,
) -> list[Row]:
    """The first of them; two statements, however many there are."""
    rows = BoardTally.objects.filter(period=period, kind=kind, is_shown=True, points__gt=0, **_area(within))
    head = list(rows.order_by("-points").values_list("subject_id", "points")[:limit])
    names = dict(
        BoardMember.objects.filter(subject_id__in=[subject for subject, _points in head]).values_list(
            "subject_id", "nickname"
        )
    )
    found: list[Row] = []
    for number, (subject, points) in enumerate(head, start=1):
        same = found and found[-1].points == points
        place = found[-1].place if same else number
        found.append(Row(place, names.get(subject, ""), points, subject == subject_id))
    return found


def _area(within: str) -> dict[str, str]:
    """By the column that an index leads with: a street, a district, or everywhere."""
    if not within:
        return {}
    level = level_of(within)
    if level in ("street", "community", "grid"):
        return {"street": within[: LEVELS["street"]]}
    return {"district": within[: LEVELS["district"]]} if level == "district" else {}


def own_place(*, subject_id: UUID, period: str, kind: str = BoardKind.ALL, within: str = "") -> OwnPlace:
    """Three statements; the count stops where a place stops saying anything."""
    mine = BoardTally.objects.filter(subject_id=subject_id, period=period, kind=kind)
    points = mine.values_list("points", flat=True).first() or 0
    member = BoardMember.objects.filter(subject_id=subject_id).first()
    ahead = BoardTally.objects.filter(
        period=period, kind=kind, is_shown=True, points__gt=points, **_area(within)
    )
    count = ahead.values("pk")[: PLACES_TO + 1].count()
    place = count + 1 if points > 0 and count < PLACES_TO else None
    return OwnPlace(points, place, member is not None, member.nickname if member else "")


def team_board(*, period: str, within: str = "", limit: int = TOP) -> list[TeamRow]:
    """Hours that teams served together; a team of one or two people is not there. Two statements."""
    rows = TeamTally.objects.filter(period=period, minutes__gt=0, records__gte=FEWEST)
    head = list(rows.order_by("-minutes", "team").values_list("team", "minutes")[: limit * 4])
    known = {str(each.public_id): each for each in teams_by_public_id(UUID(team) for team, _minutes in head)}
    found: list[TeamRow] = []
    last = 0
    for key, minutes in head:
        team = known.get(key)
        if team is None or not _serves(team, within) or len(found) >= limit:
            continue
        place = found[-1].place if found and last == minutes else len(found) + 1
        found.append(TeamRow(place, team.name, hours_shown(minutes)))
        last = minutes
    return found


def _serves(team: Team, within: str) -> bool:
    """One of the area, or one of an area around it: a team of the whole district serves in each of its streets."""
    own = significant(team.scope_code)
    return all(own.startswith(area) or area.startswith(own) for area in _area(within).values())
