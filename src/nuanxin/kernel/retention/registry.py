from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.functional import Promise

from nuanxin.kernel.scheduler import periodic

Text = str | Promise
BATCH = 500
EVERY = timedelta(days=1)
LEASE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Held:
    """Rows whose time is over and that stay, and why."""

    count: int
    reason: Text


def nothing_held(now: datetime) -> Iterable[Held]:
    return ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of a table are over: how many, a batch of them gone (returns how many, 0 at the end), what stays.

    `end` writes in its own transaction and finds its rows anew each time, so that it may be stopped anywhere.
    """

    count: Callable[[datetime], int]
    end: Callable[[datetime], int]
    held: Callable[[datetime], Iterable[Held]] = nothing_held


@dataclass(frozen=True, slots=True)
class Rule:
    """`what` is the table's label; `purpose` says to a reader what is in it."""

    what: str
    purpose: Text
    keeps: Text
    of: Rows

    @property
    def job(self) -> str:
        return f"retention.{self.what}"


_rules: dict[str, Rule] = {}


def retain(
    model: type[models.Model],
    *,
    purpose: Text,
    keeps: Text,
    of: Rows,
    part: str = "",
    every: timedelta = EVERY,
) -> None:
    """Register how long rows stay, and the daily job that lets them go.

    `part`: a table of which something goes earlier than the row has one rule for each (`"link"`). Raises `LookupError`
    when done twice.
    """
    what = f"{model._meta.label}.{part}" if part else model._meta.label
    if what in _rules:
        raise LookupError(f"{what} has a rule already")
    rule = _rules[what] = Rule(what, purpose, keeps, of)

    def work(now: datetime) -> None:
        from nuanxin.kernel.retention.run import run_rule  # its models exist only after the apps are ready

        run_rule(rule, now=now)

    work.__doc__ = f"Let go what `{what}` need not keep any longer."
    periodic(every=every, name=rule.job, lease=LEASE)(work)


def rules() -> list[Rule]:
    """By name: the order of the report and of the docs."""
    return [_rules[name] for name in sorted(_rules)]


def rule_named(what: str) -> Rule:
    """Raises `KeyError`."""
    return _rules[what]


def expired(
    model: type[models.Model],
    column: str,
    after: timedelta,
    *,
    where: models.Q | None = None,
    held: Callable[[datetime], Iterable[Held]] = nothing_held,
) -> Rows:
    """Rows that simply go, so long after the instant in the column."""
    condition = where if where is not None else models.Q()

    def over(now: datetime) -> "models.QuerySet[Any]":
        return model._base_manager.filter(condition, **{f"{column}__lt": now - after})

    def end(now: datetime) -> int:
        with transaction.atomic():
            batch = list(over(now).order_by("pk").values_list("pk", flat=True)[:BATCH])
            model._base_manager.filter(pk__in=batch).delete()
        return len(batch)

    return Rows(lambda now: over(now).count(), end, held)
