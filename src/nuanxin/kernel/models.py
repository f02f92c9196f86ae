"""Django looks for models here; each part of the kernel keeps its own beside its code."""

from nuanxin.kernel.audit.models import AuditEntry, AuditSeal
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.kernel.ids import Serial

__all__ = ["AuditEntry", "AuditSeal", "Delivery", "Event", "Serial"]
