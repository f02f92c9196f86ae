"""Django looks for models here; each part of the kernel keeps its own beside its code."""

from nuanxin.kernel.access.models import Tally
from nuanxin.kernel.audit.models import AuditEntry, AuditSeal
from nuanxin.kernel.cached import Stamp
from nuanxin.kernel.channels.models import OutgoingMessage, RecordedMessage
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.ids import Serial
from nuanxin.kernel.retention.models import RetentionRun
from nuanxin.kernel.scheduler.models import Heartbeat, Job
from nuanxin.kernel.sheets.models import SheetUpload
from nuanxin.kernel.worktime.models import CalendarSnapshot, Holiday, WorkingHours

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "CalendarSnapshot",
    "Delivery",
    "Event",
    "Heartbeat",
    "Holiday",
    "Job",
    "OutgoingMessage",
    "RecordedMessage",
    "RetentionRun",
    "Serial",
    "SheetUpload",
    "Stamp",
    "StoredFile",
    "Tally",
    "WorkingHours",
]
