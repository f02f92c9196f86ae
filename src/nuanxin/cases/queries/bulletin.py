"""The day of a street or a district: what happened until five in the afternoon, what is urgent, what waits.

Nothing here names a person, and no confidential case has a line of its own: it is in the figures only. `bulletin_page`
says how it is read.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from nuanxin.cases.enums import CaseState, Desk, Urgency, Visibility
from nuanxin.cases.models import OPEN, Case
from nuanxin.kernel.access import scope_q
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.queries.responsible import street_offices

HOUR = 17
DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST_URGENT, MOST_HOT, MOST_WAITING, HOT_FROM = 10, 5, 6, 2
DONE = (CaseState.CLOSED, CaseState.ARCHIVED)


def five_o_clock(on: date) -> datetime:
    return datetime.combine(on, time(HOUR), tzinfo=SHANGHAI)


def bulletin_scopes() -> list[str]:
    """Every street that has an office here, and the districts around them."""
    streets = {office.scope_code for office in street_offices()}
    return sorted(streets | {padded(code[: LEVELS["district"]]) for code in streets})


def content_of(scope_code: str, *, on: date, now: datetime) -> dict[str, Any]:
    """What the bulletin keeps: figures, codes and places. The period ends at five; what is open is open now."""
    until = five_o_clock(on)
    since = until - DAY
    living = Case.objects.filter(scope_q(scope_code), OPEN | Q(closed_at__gte=since - WEEK))
    told = living.filter(visibility=Visibility.NORMAL)
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "figures": _figures(living, since, until, now),
        "urgent": _urgent(told, since, until),
        "hot": _hot(told, until - WEEK, until),
        "waiting": _waiting(told, now),
    }


def _figures(rows: QuerySet[Case], since: datetime, until: datetime, now: datetime) -> dict[str, int]:
    def within(column: str) -> Q:
        return Q(**{f"{column}__gte": since, f"{column}__lt": until})

    counted: dict[str, Any] = {
        "reported": within("reported_at"),
        "filed": within("filed_at"),
        "dispatched": within("dispatched_at"),
        "closed": within("closed_at") & Q(state__in=DONE),
        "rejected": within("closed_at") & Q(state=CaseState.REJECTED),
        "overdue": OPEN & Q(next_due_at__lt=now),
        "supervised": OPEN & ~Q(supervision=""),
        "shelved": OPEN & Q(shelved_at__isnull=False),
        "open": OPEN,
        **{f"desk_{desk}": OPEN & Q(desk=desk) for desk in Desk.values if desk != Desk.OVER},
    }
    return dict(rows.aggregate(**{name: Count("pk", filter=where) for name, where in counted.items()}))


def _urgent(rows: QuerySet[Case], since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Those of the day, and those of the first degree that are still open."""
    today = Q(reported_at__gte=since, reported_at__lt=until)
    wanted = (today & Q(urgency__in=[Urgency.U1, Urgency.U2])) | (OPEN & Q(urgency=Urgency.U1))
    found = rows.filter(wanted).select_related("compound").order_by("urgency", "-id")
    return [
        {
            "number": case.number,
            "at": case.reported_at.isoformat(),
            "urgency": case.urgency,
            "state": case.state,
            **_what_and_where(case),
        }
        for case in found[:MOST_URGENT]
    ]


def _hot(rows: QuerySet[Case], since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Where most was reported in seven days: a compound, else a community."""
    found = (
        rows.filter(reported_at__gte=since, reported_at__lt=until)
        .order_by()
        .values("compound__name", "scope_community")
        .annotate(count=Count("pk"))
        .filter(count__gte=HOT_FROM)
        .order_by("-count", "scope_community", "compound__name")[:MOST_HOT]
    )
    return [
        {"place": row["compound__name"] or "", "community": row["scope_community"], "count": row["count"]}
        for row in found
    ]


def _waiting(rows: QuerySet[Case], now: datetime) -> list[dict[str, Any]]:
    """What has waited longest beyond its limit."""
    late = rows.filter(OPEN, next_due_at__lt=now).select_related("compound", "lead_organisation")
    return [
        {
            "number": case.number,
            "due": case.next_due_at.isoformat() if case.next_due_at else "",
            "state": case.state,
            "unit": case.lead_organisation.label if case.lead_organisation else "",
            **_what_and_where(case),
        }
        for case in late.order_by("next_due_at", "id")[:MOST_WAITING]
    ]


def _what_and_where(case: Case) -> dict[str, str]:
    """A compound or a community: an address may be somebody's home."""
    compound = case.compound.name if case.compound else ""
    return {"category": case.category_id, "place": compound, "community": case.scope_community}
