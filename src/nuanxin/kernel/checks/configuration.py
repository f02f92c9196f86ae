"""Is this installation set up as it should be: database, settings, keys, calendar?"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.kernel.privacy import keys
from nuanxin.kernel.worktime.checks import check_calendar

OLDEST_POSTGRESQL = 15
SHORTEST_SECRET = 40


@check
def database(now: datetime) -> Iterable[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Finding(
            level=Level.ERROR,
            code="database-behind",
            message=f"{len(plan)} migrations are not applied, the first is {plan[0][0]}",
            hint="Run `nuanxin migrate`.",
        )
    if connection.vendor == "postgresql":
        version = connection.cursor().connection.info.server_version // 10_000
        if version < OLDEST_POSTGRESQL:
            yield Finding(
                level=Level.ERROR,
                code="database-old",
                message=f"PostgreSQL {version} is older than {OLDEST_POSTGRESQL}",
                hint=f"Move to PostgreSQL {OLDEST_POSTGRESQL} or newer.",
            )
            return
        yield Finding(level=Level.OK, code="database", message=f"PostgreSQL {version}")
    else:
        yield Finding(
            level=Level.OK, code="database", message="SQLite: right for one district on one machine"
        )


@check
def configuration(now: datetime) -> Iterable[Finding]:
    """What is right on a developer's machine and wrong in a city."""
    if settings.DEMO:
        yield Finding(
            level=Level.OK,
            code="configuration",
            message="a demo city: anybody enters as anybody, loopback only",
        )
        return
    wrong = list(_production_faults())
    yield from wrong
    if not wrong:
        yield Finding(level=Level.OK, code="configuration", message=f"served as {settings.BASE_URL}")


def _production_faults() -> Iterable[Finding]:
    if settings.DEBUG:
        yield Finding(
            level=Level.ERROR,
            code="debug-on",
            message="NUANXIN_DEBUG is on: error pages show the inside of the program to everybody",
            hint="Unset NUANXIN_DEBUG.",
        )
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Finding(
            level=Level.ERROR,
            code="secret-short",
            message=f"NUANXIN_SECRET_KEY has fewer than {SHORTEST_SECRET} characters: sessions could be forged",
            hint='Generate one: python -c "import secrets; print(secrets.token_urlsafe(50))"',
        )
    if not settings.SESSION_COOKIE_SECURE:
        yield Finding(
            level=Level.WARNING,
            code="https-off",
            message="NUANXIN_HTTPS is off: cookies travel in the clear",
            hint="Put a proxy that ends TLS in front, and set NUANXIN_HTTPS=1.",
        )
    if settings.NUANXIN_SMS_PROVIDER in {"none", "recorder"}:
        yield Finding(
            level=Level.WARNING,
            code="sms-off",
            message=f"the SMS provider is “{settings.NUANXIN_SMS_PROVIDER}”: nobody receives a code to sign in",
            hint="Set NUANXIN_SMS_PROVIDER (docs/operations.md).",
        )


@check
def encryption_keys(now: datetime) -> Iterable[Finding]:
    try:
        ring = keys.key_ring()
        secret = keys.encrypt("暖新", "check")
        readable = keys.decrypt(secret, "check") == "暖新"
    except ImproperlyConfigured as error:
        yield Finding(level=Level.ERROR, code="keys-missing", message=str(error), hint="Set NUANXIN_KEYS.")
        return
    if not readable:
        yield Finding(
            level=Level.ERROR,
            code="keys-broken",
            message="what the current key encrypts, it does not decrypt",
            hint="Stop writing and call whoever set NUANXIN_KEYS and NUANXIN_CRYPTO.",
        )
        return
    message = f"{len(ring)} in NUANXIN_KEYS ({settings.NUANXIN_CRYPTO}); keep a copy apart from the database"
    yield Finding(level=Level.OK, code="keys", message=message)


@check
def calendar(now: datetime) -> Iterable[Finding]:
    warnings = check_calendar(timezone.localdate(now))
    for words in warnings:
        yield Finding(
            level=Level.WARNING,
            code="calendar-provisional",
            message=words,
            hint="Until then deadlines of that time are marked provisional; the recipe is in docs/operations.md.",
        )
    if not warnings:
        yield Finding(level=Level.OK, code="calendar", message="holidays and make-up workdays are loaded")
