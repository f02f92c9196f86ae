"""The log of stock is kept a year (`domain.md` §8): what is older is one sum, so that the balance stays explained."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet, Sum

from nuanxin.kernel.ids import uuid7
from nuanxin.places.enums import Movement
from nuanxin.places.models import StockLot, StockMovement

KEPT = timedelta(days=365)
BATCH = 200


def movements_due(now: datetime) -> int:
    return _old(now).count()


def _old(now: datetime) -> QuerySet[StockMovement]:
    return StockMovement.objects.filter(at__lt=now - KEPT).exclude(kind=Movement.CARRIED)


def carry_forward(*, now: datetime) -> int:
    """Old movements of a batch of lots become one sum each; a lot with nothing left and nothing new goes. Returns how
    many movements went.
    """
    lots = list(_old(now).order_by("lot").values_list("lot", flat=True).distinct()[:BATCH])
    return sum(_carry(lot, now) for lot in lots)


def _carry(lot_id: int, now: datetime) -> int:
    with transaction.atomic():
        lot = StockLot.objects.select_for_update(of=("self",)).get(pk=lot_id)
        movements = StockMovement.objects.filter(lot=lot)
        old = movements.filter(at__lt=now - KEPT)
        going = old.exclude(kind=Movement.CARRIED).count()
        if lot.balance == 0 and not movements.filter(at__gte=now - KEPT).exists():
            lot.delete()
            return going
        total = old.aggregate(sum=Sum("quantity"))["sum"] or 0
        last = old.latest("at").at
        old.delete()
        StockMovement.objects.create(lot=lot, kind=Movement.CARRIED, quantity=total, at=last, key=uuid7())
    return going
