"""The log as a table for somebody outside the program: who checks it needs no account here."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit.queries import entries
from nuanxin.kernel.audit.record import record
from nuanxin.kernel.errors import Invalid

MOST = 5_000
COLUMNS = ("id", "at", "role", "actor", "action", "object_type", "object_id", "scope", "result", "digest")


class TooMuchToExport(Invalid):
    default_message = _("符合的记录超过5,000条。")
    default_hint = _("请写明动作的开头再导出，例如 people. 。")


def export_entries(*, actor: Actor, action: str, now: datetime) -> Iterator[tuple[str, ...]]:
    """The newest first; persons stay opaque ids. Audited. Raises `TooMuchToExport`, rather than cut off."""
    found = entries(action=action)
    if found.count() > MOST:
        raise TooMuchToExport
    rows = list(found)
    record(actor=actor, action="audit.export", object_type="audit.entry", detail={"rows": len(rows)}, now=now)
    return (
        (
            str(row.pk),
            row.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            row.role,
            str(row.actor_subject_id or ""),
            row.action,
            row.object_type,
            _cell(row.object_id),
            row.scope_code,
            row.result,
            bytes(row.digest).hex(),
        )
        for row in rows
    )


def _cell(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
