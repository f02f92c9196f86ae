"""Figures of bookings as a file: CSV or a workbook. No person, no time of day. Audited."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.places.queries.booking_figures import (
    EXPORT_MOST,
    FigureFilters,
    days_of,
    figures_to_export,
)

HEADING = (
    _("地方"), _("区划"), _("编号"), _("服务"), _("从"), _("到"), _("可约的位子"), _("约了"), _("排队"), _("来了"),
    _("没来"), _("没有记"),
)  # fmt: skip


class TooManyServices(Invalid):
    default_message = _("符合条件的超过 1,000 行，一次导不完。")
    default_hint = _("请选一个街道或一项服务，分几次导出；没有导出任何内容。")


def export_booking_figures(*, actor: Actor, filters: FigureFilters, form: str, now: datetime) -> File:
    """What the list shows, as far as the actor may take it out. Raises `NotAllowed`, `TooManyServices`."""
    if not policy.permits(actor, "places.booking_export"):
        raise NotAllowed
    rows = figures_to_export(actor, filters, now=now)
    if len(rows) > EXPORT_MOST:
        raise TooManyServices
    first, last = days_of(filters.period, now)
    table = []
    for row in rows:
        place = row.bookable.place
        figures = (row.offered, row.taken, row.waiting, row.came, row.missed, row.unmarked)
        said = (
            place.name_zh,
            place.scope_code,
            place.number,
            row.bookable.item.name_zh,
            str(first),
            str(last),
        )
        table.append([*said, *map(str, figures)])
    with transaction.atomic():
        audit.record(
            actor=actor, action="places.booking_export", object_type="booking", scope_code=actor.scope_code,
            detail={"rows": len(rows), "form": form, "period": filters.period}, now=now,
        )  # fmt: skip
    return table_file(f"bookings-{stamp(now)}", HEADING, table, title=_("预约"), form=form, now=now)
