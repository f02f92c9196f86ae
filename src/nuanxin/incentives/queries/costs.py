"""What points cost: issued, spent, lapsed, what could still be spent; by rule, month and area, never by person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import RPad, Substr, TruncMonth
from django.utils import timezone

from nuanxin.incentives.enums import PostingKind, TeamAwardState
from nuanxin.incentives.models import Account, Posting, RuleVersion, TeamAward
from nuanxin.incentives.queries.rules import reason_in_words
from nuanxin.kernel.access.scope import LEVELS, level_of, significant
from nuanxin.territories.queries import path_names

FEWEST = 3  # of fewer people no row of its own is shown: it would say who
MONTHS = 12


@dataclass(frozen=True, slots=True)
class CostRow:
    name: str
    issued: int
    people: int
    awards: int
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class MonthRow:
    month: date
    issued: int
    corrected: int
    spent: int | None
    lapsed: int | None


@dataclass(frozen=True, slots=True)
class Costs:
    """Of an area and of the last twelve months. What is spent belongs to no area but the whole city's."""

    scope: str
    since: date
    until: date
    issued: int
    corrected: int
    people: int
    by_rule: list[CostRow]
    by_area: list[CostRow]
    by_team: list[CostRow]
    by_month: list[MonthRow]
    spent: int | None
    lapsed: int | None
    liability: int | None


def costs(*, within: str, now: datetime) -> Costs:
    """`within`: a territory; empty for everything."""
    until = timezone.localdate(now)
    since = (until.replace(day=1) - timedelta(days=31 * (MONTHS - 1))).replace(day=1)
    rows = Posting.objects.filter(on__gte=since, on__lte=until)
    is_whole = level_of(within) in ("province", "city", "district") if within else True
    awards = _within(rows.filter(kind=PostingKind.AWARD), within)
    names = {each.code: each.name for each in RuleVersion.objects.order_by("code", "number")}
    total = awards.aggregate(sum=Sum("amount"), people=Count("account", distinct=True))
    corrected = (
        _within(rows.filter(kind=PostingKind.REVERSAL), within).aggregate(sum=Sum("amount"))["sum"] or 0
    )
    return Costs(
        scope=within, since=since, until=until, issued=total["sum"] or 0, corrected=corrected,
        people=total["people"], by_rule=_by_rule(awards, names), by_area=_by_area(awards, within),
        by_team=_by_team(within, since, now),
        by_month=_by_month(rows, within, is_whole=is_whole),
        spent=_sum(rows, PostingKind.SPEND) - _sum(rows, PostingKind.REFUND) if is_whole else None,
        lapsed=_sum(rows, PostingKind.EXPIRY) if is_whole else None,
        liability=_liability() if is_whole else None,
    )  # fmt: skip


def _within(rows: QuerySet[Posting], within: str) -> QuerySet[Posting]:
    return rows.filter(scope_code__startswith=significant(within)) if within else rows


def _sum(rows: QuerySet[Posting], kind: PostingKind) -> int:
    return rows.filter(kind=kind).aggregate(sum=Sum("amount"))["sum"] or 0


def _liability() -> int:
    """What could be spent tomorrow: points that are free and those that wait for a decision."""
    total = Account.objects.aggregate(points=Sum("points"), held=Sum("held"))
    return (total["points"] or 0) + (total["held"] or 0)


def _by_rule(awards: QuerySet[Posting], names: dict[str, str]) -> list[CostRow]:
    rows = awards.order_by().values("rule").annotate(
        sum=Sum("amount"), people=Count("account", distinct=True), rows=Count("pk")
    )  # fmt: skip
    found = [_row(names.get(each["rule"]) or reason_in_words(each["rule"]), each) for each in rows]
    return sorted(found, key=lambda row: -row.issued)


def _by_team(within: str, since: date, now: datetime) -> list[CostRow]:
    """What leaders gave by hand and was not taken back."""
    start = timezone.make_aware(datetime.combine(since, datetime.min.time()))
    rows = TeamAward.objects.filter(at__gte=start, at__lte=now, state=TeamAwardState.GIVEN)
    if within:
        rows = rows.filter(scope_code__startswith=significant(within))
    found = rows.order_by().values("team__name").annotate(
        sum=Sum("amount"), people=Count("subject_id", distinct=True), rows=Count("pk")
    )  # fmt: skip
    return sorted((_row(each["team__name"], each) for each in found), key=lambda row: -row.issued)


def _row(name: str, each: Mapping[str, Any]) -> CostRow:
    hidden = each["people"] < FEWEST
    return CostRow(name, 0 if hidden else each["sum"], each["people"], 0 if hidden else each["rows"], hidden)


def _by_area(awards: QuerySet[Posting], within: str) -> list[CostRow]:
    """One row for each area one level below, as far as a posting knows it."""
    level = level_of(within) if within else "city"
    if level in ("community", "grid"):
        return []
    below = {"province": "city", "city": "district", "district": "street", "street": "community"}[level]
    digits = LEVELS[below]
    rows = awards.filter(scope_code__gt="").order_by().annotate(
        area=RPad(Substr("scope_code", 1, digits), 12, Value("0"))
    ).values("area").annotate(
        sum=Sum("amount"), people=Count("account", distinct=True), rows=Count("pk")
    )  # fmt: skip
    found = {each["area"]: each for each in rows}
    paths = path_names(list(found))
    lines = [_row(paths.get(area, area), each) for area, each in found.items()]
    return sorted(lines, key=lambda row: -row.issued)


def _by_month(rows: QuerySet[Posting], within: str, *, is_whole: bool) -> list[MonthRow]:
    grouped = (
        rows.order_by().annotate(month=TruncMonth("on")).values("month").annotate(
            issued=Sum("amount", filter=Q(kind=PostingKind.AWARD) & _scope_q(within)),
            corrected=Sum("amount", filter=Q(kind=PostingKind.REVERSAL) & _scope_q(within)),
            spent=Sum("amount", filter=Q(kind=PostingKind.SPEND)),
            refunded=Sum("amount", filter=Q(kind=PostingKind.REFUND)),
            lapsed=Sum("amount", filter=Q(kind=PostingKind.EXPIRY)),
        ).order_by("-month")
    )  # fmt: skip
    return [
        MonthRow(
            each["month"], each["issued"] or 0, each["corrected"] or 0,
            (each["spent"] or 0) - (each["refunded"] or 0) if is_whole else None,
            (each["lapsed"] or 0) if is_whole else None,
        )
        for each in grouped
    ]  # fmt: skip


def _scope_q(within: str) -> Q:
    return Q(scope_code__startswith=significant(within)) if within else Q(pk=F("pk"))


def cost_rows(found: Costs) -> Iterator[list[str]]:
    """The same for a spreadsheet."""
    yield ["kind", "name", "issued", "awards", "people"]
    for kind, rows in (("rule", found.by_rule), ("area", found.by_area), ("team", found.by_team)):
        for row in rows:
            numbers = ["<3"] * 3 if row.is_hidden else [str(row.issued), str(row.awards), str(row.people)]
            yield [kind, row.name, *numbers]
    for month in found.by_month:
        yield ["month", f"{month.month:%Y-%m}", str(month.issued), "", ""]
