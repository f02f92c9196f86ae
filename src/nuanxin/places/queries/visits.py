"""How many came: 人 and 人次 apart. There is nothing here from which one could tell who."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, Sum
from django.utils import timezone

from nuanxin.kernel.access import Actor, visible
from nuanxin.places.models import OpenCheck, Place, VisitDay

DAYS = 7
CHECKS = 30


@dataclass(frozen=True, slots=True)
class Visits:
    """Of today, and of the last seven days with today; over several days only visits add up, people do not."""

    people: int
    times: int
    week: int


def visits_of(place: Place, now: datetime) -> Visits:
    today = timezone.localdate(now)
    rows = VisitDay.objects.filter(place=place, on__gt=today - timedelta(days=DAYS))
    days = {each.on: each for each in rows}
    found = days.get(today)
    return Visits(
        found.people if found else 0, found.times if found else 0, sum(each.times for each in days.values())
    )


def visits_within(actor: Actor, now: datetime) -> Visits:
    """Of all places the actor may see: a street's figure for today and the week; one statement.

    People of several places are added up: nobody can be recognised from one place to the next.
    """
    today = timezone.localdate(now)
    places = visible(Place.objects.all(), "places.view", actor)
    rows = VisitDay.objects.filter(place__in=places, on__gt=today - timedelta(days=DAYS))
    told = rows.aggregate(
        all_people=Sum("people", filter=Q(on=today)),
        all_times=Sum("times", filter=Q(on=today)),
        week=Sum("times"),
    )
    return Visits(told["all_people"] or 0, told["all_times"] or 0, told["week"] or 0)


def checks_of(place: Place) -> list[OpenCheck]:
    """The last month of open-checks, the latest first."""
    return list(OpenCheck.objects.filter(place=place).order_by("-on")[:CHECKS])


def visit_days_of(place: Place) -> list[VisitDay]:
    """The last month, the latest first."""
    return list(VisitDay.objects.filter(place=place).order_by("-on")[:CHECKS])
