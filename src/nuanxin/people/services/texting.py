"""Text messages that rest on a consent. What needs none (a code, a word about the account, a call to whoever is on
duty) is sent where it belongs; `docs/security.md` lists all of it.
"""

from collections.abc import Mapping
from datetime import datetime

from nuanxin.kernel.channels.send import send_sms
from nuanxin.kernel.channels.templates import SmsTemplate
from nuanxin.people.identifiers import national_mobile
from nuanxin.people.models import Person
from nuanxin.people.queries.accounts import consented


def text_agreed(
    *,
    person: Person,
    purpose: str,
    template: SmsTemplate,
    params: Mapping[str, str],
    key: str,
    now: datetime,
) -> bool:
    """Send it if this person agrees to `purpose` at this moment, in the words in force, and has a number.

    Asked when it is sent, not when it is planned: what waits stops with the withdrawal. Raises `ChannelDown`.
    """
    if not person.is_active or not person.phone or not consented(person.pk, purpose):
        return False
    return send_sms(to=national_mobile(person.phone), template=template, params=params, key=key, now=now)
