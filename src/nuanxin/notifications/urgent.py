"""Life is at stake: those on duty get a text message, even with the page closed."""

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.facts import CaseFacts
from nuanxin.kernel.channels.send import send_sms
from nuanxin.kernel.channels.templates import sms_template
from nuanxin.kernel.events import Envelope
from nuanxin.notifications.queries import wants_text_off_duty
from nuanxin.people.models import Assignment
from nuanxin.people.queries import assignments_at, on_duty
from nuanxin.people.queries.grants import grants_of

URGENT_TASK = sms_template(
    "notifications.urgent_task", _("紧急：{place}有人报{category}。请马上登录暖新接单并赶到现场。")
)
HANDLERS = ("community", "community_head", "grid", "dept", "dept_lead", "property")


def who_may_know(case: CaseFacts, assignments: Iterable[Assignment]) -> list[Assignment]:
    """Of people in need, crimes and rescues only named roles hear at all (`domain.md` §0.3 law 23)."""
    if not case.is_confidential:
        return list(assignments)
    return [each for each in assignments if "cases.view" in grants_of(each.role_id).confidential]


def text_those_on_duty(organisation_id: int, case: CaseFacts, envelope: Envelope) -> None:
    """One message for each person on duty; the key makes a redelivered event the same message."""
    on_call = on_duty(organisation_id=organisation_id, now=envelope.occurred_at)
    on_call += _off_duty(organisation_id, envelope, {assignment.person_id for assignment in on_call})
    for assignment in who_may_know(case, on_call):
        person = assignment.person
        if not person.phone:
            continue
        send_sms(
            to=person.phone,
            template=URGENT_TASK,
            params=_params(case),
            key=f"urgent:{envelope.id}:{assignment.public_id}",
            now=envelope.occurred_at,
        )


def _off_duty(organisation_id: int, envelope: Envelope, called: set[int]) -> list[Assignment]:
    """Those who asked for it, and are not called already."""
    there = assignments_at(roles=HANDLERS, organisation_id=organisation_id, now=envelope.occurred_at)
    willing = wants_text_off_duty({each.person_id for each in there} - called)
    return list({each.person_id: each for each in there if each.person_id in willing}.values())


def _params(case: CaseFacts) -> dict[str, str]:
    """A text message lies open on a screen: of a confidential case it says neither what nor where."""
    if case.is_confidential:
        return {"place": "", "category": gettext("紧急求助")}
    return {"place": case.place[:30], "category": case.category_name_zh}
