"""The second factor of staff: time-based codes (RFC 6238) by django-allauth, with the replay guard in the database.

allauth remembers used codes in the process cache; two web processes would each accept one once. The last accepted
counter is kept beside the secret instead, moved by compare-and-set.
"""

from datetime import datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Invalid
from nuanxin.people.models import Person

PERIOD_SECONDS = 30
TOLERATED_STEPS = 1  # a phone's clock may be half a minute off


class WrongDynamicCode(Invalid):
    default_message = _("动态码不对。")
    default_hint = _("看看手机时间准不准，等它跳到下一个再输；连错5次会锁15分钟。")


def new_secret() -> str:
    """For the set-up page; it becomes the person's only when a code made from it has come back."""
    return str(generate_totp_secret())


def provisioning_uri(*, person: Person, secret: str) -> str:
    """What the authenticator app scans."""
    return str(get_adapter().build_totp_url(person, secret))


def confirm_second_factor(*, person: Person, secret: str, code: str, now: datetime) -> None:
    """Store the secret, encrypted, in place of any earlier one. Raises `WrongDynamicCode`."""
    counter = _matching_counter(secret, code, now)
    if counter is None:
        raise WrongDynamicCode(fields={"code": WrongDynamicCode.default_message})
    with transaction.atomic():
        Authenticator.objects.update_or_create(
            user=person,
            type=Authenticator.Type.TOTP,
            defaults={
                "data": {"secret": get_adapter().encrypt(secret), "counter": counter},
                "created_at": now,
            },
        )
        _note(_self(person), "people.second_factor_set", person, now)


def check_second_factor(*, person: Person, code: str, now: datetime) -> None:
    """Accept each code once. Raises `WrongDynamicCode`, also where there is no second factor."""
    row = Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).first()
    counter = _matching_counter(get_adapter().decrypt(row.data["secret"]), code, now) if row else None
    if row is None or counter is None or counter <= row.data.get("counter", 0):
        raise WrongDynamicCode(fields={"code": WrongDynamicCode.default_message})
    moved = Authenticator.objects.filter(pk=row.pk, data__counter=row.data["counter"])
    if not moved.update(data={**row.data, "counter": counter}, last_used_at=now):
        raise WrongDynamicCode(fields={"code": WrongDynamicCode.default_message})


def reset_second_factor(*, actor: Actor, person: Person, now: datetime) -> None:
    """For a lost phone, after checking in person who it is: the next sign-in sets up a new one.

    The caller has checked `people.assign` on an assignment of the person.
    """
    with transaction.atomic():
        Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).delete()
        _note(actor, "people.second_factor_reset", person, now)


def renew_secret(*, factor_id: int) -> None:
    """After a new key was put in front of the ring: the same secret under that key."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=factor_id).first()
        if row:
            secret = get_adapter().encrypt(get_adapter().decrypt(row.data["secret"]))
            Authenticator.objects.filter(pk=row.pk).update(data={**row.data, "secret": secret})


def _matching_counter(secret: str, code: str, now: datetime) -> int | None:
    digits = "".join(char for char in code if char.isdecimal())
    current = int(now.timestamp()) // PERIOD_SECONDS
    for counter in range(current - TOLERATED_STEPS, current + TOLERATED_STEPS + 1):
        if constant_time_compare(format_hotp_value(hotp_value(secret, counter)), digits):
            return counter
    return None


def _self(person: Person) -> Actor:
    return Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)


def _note(actor: Actor, action: str, person: Person, now: datetime) -> None:
    record(actor=actor, action=action, object_type="people.subject", object_id=person.subject.pk, now=now)
