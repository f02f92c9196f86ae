"""Sending, keyed: the same key is sent once. A crash between the carrier's yes and our note may send it again.

Called outside a transaction wherever possible: an SMTP server or a gateway takes its time, and on SQLite the write
lock would wait for it.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.channels.chat import Chat, robot_at
from nuanxin.kernel.channels.models import Channel, OutgoingMessage
from nuanxin.kernel.channels.providers import Mail, Sms, chat_provider, mail_provider, sms_provider
from nuanxin.kernel.channels.refusals import NotSent
from nuanxin.kernel.channels.templates import SmsTemplate
from nuanxin.kernel.errors import DomainError

logger = logging.getLogger(__name__)

CLAIM = timedelta(minutes=2)  # longer than any provider's time-out: after it, whoever claimed has died


class ChannelDown(DomainError):
    """The message has not gone out; the same key may be sent again."""

    status = 503
    default_message = _("消息暂时发不出去。")
    default_hint = _("请过几分钟再试；一直不行就打电话联系街道。")


def send_sms(
    *,
    to: str,
    template: SmsTemplate,
    params: Mapping[str, str],
    now: datetime,
    key: str,
    subject_id: UUID | None = None,
) -> bool:
    """Send a text message; False when this key was sent before or is on its way. Raises `ChannelDown`.

    The key names the occasion (`"sign-in:0190…"`) and holds no phone number: it is kept as the receipt.
    """
    template.rendered(params)
    name, provider = sms_provider()
    message = Sms(to, template, params, subject_id)
    return _once(Channel.SMS, key, name, template.name, lambda: provider(message, now=now), now)


def send_mail(
    *,
    to: str,
    subject: str,
    body: str,
    now: datetime,
    key: str,
    subject_id: UUID | None = None,
) -> bool:
    """Send a plain-text mail; keyed as `send_sms`. Raises `ChannelDown`."""
    name, provider = mail_provider()
    message = Mail(to, " ".join(subject.split()), body, subject_id)
    return _once(Channel.MAIL, key, name, "", lambda: provider(message, now=now), now)


def send_chat(*, address: str, text: str, now: datetime, key: str) -> bool:
    """Write into a group by its robot; keyed as `send_sms`. Raises `ChannelDown`, `InvalidRobot`."""
    name, provider = chat_provider()
    message = Chat(robot_at(address), text)
    return _once(Channel.CHAT, key, name, "", lambda: provider(message, now=now), now)


def _once(
    channel: Channel, key: str, provider: str, template: str, send: Callable[[], str], now: datetime
) -> bool:
    if not _claim(channel, key, provider, template, now):
        return False
    receipt = OutgoingMessage.objects.filter(channel=channel, key=key)
    try:
        reference = send()
    except NotSent as error:
        logger.warning("%s by %s not sent: %s", channel, provider, error)
        receipt.update(last_error=str(error)[:200], claimed_at=now - CLAIM)
        raise ChannelDown from error
    receipt.update(sent_at=now, reference=reference, last_error="")
    return True


def _claim(channel: Channel, key: str, provider: str, template: str, now: datetime) -> bool:
    """Whether it is ours to send: a new key, or one whose last attempt failed or died."""
    try:
        with transaction.atomic():
            OutgoingMessage.objects.create(
                channel=channel, key=key, provider=provider, template=template, claimed_at=now
            )
    except IntegrityError:
        open_again = OutgoingMessage.objects.filter(
            channel=channel, key=key, sent_at=None, claimed_at__lte=now - CLAIM
        )
        return bool(open_again.update(claimed_at=now, provider=provider, attempts=F("attempts") + 1))
    return True
