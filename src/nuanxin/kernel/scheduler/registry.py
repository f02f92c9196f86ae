from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

Work = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Periodic:
    """One piece of periodic work. `lease` is the longest it may take before another process may start it again."""

    name: str
    every: timedelta
    lease: timedelta
    work: Work

    @property
    def purpose(self) -> str:
        """The first line of its docstring, for the list of jobs in the docs."""
        return (self.work.__doc__ or "").strip().partition("\n")[0]


_jobs: dict[str, Periodic] = {}


def periodic(
    *,
    every: timedelta,
    name: str = "",
    lease: timedelta = timedelta(minutes=10),
) -> Callable[[Work], Work]:
    """Register `def job(now)` as periodic work under `name`, by default `context.function`.

    The work must bear to be started again after a crash in its middle. It opens its own transactions.
    """

    def decorate(work: Work) -> Work:
        context = work.__module__.removeprefix("nuanxin.").split(".")[0]
        full_name = name or f"{context}.{work.__name__}"
        known = _jobs.get(full_name)
        if known and known.work.__module__ != work.__module__:
            raise ValueError(f"two periodic jobs are called {full_name}")
        _jobs[full_name] = Periodic(full_name, every, lease, work)
        return work

    return decorate


def periodic_jobs() -> dict[str, Periodic]:
    return dict(sorted(_jobs.items()))
