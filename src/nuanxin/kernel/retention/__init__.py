"""Nothing is kept longer than was said (`domain.md` §8): a rule for each table, a job for each rule, a report of all.

A context writes its rules beside its personal tables, in `personal.py`:

    retain(Notice, keeps=_("180 天"), of=expired(Notice, "at", timedelta(days=180)))

The job runs once a day in small batches, each in a transaction of its own; killed in the middle it goes on the next
time. What is due and stays is said with its reason: an open case, a legal hold, a message not yet delivered.
"""

from nuanxin.kernel.retention.events import needs_events
from nuanxin.kernel.retention.registry import Held, Rows, Rule, expired, retain, rule_named, rules
from nuanxin.kernel.retention.report import Line, report
from nuanxin.kernel.retention.run import run_rule

__all__ = [
    "Held",
    "Line",
    "Rows",
    "Rule",
    "expired",
    "needs_events",
    "report",
    "retain",
    "rule_named",
    "rules",
    "run_rule",
]
