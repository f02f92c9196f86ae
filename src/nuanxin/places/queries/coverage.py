"""Where there are places and where there are none: the street's figures, and what there is to do about them today."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from nuanxin.kernel.access import Actor, level_of, scope_q, visible
from nuanxin.kernel.access.scope import LEVELS, padded, significant
from nuanxin.people.enums import SiteKind
from nuanxin.places.enums import PlaceState
from nuanxin.places.models import Doubt, Place
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.hours import ALWAYS
from nuanxin.places.queries.near import in_season
from nuanxin.territories.queries import communities_in, territories_by_code

FEW = 8  # of each list on the page; the whole of it is one click away
LATE_AFTER = timedelta(days=7)
AREAS_MOST = 200
WIDEST = {"city": "district", "district": "street", "street": "community"}  # what the rows of an area are


@dataclass(frozen=True, slots=True)
class CoverageFilters:
    """`bare`: only areas without any."""

    within: str = ""
    type: str = ""
    bare: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.type or self.bare)


@dataclass(slots=True)
class Counted:
    """Of one area or one type: how many are open to the public, and of these."""

    total: int = 0
    always: int = 0
    checked: int = 0
    kept: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    types: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    communities: set[str] = field(default_factory=set)

    def add(self, row: Mapping[str, Any], kind: str) -> None:
        for name in ("total", "always", "checked", "kept"):
            setattr(self, name, getattr(self, name) + row[name])
        self.kinds[kind] += row["total"]
        self.types[row["type"]] += row["total"]
        self.communities.add(row["scope_community"])

    @property
    def always_share(self) -> str:
        return share(self.always, self.total)

    @property
    def checked_share(self) -> str:
        return share(self.checked, self.total)


def share(part: int, whole: int) -> str:
    """Without a whole there is no share."""
    return f"{100 * part / whole:.0f}%" if whole else "—"


@dataclass(frozen=True, slots=True)
class Area:
    code: str
    name: str
    counted: Counted
    cells: tuple[int, ...]  # by `Coverage.kinds`


@dataclass(frozen=True, slots=True)
class Coverage:
    """`areas` are one level below the scope; `bare` the communities without any, at whatever level."""

    scope: str
    scope_name: str
    areas: list[Area]
    kinds: list[str]
    types: list[tuple[Any, Counted]]
    whole: Counted
    communities: int
    bare: list[Any]

    @property
    def covered_share(self) -> str:
        return share(self.communities - len(self.bare), self.communities)


def coverage(actor: Actor, filters: CoverageFilters, *, now: datetime) -> Coverage:
    """In four statements, however many places."""
    scope = own_scope(actor, filters.within)
    rows = list(_counted(actor, filters, now))
    inside = list(communities_in(scope)) if scope else []
    whole, by_type = Counted(), defaultdict[str, Counted](Counted)
    by_community = defaultdict[str, Counted](Counted)
    known = catalogue().types
    for row in rows:
        kind = known[row["type"]].site_kind
        for each in (whole, by_type[row["type"]], by_community[row["scope_community"]]):
            each.add(row, kind)
    kinds = [kind for kind in SiteKind.values if whole.kinds.get(kind)]
    areas = _areas(scope, by_community, inside, kinds)
    if filters.bare:
        areas = [each for each in areas if not each.counted.total]
    types = sorted(by_type.items(), key=lambda pair: (-pair[1].total, known[pair[0]].sort))
    name = next((each.short_name for each in territories_by_code([scope])), "") if scope else ""
    return Coverage(
        scope=scope,
        scope_name=name,
        areas=areas,
        kinds=[str(SiteKind(kind).label) for kind in kinds],
        types=[(known[code], counted) for code, counted in types],
        whole=whole,
        communities=len(inside),
        bare=[each for each in inside if each.code[: LEVELS["community"]] not in by_community],
    )


def own_scope(actor: Actor, within: str) -> str:
    """Never further than the actor's own area."""
    own = actor.scope_code
    if not within or (own and not within.startswith(significant(own))):
        return own
    return within


def _counted(actor: Actor, filters: CoverageFilters, now: datetime) -> QuerySet[Place, Any]:
    today = timezone.localdate(now)
    rows = _in_service(actor, filters, now).order_by().values("scope_community", "type")
    return rows.annotate(
        total=Count("pk"),
        always=Count("pk", filter=Q(opening=ALWAYS)),
        checked=Count("pk", filter=Q(checked_on=today)),
        kept=Count("pk", filter=Q(keeper__isnull=False)),
    )


def _in_service(actor: Actor, filters: CoverageFilters, now: datetime) -> QuerySet[Place]:
    """Open to the public and in season."""
    rows = visible(Place.objects.all(), "places.view", actor).filter(in_season(now), state=PlaceState.OPEN)
    if within := own_scope(actor, filters.within):
        rows = rows.filter(scope_q(within))
    return rows.filter(type=filters.type) if filters.type else rows


def _areas(
    scope: str, by_community: Mapping[str, Counted], inside: Sequence[Any], kinds: Iterable[str]
) -> list[Area]:
    """Communities of a street; above it, what lies one level below, each the sum of its communities."""
    length = LEVELS[WIDEST.get(level_of(scope), "community") if scope else "city"]
    summed: dict[str, Counted] = {}
    names = {each.code[: LEVELS["community"]]: each.short_name for each in inside}
    for code in [*names, *by_community]:
        summed.setdefault(code[:length], Counted())
    for code, counted in by_community.items():
        _merge(summed[code[:length]], counted)
    known = {each.code: each.short_name for each in territories_by_code(padded(code) for code in summed)}
    return [
        Area(
            padded(code),
            known.get(padded(code), code),
            counted,
            tuple(counted.kinds.get(k, 0) for k in kinds),
        )
        for code, counted in sorted(summed.items())[:AREAS_MOST]
    ]


def _merge(into: Counted, other: Counted) -> None:
    for name in ("total", "always", "checked", "kept"):
        setattr(into, name, getattr(into, name) + getattr(other, name))
    for mine, theirs in ((into.kinds, other.kinds), (into.types, other.types)):
        for key, number in theirs.items():
            mine[key] += number
    into.communities |= other.communities


@dataclass(frozen=True, slots=True)
class Late:
    """A place that nobody has gone round for long; `days` since the last time, None where it never was."""

    place: Place
    days: int | None


def late_checks(actor: Actor, filters: CoverageFilters, *, now: datetime, limit: int = FEW) -> list[Late]:
    """The longest without a round first. A reminder, and nothing follows from it."""
    today = timezone.localdate(now)
    rows = _in_service(actor, filters, now).filter(Q(checked_on=None) | Q(checked_on__lt=today - LATE_AFTER))
    found = rows.select_related("type").order_by(F("checked_on").asc(nulls_first=True), "initials", "pk")
    return [Late(each, (today - each.checked_on).days if each.checked_on else None) for each in found[:limit]]


def doubted_doors(actor: Actor, filters: CoverageFilters, *, limit: int = FEW) -> list[Doubt]:
    """Found locked at an open hour and not settled, the oldest first."""
    places = visible(Place.objects.all(), "places.view", actor)
    if within := own_scope(actor, filters.within):
        places = places.filter(scope_q(within))
    rows = Doubt.objects.filter(settled_at=None, place__in=places).select_related("place__type")
    return list(rows.order_by("since", "pk")[:limit])
