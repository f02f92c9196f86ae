"""What happened because of somebody: their own reports that were solved. For nobody but them."""

from datetime import datetime

from django.db.models import Count, Q

from nuanxin.cases.enums import Outcome
from nuanxin.cases.models import Case
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.worktime.weeks import week_begins

LATEST = 3


def solved_because_of(actor: Actor, *, now: datetime) -> tuple[int, int]:
    """This week and since the start; one statement."""
    solved = visible(Case.objects.filter(outcome=Outcome.SOLVED), "cases.view_own", actor)
    told = solved.aggregate(
        week=Count("pk", filter=Q(closed_at__gte=week_begins(now)), distinct=True),
        always=Count("pk", distinct=True),
    )
    return told["week"], told["always"]


def latest_solved(actor: Actor, *, limit: int = LATEST) -> list[Case]:
    """The last ones, with category and who put it right; one statement."""
    solved = visible(Case.objects.filter(outcome=Outcome.SOLVED), "cases.view_own", actor)
    return list(solved.select_related("category", "handled_by").order_by("-closed_at").distinct()[:limit])
