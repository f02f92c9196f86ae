"""Keeping an uploaded spreadsheet, showing what it would do, applying exactly that."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.sheets.formats import UnreadableSheet
from nuanxin.kernel.sheets.models import SheetUpload
from nuanxin.kernel.sheets.plan import Plan, Problem, Sheet
from nuanxin.kernel.sheets.read import Cell, read_rows

# Law 24 (`domain.md` §0.3): quotas, rankings and forced reporting are refused wherever somebody writes them in.
QUOTA = (
    "定额", "指标数", "任务数", "任务量", "完成数", "上报数量", "每人每天", "每人每日", "每人每周", "每人每月",
    "每日至少", "每天至少", "每月至少", "至少上报", "必须上报", "强制上报", "排名", "末位", "打卡次数",
    "quota", "ranking",
)  # fmt: skip


class AlreadyDifferent(Conflict):
    default_message = _("看过以后，数据变了。")
    default_hint = _("没有导入任何一行。下面是按现在的数据重新比对的结果，请再看一遍，再确认。")


class QuotaRefused(Invalid):
    default_message = _("表里写了上报数量、排名一类的要求，不能导入。")
    default_hint = _("上报是自愿的，系统不接受任何定额和排名。删掉那一格再上传。")


def keep_upload(*, actor: Actor, sheet: Sheet, file_name: str, content: bytes, now: datetime) -> SheetUpload:
    """Store it for its sender to confirm. The same file sent twice is one upload. Raises `NotAllowed`,
    `UnreadableSheet`.
    """
    _check(actor, sheet)
    if not dry_run(actor=actor, sheet=sheet, content=content).rows:
        raise UnreadableSheet(_("表里没有内容。"), hint=_("表头下面至少要有一行。"))
    sha256 = hashlib.sha256(content).hexdigest()
    same = SheetUpload.objects.filter(
        sheet=sheet.name, assignment_id=actor.assignment_id, sha256=sha256, applied_at=None
    ).first()
    if same is not None:
        return same
    return SheetUpload.objects.create(
        sheet=sheet.name,
        assignment_id=actor.assignment_id,
        file_name=file_name[-120:],
        sha256=sha256,
        content=content,
        created_at=now,
    )


def upload_of(*, actor: Actor, sheet: Sheet, public_id: UUID) -> SheetUpload:
    """One's own only. Raises `NotFound`."""
    found = SheetUpload.objects.filter(
        sheet=sheet.name, assignment_id=actor.assignment_id, public_id=public_id
    ).first()
    if found is None:
        raise NotFound
    return found


def dry_run(*, actor: Actor, sheet: Sheet, content: bytes, lock: bool = False, by_hand: bool = False) -> Plan:
    """What each row would do; `by_hand`: of a file of any length. Writes nothing.

    Raises `UnreadableSheet`, `QuotaRefused`.
    """
    table = read_rows(content, sheet.columns, by_hand=by_hand)
    _refuse_quotas(table.unknown)
    for row in table.rows:
        _refuse_quotas(tuple(row.cells.values()))
    plan = sheet.plan(actor, table, lock)
    remarks = [
        Problem(cell.ref, _("不认识“%(name)s”这一列，不会导入。") % {"name": cell.text})
        for cell in table.unknown
    ]
    return Plan(plan.rows, (*plan.remarks, *remarks))


def apply_upload(*, actor: Actor, sheet: Sheet, public_id: UUID, digest: str, now: datetime) -> SheetUpload:
    """Do what was shown: all rows that are new, changed or removed, in one transaction.

    Confirming again changes nothing. Raises `NotAllowed`, `NotFound`, `AlreadyDifferent`.
    """
    _check(actor, sheet)
    upload = upload_of(actor=actor, sheet=sheet, public_id=public_id)
    try:
        with transaction.atomic():
            held = SheetUpload.objects.select_for_update().get(pk=upload.pk)
            if held.applied_at is not None:
                return held
            plan = dry_run(actor=actor, sheet=sheet, content=bytes(held.content), lock=True)
            if plan.digest != digest:
                raise AlreadyDifferent
            apply_plan(actor=actor, sheet=sheet, plan=plan, sha256=held.sha256, now=now)
            held.applied_at, held.digest, held.outcome, held.content = now, digest, plan.counts, b""
            held.save(update_fields=["applied_at", "digest", "outcome", "content"])
    except IntegrityError:
        raise AlreadyDifferent from None
    return held


def apply_plan(*, actor: Actor, sheet: Sheet, plan: Plan, sha256: str, now: datetime) -> None:
    """In the caller's transaction; one entry in the audit log for the whole, besides the sheet's own for each row."""
    _check(actor, sheet)
    sheet.apply(actor, plan, now)
    audit.record(
        actor=actor,
        action="sheets.apply",
        object_type=sheet.name,
        object_id=sha256[:16],
        scope_code=actor.scope_code,
        detail=plan.counts,
        now=now,
    )


def _check(actor: Actor, sheet: Sheet) -> None:
    if not policy.permits(actor, sheet.permission):
        raise NotAllowed


def _refuse_quotas(cells: Sequence[Cell]) -> None:
    for cell in cells:
        if found := next((word for word in QUOTA if word in cell.text.lower()), None):
            raise QuotaRefused(
                _("%(ref)s 写了“%(word)s”：表里有上报数量、排名一类的要求，不能导入。")
                % {"ref": cell.ref, "word": found}
            )
