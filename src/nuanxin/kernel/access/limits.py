"""How often somebody may do something: counted in the database, so that all processes share one truth.

`spend("exports", caller, now=now)` at the edge, before the work; who has had enough gets `TooMany`, an answer of 429
with `Retry-After`. Windows are fixed: a limit of 30 an hour begins anew at the hour. What a limit is called and how
much it allows is in `DEFAULTS`; `NUANXIN_LIMITS` changes it. A report about danger to life is never counted: its
view does not ask (`cases.views.reporter`).
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, gettext_lazy

from nuanxin.kernel.access.http import ActorRequest, View, client_address
from nuanxin.kernel.access.models import Tally
from nuanxin.kernel.errors import RateLimited


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` in each window of `seconds`; 0 is no limit.

    A process takes `lease` of them at a time from the database and hands them out from memory: what is asked for
    often then costs no statement each time. Never more than `most` in all; a little less when several processes hold
    some that they do not use.
    """

    most: int
    seconds: int
    lease: int = 1


DEFAULTS = {
    "sign_in": Limit(60, 600),  # tries from one address: a street office behind one router is not a robot
    "reports": Limit(30, 600),  # by one person or key, over page, API and Open311 together
    "uploads": Limit(120, 600),
    "taps": Limit(30, 600),  # what passers-by say at a door
    "search": Limit(240, 60, lease=8),  # a picker asks once for each key that is pressed
    "exports": Limit(30, 3600),
    "api": Limit(3000, 600, lease=20),
    "public": Limit(600, 600, lease=10),  # what anybody may read, by address
    "tiles": Limit(3000, 600, lease=20),  # pieces of the public map: one look takes a dozen
}
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_WRITTEN = re.compile(r"(\w+)=(?:(off)|(\d+)/(\d*)([smhd]))")


class TooMany(RateLimited):
    """Raised before anything was done or lost."""

    default_message = gettext_lazy("您操作得太快了。")


def limits() -> dict[str, Limit]:
    """What holds here: the defaults, changed by `NUANXIN_LIMITS`. Raises `ImproperlyConfigured`."""
    return _limits(tuple(settings.NUANXIN_LIMITS))


@lru_cache(maxsize=8)
def _limits(written: tuple[str, ...]) -> dict[str, Limit]:
    found = dict(DEFAULTS)
    for text in written:
        parts = _WRITTEN.fullmatch(text.strip())
        if parts is None or parts[1] not in DEFAULTS:
            raise ImproperlyConfigured(
                f"NUANXIN_LIMITS does not understand {text!r}: write exports=30/1h, or exports=off; "
                f"there are {', '.join(DEFAULTS)}"
            )
        most, seconds = (0, 1) if parts[2] else (int(parts[3]), int(parts[4] or 1) * UNITS[parts[5]])
        found[parts[1]] = replace(found[parts[1]], most=most, seconds=max(seconds, 1))
    return found


def spend(name: str, caller: object, *, now: datetime) -> None:
    """Count one use by the caller (`caller_of`, or the id of a key). Raises `TooMany`.

    Not to be called in a transaction that may be rolled back: the use would not count.
    """
    limit = limits()[name]
    if not limit.most:
        return
    start = int(now.timestamp()) // limit.seconds * limit.seconds
    ends_at = datetime.fromtimestamp(start + limit.seconds, UTC)
    bucket = salted_hmac("nuanxin.kernel.limits", f"{name}|{start}|{caller}", algorithm="sha256").hexdigest()
    if not _leases.take(bucket) and not _lease(bucket, limit, ends_at):
        raise _refusal(ends_at - now)


def limited(name: str, *, posts_only: bool = False) -> Callable[[View], View]:
    """For a view: each call counts. Stands below `@requires`, which knows who it is first."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: ActorRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method == "POST" or not posts_only:
                spend(name, caller_of(request), now=request.now)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def caller_of(request: Any) -> str:
    """Whom a request counts for: its key, else its person, else its address."""
    token = getattr(request, "api_token", None)
    if token is not None:
        return f"key:{token.pk}"
    if request.actor.is_authenticated:
        return f"person:{request.actor.person_id}"
    return f"address:{client_address(request)}"


def forget_tallies(*, now: datetime) -> int:
    """Delete what was counted in windows that are over."""
    return Tally.objects.filter(ends_at__lt=now).delete()[0]


def _lease(bucket: str, limit: Limit, ends_at: datetime) -> bool:
    """Take some from the shared count; whether there was at least one left."""
    before = _add(bucket, limit.lease, ends_at) - limit.lease
    left = min(limit.lease, limit.most - before)
    if left > 1:
        _leases.keep(bucket, left - 1)
    return left > 0


def _add(bucket: str, many: int, ends_at: datetime) -> int:
    """The count after adding, in one statement: two processes at once both count."""
    table = connection.ops.quote_name(Tally._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (bucket, uses, ends_at) VALUES (%s, %s, %s) "  # noqa: S608  -- our own table's name
            f"ON CONFLICT (bucket) DO UPDATE SET uses = {table}.uses + excluded.uses RETURNING uses",
            [bucket, many, connection.ops.adapt_datetimefield_value(ends_at)],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else many


def _refusal(left: timedelta) -> TooMany:
    seconds = seconds_left(left)
    return TooMany(hint=wait_words(seconds), retry_after=seconds)


def seconds_left(left: timedelta) -> int:
    """For `retry_after`: whoever waits as long as that is let through."""
    return max(int(left.total_seconds()), 0) + 1


def wait_words(seconds: int) -> str:
    """“请等 4 分钟再试。”"""
    minutes, hours = -(-seconds // 60), -(-seconds // 3600)
    if seconds <= 90:
        return gettext("请等 %(n)d 秒再试。") % {"n": seconds}
    if minutes <= 90:
        return gettext("请等 %(n)d 分钟再试。") % {"n": minutes}
    return gettext("请等 %(n)d 小时再试。") % {"n": hours}


class Leases:
    """What this process has taken and not yet handed out."""

    MOST = 20_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[str, int] = {}

    def take(self, bucket: str) -> bool:
        with self._lock:
            left = self._left.pop(bucket, 0)
            if left > 1:
                self._left[bucket] = left - 1
            return left > 0

    def keep(self, bucket: str, many: int) -> None:
        with self._lock:
            if len(self._left) >= self.MOST:  # of windows long over, mostly
                self._left.clear()
            self._left[bucket] = self._left.get(bucket, 0) + many

    def forget(self) -> None:
        with self._lock:
            self._left.clear()


_leases = Leases()
forget_leases = _leases.forget
