"""What the shelf says after each movement and each day: too little, out of date soon, out of date."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from nuanxin.kernel.events import publish
from nuanxin.places.enums import PlaceState
from nuanxin.places.events import RestockDropped, RestockOpened, StockExpires, StockRanLow
from nuanxin.places.models import RestockTask, StockLine, StockLot
from nuanxin.places.queries.stock import ACTIVE, Held, expiry_warning, held_of
from nuanxin.places.workflow import RESTOCK

BATCH = 100


def settle(line: StockLine, now: datetime, *, seen: bool = False) -> Held:
    """Write down what is so now, in the caller's transaction: what runs low opens a restock task, what is enough
    again ends one that nobody has accepted. Publishes `StockRanLow`, `RestockOpened`, `RestockDropped`.
    """
    if seen:
        line.seen_at = now
    held = held_of([line], now=now)[line.pk]
    was_low = line.low_since is not None
    line.low_since = (line.low_since or now) if held.is_low else None
    line.expiring_since = (line.expiring_since or now) if held.is_expiring else None
    line.expired_since = (line.expired_since or now) if held.over else None
    line.save(update_fields=["low_since", "expiring_since", "expired_since", "seen_at"])
    if held.is_low and not was_low:
        scope = line.place.scope_code
        publish(StockRanLow(line.place_id, line.item_id), scope_code=scope, now=now)
        open_task(held, now)
    elif was_low and not held.is_low:
        _enough(line, now)
    return held


def open_task(held: Held, now: datetime) -> RestockTask:
    """The one that is under way, or a new one. Publishes `RestockOpened`."""
    line = held.line
    under_way = RestockTask.objects.filter(line=line, state__in=ACTIVE).first()
    if under_way is not None:
        return under_way
    task = RestockTask.objects.create(
        place_id=line.place_id, line=line, wanted=held.missing, opened_at=now, state_since=now
    )
    event = RestockOpened(line.place_id, task.pk, line.item_id)
    publish(event, scope_code=line.place.scope_code, now=now)
    return task


def _enough(line: StockLine, now: datetime) -> None:
    for task in RestockTask.objects.filter(line=line, state__in=RESTOCK["settle"].sources):
        RESTOCK.step(task, "settle", state_since=now)
        event = RestockDropped(line.place_id, task.pk, line.item_id)
        publish(event, scope_code=line.place.scope_code, now=now)


def watch_stock(*, now: datetime) -> int:
    """What the calendar has changed since the last look, place by place; returns how many lines, 0 when all is said.

    Publishes `StockExpires` once for a place and what `settle` does.
    """
    places = list(_due(now).order_by("place").values_list("place", flat=True).distinct()[:BATCH])
    return sum(_watch(place, now) for place in places)


def _watch(place_id: int, now: datetime) -> int:
    with transaction.atomic():
        lines = list(
            _due(now).filter(place=place_id).select_for_update(of=("self",)).select_related("item", "place")
        )
        told: dict[bool, list[str]] = {False: [], True: []}
        for line in lines:
            new_expiring, new_expired = line.expiring_since is None, line.expired_since is None
            held = settle(line, now)
            if held.is_expiring and new_expiring:
                told[False].append(line.item_id)
            if held.over and new_expired:
                told[True].append(line.item_id)
        for is_over, items in told.items():
            if items:
                scope = lines[0].place.scope_code
                publish(StockExpires(place_id, ",".join(items), is_over), scope_code=scope, now=now)
    return len(lines)


def _due(now: datetime) -> QuerySet[StockLine]:
    today = timezone.localdate(now)
    lots = StockLot.objects.filter(line=OuterRef("pk"), balance__gt=0)
    soon = Exists(lots.filter(expires_on__gte=today, expires_on__lte=today + expiry_warning()))
    over = Exists(lots.filter(expires_on__lt=today))
    rows = StockLine.objects.filter(is_kept=True).exclude(place__state=PlaceState.CLOSED)
    return rows.filter((Q(expiring_since=None) & Q(soon)) | (Q(expired_since=None) & Q(over)))
