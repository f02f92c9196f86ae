"""The list of what came back, leaving the system: places and organisations, masked, audited."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.patterns import EXPORT_MOST, Cause, causes
from nuanxin.cases.services.exporting import TooManyRows, as_text, leaving, may_export, note_export
from nuanxin.kernel.access import Actor
from nuanxin.kernel.downloads import safe
from nuanxin.kernel.privacy.masking import mask_address

HEADINGS = (
    _("案卷号"),
    _("上一件"),
    _("类别"),
    _("位置（脱敏）"),
    _("单位"),
    _("提出"),
    _("查清期限"),
    _("查清时间"),
    _("原因"),
    _("措施"),
)


def export_causes(*, actor: Actor, show: str, now: datetime) -> Iterator[list[str]]:
    """The headings and then the rows, as text. Audited. Raises `NotAllowed`, `TooManyRows`."""
    may_export(actor, "cases.root_causes")
    found = causes(actor, show=show, now=now, most=EXPORT_MOST + 1, among=leaving(actor))
    if len(found) > EXPORT_MOST:
        raise TooManyRows
    note_export(actor, "cases.root_causes", show, detail={"most": EXPORT_MOST, "form": "csv"}, now=now)
    return iter([[str(heading) for heading in HEADINGS], *(_row(each) for each in found)])


def _row(cause: Cause) -> list[str]:
    row = cause.row
    values = (
        row.case.number,
        row.earlier.number,
        cause.kind.name,
        mask_address(cause.place),
        row.organisation.name,
        row.opened_at,
        row.due_at,
        row.done_at,
        row.finding,
        row.measures,
    )
    return [safe(as_text(value)) for value in values]
