"""Passwords of staff (`domain.md` §8): ten characters, three of four kinds, ninety days, none of the last five."""

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.limits import seconds_left, wait_words
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Invalid, RateLimited
from nuanxin.people.models import Person

SHORTEST = 10
LONGEST = 128
KINDS_NEEDED = 3
REMEMBERED = 5
VALID_FOR = timedelta(days=90)


class WeakPassword(Invalid):
    default_message = _("这个密码还不够安全。")
    default_hint = _("至少10个字符，大写字母、小写字母、数字、符号四种里有三种。")


class WrongPassword(Invalid):
    default_message = _("登录名或密码不对。")
    default_hint = _("连错5次会锁15分钟；忘了密码请找管理员重发邀请。")


class LockedOut(RateLimited):
    default_message = _("错了5次，这个账号锁15分钟。")
    default_retry_after = 900

    @classmethod
    def of(cls, login_name: str, *, now: datetime) -> "LockedOut":
        """With the time that is left: until so few of the wrong tries count that another one is let through."""
        lasts = settings.AXES_COOLOFF_TIME
        tries = AccessAttempt.objects.filter(username=login_name, attempt_time__gt=now - lasts)
        rows = list(tries.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
        left, counted = lasts, sum(failures for _at, failures in rows)
        for at, failures in rows:
            counted -= failures
            if counted < settings.AXES_FAILURE_LIMIT:
                left = min(at + lasts - now, lasts - timedelta(seconds=1))
                break
        seconds = seconds_left(left)
        hint = gettext("%(wait)s如果不是您本人在试，请告诉安全管理员。") % {"wait": wait_words(seconds)}
        return cls(hint=hint, retry_after=seconds)


def set_password(*, person: Person, password: str, now: datetime) -> None:
    """Set it and remember its digest. Ends the other sessions, because their hash changes. Raises `WeakPassword`."""
    check_new_password(person=person, password=password)
    person.set_password(password)
    person.password_changed_at = now
    person.password_history = [person.password, *person.password_history][:REMEMBERED]
    actor = Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)
    with transaction.atomic():
        person.save(update_fields=["password", "password_changed_at", "password_history"])
        record(
            actor=actor, action="people.set_password", object_type="people.subject",
            object_id=person.subject.pk, now=now,
        )  # fmt: skip


def check_new_password(*, person: Person, password: str) -> None:
    problem = _problem(person, password)
    if problem:
        raise WeakPassword(fields={"password": problem})


def _problem(person: Person, password: str) -> Any:
    kinds = (
        any(char.isascii() and char.islower() for char in password),
        any(char.isascii() and char.isupper() for char in password),
        any(char.isdigit() for char in password),
        any(not (char.isascii() and char.isalnum()) for char in password),
    )
    if len(password) < SHORTEST:
        return _("至少10个字符。")
    if len(password) > LONGEST:
        return _("最多128个字符。")
    if sum(kinds) < KINDS_NEEDED:
        return _("大写字母、小写字母、数字、符号，四种里要有三种。")
    if person.login_name and person.login_name.lower() in password.lower():
        return _("密码里不要带登录名。")
    if any(check_password(password, old) for old in person.password_history):
        return _("最近5次用过的密码不能再用。")
    return None


def is_expired(person: Person, *, now: datetime) -> bool:
    return person.password_changed_at is None or now - person.password_changed_at > VALID_FOR


def check_password_of(*, request: HttpRequest, login_name: str, password: str, now: datetime) -> Person:
    """Whose login name and password they are. Raises `LockedOut`, `WrongPassword`.

    django-axes counts the failures, those of unknown login names too; it reads its own clock.
    """
    credentials = {"username": login_name}
    if not AxesProxyHandler.is_allowed(request, credentials):
        raise LockedOut.of(login_name, now=now)
    person = authenticate(request, username=login_name, password=password)
    if isinstance(person, Person):
        return person
    if AxesProxyHandler.is_allowed(request, credentials):
        raise WrongPassword
    raise LockedOut.of(login_name, now=now)


def count_wrong_code(*, request: HttpRequest, login_name: str) -> None:
    """A wrong dynamic code counts like a wrong password, so that the second factor cannot be guessed either."""
    user_login_failed.send(sender=__name__, credentials={"username": login_name}, request=request)
