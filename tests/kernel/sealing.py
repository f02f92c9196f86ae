"""Sealing in tests that run beside others.

Transaction numbers belong to the whole PostgreSQL cluster: a test of another worker, in another database, that has been
in its transaction for longer keeps fresh entries from being sealed. In production that is right; here one waits for it.
"""

import time
from datetime import datetime

from django.db import connection

from nuanxin.kernel import audit

PATIENCE_SECONDS = 180
UNSETTLED = (
    "SELECT EXISTS (SELECT FROM kernel_auditentry WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()))"
)


def seal_all(*, now: datetime) -> int:
    """`audit.seal_pending` once every transaction older than the newest entry has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.vendor == "postgresql" and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(UNSETTLED)
            if not cursor.fetchone()[0]:
                break
        time.sleep(0.1)
    return audit.seal_pending(now=now)
