"""What somebody wants to hear, where and when. The inbox always has everything."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.limits import seconds_left, wait_words
from nuanxin.kernel.channels.send import send_mail
from nuanxin.kernel.errors import Invalid, NotAllowed, RateLimited
from nuanxin.notifications.enums import DigestAt, Group, Mail
from nuanxin.notifications.models import NoticeSettings
from nuanxin.notifications.queries import ONWARD

CODE_LIVES = timedelta(minutes=30)
BETWEEN_CODES = timedelta(minutes=1)
MOST_FAILURES = 5


class WrongCode(Invalid):
    default_message = gettext_lazy("验证码不对或已过期。")
    default_hint = gettext_lazy("请核对邮件里的六位数字；过了 30 分钟或错了五次，就重新发一封。")


def save_preferences(
    *, actor: Actor, by_group: Mapping[str, str], digest_at: str, text_off_duty: bool, now: datetime
) -> NoticeSettings:
    """Raises `NotAllowed` for nobody and `Invalid` for what may not be chosen."""
    if set(by_group) - set(Group.values) or set(by_group.values()) - set(Mail.values):
        raise Invalid
    if digest_at not in DigestAt.values:
        raise Invalid(fields={"digest_at": gettext_lazy("请选一个时间。")})
    with transaction.atomic():
        row = _own(actor)
        row.by_group = dict(by_group)
        row.digest_at, row.text_off_duty = digest_at, text_off_duty
        row.digest_sent_at = row.digest_sent_at or now  # the first digest begins today, not half a year ago
        row.save()
        ONWARD.changed()
    return row


def set_mail(*, actor: Actor, address: str, now: datetime) -> NoticeSettings:
    """Take an address and send a code there; nothing else goes to it before the code has come back.

    Raises `Invalid`, `RateLimited`, `ChannelDown`.
    """
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(fields={"mail": gettext_lazy("这不像邮箱地址，例如 name@example.cn。")}) from None
    with transaction.atomic():
        row = _own(actor)
        if row.code_sent_at is not None and now - row.code_sent_at < BETWEEN_CODES:
            seconds = seconds_left(row.code_sent_at + BETWEEN_CODES - now)
            raise RateLimited(gettext_lazy("验证码刚刚发过。"), hint=wait_words(seconds), retry_after=seconds)
        row.mail, row.mail_confirmed_at, row.code_sent_at, row.code_failures = address, None, now, 0
        row.save()
        ONWARD.changed()
    send_mail(
        to=address,
        subject=_("暖新：邮箱验证码"),
        body=_("您的验证码是 %(code)s，30 分钟内有效。不是您本人在设置，不用理会。") % {"code": _code(row)},
        key=f"mail-code:{row.pk}:{now.timestamp():.0f}",
        now=now,
    )
    return row


def confirm_mail(*, actor: Actor, code: str, now: datetime) -> NoticeSettings:
    """The code has come back: from now on mail goes there. Raises `WrongCode`."""
    with transaction.atomic():
        row = _own(actor)
        sent_at = row.code_sent_at
        if (
            not row.mail
            or sent_at is None
            or now - sent_at > CODE_LIVES
            or row.code_failures >= MOST_FAILURES
        ):
            raise WrongCode(fields={"code": WrongCode.default_message})
        right = constant_time_compare(code.strip(), _code(row))
        if right:
            row.mail_confirmed_at, row.code_sent_at = now, None
        else:
            row.code_failures += 1
        row.save()
        ONWARD.changed()
    if not right:
        raise WrongCode(fields={"code": WrongCode.default_message})
    return row


def drop_mail(*, actor: Actor) -> None:
    """Forget the address; what was chosen stays for another one."""
    with transaction.atomic():
        row = _own(actor)
        row.mail, row.mail_confirmed_at, row.code_sent_at = "", None, None
        row.save()
        ONWARD.changed()


def _own(actor: Actor) -> NoticeSettings:
    if actor.person_id is None:
        raise NotAllowed
    row, _created = NoticeSettings.objects.select_for_update().get_or_create(person_id=actor.person_id)
    return row


def _code(row: NoticeSettings) -> str:
    """Six digits that only the server can work out; nothing to store."""
    sent = row.code_sent_at.isoformat() if row.code_sent_at else ""
    secret = salted_hmac("notifications.mail", f"{row.person_id}|{row.mail}|{sent}", algorithm="sha256")
    return f"{int(secret.hexdigest(), 16) % 1_000_000:06d}"
