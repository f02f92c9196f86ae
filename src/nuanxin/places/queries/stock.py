"""What is in stock where: for the keeper with figures, for everybody only whether there is some."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.places.enums import Movement, PlaceState, RestockState
from nuanxin.places.models import Place, RestockTask, StockLine, StockLot, StockMovement
from nuanxin.places.queries.catalogue import catalogue

PAGE = 50
EXPORT_MOST = 5000
UNDO_WITHIN = timedelta(minutes=1)
ACTIVE = (RestockState.OPEN, RestockState.ACCEPTED, RestockState.DELIVERED)


class TaskNotFound(NotFound):
    default_message = _("没有找到这个补货任务。")
    default_hint = _("它可能不归您现在的身份看。回到“库存”看看还有哪些要补。")


def expiry_warning() -> timedelta:
    """How long before its date something is said to go out of date soon (`NUANXIN_STOCK_EXPIRY_DAYS`)."""
    return timedelta(days=settings.NUANXIN_STOCK_EXPIRY_DAYS)


def good_on(today: date, prefix: str = "") -> Q:
    """Not out of date; the day printed on it is the last good one."""
    return Q(**{f"{prefix}expires_on": None}) | Q(**{f"{prefix}expires_on__gte": today})


def having(item: str, now: datetime) -> Exists:
    """Places that have some of it that is still good; a condition on `Place`."""
    lots = StockLot.objects.filter(
        line__place=OuterRef("pk"), line__item=item, line__is_kept=True, balance__gt=0
    )
    return Exists(lots.filter(good_on(timezone.localdate(now))))


@dataclass(frozen=True, slots=True)
class Held:
    """An item at a place: `good` can be given out, `over` is out of date, `next_expiry` of what is good."""

    line: StockLine
    good: int
    over: int
    next_expiry: date | None
    lots: tuple[StockLot, ...]
    today: date

    @property
    def is_low(self) -> bool:
        """Before anything was ever on the shelf it is not short: it is being set up."""
        return self.line.seen_at is not None and self.good < self.line.minimum

    @property
    def is_expiring(self) -> bool:
        return self.next_expiry is not None and self.next_expiry <= self.today + expiry_warning()

    @property
    def missing(self) -> int:
        """So many make it twice the minimum, so that the next one is not short at once."""
        return max(2 * self.line.minimum - self.good, 1)


def stock_of(place: Place, *, now: datetime, items: Iterable[str] = ()) -> list[Held]:
    """What a place keeps, with its lots, in two statements."""
    rows = StockLine.objects.filter(place=place, is_kept=True).select_related("item")
    wanted = list(items)
    if wanted:
        rows = rows.filter(item__in=wanted)
    lines = list(rows.order_by("item__sort", "item_id"))
    return list(held_of(lines, now=now).values())


def held_of(lines: Iterable[StockLine], *, now: datetime) -> dict[int, Held]:
    """By line; one statement."""
    known = {each.pk: each for each in lines}
    today = timezone.localdate(now)
    lots: dict[int, list[StockLot]] = {}
    rows = StockLot.objects.filter(line__in=known, balance__gt=0)
    for lot in rows.order_by(F("expires_on").asc(nulls_last=True), "id") if known else ():
        lots.setdefault(lot.line_id, []).append(lot)
    return {key: _held(line, lots.get(key, []), today) for key, line in known.items()}


def _held(line: StockLine, lots: list[StockLot], today: date) -> Held:
    good = [each for each in lots if each.expires_on is None or each.expires_on >= today]
    over = sum(each.balance for each in lots) - sum(each.balance for each in good)
    ends = [each.expires_on for each in good if each.expires_on]
    return Held(line, sum(each.balance for each in good), over, min(ends, default=None), tuple(lots), today)


@dataclass(frozen=True, slots=True)
class Seen:
    """What everybody may know: there, or gone; never how much. `days`: since somebody last looked."""

    code: str
    name: str
    icon: str
    kind: str
    is_there: bool
    days: int


def seen_at(place: Place, *, now: datetime) -> list[Seen]:
    """For the page that everybody sees, in two statements. The day, not the minute, which would tell of who came."""
    today = timezone.localdate(now)
    return [
        Seen(
            code=each.line.item_id,
            name=each.line.item.name,
            icon=each.line.item.icon,
            kind=each.line.item.kind,
            is_there=each.good > 0,
            days=(today - timezone.localdate(each.line.seen_at)).days,
        )
        for each in stock_of(place, now=now)
        if each.line.seen_at is not None
    ]


@dataclass(frozen=True, slots=True)
class JustTaken:
    """What the last tap took; it can be undone `until` then."""

    key: UUID
    line: StockLine
    quantity: int
    until: datetime


def just_taken(place: Place, key: UUID, *, now: datetime) -> JustTaken | None:
    rows = StockMovement.objects.filter(
        key=key, kind=Movement.TAKEN, lot__line__place=place, at__gt=now - UNDO_WITHIN
    )
    found = list(rows.select_related("lot__line__item"))
    if not found or StockMovement.objects.filter(key=undo_key(key)).exists():
        return None
    return JustTaken(key, found[0].lot.line, -sum(each.quantity for each in found), found[0].at + UNDO_WITHIN)


def undo_key(key: UUID) -> UUID:
    """The undoing of a submission has one key too, so that it happens once."""
    return uuid5(key, "undo")


def movements_of(place: Place, item: str, *, limit: int = 20) -> list[StockMovement]:
    """The last ones, newest first; takings are added up by nobody and belong to nobody."""
    rows = StockMovement.objects.filter(lot__line__place=place, lot__line__item=item)
    return list(rows.select_related("lot").order_by("-at", "-id")[:limit])


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFilters:
    """`show`: low, expiring, expired, tasks, done."""

    show: str = "low"
    within: str = ""
    kind: str = ""
    item: str = ""
    text: str = ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.item or self.text)

    @property
    def is_tasks(self) -> bool:
        return self.show in ("tasks", "done")


@dataclass(frozen=True, slots=True)
class AlertRow:
    line: StockLine
    held: Held
    task: RestockTask | None


FLAGS = {"low": "low_since", "expiring": "expiring_since", "expired": "expired_since"}


def alerts(
    actor: Actor, filters: StockFilters, *, now: datetime, after: int = 0, limit: int = PAGE
) -> tuple[list[AlertRow], bool]:
    """Lines that need somebody, oldest first: a page, and whether there is more. Three statements."""
    rows = _lines(actor, filters).filter(pk__gt=after).order_by("pk")
    found = list(rows.select_related("item", "place")[: limit + 1])
    lines = found[:limit]
    held = held_of(lines, now=now)
    tasks = {each.line_id: each for each in RestockTask.objects.filter(line__in=lines, state__in=ACTIVE)}
    return [AlertRow(each, held[each.pk], tasks.get(each.pk)) for each in lines], len(found) > limit


def tasks(
    actor: Actor, filters: StockFilters, *, before: int = 0, limit: int = PAGE
) -> tuple[list[RestockTask], bool]:
    """Restock tasks, newest first: a page, and whether there is more. One statement."""
    rows = _tasks(actor, filters).order_by("-pk")
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("line__item", "place", "organisation")[: limit + 1])
    return found[:limit], len(found) > limit


def _lines(actor: Actor, filters: StockFilters) -> QuerySet[StockLine]:
    flag = FLAGS.get(filters.show, "low_since")
    rows = visible(StockLine.objects.filter(is_kept=True), "places.stock_view", actor)
    rows = rows.filter(**{f"{flag}__isnull": False})
    return rows.filter(_narrowed(filters, "item"), place__in=_there(filters))


def _tasks(actor: Actor, filters: StockFilters) -> QuerySet[RestockTask]:
    rows = visible(RestockTask.objects.all(), "places.stock_view", actor)
    rows = rows.exclude(state__in=ACTIVE) if filters.show == "done" else rows.filter(state__in=ACTIVE)
    return rows.filter(_narrowed(filters, "line__item"), place__in=_there(filters))


def _there(filters: StockFilters) -> QuerySet[Place]:
    rows = Place.objects.exclude(state=PlaceState.CLOSED)
    if filters.within:
        rows = rows.filter(scope_q(filters.within))
    if filters.text:
        rows = rows.filter(Q(name_zh__icontains=filters.text) | Q(name_en__icontains=filters.text))
    return rows


def _narrowed(filters: StockFilters, item: str) -> Q:
    narrowed = Q()
    if filters.kind:
        narrowed &= Q(**{f"{item}__kind": filters.kind})
    if filters.item:
        narrowed &= Q(**{item: filters.item})
    return narrowed


def stock_counts(actor: Actor, *, within: str = "") -> dict[str, int]:
    """How many there are under each tab."""
    counted = {name: _lines(actor, StockFilters(show=name, within=within)).count() for name in FLAGS}
    return counted | {
        name: _tasks(actor, StockFilters(show=name, within=within)).count() for name in ("tasks", "done")
    }


def alerts_to_export(actor: Actor, filters: StockFilters, *, now: datetime) -> Iterator[AlertRow]:
    """At most one more than may go out at once."""
    lines = visible(_lines(actor, filters), "places.stock_export", actor).order_by("pk")
    found = list(lines.select_related("item", "place")[: EXPORT_MOST + 1])
    held = held_of(found, now=now)
    return (AlertRow(each, held[each.pk], None) for each in found)


def tasks_to_export(actor: Actor, filters: StockFilters) -> list[RestockTask]:
    rows = visible(_tasks(actor, filters), "places.stock_export", actor).order_by("-pk")
    return list(rows.select_related("line__item", "place", "organisation")[: EXPORT_MOST + 1])


def restock_task(actor: Actor, public_id: UUID, permission: str = "places.stock_view") -> RestockTask:
    """Raises `TaskNotFound`."""
    rows = visible(RestockTask.objects.filter(public_id=public_id), permission, actor)
    found = rows.select_related("line__item", "place__type", "organisation").first()
    if found is None:
        raise TaskNotFound
    return found


def restock_id(task_id: int) -> UUID:
    """What stands in the address of a task. Raises `RestockTask.DoesNotExist`."""
    return RestockTask.objects.values_list("public_id", flat=True).get(pk=task_id)


def tasks_at(place: Place) -> list[RestockTask]:
    """Those that are under way at a place; for its keeper."""
    rows = RestockTask.objects.filter(place=place, state__in=ACTIVE)
    return list(rows.select_related("line__item", "organisation").order_by("-state", "pk"))


def balances(place: Place) -> dict[str, int]:
    """By item, added up from the movements themselves: what the stored balances are held against."""
    rows = StockMovement.objects.filter(lot__line__place=place).values("lot__line__item")
    return {each["lot__line__item"]: each["sum"] for each in rows.annotate(sum=Coalesce(Sum("quantity"), 0))}


def item_name(code: str) -> str:
    """In the language of the page."""
    known = catalogue().stock
    return known[code].name if code in known else code
