"""What this context does when something happens below."""

from nuanxin.cases import events
from nuanxin.cases.services.handing_over import hand_over_tasks, open_tasks_of
from nuanxin.cases.services.patterns import notice_recurrence, propose_topic
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.people.services import register_open_work

register_open_work("cases", count=open_tasks_of, hand_over=hand_over_tasks)


@subscribe(events.CaseFiled)
def case_filed(event: events.CaseFiled, envelope: Envelope) -> None:
    """Seen together with others: it has come back, or it is one of many in its compound."""
    notice_recurrence(case_id=event.case_id, now=envelope.occurred_at)
    propose_topic(case_id=event.case_id, now=envelope.occurred_at)
