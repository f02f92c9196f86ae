"""The cases behind a figure: all of them are counted, those that the actor may see are listed."""

from dataclasses import dataclass

from nuanxin.cases.models import Case
from nuanxin.cases.queries.lines import Line, queue_lines
from nuanxin.cases.queries.queue import SHOWN
from nuanxin.insight.indicators import Indicator, column
from nuanxin.insight.periods import Span
from nuanxin.insight.queries.areas import Area
from nuanxin.insight.queries.breakdown import compiled_by
from nuanxin.insight.queries.running import HIGHEST, TOTAL, case_ids
from nuanxin.kernel.access import Actor, policy

PAGE = 50


@dataclass(frozen=True, slots=True)
class Behind:
    """`hidden`: how many of this page are open to others only. `before` leads to the next page, 0 on the last."""

    lines: list[Line]
    hidden: int
    before: int


def cases_behind(
    actor: Actor,
    indicator: Indicator,
    area: Area,
    span: Span,
    *,
    measure: str,
    by: str = "",
    key: str = "",
    before: int = 0,
) -> Behind:
    """One page, the newest first."""
    ids = case_ids(
        indicator.relation.name,
        area.place,
        span,
        measure=column(indicator, measure),
        by=compiled_by(area, by) if by else TOTAL,
        key=key,
        before=before or HIGHEST,
        size=PAGE + 1,
    )
    page = ids[:PAGE]
    rows = Case.objects.filter(policy.rule("cases.view", actor), pk__in=page).order_by("-pk")
    found = list(rows.select_related("lead_organisation", "compound").only(*SHOWN))
    return Behind(queue_lines(actor, found), len(page) - len(found), page[-1] if len(ids) > PAGE else 0)
