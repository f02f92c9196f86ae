"""Sessions: begun in one assignment, listed for their owner, ended one by one or all at once.

These services take the request, because a session lives in it.
"""

from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, login, logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import NotAllowed, NotFound
from nuanxin.kernel.events import publish
from nuanxin.people.enums import SignInMethod
from nuanxin.people.events import SessionsEnded
from nuanxin.people.models import Assignment, Person, SignIn
from nuanxin.people.queries import assignments_in_force
from nuanxin.people.services.devices import mark_device

METHOD_KEY = "nx_method"
ASSIGNMENT_KEY = "nx_assignment"
LANGUAGE_KEY = "nx_language"
STARTED_KEY = "nx_started"
BACKEND = "django.contrib.auth.backends.ModelBackend"
STAFF_SESSION = timedelta(hours=12)
IDLE_METHODS = frozenset({SignInMethod.PASSWORD, SignInMethod.TWO_FACTORS})


class SecondFactorNeeded(NotAllowed):
    default_message = _("这个身份要用工作账号登录。")
    default_hint = _("请退出后在登录页选“工作人员”，用密码和动态码登录。")


def start_session(
    *, request: HttpRequest, person: Person, method: str, now: datetime, assignment: Assignment | None = None
) -> Assignment | None:
    """Sign the person in and choose what they act as; `None` if nothing is left to act as. Audited.

    Raises `SecondFactorNeeded` for an assignment that this way of signing in does not reach.
    """
    chosen = assignment or _first_choice(person, method, now)
    if chosen and not reaches(method, chosen):
        raise SecondFactorNeeded
    login(request, person, backend=BACKEND)
    if not request.session.session_key:
        request.session.create()
    request.session[METHOD_KEY] = str(method)
    request.session[STARTED_KEY] = int(now.timestamp())
    request.session[LANGUAGE_KEY] = person.language
    request.session[ASSIGNMENT_KEY] = chosen.pk if chosen else None
    if method in IDLE_METHODS:
        request.session.set_expiry(STAFF_SESSION)
    mark_device(request=request, person=person, method=method, now=now)
    with transaction.atomic():
        SignIn.objects.update_or_create(
            session_key=request.session.session_key,
            defaults={"person": person, "method": method, "device": device_of(request), "started_at": now},
        )
        _note(person, "people.sign_in", now, method)
    return chosen


def _first_choice(person: Person, method: str, now: datetime) -> Assignment | None:
    choices = assignments_in_force(person_id=person.pk, now=now)
    return next((assignment for assignment in choices if reaches(method, assignment)), None)


def reaches(method: str, assignment: Assignment) -> bool:
    """Roles of staff need two factors; where the demo asks for none, the password alone; a persona needs nothing."""
    if not assignment.role.needs_two_factors:
        return True
    if method == SignInMethod.PASSWORD:
        return not settings.NUANXIN_STAFF_TWO_FACTORS
    return method in {SignInMethod.TWO_FACTORS, SignInMethod.PERSONA}


def is_over(session: SessionBase, *, now: datetime) -> bool:
    """However busy it was, a session has an end: a working day for staff, thirty days for others."""
    of_staff = session.get(METHOD_KEY) in IDLE_METHODS
    life = STAFF_SESSION.total_seconds() if of_staff else settings.SESSION_COOKIE_AGE
    return bool(now.timestamp() - session.get(STARTED_KEY, 0) > life)


def switch_assignment(*, request: HttpRequest, person: Person, public_id: UUID, now: datetime) -> Assignment:
    """Act as something else from now on. Audited. Raises `NotFound`, `SecondFactorNeeded`."""
    assignment = assignments_in_force(person_id=person.pk, now=now).filter(public_id=public_id).first()
    if assignment is None:
        raise NotFound
    if not reaches(request.session.get(METHOD_KEY, ""), assignment):
        raise SecondFactorNeeded
    _note(person, "people.switch_role", now, assignment.role_id)
    request.session[ASSIGNMENT_KEY] = assignment.pk
    return assignment


def end_session(*, request: HttpRequest, now: datetime) -> None:
    SignIn.objects.filter(session_key=request.session.session_key, ended_at=None).update(ended_at=now)
    logout(request)


def end_one_session(*, person: Person, public_id: UUID, now: datetime) -> None:
    """The person ends a session on another device. Raises `NotFound`."""
    found = SignIn.objects.filter(person=person, public_id=public_id, ended_at=None).first()
    if found is None:
        raise NotFound
    with transaction.atomic():
        SignIn.objects.filter(pk=found.pk).update(ended_at=now)
        _session_store()(found.session_key).delete()
        _note(person, "people.end_session", now)


def end_all_sessions(
    *,
    person: Person,
    reason: str,
    now: datetime,
    keep: HttpRequest | None = None,
    actor: Actor | None = None,
) -> None:
    """Every session of the person ends at its next request; `keep` is the one that goes on.

    `actor`: who does it for the person. Publishes `SessionsEnded`.
    """
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
        person.refresh_from_db(fields=["session_epoch", "password"])
        kept = keep.session.session_key if keep else ""
        SignIn.objects.filter(person=person, ended_at=None).exclude(session_key=kept).update(ended_at=now)
        _note(person, "people.end_sessions", now, reason, actor)
        publish(SessionsEnded(reason), subject_id=person.subject.pk, now=now)
    if keep:
        keep.session[HASH_SESSION_KEY] = person.get_session_auth_hash()


def device_of(request: HttpRequest) -> str:
    """As much as somebody needs to recognise the device: `Android · 微信`. Never the whole user agent."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    systems = ("HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
    programs = (
        ("MicroMessenger", "微信"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    system = next((name for name in systems if name in agent), "")
    program = next((label for mark, label in programs if mark in agent), "")
    return " · ".join(part for part in (system, program) if part)


def _session_store() -> type:
    store: type = import_module(settings.SESSION_ENGINE).SessionStore
    return store


def _note(person: Person, action: str, now: datetime, detail: str = "", actor: Actor | None = None) -> None:
    oneself = Actor(role="self", person_id=person.pk, subject_id=person.subject.pk)
    record(
        actor=actor or oneself, action=action, object_type="people.subject", object_id=person.subject.pk,
        detail={"how": detail} if detail else None, now=now,
    )  # fmt: skip
