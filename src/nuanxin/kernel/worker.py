"""The worker: delivers events and runs periodic jobs, as a process of its own or as a thread of the web process.

It keeps no state. Any number of workers may run on any number of machines; killing one loses nothing.
"""

import atexit
import logging
import os
import signal
import socket
import threading
import time
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from nuanxin.kernel.errors import describe
from nuanxin.kernel.events import deliver_batch
from nuanxin.kernel.scheduler import run_due
from nuanxin.kernel.scheduler.models import Heartbeat

log = logging.getLogger(__name__)

IDLE_SECONDS = 0.2  # how long an event waits at most when there was nothing to do
JOBS_SECONDS = 0.5
BEAT_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 5.0  # between attempts to reach a database that does not answer
FORGET_AFTER = timedelta(days=1)

_embedded: threading.Thread | None = None
_embedding = threading.Lock()


def run_forever(stop: threading.Event) -> None:
    """Work until `stop` is set; a batch that is under way is finished first. Survives every error of the database."""
    turn = _Turn()
    pause = IDLE_SECONDS
    while not stop.is_set():
        try:
            idle = not turn.take(timezone.now())
            pause = IDLE_SECONDS
        except Exception as error:  # noqa: BLE001  -- whatever it was, the next turn starts on a fresh connection
            log.error("worker: %s; next attempt in %.1f s", describe(error), pause)  # noqa: TRY400  -- no values
            _drop_connection()
            idle = True
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        if idle:
            stop.wait(pause)
    _drop_connection()


def run_until_stopped() -> None:
    """Work until SIGINT or SIGTERM, for a process that does nothing else."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run_forever(stop)


class _Turn:
    """One look at everything that may be due; jobs and the heartbeat have their own, slower rhythm."""

    def __init__(self) -> None:
        self.started_at = timezone.now()
        self._jobs_at = self._beat_at = 0.0

    def take(self, now: datetime) -> bool:
        """Returns whether there was something to deliver."""
        if time.monotonic() >= self._beat_at:
            _beat(self.started_at, now)
            self._beat_at = time.monotonic() + BEAT_SECONDS
        if time.monotonic() >= self._jobs_at:
            run_due(now)
            self._jobs_at = time.monotonic() + JOBS_SECONDS
        return deliver_batch(now=timezone.now()) > 0


def start_embedded() -> threading.Thread:
    """Run the worker as a thread of this process, once; it ends with the process."""
    global _embedded  # noqa: PLW0603  -- one thread for each process is what this is about
    with _embedding:
        if _embedded is None or not _embedded.is_alive():
            stop = threading.Event()
            _embedded = threading.Thread(target=run_forever, args=[stop], name="nuanxin-worker", daemon=True)
            _embedded.start()
            atexit.register(_finish, _embedded, stop)
        return _embedded


def last_seen() -> datetime | None:
    """When any worker was last alive; `None` if there has never been one."""
    seen: datetime | None = Heartbeat.objects.aggregate(seen=Max("alive_at"))["seen"]
    return seen


def _finish(thread: threading.Thread, stop: threading.Event) -> None:
    stop.set()
    thread.join(timeout=2)


def _beat(started_at: datetime, now: datetime) -> None:
    worker = f"{socket.gethostname()}:{os.getpid()}"[:120]
    Heartbeat.objects.update_or_create(worker=worker, defaults={"started_at": started_at, "alive_at": now})
    Heartbeat.objects.filter(alive_at__lt=now - FORGET_AFTER).exclude(worker=worker).delete()


def _drop_connection() -> None:
    try:
        connection.close()
    except Exception as error:  # noqa: BLE001  -- it was broken already
        log.debug("closing the connection: %s", describe(error))
