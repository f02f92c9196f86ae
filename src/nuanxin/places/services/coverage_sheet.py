"""Where there are places and where there are none, as a file: a row for each area, a column for each type. Audited."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import NotAllowed
from nuanxin.places.queries.coverage import CoverageFilters, coverage

HEADING = (_("区划"), _("代码"), _("日期"), _("对外开放"), _("24 小时"), _("今天查过"), _("有管理员"))


def export_coverage(*, actor: Actor, filters: CoverageFilters, form: str, now: datetime) -> File:
    """What the page shows, with every type. Raises `NotAllowed`."""
    if not policy.permits(actor, "places.export"):
        raise NotAllowed
    found = coverage(actor, filters, now=now)
    day = timezone.localdate(now).isoformat()
    rows = []
    for area in found.areas:
        one = area.counted
        figures = (
            one.total,
            one.always,
            one.checked,
            one.kept,
            *(one.types.get(t.code, 0) for t, _n in found.types),
        )
        rows.append([area.name, area.code, day, *map(str, figures)])
    with transaction.atomic():
        audit.record(
            actor=actor, action="places.coverage_export", object_type="place", scope_code=found.scope,
            detail={"rows": len(rows), "form": form}, now=now,
        )  # fmt: skip
    heading = (*HEADING, *(each.name_zh for each, _number in found.types))
    return table_file(f"coverage-{stamp(now)}", heading, rows, title=_("点位盘面"), form=form, now=now)
