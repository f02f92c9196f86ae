"""The list of what is supervised: who was asked at which level, who has answered, what is overdue."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from nuanxin.cases.enums import SupervisionLevel
from nuanxin.cases.models import Case, Supervision
from nuanxin.kernel.access import Actor, policy

PAGE_SIZE = 50
EXPORT_MOST = 5000


@dataclass(frozen=True, slots=True)
class SupervisionFilters:
    """`reply`: waiting, late, replied. `show`: open, or all."""

    show: str = "open"
    level: str = ""
    cause: str = ""
    organisation: str = ""
    reply: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def q(self, *, now: datetime) -> Q:
        where = Q(ended_at=None) if self.show == "open" else Q()
        if self.level:
            where &= Q(level=self.level)
        if self.cause:
            where &= Q(cause=self.cause)
        if self.organisation:
            where &= Q(organisation__public_id=self.organisation)
        if self.reply == "replied":
            where &= Q(replied_at__isnull=False)
        elif self.reply:
            where &= Q(replied_at=None, reply_clock__isnull=False, ended_at=None)
        if self.reply == "late":
            where &= Q(reply_clock__due_at__lt=now)
        if self.since:
            where &= Q(opened_at__gte=self.since)
        if self.until:
            where &= Q(opened_at__lt=self.until)
        return where


def _visible(actor: Actor) -> QuerySet[Supervision]:
    """Of the cases that the actor sees; a unit what it is asked itself."""
    if actor.extent("cases.view") in {"org", "site"}:
        own = Q(organisation=actor.organisation_id)
        return Supervision.objects.filter(own, case__in=Case.objects.filter(policy.rule("cases.view", actor)))
    return Supervision.objects.filter(case__in=Case.objects.filter(policy.rule("cases.view", actor)))


def supervisions(actor: Actor, filters: SupervisionFilters, *, now: datetime) -> QuerySet[Supervision]:
    """The latest first."""
    rows = _visible(actor).filter(filters.q(now=now))
    rows = rows.select_related(
        "case__compound", "case__lead_organisation", "organisation", "by_organisation", "reply_clock"
    )
    return rows.order_by("-opened_at", "-id")


def level_counts(actor: Actor) -> dict[str, int]:
    """How many are open at each level; one statement."""
    rows = _visible(actor).filter(ended_at=None).order_by().values_list("level").annotate(n=Count("pk"))
    found = dict(rows)
    return {level: found.get(level, 0) for level in SupervisionLevel.values}


def supervised_units(actor: Actor) -> list[tuple[str, str]]:
    """The organisations that are asked something now, for the filter."""
    rows = _visible(actor).filter(ended_at=None).order_by("organisation__name")
    found = rows.values_list("organisation__public_id", "organisation__name").distinct()
    return [(str(public_id), name) for public_id, name in found]
