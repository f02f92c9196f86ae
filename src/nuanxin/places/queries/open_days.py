"""Open-kitchen days: which there are, who may come, what was found, above a least number of forms only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.places.enums import OpenDayState
from nuanxin.places.models import KitchenLook, KitchenPoint, OpenDay, OpenDayVisitor, Place
from nuanxin.places.permissions import PUBLIC
from nuanxin.places.queries.catalogue import catalogue

PAGE = 50
LOOK_WITHIN = timedelta(days=7)


class DayNotFound(NotFound):
    default_message = _("没有找到这个开放日。")
    default_hint = _("它可能已经取消；回到列表看看别的。")


def least_forms() -> int:
    """So many forms before any result is shown (`NUANXIN_RATINGS_SHOWN_FROM`), and in whole lots of as many."""
    return int(settings.NUANXIN_RATINGS_SHOWN_FROM)


def kitchen_points() -> dict[str, KitchenPoint]:
    """What the form asks for now."""
    return {code: each for code, each in catalogue().kitchen.items() if each.is_active}


@dataclass(frozen=True, slots=True)
class Coming:
    """`left`: places that nobody has taken yet; `is_coming`: the one who looks has signed up."""

    day: OpenDay
    left: int
    is_coming: bool
    has_looked: bool


def days_to_come(actor: Actor, *, now: datetime, limit: int = PAGE) -> list[Coming]:
    """All that one may still go to, the soonest first; two statements."""
    rows = OpenDay.objects.filter(state=OpenDayState.ANNOUNCED, ends_at__gt=now)
    rows = rows.filter(place__in=Place.objects.filter(PUBLIC)).annotate(taken=Count("visitors"))
    days = list(rows.select_related("place__type").order_by("starts_at", "pk")[:limit])
    own = _own(actor, [each.pk for each in days])
    return [_coming(each, own) for each in days]


def own_days(actor: Actor, *, now: datetime) -> list[Coming]:
    """Those that one has signed up for and may still go to, or say something about."""
    if actor.person_id is None:
        return []
    rows = OpenDay.objects.filter(visitors__person=actor.person_id, ends_at__gt=now - LOOK_WITHIN)
    days = list(
        rows.exclude(state=OpenDayState.CANCELLED).select_related("place__type").order_by("starts_at")
    )
    counts = dict(OpenDayVisitor.objects.filter(day__in=days).values_list("day").annotate(number=Count("pk")))
    own = _own(actor, [each.pk for each in days])
    for each in days:
        each.taken = counts.get(each.pk, 0)  # type: ignore[attr-defined]  # as the annotation above
    return [_coming(each, own) for each in days]


def _coming(day: OpenDay, own: Mapping[int, bool]) -> Coming:
    taken = int(getattr(day, "taken", 0))
    return Coming(day, max(day.capacity - taken, 0), day.pk in own, own.get(day.pk, False))


def _own(actor: Actor, days: list[int]) -> dict[int, bool]:
    if actor.person_id is None or not days:
        return {}
    rows = OpenDayVisitor.objects.filter(person=actor.person_id, day__in=days)
    return dict(rows.values_list("day_id", "looked"))


def public_day(actor: Actor, public_id: UUID) -> Coming:
    """As everybody may see it. Raises `DayNotFound`."""
    rows = OpenDay.objects.filter(public_id=public_id, place__in=Place.objects.filter(PUBLIC))
    day = rows.annotate(taken=Count("visitors")).select_related("place__type").first()
    if day is None:
        raise DayNotFound
    return _coming(day, _own(actor, [day.pk]))


def own_day(actor: Actor, permission: str, public_id: UUID) -> OpenDay:
    """One of a place with which the actor may do this. Raises `DayNotFound`."""
    places = visible(Place.objects.all(), permission, actor)
    day = OpenDay.objects.filter(public_id=public_id, place__in=places).select_related("place").first()
    if day is None:
        raise DayNotFound
    return day


@dataclass(frozen=True, slots=True)
class Found:
    """What residents found: below the least number of forms only how many there are."""

    day: OpenDay
    coming: int
    forms: int
    is_shown: bool
    points: tuple[tuple[KitchenPoint, int, int], ...]
    notes: tuple[str, ...]

    @property
    def wrong(self) -> list[tuple[KitchenPoint, int, int]]:
        return [each for each in self.points if each[1]]


def days_of(place: Place, *, limit: int = 20) -> list[Found]:
    """The latest first, with what was found; two statements."""
    rows = OpenDay.objects.filter(place=place).annotate(taken=Count("visitors")).order_by("-starts_at", "-pk")
    days = list(rows[:limit])
    looks: dict[int, list[KitchenLook]] = {}
    for each in KitchenLook.objects.filter(day__in=days).order_by("pk"):
        looks.setdefault(each.day_id, []).append(each)
    return [found_on(each, looks.get(each.pk, [])) for each in days]


def found_on(day: OpenDay, looks: list[KitchenLook] | None = None) -> Found:
    """Whole lots only, and in the order of the words: one form more does not tell what was in it."""
    forms = list(KitchenLook.objects.filter(day=day).order_by("pk")) if looks is None else looks
    shown = forms[: len(forms) - len(forms) % least_forms()]
    enough = bool(shown)
    wrong = Counter(code for each in shown for code in each.wrong.split(",") if code)
    points = tuple(
        (each, wrong[code], len(shown))
        for code, each in catalogue().kitchen.items()
        if each.is_active or wrong[code]
    )
    notes = tuple(sorted(each.note for each in shown if each.note))
    return Found(
        day=day,
        coming=int(getattr(day, "taken", 0)),
        forms=len(forms),
        is_shown=enough,
        points=points if enough else (),
        notes=notes if enough else (),
    )


@dataclass(frozen=True, slots=True)
class DayFacts:
    """For the notices: whose place it is, and who signed up."""

    public_id: UUID
    visitors: list[int]


def day_facts(day_id: int) -> DayFacts:
    day = OpenDay.objects.get(pk=day_id)
    people = OpenDayVisitor.objects.filter(day=day).order_by("pk").values_list("person_id", flat=True)
    return DayFacts(day.public_id, list(people))


def over(now: datetime) -> Q:
    return Q(state=OpenDayState.ANNOUNCED, ends_at__lte=now)
