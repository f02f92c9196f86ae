"""Pages asked for over one keep-alive connection, as a browser and as a program would."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http.client import HTTPConnection

from django.conf import settings
from django.test import Client
from django.utils import timezone

from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.people import sign_in


@dataclass
class Visitor:
    """Somebody signed in: the headers of a browser, or of a program with a token."""

    headers: dict[str, str] = field(default_factory=dict)


def browser_of(assignment: Assignment) -> Visitor:
    client = sign_in(Client(), assignment)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return Visitor({"Cookie": cookie, "Accept-Language": "zh-CN"})


def program_of(assignment: Assignment) -> Visitor:
    _row, key = create_token(
        person=assignment.person, assignment=assignment, name="benchmark", now=timezone.now()
    )
    return Visitor({"Authorization": f"Bearer {key}"})


class Line:
    """One connection to one server, kept open."""

    def __init__(self, port: int) -> None:
        self.http = HTTPConnection("127.0.0.1", port)

    def get(self, visitor: Visitor, path: str) -> tuple[float, bytes]:
        """Seconds until the whole page is here, and the page. Anything but 200 is an error."""
        start = time.perf_counter()
        self.http.request("GET", path, headers=visitor.headers)
        answer = self.http.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - start
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
        return seconds, body
