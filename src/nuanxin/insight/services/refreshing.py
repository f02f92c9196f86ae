"""Keeping the figures of whole spans for a place with more cases than can be counted while somebody waits."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from nuanxin.cases.models import Case
from nuanxin.insight.indicators import RELATIONS, of_relation
from nuanxin.insight.models import Figure
from nuanxin.insight.periods import KEPT, Span, before, span, trend
from nuanxin.insight.queries.kept import BEFORE, NOW, slot_ago
from nuanxin.insight.queries.running import Place, figures
from nuanxin.insight.queries.values import value_of
from nuanxin.kernel.access.scope import padded

LEVELS = ("city", "district", "street", "community")
RECOUNTED = timedelta(days=1)  # what is over changes little: appeals, recurrences, late closures
BATCH = 500


def refresh_figures(*, now: datetime) -> int:
    """Count every kind of span for every territory and keep the figures; forget them where a place is small enough.

    Writes `Figure` rows. Returns how many.
    """
    if not _is_big():
        Figure.objects.all().delete()
        return 0
    fresh = _fresh(now)
    written = 0
    for slot, each in _spans(now):
        if slot in {NOW, BEFORE} or (each.period, slot, each.start) not in fresh:
            written += _keep(slot, each, now=now)
    return written


def _is_big() -> bool:
    """Whether there is one more case than are counted live; looks at no more rows than that."""
    limit = settings.NUANXIN_LIVE_FIGURES_UP_TO
    return Case.objects.order_by("-pk").values_list("pk")[limit : limit + 1].exists()


def _spans(now: datetime) -> Iterator[tuple[str, Span]]:
    for period in KEPT:
        current = span(period, now=now)
        yield NOW, current
        yield BEFORE, before(current)
        earlier = trend(current)
        for index, each in enumerate(earlier):
            yield slot_ago(len(earlier) - index), each


def _fresh(now: datetime) -> set[tuple[str, str, datetime]]:
    """The spans of trends that were counted within the day."""
    rows = Figure.objects.values_list("period", "slot", "since").annotate(last=Max("computed_at"))
    return {(period, slot, since) for period, slot, since, last in rows if last > now - RECOUNTED}


def _keep(slot: str, each: Span, *, now: datetime) -> int:
    """In the place of what was kept of this span before, of all territories at once."""
    rows = [row for level in LEVELS for row in _rows(level, slot, each, now=now)]
    with transaction.atomic():
        Figure.objects.filter(period=each.period, slot=slot).delete()
        Figure.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _rows(level: str, slot: str, each: Span, *, now: datetime) -> Iterator[Figure]:
    for relation in RELATIONS:
        for key, line in figures(relation, Place(), each, by=level).items():
            if not key:
                continue
            for indicator in of_relation(relation):
                value = value_of(indicator, line)
                yield Figure(
                    scope_code=padded(key),
                    period=each.period,
                    slot=slot,
                    indicator=indicator.identifier,
                    since=each.start,
                    until=each.end,
                    numerator=value.numerator,
                    denominator=value.denominator,
                    median=value.median,
                    parts=value.counts,
                    computed_at=now,
                )
