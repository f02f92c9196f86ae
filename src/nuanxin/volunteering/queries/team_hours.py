"""What a team has done together: figures that everybody may read, of nobody in particular.

Counted is what the team organised or is recorded under its name, as it was confirmed until last midnight: who looks
twice on a day does not see one person's hours arrive. Of fewer than three people there are no figures.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, Sum
from django.utils import timezone

from nuanxin.volunteering.models import ServiceRecord, Team
from nuanxin.volunteering.queries.records import COUNTED

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Together:
    """Of a month or of all the time; all nothing where it would say who."""

    minutes: int = 0
    people: int = 0
    activities: int = 0
    is_hidden: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.is_hidden and not self.minutes


@dataclass(frozen=True, slots=True)
class TeamHours:
    month: Together
    ever: Together
    first: date  # of the month


def team_hours(team: Team, *, now: datetime) -> TeamHours:
    """One statement."""
    today = timezone.localdate(now)
    first = today.replace(day=1)
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    own = Q(team=team.organisation_id) | Q(organisation=team.organisation_id)
    rows = ServiceRecord.objects.filter(own, state__in=COUNTED, confirmed_at__lt=midnight)
    of_month = Q(served_on__gte=first, served_on__lte=today)
    told = rows.aggregate(
        ever_minutes=Sum("minutes"),
        ever_people=Count("person", distinct=True),
        ever_activities=Count("shift__activity", distinct=True),
        month_minutes=Sum("minutes", filter=of_month),
        month_people=Count("person", filter=of_month, distinct=True),
        month_activities=Count("shift__activity", filter=of_month, distinct=True),
    )
    return TeamHours(_told(told, "month_"), _told(told, "ever_"), first)


def _told(told: dict[str, int | None], prefix: str) -> Together:
    minutes, people, activities = (
        told[f"{prefix}{name}"] or 0 for name in ("minutes", "people", "activities")
    )
    if not minutes:
        return Together()
    return Together(minutes, people, activities) if people >= FEWEST else Together(is_hidden=True)
