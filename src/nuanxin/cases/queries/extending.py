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

PAGE_SIZE = 50
EXPORT_MOST = 5000


@dataclass(frozen=True, slots=True)
class ExtensionFilters:
    state: str = ExtensionState.ASKED
    organisation: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def q(self) -> Q:
        where = Q()
        if self.state:
            where &= Q(state=self.state)
        if self.organisation:
            where &= Q(organisation__public_id=self.organisation)
        if self.since:
            where &= Q(asked_at__gte=self.since)
        if self.until:
            where &= Q(asked_at__lt=self.until)
        return where


def extensions_of(case: Case) -> list[Extension]:
    """All of a case, the latest first."""
    rows = Extension.objects.filter(case=case).select_related("organisation", "decided_by")
    return list(rows.order_by("-asked_at", "-id"))


def asked_extension(extensions: Sequence[Extension]) -> Extension | None:
    return next((each for each in extensions if each.is_asked), None)


def to_decide(actor: Actor, filters: ExtensionFilters) -> QuerySet[Extension]:
    """What this actor decides or could have decided; those still open by their deadline, the others latest first."""
    rows = Extension.objects.filter(policy.rule("cases.decide_extension", actor), filters.q())
    rows = rows.select_related("case__compound", "organisation", "decided_by")
    if filters.state == ExtensionState.ASKED:
        return rows.order_by("due_before", "id")
    return rows.order_by("-asked_at", "-id")


def waiting_count(actor: Actor) -> int:
    """How many wait for this actor's word."""
    rule = policy.rule("cases.decide_extension", actor)
    return Extension.objects.filter(rule, state=ExtensionState.ASKED).count()


def askers(actor: Actor) -> list[tuple[str, str]]:
    """The organisations that have asked, for the filter."""
    rows = Extension.objects.filter(policy.rule("cases.decide_extension", actor))
    found = rows.order_by("organisation__name").values_list("organisation__public_id", "organisation__name")
    return [(str(public_id), name) for public_id, name in found.distinct()]


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
