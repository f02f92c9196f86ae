"""The problem library (问题库): everything that waits, what is asked to, and how long since somebody looked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from nuanxin.cases.enums import ClockKind, Desk, ShelvingCause, ShelvingState
from nuanxin.cases.models import Case, Clock, Shelving
from nuanxin.kernel.access import Actor, policy

PAGE_SIZE = 50
EXPORT_MOST = 5000


@dataclass(frozen=True, slots=True)
class LibraryFilters:
    """`show`: shelved (the library itself), asked (waits for a decision), ended (taken off again)."""

    show: str = ShelvingState.SHELVED
    cause: str = ""
    major: str = ""
    category: str = ""
    organisation: str = ""
    target: str = ""  # passed | soon
    overdue_review: bool = False

    def q(self, *, now: datetime, today: date) -> Q:
        where = _shown(self.show)
        if self.cause:
            where &= Q(cause=self.cause)
        if self.major:
            where &= Q(case__category__gte=self.major + "00", case__category__lte=self.major + "99")
        if self.category:
            where &= Q(case__category=self.category)
        if self.organisation:
            where &= Q(organisation__public_id=self.organisation)
        if self.target == "passed":
            where &= Q(target_on__lt=today)
        if self.overdue_review:
            where &= Q(Exists(_reviews().filter(due_at__lt=now)))
        return where


def _shown(show: str) -> Q:
    """A request that was not decided before the case went on is none any more."""
    if show == ShelvingState.ASKED:
        return Q(state=show, case__desk=Desk.HANDLE, asked_at__gte=F("case__state_since"))
    return Q(state=show)


def _reviews() -> QuerySet[Clock]:
    return Clock.objects.filter(case=OuterRef("case"), kind=ClockKind.REVIEW, stopped_at=None)


def _visible(actor: Actor) -> QuerySet[Shelving]:
    cases = Case.objects.filter(policy.rule("cases.view", actor))
    return Shelving.objects.filter(case__in=cases)


def library(actor: Actor, filters: LibraryFilters, *, now: datetime, today: date) -> QuerySet[Shelving]:
    """The next target first; what is over, the latest first. `review_due` is the running review's deadline."""
    rows = _visible(actor).filter(filters.q(now=now, today=today))
    rows = rows.select_related("case__compound", "case__lead_organisation", "organisation")
    rows = rows.annotate(review_due=_reviews().values("due_at")[:1])
    if filters.show == ShelvingState.ENDED:
        return rows.order_by("-ended_at", "-id")
    return (
        rows.order_by("target_on", "id")
        if filters.show == ShelvingState.SHELVED
        else rows.order_by("asked_at")
    )


def library_counts(actor: Actor, *, now: datetime, today: date) -> dict[str, Any]:
    """Two statements: how many wait, of them past their target, past their review, by cause; and how many are asked."""
    shelved = _visible(actor).filter(state=ShelvingState.SHELVED)
    figures = shelved.aggregate(
        shelved=Count("pk"),
        past_target=Count("pk", filter=Q(target_on__lt=today)),
        past_review=Count("pk", filter=Q(Exists(_reviews().filter(due_at__lt=now)))),
        **{cause: Count("pk", filter=Q(cause=cause)) for cause in ShelvingCause.values},
    )
    return figures | {"asked": _visible(actor).filter(_shown(ShelvingState.ASKED)).count()}


def shelving_units(actor: Actor) -> list[tuple[str, str]]:
    """The organisations that have asked, for the filter."""
    rows = _visible(actor).order_by("organisation__name")
    found = rows.values_list("organisation__public_id", "organisation__name").distinct()
    return [(str(public_id), name) for public_id, name in found]
