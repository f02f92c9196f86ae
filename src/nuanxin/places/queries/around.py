"""What a worker sees: what is open around, from a point or in a street, and how far it is on foot and by e-bike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil

from django.conf import settings
from django.db.models import Q, QuerySet

from nuanxin.kernel.access import Actor, scope_q
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.people.queries import Terms, consented, terms_of
from nuanxin.places.enums import PlaceState, Standing
from nuanxin.places.models import AreaWarning, Place, PlaceFacility, SavedPlace
from nuanxin.places.permissions import PUBLIC
from nuanxin.places.queries.hours import Hours, hours_of_all
from nuanxin.places.queries.near import Wanted, facilities_of, in_season, narrowed, near_places
from nuanxin.places.queries.warnings import warning_on
from nuanxin.territories.queries import is_territory, locate, path_names

REACH_M = 5000.0
SHELTERS, ROWS, READ = 5, 20, 200
POINTS = 500
POSITION = "location"
RANK = {Standing.OPEN: 0, Standing.UNKNOWN: 1, Standing.CLOSED: 2}


@dataclass(frozen=True, slots=True)
class Way:
    """About how far: the straight line times a factor that the installation sets, in metres and minutes."""

    metres: float
    walk_min: int
    ride_min: int


def way(straight_m: float) -> Way:
    metres = straight_m * settings.NUANXIN_DETOUR
    return Way(
        metres, _minutes(metres, settings.NUANXIN_WALK_KMH), _minutes(metres, settings.NUANXIN_EBIKE_KMH)
    )


def _minutes(metres: float, kmh: float) -> int:
    return max(1, ceil(metres / (kmh * 1000 / 60)))


@dataclass(frozen=True, slots=True)
class Row:
    """`way` only where one asked from a point. Of the facilities those in order; `broken` are said as well."""

    place: Place
    hours: Hours
    words: str
    way: Way | None
    facilities: list[PlaceFacility]
    broken: list[PlaceFacility]
    is_saved: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What one looks for, and where: from a point, or in a territory, or among the saved ones."""

    wanted: Wanted
    at: str = ""
    point: tuple[float, float] | None = None
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """`shelters` come first while a notice is on; they are not among the `rows` again."""

    rows: list[Row] = field(default_factory=list)
    shelters: list[Row] = field(default_factory=list)
    warning: AreaWarning | None = None
    at: str = ""


def around(actor: Actor, asked: Asked, *, now: datetime) -> Around:
    """Raises `NotACoordinate`."""
    saved = saved_keys(actor)
    if asked.saved:
        rows = Place.objects.filter(PUBLIC, pk__in=saved).select_related("type")
        return Around(_judged(rows[:READ], asked.wanted, saved, now), at=asked.at)
    if asked.point is None:
        return _in_territory(asked, saved, now)
    return _from_point(asked.point, asked, saved, now)


def _from_point(point: tuple[float, float], asked: Asked, saved: frozenset[int], now: datetime) -> Around:
    code = locate(*point) or ""
    warning = warning_on(code, now)
    shelters: list[Row] = []
    if warning:
        wanted = replace(asked.wanted, open_now=True, shelter_from=warning.kind)
        shelters = _near(point, wanted, saved, now, SHELTERS)
    first = {each.place.pk for each in shelters}
    rows = _near(point, asked.wanted, saved, now, ROWS)
    return Around([each for each in rows if each.place.pk not in first], shelters, warning, code)


def _near(
    point: tuple[float, float], wanted: Wanted, saved: frozenset[int], now: datetime, limit: int
) -> list[Row]:
    found = near_places(*point, now=now, radius_m=REACH_M, wanted=wanted, limit=limit)
    return [_row(each.place, each.hours, way(each.distance_m), each.facilities, saved, now) for each in found]


def _in_territory(asked: Asked, saved: frozenset[int], now: datetime) -> Around:
    if not asked.at or not is_territory(asked.at):
        return Around()
    warning = warning_on(asked.at, now)
    rows = _judged(_there(asked.at, asked.wanted, now)[:READ], asked.wanted, saved, now)
    shelters: list[Row] = []
    if warning:
        wanted = replace(asked.wanted, open_now=True, shelter_from=warning.kind)
        shelters = _judged(_there(asked.at, wanted, now)[:READ], wanted, saved, now)[:SHELTERS]
    first = {each.place.pk for each in shelters}
    return Around([each for each in rows if each.place.pk not in first][:ROWS], shelters, warning, asked.at)


def _there(code: str, wanted: Wanted, now: datetime) -> QuerySet[Place]:
    within = scope_q(code) if code else Q()
    rows = Place.objects.filter(within, in_season(now), state=PlaceState.OPEN)
    return narrowed(rows, wanted, now).select_related("type").order_by("initials", "id")


def _judged(places: Iterable[Place], wanted: Wanted, saved: frozenset[int], now: datetime) -> list[Row]:
    """Open ones first, then those of which nobody knows, by pinyin."""
    rows = list(places)
    hours = hours_of_all(rows, now)
    held = facilities_of(each.pk for each in rows)
    kept = [each for each in rows if not wanted.open_now or hours[each.pk].is_open]
    kept.sort(key=lambda each: (RANK[hours[each.pk].standing], each.initials, each.pk))
    return [_row(each, hours[each.pk], None, held.get(each.pk, ()), saved, now) for each in kept]


def _row(
    place: Place,
    hours: Hours,
    how_far: Way | None,
    held: Iterable[PlaceFacility],
    saved: frozenset[int],
    now: datetime,
) -> Row:
    every = list(held)
    working = [each for each in every if not each.is_broken]
    broken = [each for each in every if each.is_broken]
    return Row(place, hours, hours.words(now), how_far, working, broken, place.pk in saved)


def saved_keys(actor: Actor) -> frozenset[int]:
    if actor.person_id is None:
        return frozenset()
    return frozenset(SavedPlace.objects.filter(person_id=actor.person_id).values_list("place_id", flat=True))


def is_saved(actor: Actor, place: Place) -> bool:
    return place.pk in saved_keys(actor)


def may_say_where(actor: Actor) -> bool:
    """Whether the phone may give its position: somebody without an account leaves nothing, an account has agreed."""
    if actor.person_id is None:
        return True
    return consented(actor.person_id, POSITION)


def position_terms(actor: Actor) -> Terms | None:
    """What an account is asked once, when it first wants its position used; None where there is nothing to ask."""
    return None if may_say_where(actor) else terms_of(POSITION, person_id=actor.person_id)


def streets_with_places() -> Mapping[str, list[tuple[str, str]]]:
    """Streets in which something is open to the public, by district: what one chooses from without a position."""
    rows = Place.objects.filter(state=PlaceState.OPEN).order_by().values_list("scope_street", flat=True)
    codes = [padded(each) for each in rows.distinct() if len(each) == LEVELS["street"]]
    names = path_names(codes)
    told: dict[str, list[tuple[str, str]]] = {}
    for code in sorted(codes):
        district, _space, street = names[code].rpartition(" ")
        told.setdefault(district, []).append((code, street or code))
    return told


def own_street(actor: Actor) -> str:
    return (
        padded(actor.scope_code[: LEVELS["street"]])
        if len(actor.scope_code.rstrip("0")) > LEVELS["district"]
        else ""
    )


def are_many() -> bool:
    """Too many to be drawn out of one list."""
    return Place.objects.filter(state=PlaceState.OPEN).order_by()[: POINTS + 1].count() > POINTS


def public_points(code: str, wanted: Wanted, *, now: datetime) -> list[tuple[Place, Hours]]:
    """For the map: what is in service in a territory; everywhere where none is said and there are few."""
    if code and not is_territory(code):
        return []
    rows = list(_there(code, wanted, now)[:POINTS])
    hours = hours_of_all(rows, now)
    return [(each, hours[each.pk]) for each in rows if not wanted.open_now or hours[each.pk].is_open]
