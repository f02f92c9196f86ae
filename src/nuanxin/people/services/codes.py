"""One-time codes: the same answer whether or not the number is known; few tries; sending limits in the database.

Limits (`domain.md` §8 asks for failure locks; the figures are ours): one code a minute and ten a day for a number,
thirty an hour for a network address, five tries a code, five minutes of life.
"""

import secrets
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access.limits import seconds_left, wait_words
from nuanxin.kernel.channels.send import send_sms
from nuanxin.kernel.errors import Invalid, RateLimited
from nuanxin.people.enums import CodePurpose
from nuanxin.people.identifiers import national_mobile, normal_mobile
from nuanxin.people.messages import CHANGE_CODE, RECOVER_CODE, SIGN_IN_CODE
from nuanxin.people.models import OneTimeCode, Person

LIFETIME = timedelta(minutes=5)
PAUSE = timedelta(seconds=60)
PER_NUMBER_AND_DAY = 10
PER_CLIENT_AND_HOUR = 30
TRIES = 5
TEMPLATES = {
    CodePurpose.SIGN_IN: SIGN_IN_CODE,
    CodePurpose.CHANGE_NUMBER: CHANGE_CODE,
    CodePurpose.RECOVER: RECOVER_CODE,
}


class NotAMobile(Invalid):
    default_message = _("这不像一个手机号。")
    default_hint = _("请填11位的大陆手机号，例如138开头的那种。")


class TooManyCodes(RateLimited):
    default_message = _("验证码要得太勤了。")


class WrongCode(Invalid):
    default_message = _("验证码不对。")
    default_hint = _("请看最新收到的那条短信；输错5次就要重新发一条。")


class CodeExpired(Invalid):
    default_message = _("验证码过期了。")
    default_hint = _("请重新发一条，5分钟内输入。")


def send_code(
    *, phone: str, purpose: CodePurpose, client: str = "", person: Person | None = None, now: datetime
) -> OneTimeCode:
    """Text a fresh code; earlier ones for the same purpose stop working. Raises `NotAMobile`, `TooManyCodes`.

    Not to be called in a transaction: the row must outlive a carrier's failure, because limits count it.
    """
    number = normal_mobile(phone)
    if not number:
        raise NotAMobile(fields={"phone": NotAMobile.default_message})
    client_hash = _digest("client", f"{client}|{now:%Y%m%d}") if client else ""
    _check_limits(number, client_hash, now)
    OneTimeCode.objects.filter(
        phone_index__holds=number, purpose=purpose, used_at=None, expires_at__gt=now,
    ).update(attempts=TRIES)  # fmt: skip
    code = f"{secrets.randbelow(10**6):06d}"
    row = OneTimeCode(
        purpose=purpose,
        phone=number,
        person=person,
        client_hash=client_hash,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    row.code_hash = _digest(str(row.public_id), code)
    row.save(force_insert=True)
    send_sms(
        to=national_mobile(number),
        template=TEMPLATES[purpose],
        params={"code": code, "minutes": str(LIFETIME.seconds // 60)},
        key=f"people.code:{row.public_id}",
        now=now,
    )
    return row


def check_code(*, code_id: UUID, typed: str, purpose: CodePurpose, now: datetime) -> OneTimeCode:
    """Use the code up; its row says which number has been proved. Raises `WrongCode`, `CodeExpired`.

    A try is counted before the comparison and outside any transaction, so that guesses cannot be rolled back.
    """
    usable = OneTimeCode.objects.filter(public_id=code_id, purpose=purpose, used_at=None, expires_at__gt=now)
    if not usable.filter(attempts__lt=TRIES).update(attempts=F("attempts") + 1):
        raise CodeExpired(fields={"code": CodeExpired.default_message})
    row = usable.get()
    digits = "".join(char for char in typed if char.isdecimal())
    if not constant_time_compare(row.code_hash, _digest(str(row.public_id), digits)):
        raise WrongCode(fields={"code": WrongCode.default_message})
    if not usable.update(used_at=now):
        raise CodeExpired(fields={"code": CodeExpired.default_message})
    return row


def _check_limits(number: str, client_hash: str, now: datetime) -> None:
    sent = OneTimeCode.objects.filter(phone_index__holds=number)
    if left := _full(sent, most=PER_NUMBER_AND_DAY, within=timedelta(days=1), now=now):
        raise _too_many(_("这个号码一天最多发10条，%(wait)s急用可以到社区当面办理。"), left)
    if client_hash:
        there = OneTimeCode.objects.filter(client_hash=client_hash)
        if left := _full(there, most=PER_CLIENT_AND_HOUR, within=timedelta(hours=1), now=now):
            midnight = datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)
            left = min(left, midnight - now)  # the next day an address is another digest
            raise _too_many(_("这个网络一小时内要了太多验证码，%(wait)s"), left)
    if left := _full(sent, most=1, within=PAUSE, now=now):
        raise _too_many(_("每分钟只能发一条，%(wait)s"), left)


def _full(sent: QuerySet[OneTimeCode], *, most: int, within: timedelta, now: datetime) -> timedelta | None:
    """How long until the oldest of the last `most` no longer counts; none where there is room."""
    times = (
        sent.filter(created_at__gt=now - within).order_by("-created_at").values_list("created_at", flat=True)
    )
    oldest = times[most - 1 : most].first()
    return oldest + within - now if oldest else None


def _too_many(words: Promise, left: timedelta) -> TooManyCodes:
    seconds = seconds_left(left)
    return TooManyCodes(hint=words % {"wait": wait_words(seconds)}, retry_after=seconds)


def _digest(salt: str, value: str) -> str:
    return salted_hmac(f"nuanxin.people.code:{salt}", value, algorithm="sha256").hexdigest()
