"""Classified protection, level 3 (`domain.md` §8): what no other test holds. docs/security.md has the whole table."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings as product
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.access.http import ForwardedMiddleware
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.checks.configuration import configuration
from nuanxin.people import services
from nuanxin.people.enums import SignInMethod
from nuanxin.people.middleware import SEEN_COOKIE, seen_value
from nuanxin.people.models import Assignment, Person, Role, RoleAction, SignIn
from nuanxin.people.queries import grants_of
from nuanxin.people.services.sessions import STAFF_SESSION, STARTED_KEY
from tests.factories.people import NOW, STREET, mobile, sign_in, staff, worker
from tests.factories.territories import put_city
from tests.servers import environment_of

pytestmark = pytest.mark.django_db
ME = "/me/name/"
PASSWORD = "Fenglin-2026!"


def with_password(role="dispatcher"):
    assignment = staff(role, scope_code=STREET)
    person = Person.objects.get(pk=assignment.person_id)
    services.set_password(person=person, password=PASSWORD, now=timezone.now())
    return person, assignment


# --- Identity ------------------------------------------------------------------------------------------------------
def test_a_login_name_and_a_number_are_one_persons():
    services.create_person(name="李云霞", login_name="li.yunxia", now=NOW)
    phone = mobile()
    first = worker(phone=phone)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(name="李", login_name="li.yunxia", registered_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(name="王", phone=first.phone, registered_at=NOW)


def test_an_installation_begins_without_any_account(db):
    """Nothing to remove: the first account is made by an invitation that works once."""
    assert not Person.objects.exists()
    assert "django.contrib.admin" not in product.INSTALLED_APPS


def test_there_is_no_account_that_passes_every_check():
    """No superuser: the model has none of Django's permissions, and no role of ours holds all of them."""
    person, _assignment = with_password()
    assert not hasattr(person, "has_perm")
    assert not hasattr(person, "is_superuser")
    everything = set(RoleAction.objects.values_list("permission", flat=True))
    for role in Role.objects.all():
        assert set(grants_of(role.code).extents) < everything, role.code


# --- Sessions ------------------------------------------------------------------------------------------------------
def test_a_busy_session_ends_with_the_working_day(client):
    sign_in(client, staff("dispatcher", scope_code=STREET), method=SignInMethod.TWO_FACTORS)
    session = client.session
    session[STARTED_KEY] = int((timezone.now() - STAFF_SESSION + timedelta(minutes=5)).timestamp())
    session.save()
    client.cookies[SEEN_COOKIE] = seen_value(session.session_key, timezone.now())
    assert client.get(ME).status_code == 200
    session[STARTED_KEY] = int((timezone.now() - STAFF_SESSION - timedelta(minutes=1)).timestamp())
    session.save()
    client.cookies[SEEN_COOKIE] = seen_value(session.session_key, timezone.now())
    assert client.get(ME).status_code == 302
    assert SignIn.objects.get().ended_at is not None


def test_signing_in_takes_a_new_session_and_leaves_none_behind(client, settings):
    """What somebody planted in the browser before signing in opens nothing afterwards."""
    settings.NUANXIN_STAFF_TWO_FACTORS = False
    person, _assignment = with_password()
    client.get(reverse("people:sign_in") + "?next=/me/")
    planted = client.session.session_key
    client.post(reverse("people:staff_sign_in"), {"login_name": person.login_name, "password": PASSWORD})
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()
    stranger = Client()
    stranger.cookies["sessionid"] = planted
    assert stranger.get(ME).status_code == 302


def test_signing_out_leaves_nothing_in_the_database(client):
    sign_in(client, worker(), method=SignInMethod.PHONE)
    key = client.session.session_key
    client.post(reverse("people:sign_out"))
    assert not Session.objects.filter(session_key=key).exists()


def test_a_new_password_ends_the_other_sessions(settings):
    settings.NUANXIN_STAFF_TWO_FACTORS = False
    put_city()
    person, assignment = with_password()
    here, there = Client(), Client()
    for each in (here, there):
        sign_in(each, assignment, method=SignInMethod.PASSWORD)
        each.cookies[SEEN_COOKIE] = seen_value(each.session.session_key, timezone.now())
    assert there.get(ME).status_code == 200
    given = {"password": "Yunqi-2027!x", "again": "Yunqi-2027!x"}
    assert here.post(reverse("people:change_password"), given).status_code == 302
    assert there.get(ME).status_code == 302
    assert here.get(ME).status_code == 200
    assert person.check_password(PASSWORD)  # of the row as it was read before


def test_an_ended_assignment_ends_what_its_session_opened():
    put_city()
    assignment = staff("street_lead", scope_code=STREET)
    client = sign_in(Client(), assignment, method=SignInMethod.PERSONA)
    assert client.get(reverse("people:people")).status_code == 200
    services.end_assignment(actor=SYSTEM, assignment=assignment, now=timezone.now())
    assert client.get(reverse("people:people")).status_code in {302, 404}


# --- Locks: django-axes counts by login name, our own limit by address ----------------------------------------------
def test_five_failures_lock_and_others_may_still_sign_in(client, settings):
    settings.NUANXIN_STAFF_TWO_FACTORS = False
    person, _assignment = with_password()
    other, _their = with_password("street_lead")
    url = reverse("people:staff_sign_in")
    wrong = {"login_name": person.login_name, "password": "not-the-one-1A"}
    codes = [client.post(url, wrong).status_code for _ in range(5)]
    assert codes[:4] == [422] * 4
    assert codes[4] == 429
    right = client.post(url, {"login_name": person.login_name, "password": PASSWORD})
    assert right.status_code == 429
    assert 14 * 60 < int(right["Retry-After"]) <= 15 * 60
    assert client.post(url, {"login_name": other.login_name, "password": PASSWORD}).status_code == 302
    earlier = F("attempt_time") - timedelta(minutes=11)
    AccessAttempt.objects.filter(username=person.login_name).update(attempt_time=earlier)
    later = client.post(url, {"login_name": person.login_name, "password": PASSWORD})
    assert 3 * 60 < int(later["Retry-After"]) <= 4 * 60
    assert "请等 4 分钟再试" in later.content.decode()


def test_one_address_does_not_try_a_thousand_names(settings):
    settings.NUANXIN_LIMITS = ["sign_in=3/1d"]
    url = reverse("people:staff_sign_in")
    answers = [
        Client().post(url, {"login_name": f"name{number}", "password": "not-the-one-1A"})
        for number in range(4)
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
    assert int(answers[3]["Retry-After"]) > 0
    english = Client(headers={"accept-language": "en"}).post(url, {"login_name": "name9", "password": "x"})
    assert english.status_code == 429


# --- Transport: as a city sets it -----------------------------------------------------------------------------------
ASK = """
import django; django.setup()
from django.conf import settings as s
import json
print(json.dumps({n: getattr(s, n) for n in (
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
    "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "X_FRAME_OPTIONS")}))
"""


def test_with_tls_the_cookies_are_secure_and_browsers_remember_it(tmp_path):
    environment = environment_of(tmp_path, NUANXIN_HTTPS="1") | {
        "DJANGO_SETTINGS_MODULE": "nuanxin.config.settings"
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SECURE_SSL_REDIRECT"]
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SECURE_HSTS_SECONDS"] >= timedelta(days=180).total_seconds()


@pytest.mark.parametrize(
    ("trusted", "header", "secure"),
    [
        ([], "https", False),
        (["10.0.0.1"], "https", True),
        (["10.0.0.1"], "http", False),
        (["10.0.0.2"], "https", False),
    ],
)
def test_tls_at_the_proxy_is_believed_of_a_trusted_one_only(settings, trusted, header, secure):
    settings.NUANXIN_TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_PROTO=header)
    seen = []
    ForwardedMiddleware(lambda request: seen.append(request.is_secure()))(request)
    assert seen == [secure]


def test_check_names_what_a_city_has_forgotten(settings):
    settings.DEMO = False
    settings.SESSION_COOKIE_SECURE = True
    settings.ALLOWED_HOSTS = ["*"]
    settings.NUANXIN_TRUSTED_PROXIES = []
    settings.BASE_URL = "http://nuanxin.example.gov.cn"
    settings.NUANXIN_SECURITY_CONTACT = []
    found = {finding.code for finding in configuration(timezone.now())}
    assert {"proxy-unknown", "hosts-any", "base-url-plain", "disclosure-missing"} <= found
    settings.ALLOWED_HOSTS = ["nuanxin.example.gov.cn"]
    settings.NUANXIN_TRUSTED_PROXIES = ["10.0.0.1"]
    settings.BASE_URL = "https://nuanxin.example.gov.cn"
    settings.NUANXIN_SECURITY_CONTACT = ["security@example.gov.cn"]
    found = {finding.code for finding in configuration(timezone.now())}
    assert not {"proxy-unknown", "hosts-any", "base-url-plain", "disclosure-missing"} & found


# --- Audit: what administrators do is written down ------------------------------------------------------------------
def written(action):
    return AuditEntry.objects.filter(action=action).exists()


def test_what_administrators_do_to_accounts_is_in_the_log():
    """Each is done once here by the service that the pages call."""
    put_city()
    person, assignment = with_password()
    invited = services.invite_person(actor=SYSTEM, name="张三", role="system_admin", now=NOW)
    services.withdraw_invitation(actor=SYSTEM, invitation=invited.invitation, now=NOW)
    services.reset_second_factor(actor=SYSTEM, person=person, now=NOW)
    services.end_all_sessions(person=person, reason="asked", now=timezone.now())
    services.end_assignment(actor=SYSTEM, assignment=assignment, now=timezone.now())
    for action in (
        "people.assign", "people.set_password", "people.invite", "people.withdraw_invitation",
        "people.second_factor_reset", "people.end_sessions", "people.end_assignment",
    ):  # fmt: skip
        assert written(action), action


def test_a_log_entry_names_when_who_what_and_how_it_went():
    staff("dispatcher", scope_code=STREET)
    names = {field.name for field in AuditEntry._meta.get_fields()}
    assert {"at", "actor_subject_id", "role", "action", "object_type", "object_id", "result"} <= names
    entry = AuditEntry.objects.filter(action="people.assign").latest("pk")
    assert (entry.role, entry.result) == ("system", "ok")
    assert entry.object_id == str(Assignment.objects.get().pk)
