"""The phone number is the key to the account: changing it, and getting back in without it."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, allows
from nuanxin.kernel.audit import record
from nuanxin.kernel.channels.send import ChannelDown, send_sms
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events import publish
from nuanxin.people.enums import CodePurpose, IdentityCheck
from nuanxin.people.events import NumberChanged
from nuanxin.people.identifiers import national_mobile
from nuanxin.people.messages import NUMBER_CHANGED
from nuanxin.people.models import Assignment, OneTimeCode, Person, RecoveryCode
from nuanxin.people.services.codes import check_code
from nuanxin.people.services.registration import NumberTaken
from nuanxin.people.services.sessions import end_all_sessions

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that is mistaken for something else on paper
GROUPS, GROUP_LENGTH = 4, 4


class WrongRecoveryCode(Invalid):
    default_message = _("找回码不对。")
    default_hint = _("16位字母数字，不分大小写；找不到那张纸，就带上身份证到所在社区当面办理。")


def change_number(
    *, person: Person, code_id: UUID, typed: str, now: datetime, request: HttpRequest | None = None
) -> None:
    """Move the account to the number that the code has proved; the old one is told. Publishes `NumberChanged`.

    Raises `WrongCode`, `CodeExpired`, `NumberTaken`.
    """
    code = check_code(code_id=code_id, typed=typed, purpose=CodePurpose.CHANGE_NUMBER, now=now)
    if code.person_id != person.pk:
        raise NotFound
    _move(person, code, actor=_self(person), by_staff=False, now=now, keep=request)


def make_recovery_code(*, person: Person, now: datetime) -> str:
    """A new slip, `7KMX-…`, in place of the old one. The only time it is seen."""
    groups = ["".join(secrets.choice(ALPHABET) for _place in range(GROUP_LENGTH)) for _group in range(GROUPS)]
    with transaction.atomic():
        RecoveryCode.objects.update_or_create(
            person=person, defaults={"code_hash": _digest("".join(groups)), "created_at": now},
        )  # fmt: skip
        _note(_self(person), "people.recovery_code_made", person, now)
    return "-".join(groups)


def recover_account(*, recovery_code: str, code_id: UUID, typed: str, now: datetime) -> Person:
    """By the slip and a code sent to the new number. The slip is used up. Publishes `NumberChanged`.

    Each guess at the slip costs a text message, and those are limited. Raises `WrongRecoveryCode`, `WrongCode`,
    `CodeExpired`, `NumberTaken`.
    """
    code = check_code(code_id=code_id, typed=typed, purpose=CodePurpose.RECOVER, now=now)
    found = RecoveryCode.objects.filter(code_hash=_digest(_plain(recovery_code)), person__is_active=True)
    slip = found.select_related("person__subject").first()
    if slip is None:
        raise WrongRecoveryCode(fields={"recovery_code": WrongRecoveryCode.default_message})
    _move(slip.person, code, actor=_self(slip.person), by_staff=False, now=now)
    RecoveryCode.objects.filter(pk=slip.pk).delete()
    return slip.person


def recover_by_staff(
    *, actor: Actor, assignment: Assignment, code_id: UUID, typed: str, identity_check: str, now: datetime
) -> Person:
    """Somebody came in person, was identified, and has the new phone at hand. Publishes `NumberChanged`.

    `identity_check` is an `IdentityCheck`; it goes into the audit row. Raises `NotFound`, `Invalid`, `WrongCode`,
    `CodeExpired`, `NumberTaken`.
    """
    if not allows(actor, "people.recover", assignment):
        raise NotFound
    if identity_check not in IdentityCheck.values:
        raise Invalid(fields={"identity_check": _("请选看了哪种证件；没看到原件就不能办。")})
    code = check_code(code_id=code_id, typed=typed, purpose=CodePurpose.RECOVER, now=now)
    if code.person_id != assignment.person_id:
        raise NotFound
    _move(assignment.person, code, actor=actor, by_staff=True, now=now, how=identity_check)
    return assignment.person


def _move(
    person: Person,
    code: OneTimeCode,
    *,
    actor: Actor,
    by_staff: bool,
    now: datetime,
    how: str = "",
    keep: HttpRequest | None = None,
) -> None:
    old = person.phone
    if Person.objects.filter(phone_index__holds=code.phone).exclude(pk=person.pk).exists():
        raise NumberTaken
    person.phone = code.phone
    try:
        with transaction.atomic():
            person.save(update_fields=["phone", "phone_index"])
            _note(actor, "people.change_number", person, now, how=how)
            publish(NumberChanged(by_staff), subject_id=person.subject.pk, now=now)
    except IntegrityError:
        person.phone = old
        raise NumberTaken from None
    end_all_sessions(person=person, reason="number_changed", now=now, keep=keep, actor=actor)
    _tell_old_number(old, code, now)


def _tell_old_number(old: str, code: OneTimeCode, now: datetime) -> None:
    if not old or old == code.phone:
        return
    try:
        send_sms(
            to=national_mobile(old),
            template=NUMBER_CHANGED,
            params={"tail": code.phone[-4:]},
            key=f"people.number_changed:{code.public_id}",
            now=now,
        )
    except ChannelDown:
        return  # the change stands; the receipt stays open and `nuanxin check` shows it


def _plain(recovery_code: str) -> str:
    return "".join(char for char in recovery_code.upper() if char in ALPHABET)


def _digest(plain: str) -> str:
    return salted_hmac("nuanxin.people.recovery", plain, algorithm="sha256").hexdigest()


def _self(person: Person) -> Actor:
    return Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)


def _note(actor: Actor, action: str, person: Person, now: datetime, how: str = "") -> None:
    record(
        actor=actor, action=action, object_type="people.subject", object_id=person.subject.pk,
        detail={"how": how} if how else None, now=now,
    )  # fmt: skip
