"""One rule, batch after batch, with its result on record."""

import time
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import translation

from nuanxin.kernel.retention.models import RetentionRun
from nuanxin.kernel.retention.registry import Rule

KEPT = timedelta(days=400)
AT_MOST = timedelta(minutes=40)  # of a lease of an hour; the rest is the next day's, or the next process's


def run_rule(rule: Rule, *, now: datetime) -> RetentionRun:
    """Let everything go that is due, and write down what went and what stayed. Safe to stop and to start again."""
    with translation.override("zh-hans"):
        held = [[each.count, str(each.reason)] for each in rule.of.held(now) if each.count]
    run = RetentionRun.objects.create(what=rule.what, started_at=now, due=rule.of.count(now), held=held)
    began = time.monotonic()
    while count := rule.of.end(now):
        RetentionRun.objects.filter(pk=run.pk).update(gone=F("gone") + count)
        if time.monotonic() - began > AT_MOST.total_seconds():
            break
    RetentionRun.objects.filter(pk=run.pk).update(ended_at=now + timedelta(seconds=time.monotonic() - began))
    _forget_runs(rule, now)
    run.refresh_from_db()
    return run


def _forget_runs(rule: Rule, now: datetime) -> None:
    """Of days on which nothing was due the last one says it; of the others a year and a month."""
    rows = RetentionRun.objects.filter(what=rule.what)
    latest = rows.order_by("-started_at", "-pk").values_list("pk", flat=True)[:1]
    idle = rows.filter(due=0, gone=0).exclude(pk__in=list(latest))
    idle.delete()
    rows.filter(started_at__lt=now - KEPT).delete()
