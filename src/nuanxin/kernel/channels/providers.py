"""Who carries the messages. A provider sends one message, now, and returns its own reference or raises `NotSent`.

`NUANXIN_SMS_PROVIDER` is `recorder`, `http` or `none`; `NUANXIN_MAIL_PROVIDER` is `recorder`, `smtp` or `none`;
`NUANXIN_CHAT_PROVIDER` is `recorder`, `apprise` or `none`.
"""

import json
import string
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection

from nuanxin.kernel.channels.chat import ChatProvider, record_chat, send_apprise
from nuanxin.kernel.channels.models import Channel, RecordedMessage
from nuanxin.kernel.channels.refusals import LOOPBACK, TIMEOUT_S, NotSent
from nuanxin.kernel.channels.templates import SmsTemplate
from nuanxin.kernel.privacy.masking import mask_mail, mask_phone

MAX_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Sms:
    to: str
    template: SmsTemplate
    params: Mapping[str, str]
    subject_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    to: str
    subject: str
    body: str
    subject_id: UUID | None = None


class SmsProvider(Protocol):
    def __call__(self, message: Sms, *, now: datetime) -> str: ...


class MailProvider(Protocol):
    def __call__(self, message: Mail, *, now: datetime) -> str: ...


def record_sms(message: Sms, *, now: datetime) -> str:
    row = RecordedMessage.objects.create(
        channel=Channel.SMS,
        to=message.to,
        to_masked=mask_phone(message.to),
        subject_id=message.subject_id,
        text=message.template.rendered(message.params),
        at=now,
    )
    return f"recorded-{row.pk}"


def record_mail(message: Mail, *, now: datetime) -> str:
    row = RecordedMessage.objects.create(
        channel=Channel.MAIL,
        to=message.to,
        to_masked=mask_mail(message.to),
        subject_id=message.subject_id,
        title=message.subject[:200],
        text=message.body,
        at=now,
    )
    return f"recorded-{row.pk}"


def send_smtp(message: Mail, *, now: datetime) -> str:
    """Django's mail settings (`EMAIL_*`) say which server."""
    mail = EmailMessage(
        message.subject, message.body, to=[message.to], connection=get_connection(timeout=TIMEOUT_S)
    )
    try:
        mail.send()
    except OSError as error:  # SMTPException is one
        raise NotSent(type(error).__name__) from error
    return ""


def send_http_sms(message: Sms, *, now: datetime) -> str:
    """One POST of JSON to the gateway of `NUANXIN_SMS_HTTP`.

    `url`; `headers` and `body` with `$to`, `$template`, `$text` and `$params` (a JSON object) in their texts;
    `ok` names an answer's field and its value on success; `reference` the field that holds the carrier's number.
    """
    gateway: Mapping[str, Any] = settings.NUANXIN_SMS_HTTP
    values = {
        "to": message.to,
        "template": settings.NUANXIN_SMS_TEMPLATES.get(message.template.name, message.template.name),
        "text": message.template.rendered(message.params),
        "params": json.dumps(dict(message.params), ensure_ascii=False),
    }
    body = {name: string.Template(text).substitute(values) for name, text in gateway["body"].items()}
    headers = {"Content-Type": "application/json; charset=utf-8", **gateway.get("headers", {})}
    answer = _post(_checked_url(gateway["url"]), json.dumps(body, ensure_ascii=False).encode(), headers)
    for field, value in gateway.get("ok", {}).items():
        if str(answer.get(field)) != str(value):
            raise NotSent(f"gateway answered {field}={str(answer.get(field))[:40]}")
    return str(answer.get(gateway.get("reference", ""), ""))[:128]


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310  -- checked
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT_S) as response:
            answer = json.loads(response.read(MAX_ANSWER) or b"{}")
    except (OSError, ValueError) as error:  # URLError, HTTPError and a timeout are OSErrors
        raise NotSent(type(error).__name__) from error
    return answer if isinstance(answer, dict) else {}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway that moves must be configured anew: the numbers go nowhere else by themselves."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ImproperlyConfigured("NUANXIN_SMS_HTTP: the gateway's url must be https")
    return url


def _nobody(setting: str) -> Callable[..., NoReturn]:
    def refuse(message: Any, *, now: datetime) -> NoReturn:
        raise NotSent(f"{setting} is none")

    return refuse


SMS_PROVIDERS: dict[str, SmsProvider] = {
    "recorder": record_sms,
    "http": send_http_sms,
    "none": _nobody("NUANXIN_SMS_PROVIDER"),
}
MAIL_PROVIDERS: dict[str, MailProvider] = {
    "recorder": record_mail,
    "smtp": send_smtp,
    "none": _nobody("NUANXIN_MAIL_PROVIDER"),
}


CHAT_PROVIDERS: dict[str, ChatProvider] = {
    "recorder": record_chat,
    "apprise": send_apprise,
    "none": _nobody("NUANXIN_CHAT_PROVIDER"),
}


def sms_provider() -> tuple[str, SmsProvider]:
    return _chosen("NUANXIN_SMS_PROVIDER", SMS_PROVIDERS)


def has_sms() -> bool:
    """Whether text messages are carried here at all; what would only fail need not be planned."""
    return bool(settings.NUANXIN_SMS_PROVIDER != "none")


def mail_provider() -> tuple[str, MailProvider]:
    return _chosen("NUANXIN_MAIL_PROVIDER", MAIL_PROVIDERS)


def chat_provider() -> tuple[str, ChatProvider]:
    return _chosen("NUANXIN_CHAT_PROVIDER", CHAT_PROVIDERS)


def _chosen(setting: str, providers: dict[str, Any]) -> tuple[str, Any]:
    name = getattr(settings, setting)
    if name not in providers:
        raise ImproperlyConfigured(f"{setting} is one of {', '.join(sorted(providers))}, not {name!r}")
    return name, providers[name]
