"""What every change of an activity leaves in the audit log."""

from datetime import datetime

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.volunteering.models import Activity


def note_activity(actor: Actor, action: str, activity: Activity, now: datetime, **detail: object) -> None:
    """In the caller's transaction; `detail` names columns and codes, never what stands in them."""
    audit.record(
        actor=actor, action=f"volunteering.{action}", object_type="activity", object_id=activity.pk,
        scope_code=activity.scope_code, detail=detail, now=now,
    )  # fmt: skip
