"""Cases seen together: what came back and why, and what keeps happening in one compound."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from nuanxin.cases.enums import CaseState, Outcome, Visibility
from nuanxin.cases.models import Case, RootCause, TopicProposal
from nuanxin.cases.queries.catalogue import Kind, kind_of
from nuanxin.cases.queries.discretion import coarse_cause, reads_coarsely
from nuanxin.cases.queries.duplicates import length
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.geo.cells import ring
from nuanxin.kernel.geo.coordinates import distance_m

PAGE = 50
EXPORT_MOST = 5000
SHOWN = ("open", "late", "done", "all")


def closed_here_before(case: Case) -> Case | None:
    """The last one of the same kind that was closed as solved within thirty metres and days (`domain.md` §2.3)."""
    if case.lng is None or case.lat is None or case.visibility == Visibility.CONFIDENTIAL:
        return None
    limits = handling_limits()
    cells = Q()
    for bounds in ring(case.lng, case.lat, limits.recurs_near):
        cells |= Q(h3__range=bounds)
    rows = Case.objects.filter(
        cells,
        category=case.category_id,
        state__in=[CaseState.CLOSED, CaseState.ARCHIVED],
        outcome=Outcome.SOLVED,
        closed_at__gte=case.reported_at - length(limits.recurs_within),
        closed_at__lt=case.reported_at,
    )
    near = [each for each in rows.exclude(pk=case.pk) if _away(case, each) <= limits.recurs_near]
    return max(near, key=lambda each: (each.closed_at, each.pk), default=None)


def _away(case: Case, other: Case) -> float:
    if case.lng is None or case.lat is None or other.lng is None or other.lat is None:
        return float("inf")
    return distance_m(case.lng, case.lat, other.lng, other.lat)


def kinds_count(case: Case, *, since: datetime, until: datetime) -> int:
    """How many of this kind in this compound; what was refused, and what is the same thing, does not count."""
    return _behind(case.compound_id, case.category_id).filter(reported_at__range=(since, until)).count()


def _behind(compound_id: int | None, category: str) -> QuerySet[Case]:
    rows = Case.objects.filter(compound=compound_id, category=category, visibility=Visibility.NORMAL)
    return rows.exclude(state__in=[CaseState.REJECTED, CaseState.MERGED])


@dataclass(frozen=True, slots=True)
class Cause:
    """One line of the list, and the page."""

    row: RootCause
    kind: Kind
    place: str
    is_late: bool
    may_write: bool


def causes(
    actor: Actor,
    *,
    show: str = "open",
    now: datetime,
    start: int = 0,
    most: int = PAGE + 1,
    among: QuerySet[Case] | None = None,
) -> list[Cause]:
    """A page and one more; the next due first, what is done by when it began. One statement."""
    rows = RootCause.objects.filter(policy.rule("cases.root_causes", actor))
    if among is not None:
        rows = rows.filter(case__in=among)
    if show in {"open", "late"}:
        rows = rows.filter(done_at=None)
    if show == "late":
        rows = rows.filter(due_at__lt=now)
    if show == "done":
        rows = rows.exclude(done_at=None)
    order = ("due_at", "pk") if show in {"open", "late"} else ("-pk",)
    return [_cause(actor, row, now=now) for row in _joined(rows).order_by(*order)[start : start + most]]


def cause_for(actor: Actor, cause_id: int, *, now: datetime) -> Cause:
    """Raises `NotFound`."""
    row = _joined(RootCause.objects.filter(policy.rule("cases.root_causes", actor), pk=cause_id)).first()
    if row is None:
        raise NotFound
    return _cause(actor, row, now=now)


def causes_of(actor: Actor, case: Case) -> list[RootCause]:
    """Those that the case has set going; few have one."""
    if case.recurs_id is None:
        return []
    rows = (
        RootCause.objects.filter(case=case).select_related("organisation", "earlier", "case").order_by("pk")
    )
    return [coarse_cause(row) if reads_coarsely(actor) else row for row in rows]


def _joined(rows: QuerySet[RootCause]) -> QuerySet[RootCause]:
    return rows.select_related("case__compound", "earlier", "organisation")


def _cause(actor: Actor, row: RootCause, *, now: datetime) -> Cause:
    masked = actor.is_masked("cases.root_causes")
    compound = row.case.compound.name if row.case.compound else ""
    is_late = row.done_at is None and row.due_at < now
    return Cause(
        row=coarse_cause(row) if reads_coarsely(actor) else row,
        kind=kind_of(row.case.category_id),
        place=compound if masked else row.case.address or compound,
        is_late=is_late,
        may_write=row.done_at is None and row.organisation_id == actor.organisation_id,
    )


@dataclass(frozen=True, slots=True)
class Topic:
    row: TopicProposal
    kind: Kind


def topics(actor: Actor, *, before: int = 0) -> list[Topic]:
    """The latest first, at most one page and one more; one statement."""
    rows = TopicProposal.objects.filter(policy.rule("cases.topics", actor)).select_related("compound")
    if before:
        rows = rows.filter(pk__lt=before)
    return [Topic(row, kind_of(row.category_id)) for row in rows.order_by("-pk")[: PAGE + 1]]


def topic_for(actor: Actor, topic_id: int) -> tuple[Topic, list[Case]]:
    """With the cases behind it, as far as this actor may see them. Raises `NotFound`."""
    rows = TopicProposal.objects.filter(policy.rule("cases.topics", actor), pk=topic_id)
    row = rows.select_related("compound").first()
    if row is None:
        raise NotFound
    window = (row.since, row.proposed_at)
    behind = _behind(row.compound_id, row.category_id).filter(
        policy.rule("cases.view", actor), reported_at__range=window
    )
    cases = behind.select_related("lead_organisation", "compound").order_by("-pk")[: 2 * PAGE]
    return Topic(row, kind_of(row.category_id)), list(cases)


def topic_facts(topic_id: int) -> tuple[str, str, int, str]:
    """What may be told of it: compound, category, how many, and where."""
    row = TopicProposal.objects.select_related("compound").get(pk=topic_id)
    return row.compound.name, row.category_id, row.count, row.scope_code
