"""What is short, out of date or on its way as a file: CSV or a workbook. Audited."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.places.enums import RestockState
from nuanxin.places.models import RestockTask
from nuanxin.places.queries.stock import (
    EXPORT_MOST,
    AlertRow,
    StockFilters,
    alerts_to_export,
    tasks_to_export,
)

ALERTS = (
    _("地方"), _("区划"), _("编号"), _("哪一样"), _("单位"), _("能用的"), _("过期的"), _("最少放"), _("最近的有效期"),
    _("最近清点"),
)  # fmt: skip
TASKS = (
    _("地方"), _("区划"), _("哪一样"), _("单位"), _("要补"), _("状态"), _("谁去补"), _("提出时间"), _("状态起"),
    _("原因"),
)  # fmt: skip


class TooManyLines(Invalid):
    default_message = _("符合条件的超过 5,000 行，一次导不完。")
    default_hint = _("请选一个街道或一类物品，分几次导出；没有导出任何内容。")


def export_stock(*, actor: Actor, filters: StockFilters, form: str, now: datetime) -> File:
    """What the list shows, as far as the actor may take it out. Raises `NotAllowed`, `TooManyLines`."""
    if not policy.permits(actor, "places.stock_export"):
        raise NotAllowed
    if filters.is_tasks:
        heading, rows = TASKS, [_task(each) for each in tasks_to_export(actor, filters)]
    else:
        heading, rows = ALERTS, [_alert(each) for each in alerts_to_export(actor, filters, now=now)]
    if len(rows) > EXPORT_MOST:
        raise TooManyLines
    with transaction.atomic():
        audit.record(
            actor=actor, action="places.stock_export", object_type="stock", scope_code=actor.scope_code,
            detail={"rows": len(rows), "form": form, "show": filters.show}, now=now,
        )  # fmt: skip
    name = f"stock-{filters.show}-{stamp(now)}"
    return table_file(name, heading, rows, title=_("库存"), form=form, now=now)


def _alert(row: AlertRow) -> list[str]:
    line, held = row.line, row.held
    return [
        line.place.name_zh,
        line.place.scope_code,
        line.place.number,
        line.item.name_zh,
        line.item.unit_zh,
        str(held.good),
        str(held.over),
        str(line.minimum),
        held.next_expiry.isoformat() if held.next_expiry else "",
        timezone.localdate(line.seen_at).isoformat() if line.seen_at else "",
    ]


def _task(task: RestockTask) -> list[str]:
    return [
        task.place.name_zh,
        task.place.scope_code,
        task.line.item.name_zh,
        task.line.item.unit_zh,
        str(task.wanted),
        str(RestockState(task.state).label),
        task.organisation.name if task.organisation else "",
        f"{timezone.localtime(task.opened_at):%Y-%m-%d %H:%M}",
        f"{timezone.localtime(task.state_since):%Y-%m-%d %H:%M}",
        task.reason,
    ]
