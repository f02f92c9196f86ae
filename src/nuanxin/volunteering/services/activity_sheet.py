"""Activities, and who comes to a shift, as a file: CSV or a workbook. Names are masked; audited."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.volunteering.models import Activity
from nuanxin.volunteering.queries.activities import where_words
from nuanxin.volunteering.queries.organising import (
    EXPORT_MOST,
    ActivityFilters,
    Comer,
    activities_to_export,
    comers,
    managed_shift,
)


class TooManyActivities(Invalid):
    default_message = gettext_lazy("符合条件的超过 5,000 行，一次导不完。")
    default_hint = gettext_lazy("请选一个街道或一条活动线，分几次导出；没有导出任何内容。")


def export_activities(*, actor: Actor, filters: ActivityFilters, form: str, now: datetime) -> File:
    """What the list shows, as far as the actor may take it out. Raises `NotAllowed`, `TooManyActivities`."""
    if not policy.permits(actor, "volunteering.activity_export"):
        raise NotAllowed
    found = activities_to_export(actor, filters)
    if len(found) > EXPORT_MOST:
        raise TooManyActivities
    _audited(actor, "activity_export", len(found), form, now)
    head = [
        _("名称"), _("种类"), _("活动线"), _("主办"), _("区划"), _("在哪里"), _("状态"), _("班次"), _("报上的人"),
        _("名额"), _("受益人次"), _("原因"),
    ]  # fmt: skip
    return _file("activities", head, (_row(each) for each in found), form, now)


def export_comers(*, actor: Actor, shift_id: UUID, form: str, now: datetime) -> File:
    """The list at the door: masked names, no numbers, no children. Raises `ActivityNotFound`."""
    shift = managed_shift(actor, shift_id, "volunteering.activity_export")
    rows = comers(shift, now=now)
    _audited(actor, "comers_export", len(rows), form, now)
    head = [_("姓名（脱敏）"), _("状态"), _("几个名额"), _("要会的看过了")]
    body = [[each.name, each.state_label, str(each.places), _seen(each)] for each in rows]
    return _file("comers", head, body, form, now)


def _seen(each: Comer) -> str:
    return _("是") if each.is_checked else each.known


def _row(activity: Activity) -> list[str]:
    counts = [getattr(activity, name) for name in ("shift_count", "taken_count", "room_count")]
    return [
        activity.title,
        activity.kind.name,
        activity.line.name,
        activity.organiser.name,
        activity.scope_code,
        where_words(activity),
        str(activity.get_state_display()),
        *(str(each) for each in counts),
        "" if activity.beneficiaries is None else str(activity.beneficiaries),
        activity.state_reason,
    ]


def _audited(actor: Actor, action: str, rows: int, form: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.{action}", object_type="activity", scope_code=actor.scope_code,
        detail={"rows": rows, "form": form}, now=now,
    )  # fmt: skip


def _file(name: str, head: list[str], rows: Iterable[list[str]], form: str, now: datetime) -> File:
    return table_file(f"{name}-{stamp(now)}", head, rows, title=_("活动"), form=form, now=now)
