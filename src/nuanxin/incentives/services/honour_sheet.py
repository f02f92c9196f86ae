"""Honours, stars and held awards as a file; audited. What a person's account is stands in none of them."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.incentives.enums import ReferenceKind
from nuanxin.incentives.queries.absences import absences_to_export
from nuanxin.incentives.queries.holds import EXPORT_MOST, HoldFilters, holds_to_export
from nuanxin.incentives.queries.honours import HonourFilters, honours_to_export
from nuanxin.incentives.queries.reference_data import reference_rows
from nuanxin.incentives.queries.reference_words import head_of, line_of
from nuanxin.incentives.queries.stars import stars_to_export
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, permits
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.volunteering.queries.minutes import hours_shown


class TooMany(Invalid):
    default_message = gettext_lazy("符合条件的超过 5,000 行，一次导不完。")
    default_hint = gettext_lazy("请选一类，分几次导出；没有导出任何内容。")


def export_honours(*, actor: Actor, filters: HonourFilters, form: str, now: datetime) -> File:
    """Raises `NotAllowed`, `TooMany`. What everybody may read of the person: the chosen name, no other."""
    if not permits(actor, "incentives.honour_export"):
        raise NotAllowed
    head = [
        _("荣誉"),
        _("一句话"),
        _("公开时的称呼"),
        _("区划"),
        _("状态"),
        _("提名日"),
        _("公示到"),
        _("授予日"),
        _("展示到"),
    ]
    rows = [
        [
            each.kind.name, each.title, each.shown_as, each.scope_code, str(each.get_state_display()),
            _day(each.nominated_at), _day(each.publicity_until), _day(each.awarded_at), _day(each.displayed_until),
        ]
        for each in honours_to_export(actor, filters)
    ]  # fmt: skip
    return _file(actor, "honours", _("荣誉"), head, rows, form, now)


def export_absences(*, actor: Actor, tab: str, form: str, now: datetime) -> File:
    """Raises `NotAllowed`, `TooMany`. Nothing of whose they are, and not what they said."""
    if not permits(actor, "incentives.star_check"):
        raise NotAllowed
    head = [_("哪一年"), _("没来几次"), _("办法里的次数"), _("区划"), _("状态"), _("期限"), _("停到哪天")]
    rows = [
        [
            str(each.year), str(each.count), str(each.most), each.scope_code, str(each.get_state_display()),
            _day(each.due_at), f"{each.until:%Y-%m-%d}" if each.until else "",
        ]
        for each in absences_to_export(actor, tab=tab, limit=EXPORT_MOST + 1)
    ]  # fmt: skip
    return _file(actor, "absences", _("报名没来的核实"), head, rows, form, now)


def export_stars(*, actor: Actor, tab: str, form: str, now: datetime) -> File:
    """Raises `NotAllowed`, `TooMany`."""
    if not permits(actor, "incentives.star_check"):
        raise NotAllowed
    head = [
        _("公开时的称呼"),
        _("星级"),
        _("申请时的小时数"),
        _("区划"),
        _("状态"),
        _("申请日"),
        _("公示到"),
        _("原因"),
    ]
    rows = [
        [
            each.shown_as, str(each.level), hours_shown(each.minutes), each.scope_code, str(each.get_state_display()),
            _day(each.applied_at), _day(each.publicity_until), each.state_reason,
        ]
        for each in stars_to_export(actor, tab=tab, limit=EXPORT_MOST + 1)
    ]  # fmt: skip
    return _file(actor, "stars", _("志愿者星级"), head, rows, form, now)


def export_holds(*, actor: Actor, filters: HoldFilters, form: str, now: datetime) -> File:
    """Raises `NotAllowed`, `TooMany`. No account, no number of a report."""
    if not permits(actor, "incentives.hold_export"):
        raise NotAllowed
    head = [_("为什么"), _("分数"), _("状态"), _("从什么时候"), _("期限"), _("理由")]
    rows = [
        [
            str(each.get_reason_display()), str(each.amount), str(each.get_state_display()), _day(each.held_at),
            _day(each.due_at), each.opinion,
        ]
        for each in holds_to_export(actor, filters, now=now)
    ]  # fmt: skip
    return _file(actor, "holds", _("待核实积分"), head, rows, form, now)


def export_reference(*, actor: Actor, kind: ReferenceKind, form: str, now: datetime) -> File:
    """Raises `NotAllowed`."""
    if not permits(actor, "incentives.reference"):
        raise NotAllowed
    head = [_("代码"), *head_of(kind), _("说明"), _("启用")]
    lines = [line_of(kind, row) for row in reference_rows(kind)]
    switched = {True: _("是"), False: _("否"), None: ""}
    rows = [[each.code, *each.cells, each.note, switched[each.is_on]] for each in lines]
    return _file(actor, "reference", str(kind.label), head, rows, form, now)


def _day(at: datetime | None) -> str:
    return timezone.localdate(at).isoformat() if at else ""


def _file(
    actor: Actor, name: str, title: str, head: Sequence[str], rows: list[list[str]], form: str, now: datetime
) -> File:
    if len(rows) > EXPORT_MOST:
        raise TooMany
    audit.record(
        actor=actor, action=f"incentives.{name}_export", object_type=name, scope_code=actor.scope_code,
        detail={"rows": len(rows), "form": form}, now=now,
    )  # fmt: skip
    return table_file(f"{name}-{stamp(now)}", head, rows, title=title, form=form, now=now)
