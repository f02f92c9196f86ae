"""What a rule would have cost: the journal of the last thirty days, told with it and without it. Counts only."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.utils import timezone

from nuanxin.incentives.models import Deed
from nuanxin.incentives.queries.rules import Rule, rules_held, worth

DAYS = timedelta(days=30)
MOST = 60_000  # deeds in one request; of more, one in sixteen subjects stands for all


@dataclass(frozen=True, slots=True)
class Simulated:
    """Points and people, by the rule itself and by all rules together; caps included. `share`: of how many subjects
    one was looked at, 1 for all. `deeds`: how many the rule would have heard of.
    """

    deeds: int
    points_before: int
    people_before: int
    points_after: int
    people_after: int
    all_before: int
    all_after: int
    share: int = 1

    @property
    def difference(self) -> int:
        return self.all_after - self.all_before


def simulate(candidate: Rule, *, now: datetime) -> Simulated:
    """The rule as it would be against those in force; as if it had held for all of the thirty days."""
    names = [*rules_held.get().events, candidate.event, "volunteering.HoursCorrected"]
    rows = Deed.objects.filter(subject_id__isnull=False, at__gt=now - DAYS, at__lte=now, name__in=names)
    share = 16 if rows.count() > MOST else 1
    if share > 1:
        rows = rows.filter(subject_id__lt=UUID(int=2**124))
    totals: dict[str, Counter[str]] = {"before": Counter(), "after": Counter()}
    people: dict[str, set[UUID]] = {"before": set(), "after": set()}
    heard = 0
    ordered = rows.order_by("subject_id", "id").iterator(chunk_size=2000)
    for subject_id, deeds in groupby(ordered, key=lambda deed: deed.subject_id):
        days: dict[tuple[str, object], Counter[str]] = {}
        for deed in deeds:
            before = rules_held.get().at(deed.name, deed.at)
            after = [rule for rule in before if rule.code != candidate.code]
            if deed.name == candidate.event:
                after.append(candidate)
                heard += 1
            for name, rules in (("before", before), ("after", after)):
                earned = days.setdefault((name, timezone.localdate(deed.at)), Counter())
                for each in worth(rules, deed.facts, earned):
                    totals[name]["all"] += each.amount
                    if each.rule.code == candidate.code and each.amount:
                        totals[name]["own"] += each.amount
                        people[name].add(subject_id)
    found = Simulated(
        deeds=heard, points_before=totals["before"]["own"], people_before=len(people["before"]),
        points_after=totals["after"]["own"], people_after=len(people["after"]), all_before=totals["before"]["all"],
        all_after=totals["after"]["all"], share=share,
    )  # fmt: skip
    return found if share == 1 else _scaled(found)


def _scaled(found: Simulated) -> Simulated:
    names = (
        "deeds",
        "points_before",
        "people_before",
        "points_after",
        "people_after",
        "all_before",
        "all_after",
    )
    return replace(found, **{name: getattr(found, name) * found.share for name in names})
