"""Is the background alive: the worker, the deliveries, the periodic jobs?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from nuanxin.kernel import events, scheduler, worker
from nuanxin.kernel.checks import Finding, Level, check

SILENT_AFTER = timedelta(seconds=60)
LATE_AFTER = timedelta(minutes=5)


@check
def worker_alive(now: datetime) -> Iterable[Finding]:
    seen = worker.last_seen()
    if seen is not None and now - seen < SILENT_AFTER:
        yield Finding(
            level=Level.OK, code="worker", message=_("运行中，%(ago)s 前") % {"ago": _ago(now - seen)}
        )
        return
    yield Finding(
        level=Level.WARNING,
        code="worker-silent",
        message=_("后台进程从未运行过")
        if seen is None
        else _("最后一次是 %(ago)s 前") % {"ago": _ago(now - seen)},
        hint=_("没有它，通知送不出去，时限也不会走：请启动 nuanxin worker 或 nuanxin serve。"),
    )


@check
def deliveries(now: datetime) -> Iterable[Finding]:
    backlog = events.undelivered(now)
    late = now - backlog.oldest_at if backlog.oldest_at else timedelta()
    if backlog.dead:
        yield Finding(
            level=Level.ERROR,
            code="deliveries-dead",
            message=_("有 %(n)d 条投递已放弃：%(reasons)s") % {"n": backlog.dead, "reasons": _reasons()},
            hint=_("排除原因后，交还给后台进程：nuanxin worker --redeliver。"),
        )
    if late > LATE_AFTER or backlog.failing:
        yield Finding(
            level=Level.WARNING,
            code="deliveries-late",
            message=_("有 %(n)d 条等待投递，最早的已等 %(age)s；其中 %(failing)d 条失败过")
            % {"n": backlog.waiting, "age": _ago(late), "failing": backlog.failing},
            hint=_("后台进程在运行吗？每次失败的原因在记录和日志里。"),
        )
    elif not backlog.dead:
        yield Finding(
            level=Level.OK, code="deliveries", message=_("%(n)d 条等待，没有失败") % {"n": backlog.waiting}
        )


@check
def periodic_jobs(now: datetime) -> Iterable[Finding]:
    failing = list(scheduler.failing_jobs())
    for job in failing:
        yield Finding(
            level=Level.ERROR,
            code="job-failing",
            message=_("%(name)s 连续失败 %(n)d 次：%(error)s")
            % {"name": job.name, "n": job.failures, "error": job.last_error},
            hint=_("将在 %(at)s（UTC）重试；详情见后台日志。") % {"at": f"{job.next_run_at:%Y-%m-%d %H:%M}"},
        )
    if not failing:
        yield Finding(
            level=Level.OK,
            code="jobs",
            message=_("%(n)d 个定时任务，没有失败") % {"n": len(scheduler.periodic_jobs())},
        )


def _reasons() -> str:
    reasons = {f"{dead.subscriber}: {dead.last_error}" for dead in events.dead_letters(20)}
    shown = sorted(reasons)[:3]
    return "; ".join(shown) + (" …" if len(reasons) > len(shown) else "")


def _ago(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
