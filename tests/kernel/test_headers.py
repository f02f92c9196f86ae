"""What every answer says to the browser: pages, errors, files, redirects, static files, the API."""

import re
from collections import deque

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access.http import SecurityHeadersMiddleware
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.architecture.test_access_walk import table
from tests.factories.addresses import operations, pages
from tests.factories.people import sign_in
from tests.factories.walked import walked_case

ALWAYS = {
    "Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
    "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
}  # fmt: skip


def check(answer, where):
    missing = [name for name in ALWAYS if name not in answer]
    assert not missing, (where, missing)
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'"), where
    for loose in ("unsafe-inline", "unsafe-eval", "*", "http:", "https:"):
        assert loose not in policy, (where, policy)
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    if answer.get("Content-Disposition", "").startswith("attachment"):
        assert "sandbox" in policy, where


@pytest.fixture
def case(town):
    return walked_case(town)


def as_(town, who):
    return sign_in(Client(), Assignment.objects.get(person=town.persons[who]))


def test_every_address_whoever_asks(town, case):
    """A stranger and a dispatcher walk all pages: found, refused, sent elsewhere or not there."""
    clients = [Client(), as_(town, "dispatcher")]
    seen = set()
    for address in pages(table(case)):
        for client in clients:
            answer = client.get(address.path)
            if answer.streaming:
                deque(answer.streaming_content, maxlen=0)  # read to its end, a file is closed
            check(answer, address.path)
            seen.add(answer.status_code)
    assert {200, 302, 404, 405} <= seen


def test_every_operation_of_the_api(town, case):
    person = town.persons["dispatcher"]
    given = Assignment.objects.get(person=person)
    text = create_token(person=person, assignment=given, name="x", now=timezone.now())[1]
    for client in (Client(), Client(headers={"authorization": f"Bearer {text}"})):
        for method, path in operations(table(case)):
            check(client.generic(method, path), path)


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/nowhere/", {}, 404),
        ("/sign-in/", {"HTTP_HOST": "elsewhere.example"}, 400),
        ("/sign-in/?x=%00", {}, 400),
        ("/static/nowhere.js", {}, 404),
        ("/api/v1/nowhere", {}, 404),
    ],
)
def test_errors(db, settings, path, given, status):
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = Client().get(path, **given)
    assert answer.status_code == status
    check(answer, path)


def test_a_fault_of_ours(db, settings, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("on purpose")

    monkeypatch.setattr("nuanxin.portal.views.can_serve", broken)
    answer = Client(raise_request_exception=False).get("/healthz")
    assert answer.status_code == 500
    check(answer, "/healthz")


def test_a_form_without_its_token(db):
    answer = Client(enforce_csrf_checks=True).post("/sign-in/", {})
    assert answer.status_code == 403
    check(answer, "csrf")


def test_the_report_page_may_use_camera_microphone_and_place_and_nothing_else(town):
    policy = as_(town, "worker").get("/report/")["Permissions-Policy"]
    for name in ("camera", "microphone", "geolocation"):
        assert f"{name}=(self)" in policy
    assert re.findall(r"(\w[\w-]*)=\(self\)", policy) == ["geolocation", "camera", "microphone"]


def test_what_somebody_sent_us_is_sandboxed(rf):
    for kind in ("image/jpeg", "audio/mp4", "application/octet-stream", "image/svg+xml"):
        middleware = SecurityHeadersMiddleware(
            lambda request, kind=kind: HttpResponse(b"x", content_type=kind)
        )
        policy = middleware(rf.get("/"))["Content-Security-Policy"]
        assert "sandbox" in policy
        assert "script-src" not in policy


def test_desks_leave_nothing_behind_the_back_button(town, case):
    assert "no-store" in as_(town, "dispatcher").get("/cases/")["Cache-Control"]
    assert "no-store" in as_(town, "audit_admin").get("/audit/")["Cache-Control"]


def test_a_collector_of_violations_is_a_setting(db, settings):
    assert "report-uri" not in Client().get("/sign-in/")["Content-Security-Policy"]
    settings.NUANXIN_CSP_REPORT_URI = "https://csp.example.gov.cn/nuanxin"
    policy = Client().get("/sign-in/")["Content-Security-Policy"]
    assert policy.endswith("; report-uri https://csp.example.gov.cn/nuanxin")
    assert "script-src 'self';" in policy


def test_whoever_watches_this_machine_asks_without_tls(db, settings):
    """A monitor or a balancer stands beside the proxy; everybody else is sent to HTTPS."""
    settings.SECURE_SSL_REDIRECT = True
    beside = Client()
    assert beside.get("/healthz").status_code == 200
    assert beside.get("/sign-in/").status_code == 301
