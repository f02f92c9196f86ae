"""Events: what happened, without names. They go when everybody has heard of them and nobody reads them any more."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.kernel.retention.registry import BATCH, Held, Rows

Since = Callable[[datetime], datetime | None]
_needed: dict[str, Since] = {}


def needs_events(who: str, since: Since) -> None:
    """Say from which instant on a context still reads events (to rebuild figures, to send a webhook again).

    `None`: from none at the moment. Nothing later than the earliest of them goes.
    """
    _needed[who] = since


def _kept_until(now: datetime) -> datetime:
    return now - timedelta(days=settings.NUANXIN_EVENT_DAYS)


def _floor(now: datetime) -> datetime:
    wanted = [since(now) for since in _needed.values()]
    return min([_kept_until(now), *(at for at in wanted if at is not None)])


def _undelivered() -> Exists:
    """Waiting or given up: somebody has still to look at it."""
    return Exists(Delivery.objects.filter(event=OuterRef("pk")).exclude(state=Delivery.State.DONE))


def _old(before: datetime) -> QuerySet[Event]:
    return Event.objects.filter(occurred_at__lt=before)


def _due(now: datetime) -> QuerySet[Event]:
    return _old(_floor(now)).exclude(_undelivered())


def _forget(now: datetime) -> int:
    with transaction.atomic():
        batch = list(_due(now).order_by("pk").values_list("pk", flat=True)[:BATCH])
        Event.objects.filter(pk__in=batch).delete()
    return len(batch)


def _held(now: datetime) -> Iterator[Held]:
    kept, floor = _kept_until(now), _floor(now)
    yield Held(_old(kept).filter(_undelivered()).count(), _("还有通知没有送达，或者送不出去等人处理"))
    if floor < kept:
        needed = _old(kept).filter(occurred_at__gte=floor).exclude(_undelivered())
        yield Held(needed.count(), _("统计或对外推送还要用"))


EVENT_ROWS = Rows(lambda now: _due(now).count(), _forget, _held)
