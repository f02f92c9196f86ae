"""Sending outside without anybody waiting for it: one process for each address, retries that grow, a thread beside.

A worker's turn delivers events within fractions of a second; another system may take many seconds to answer. So a job
only wakes a thread of its process, which takes the lines that have something to send and works them off.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from nuanxin.gateway.enums import Sending
from nuanxin.gateway.models.outgoing import Line, Outgoing
from nuanxin.kernel.channels.outside import Answer
from nuanxin.kernel.errors import describe
from nuanxin.kernel.events.deliver import LONGEST_PAUSE, pause_after

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than any one request: after it, whoever held the line has died
TURN = 50  # messages before others have theirs
MAX_AGE = timedelta(days=3)

_threads: dict[str, threading.Thread] = {}
_waking = threading.Lock()


class Ticking:
    """The time that the job was told, going on from there."""

    def __init__(self, now: datetime) -> None:
        self._at = now
        self._since = time.monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=time.monotonic() - self._since)


def in_background(name: str, work: Callable[[], object]) -> bool:
    """Start the work as a thread of this process unless it is under way; whether it was started."""
    with _waking:
        running = _threads.get(name)
        if running is not None and running.is_alive():
            return False
        thread = threading.Thread(target=_alone, args=[name, work], name=f"nuanxin-{name}", daemon=True)
        _threads[name] = thread
        thread.start()
        return True


def _alone(name: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001  -- whatever it was, the job wakes the next thread in a moment
        log.error("%s: %s", name, describe(error))  # noqa: TRY400  -- a message may hold values
    finally:
        connection.close()


def take_lines(rows: QuerySet[Any], *, now: datetime, most: int = 8) -> list[int]:
    """Take those of the lines that nobody holds; an idle worker takes no lock."""
    free = rows.filter(Q(busy_until=None) | Q(busy_until__lte=now)).order_by("pk")
    if not free.exists():
        return []
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True, of=("self",))
        taken = [row.pk for row in free.only("pk")[:most]]
        rows.model._default_manager.filter(pk__in=taken).update(busy_until=now + LEASE)
    return taken


def hold_line(line: Line, *, now: datetime) -> bool:
    """Hold it longer. False when it was taken by somebody else, who thought that we had died."""
    until = now + LEASE
    rows = type(line)._default_manager.filter(pk=line.pk, busy_until=line.busy_until)
    if not rows.update(busy_until=until):
        return False
    line.busy_until = until
    return True


def free_line(line: Line) -> None:
    type(line)._default_manager.filter(pk=line.pk, busy_until=line.busy_until).update(busy_until=None)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try; `error` is a code (`timeout`), empty when it has arrived."""

    error: str = ""
    status: int | None = None
    took_ms: int | None = None
    retry_after: timedelta | None = None

    @classmethod
    def of(cls, answer: Answer) -> "Tried":
        after = answer.headers.get("retry-after", "")
        wait = timedelta(seconds=min(int(after), 3600)) if after.isascii() and after.isdigit() else None
        error = "" if answer.is_ok else f"http {answer.status}"
        return cls(error, answer.status, answer.took_ms, wait)


def note_arrived(
    message: Outgoing, line: Line, tried: Tried, *, now: datetime, state: str = Sending.SENT
) -> None:
    """Part of a transaction: it is there."""
    _rows(message).update(
        state=state,
        attempts=F("attempts") + 1,
        first_try_at=message.first_try_at or now,
        next_try_at=None,
        done_at=now,
        last_status=tried.status,
        last_error="",
    )
    if line.failing_since is not None:
        type(line)._default_manager.filter(pk=line.pk).update(failing_since=None)
        line.failing_since = None


def note_missed(
    message: Outgoing, line: Line, tried: Tried, *, now: datetime, hopeless: bool = False
) -> bool:
    """Part of a transaction: it is not there. Whether it has been given up, after `MAX_AGE` of trying."""
    first = message.first_try_at or now
    given_up = hopeless or now - first >= MAX_AGE
    wait = max(pause_after(message.attempts + 1), tried.retry_after or timedelta())
    _rows(message).update(
        state=Sending.FAILED if given_up else Sending.WAITING,
        attempts=F("attempts") + 1,
        first_try_at=first,
        next_try_at=None if given_up else now + min(wait, LONGEST_PAUSE),
        last_status=tried.status,
        last_error=tried.error[:60],
    )
    if line.failing_since is None:
        type(line)._default_manager.filter(pk=line.pk).update(failing_since=now)
        line.failing_since = now
    return given_up


def note_withheld(message: Outgoing) -> None:
    """Part of a transaction: it must not be sent any more, which is nobody's failure."""
    _rows(message).update(state=Sending.FAILED, next_try_at=None, last_error="withheld")


def _rows(message: Outgoing) -> QuerySet[Any]:
    """Not what somebody has just withdrawn or what another process has brought there meanwhile."""
    return type(message)._default_manager.filter(pk=message.pk, state=Sending.WAITING)
