from datetime import datetime

from django.db import transaction

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit import record


def note_export(*, actor: Actor, what: str, now: datetime) -> None:
    """That a list left the system, and by whose hand."""
    with transaction.atomic():
        record(actor=actor, action="people.export", object_type=what, scope_code=actor.scope_code, now=now)
