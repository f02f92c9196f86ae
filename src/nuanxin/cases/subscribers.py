"""What this context does when something happens below."""

from nuanxin.cases.services.handing_over import hand_over_tasks, open_tasks_of
from nuanxin.people.services import register_open_work

register_open_work("cases", count=open_tasks_of, hand_over=hand_over_tasks)
