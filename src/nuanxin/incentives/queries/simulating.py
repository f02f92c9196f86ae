"""What a rule would have cost: the journal of the last thirty days, told with it and without it. Counts only."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from nuanxin.incentives.enums import TeamAwardState
from nuanxin.incentives.models import Deed, TeamAward
from nuanxin.incentives.queries.rules import Rule, rules_held, worth

DAYS = timedelta(days=30)
LATE = timedelta(days=3)
TEAM_AWARDED = "incentives.TeamAwarded"
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


@dataclass(slots=True)
class _Side:
    """One of the two ways in which the thirty days are told: what was given, to whom, and what caps count."""

    rule: str
    share: int
    all: int = 0
    own: int = 0
    people: set[UUID] = field(default_factory=set)
    days: dict[tuple[UUID, date], Counter[str]] = field(default_factory=dict)
    most_days: int = 5_000
    teams: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def tell(self, deed: Deed, subject_id: UUID, rules: list[Rule]) -> None:
        team = str(deed.facts.get("team", ""))
        left = {rule.code: room for rule in rules if (room := self._room(rule, team, deed.at)) is not None}
        earned = self._day(subject_id, timezone.localdate(deed.at))
        for each in worth(rules, {**deed.facts, "left": left}, earned):
            self.add(each.rule.code, each.amount, subject_id, team, deed.at)

    def _day(self, subject_id: UUID, day: date) -> Counter[str]:
        """Of whole months only the last days are at hand: what is heard later than that is rare."""
        if len(self.days) > self.most_days:
            self.days = {key: counted for key, counted in self.days.items() if key[1] > day - LATE}
            self.most_days = max(self.most_days, 2 * len(self.days))
        return self.days.setdefault((subject_id, day), Counter())

    def thank(self, award: TeamAward, rule: Rule | None) -> None:
        """What a leader has given, as far as the rule would have let them."""
        if rule is None or award.subject_id is None:
            return
        team, at = str(award.team_id), award.at
        leader = f"{team}:{award.giver_id}"
        room = [award.amount, rule.amount]
        if (left := self._room(rule, team, at)) is not None:
            room.append(left)
        if rule.leader_per_month:
            room.append(rule.leader_per_month - self.teams[leader, rule.code, award.month])
        amount = max(min(room), 0)
        self.teams[leader, rule.code, award.month] += amount
        self.add(rule.code, amount, award.subject_id, team, at)

    def add(self, code: str, amount: int, subject_id: UUID, team: str, at: datetime) -> None:
        self.all += amount
        if team and amount > 0:
            for period in _periods(at):
                self.teams[team, code, period] += amount * self.share
        if code == self.rule and amount:
            self.own += amount
            self.people.add(subject_id)

    def _room(self, rule: Rule, team: str, at: datetime) -> int | None:
        day, month = _periods(at)
        caps = ((rule.team_per_day, day), (rule.team_per_month, month))
        room = [
            (cap - self.teams[team, rule.code, period]) // self.share for cap, period in caps if cap and team
        ]
        return min(room, default=None)


def simulate(candidate: Rule, *, now: datetime) -> Simulated:
    """The rule as it would be against those in force; as if it had held for all of the thirty days."""
    if candidate.event == TEAM_AWARDED:
        return _simulate_thanks(candidate, now)
    names = [*rules_held.get().events, candidate.event, "volunteering.HoursCorrected"]
    rows = Deed.objects.filter(subject_id__isnull=False, at__gt=now - DAYS, at__lte=now, name__in=names)
    share = 16 if rows.count() > MOST else 1
    if share > 1:
        rows = rows.filter(subject_id__lt=UUID(int=2**124))
    before, after = _Side(candidate.code, share), _Side(candidate.code, share)
    heard = 0
    # In the order in which they were heard: what is left for a team depends on what others got before.
    for deed in rows.order_by("id").iterator(chunk_size=2000):
        holding = rules_held.get().at(deed.name, deed.at)
        others = [rule for rule in holding if rule.code != candidate.code]
        if deed.name == candidate.event:
            others.append(candidate)
            heard += 1
        if deed.subject_id is not None:
            before.tell(deed, deed.subject_id, holding)
            after.tell(deed, deed.subject_id, others)
    found = _compared(heard, before, after)
    return found if share == 1 else _scaled(replace(found, share=share))


def _simulate_thanks(candidate: Rule, now: datetime) -> Simulated:
    """What leaders have given by hand in that time; nothing else hangs on this rule."""
    rows = TeamAward.objects.filter(at__gt=now - DAYS, at__lte=now, state=TeamAwardState.GIVEN).order_by("id")
    before, after = _Side(candidate.code, 1), _Side(candidate.code, 1)
    heard = 0
    for award in rows[:MOST]:
        before.add(candidate.code, award.amount, award.subject_id or UUID(int=0), "", award.at)
        after.thank(award, candidate)
        heard += 1
    return _compared(heard, before, after)


def _compared(heard: int, before: _Side, after: _Side) -> Simulated:
    return Simulated(
        deeds=heard, points_before=before.own, people_before=len(before.people), points_after=after.own,
        people_after=len(after.people), all_before=before.all, all_after=after.all,
    )  # fmt: skip


def _periods(at: datetime) -> tuple[str, str]:
    day = timezone.localdate(at).isoformat()
    return day, day[:7]


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
