"""A mark on the phone at which one signs in, for one purpose: points that one phone earns for many accounts.

It is random, first-party, sent to the sign-in pages alone and says nothing of the device. Staff and the accounts of a
demo are not marked: they earn no points.
"""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from nuanxin.people.enums import SignInMethod
from nuanxin.people.models import DeviceMark, Person
from nuanxin.people.queries.devices import KEPT, device_digest

MARK_COOKIE = "nx_device"
MARK_PATH = "/sign-in/"  # no page on which one reports ever receives it
MARK_KEY = "nx_device"
MARKED = frozenset({SignInMethod.PHONE, SignInMethod.RECOVERY})
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


def carry_mark(request: HttpRequest) -> None:
    """From the sign-in page to the registration that follows it, where the cookie is not sent."""
    if known := request.COOKIES.get(MARK_COOKIE, ""):
        request.session[MARK_KEY] = known[:22]


def mark_device(*, request: Any, person: Person, method: str, now: datetime) -> None:
    """Note that the person signed in here today; the answer to this request carries the mark (`set_mark`)."""
    carried = request.session.pop(MARK_KEY, "")
    if method not in MARKED:
        return
    known = request.COOKIES.get(MARK_COOKIE, "") or carried
    mark = known if _SHAPE.fullmatch(known) else secrets.token_urlsafe(16)
    day = timezone.localdate(now)
    DeviceMark.objects.update_or_create(person=person, digest=device_digest(mark), defaults={"seen_on": day})
    request.device_mark = mark


def set_mark(request: HttpRequest, response: HttpResponse) -> None:
    """After a sign-in."""
    mark = getattr(request, "device_mark", "")
    if mark:
        response.set_cookie(
            MARK_COOKIE, mark, max_age=int(timedelta(days=KEPT).total_seconds()), path=MARK_PATH, httponly=True,
            samesite="Strict", secure=settings.SESSION_COOKIE_SECURE,
        )  # fmt: skip
