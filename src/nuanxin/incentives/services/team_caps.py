"""Caps by team: how much a rule may give for what was done with one team, in a day and a month of Shanghai.

Other people's books are in these sums, so they are counted beside the ledger. Always locked after the account, in one
order; what was left then goes into the deed's facts, and a replay goes by that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from nuanxin.incentives.enums import PostingKind
from nuanxin.incentives.models import Posting, TeamUse
from nuanxin.incentives.queries.rules import Rule


@dataclass(slots=True)
class Uses:
    """What rules have given for a team, in the day and the month of each moment; its rows are locked."""

    rows: Mapping[tuple[str, str], TeamUse]

    def left(self, rule: Rule, at: datetime) -> int | None:
        """What this rule can still give; None where nothing limits it. Below nothing after a cap was lowered."""
        day, month = periods_of(at)
        caps = ((rule.team_per_day, day), (rule.team_per_month, month))
        room = [cap - self.rows[rule.code, period].points for cap, period in caps if cap]
        return min(room, default=None)

    def add(self, code: str, at: datetime, amount: int) -> None:
        """Given at that moment, or taken back of what was given then."""
        for period in periods_of(at):
            row = self.rows.get((code, period))
            if row is None or not amount:
                continue
            row.points = max(row.points + amount, 0)
            TeamUse.objects.filter(pk=row.pk).update(points=row.points)

    def add_awards(self, postings: Iterable[Posting]) -> None:
        for each in postings:
            if each.kind == PostingKind.AWARD:
                self.add(each.rule, each.at, each.amount)


def lock_uses(team: UUID, codes: Iterable[str], *moments: datetime) -> Uses:
    """To be called in a transaction that holds the account already."""
    wanted = sorted({(code, period) for code in codes for at in moments for period in periods_of(at)})
    TeamUse.objects.bulk_create(
        [TeamUse(team=team, rule=code, period=period) for code, period in wanted], ignore_conflicts=True
    )
    rows = TeamUse.objects.select_for_update().filter(
        team=team, rule__in={code for code, _period in wanted}, period__in={period for _code, period in wanted}
    )  # fmt: skip
    return Uses({(row.rule, row.period): row for row in rows.order_by("rule", "period")})


def team_of(facts: Mapping[str, Any]) -> UUID | None:
    return UUID(facts["team"]) if facts.get("team") else None


def left_by_rule(uses: Uses, rules: Iterable[Rule], at: datetime) -> dict[str, int]:
    """For the facts of a deed: only rules that have a cap by team."""
    found = {rule.code: uses.left(rule, at) for rule in rules}
    return {code: left for code, left in found.items() if left is not None}


def periods_of(at: datetime) -> tuple[str, str]:
    day = timezone.localdate(at).isoformat()
    return day, day[:7]
