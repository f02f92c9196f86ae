"""What points cost, as a file. Who took it, of which area, is in the log."""

from collections.abc import Iterator
from datetime import datetime

from nuanxin.incentives.queries.costs import cost_rows, costs
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.downloads import safe


def export_costs(*, actor: Actor, within: str, now: datetime) -> Iterator[list[str]]:
    """Rows for a spreadsheet; audited."""
    found = costs(within=within, now=now)
    audit.record(
        actor=actor, action="incentives.cost_export", object_type="incentives.cost", scope_code=within,
        detail={"rows": len(found.by_rule) + len(found.by_area) + len(found.by_month)}, now=now,
    )  # fmt: skip
    return ([safe(cell) for cell in row] for row in cost_rows(found))
