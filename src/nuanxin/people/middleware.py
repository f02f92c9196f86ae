"""From the request to its language and its actor: the session is one statement, the actor another, and no more."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _

from nuanxin.kernel.access import ANONYMOUS
from nuanxin.people import queries, services
from nuanxin.people.models import Assignment, Person
from nuanxin.people.services.sessions import (
    ASSIGNMENT_KEY,
    IDLE_METHODS,
    LANGUAGE_KEY,
    METHOD_KEY,
    is_over,
    reaches,
)
from nuanxin.people.services.tokens import token_digest

Respond = Callable[[HttpRequest], HttpResponse]

IDLE_LIMIT = timedelta(minutes=30)  # domain.md §8, classified protection level 3
SEEN_EVERY = timedelta(minutes=1)
SEEN_COOKIE = "nx_seen"
POLL_HEADER = "X-Poll"  # a page that refreshes itself sends it: nobody is working there


class LocaleMiddleware:
    """The device's choice (the switch on every page), else the person's, else the browser's; Chinese by default."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        self.known = dict(settings.LANGUAGES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def _language(self, request: HttpRequest) -> str:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen in self.known:
            return chosen
        own = ""
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            own = request.session.get(LANGUAGE_KEY, "")
        return own if own in self.known else get_language_from_request(request)


class ActorMiddleware:
    """Sets `request.actor`, `request.assignment`, `request.person` and `request.now`."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.now = timezone.now()
        request.actor, request.assignment, request.person, request.api_token = ANONYMOUS, None, None, None
        key = _bearer(request)
        if key:
            self._by_token(request, key)
        elif settings.SESSION_COOKIE_NAME in request.COOKIES:
            self._by_session(request)
        response = self.get_response(request)
        _mark_seen(request, response)
        services.set_mark(request, response)
        return response

    def _by_token(self, request: Any, key: str) -> None:
        token = queries.token_in_force(token_hash=token_digest(key), now=request.now)
        if token is None:
            return
        token.assignment.person = token.person
        services.note_use(token=token, now=request.now)
        request.api_token = token
        _become(request, token.person, token.assignment)

    def _by_session(self, request: Any) -> None:
        person_id = request.session.get(SESSION_KEY)
        if not person_id:
            return
        if _is_idle(request):
            services.end_session(request=request, now=request.now)
            messages.info(request, _("半小时没有操作，已经替您退出。请重新登录。"))
            return
        if is_over(request.session, now=request.now):
            services.end_session(request=request, now=request.now)
            messages.info(request, _("这次登录的时间满了，请重新登录。"))
            return
        person, assignment = _person_and_assignment(request, int(person_id))
        if person is None or not _hash_fits(request, person):
            request.session.flush()
            return
        _become(request, person, assignment)


def _bearer(request: HttpRequest) -> str:
    """The key of an API call; pages never take one."""
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" and request.path.startswith("/api/") else ""


def _person_and_assignment(request: Any, person_id: int) -> tuple[Person | None, Assignment | None]:
    """One statement in the ordinary case; one or two more after an assignment has ended."""
    method, chosen = request.session.get(METHOD_KEY, ""), request.session.get(ASSIGNMENT_KEY)
    if chosen:
        assignment = queries.assignment_in_force(assignment_id=chosen, person_id=person_id, now=request.now)
        if assignment and reaches(method, assignment):
            return assignment.person, assignment
    for assignment in queries.assignments_in_force(person_id=person_id, now=request.now):
        if reaches(method, assignment):
            request.session[ASSIGNMENT_KEY] = assignment.pk
            return assignment.person, assignment
    return queries.person_with_subject(person_id=person_id), None


def _hash_fits(request: Any, person: Person) -> bool:
    """Whether the session began after the last change of password and the last "sign out everywhere"."""
    stored = request.session.get(HASH_SESSION_KEY, "")
    return constant_time_compare(stored, person.get_session_auth_hash())


def _become(request: Any, person: Person, assignment: Assignment | None) -> None:
    request.user = request.person = person
    request.assignment = assignment
    request.actor = queries.actor_for(assignment) if assignment else queries.actor_without_role(person)


# --- The idle rule of staff sessions, kept in a signed cookie: no write to the database for each request ------------
def _is_idle(request: Any) -> bool:
    if request.session.get(METHOD_KEY) not in IDLE_METHODS:
        return False
    seen = _seen_at(request)
    return seen is None or request.now.timestamp() - seen > IDLE_LIMIT.total_seconds()


def _mark_seen(request: Any, response: HttpResponse) -> None:
    """After the view, so that a session that has just begun is marked as well."""
    if request.api_token or request.session.get(METHOD_KEY) not in IDLE_METHODS:
        return
    seen = _seen_at(request)
    polled = POLL_HEADER in request.headers
    if seen is not None and (polled or request.now.timestamp() - seen < SEEN_EVERY.total_seconds()):
        return
    response.set_cookie(
        SEEN_COOKIE,
        seen_value(request.session.session_key, request.now),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def seen_value(session_key: str, at: datetime) -> str:
    return _signer(session_key).sign(str(int(at.timestamp())))


def _seen_at(request: Any) -> int | None:
    try:
        return int(_signer(request.session.session_key).unsign(request.COOKIES.get(SEEN_COOKIE, "")))
    except (BadSignature, ValueError):
        return None


def _signer(session_key: str | None) -> Signer:
    """Bound to the session: a cookie of another session says nothing about this one."""
    digest = hashlib.sha256((session_key or "").encode()).hexdigest()
    return Signer(salt=f"nuanxin.people.seen:{digest}")
