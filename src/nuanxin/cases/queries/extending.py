"""Requests for more time: of one case, and as the list of whoever decides them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from nuanxin.cases.enums import ExtensionState
from nuanxin.cases.models import Case, Extension
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.worktime import SHANGHAI, LimitKind, WorkCalendar, due_at
from nuanxin.kernel.worktime.services import calendar_for


@dataclass(frozen=True, slots=True)
class ExtensionFilters:
    """`show`: `mine` to decide, `asked` by anybody, a state, or empty for all."""

    show: str = "mine"
    organisation: str = ""

    def q(self) -> Q:
        where = Q(organisation__public_id=self.organisation) if self.organisation else Q()
        if self.show in {"mine", ExtensionState.ASKED}:
            return where & Q(state=ExtensionState.ASKED)
        return where & Q(state=self.show) if self.show else where


def extensions_of(case: Case) -> list[Extension]:
    """All of a case, the latest first."""
    rows = Extension.objects.filter(case=case).select_related("organisation", "decided_by")
    return list(rows.order_by("-asked_at", "-id"))


def asked_extension(extensions: Sequence[Extension]) -> Extension | None:
    return next((each for each in extensions if each.is_asked), None)


def extensions(actor: Actor, filters: ExtensionFilters) -> QuerySet[Extension]:
    """Of the cases that this actor sees; those still open by their deadline, the others the latest first."""
    rows = _visible(actor, filters.show).filter(filters.q())
    rows = rows.select_related("case__compound", "case__lead_organisation", "organisation", "decided_by")
    if filters.show in {"mine", ExtensionState.ASKED}:
        return rows.order_by("due_before", "id")
    return rows.order_by("-asked_at", "-id")


def _visible(actor: Actor, show: str) -> QuerySet[Extension]:
    if show == "mine":
        return Extension.objects.filter(policy.rule("cases.decide_extension", actor))
    return Extension.objects.filter(case__in=Case.objects.filter(policy.rule("cases.view", actor)))


def extension_counts(actor: Actor, *, now: datetime) -> dict[str, int]:
    """How many wait for this actor's word, how many wait at all, how many of them are due within a day."""
    waiting = Extension.objects.filter(state=ExtensionState.ASKED, due_before__gt=now)
    seen = waiting.filter(case__in=Case.objects.filter(policy.rule("cases.view", actor)))
    return {
        "mine": waiting.filter(policy.rule("cases.decide_extension", actor)).count(),
        "asked": seen.count(),
        "soon": seen.filter(due_before__lte=now + timedelta(days=1)).count(),
    }


def asking_units(actor: Actor) -> list[tuple[str, str]]:
    """The organisations that have asked, for the filter."""
    rows = _visible(actor, "").order_by("organisation__name")
    found = rows.values_list("organisation__public_id", "organisation__name").distinct()
    return [(str(public_id), name) for public_id, name in found]


def first_day(case: Case) -> date:
    """The first day to which the deadline could be moved: the working day after it, for an urgent case the next day."""
    day = (case.due_at or case.reported_at).astimezone(SHANGHAI).date() + timedelta(days=1)
    while end_of_day(case, day) is None:
        day += timedelta(days=1)
    return day


def last_day(due: datetime) -> date:
    """The latest day to which a deadline can be moved in one go."""
    limit = handling_limits().longest_extension
    if limit.kind == LimitKind.NATURAL_DAY:
        return due.astimezone(SHANGHAI).date() + timedelta(days=limit.amount)
    return due_at(due, limit, WorkCalendar()).at.astimezone(SHANGHAI).date()


def end_of_day(case: Case, day: date) -> datetime | None:
    """When a day ends for this case: at close of business; for an urgent one at midnight. `None` for a day off."""
    if case.is_urgent:
        return datetime(day.year, day.month, day.day, 23, 59, tzinfo=SHANGHAI)
    calendar = calendar_for(case.scope_code, day)
    if not calendar.is_workday(day):
        return None
    closes = calendar.spans_on(day.toordinal())[-1][1]
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(microseconds=closes)
