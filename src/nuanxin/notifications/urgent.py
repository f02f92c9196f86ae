"""Life is at stake: those on duty get a text message, even with the page closed."""

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.facts import CaseFacts
from nuanxin.kernel.channels.send import send_sms
from nuanxin.kernel.channels.templates import sms_template
from nuanxin.kernel.events import Envelope
from nuanxin.people.queries import on_duty

URGENT_TASK = sms_template(
    "notifications.urgent_task", _("紧急：{place}有人报{category}。请马上登录暖新接单并赶到现场。")
)


def text_those_on_duty(organisation_id: int, case: CaseFacts, envelope: Envelope) -> None:
    """One message for each person on duty; the key makes a redelivered event the same message."""
    for assignment in on_duty(organisation_id=organisation_id, now=envelope.occurred_at):
        person = assignment.person
        if not person.phone:
            continue
        send_sms(
            to=person.phone,
            template=URGENT_TASK,
            params={"place": case.place[:30], "category": case.category_name_zh},
            key=f"urgent:{envelope.id}:{assignment.public_id}",
            now=envelope.occurred_at,
        )
