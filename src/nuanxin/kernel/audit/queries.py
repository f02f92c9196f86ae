"""Reads for the audit administrator."""

from django.db.models import QuerySet

from nuanxin.kernel.audit.models import AuditEntry, AuditSeal


def entries(*, action: str = "") -> QuerySet[AuditEntry]:
    """The newest first; `action` is the beginning of an action's name (`cases.`)."""
    rows = AuditEntry.objects.order_by("-id")
    return rows.filter(action__startswith=action) if action else rows


def newest_seals(count: int = 5) -> list[AuditSeal]:
    return list(AuditSeal.objects.order_by("-pk")[:count])
