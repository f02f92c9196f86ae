import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.channels.queries import recorded_messages
from nuanxin.kernel.retention import rule_named, run_rule
from nuanxin.people import queries, services
from nuanxin.people.enums import CodePurpose, SignInMethod
from nuanxin.people.middleware import IDLE_LIMIT, POLL_HEADER, SEEN_COOKIE, seen_value
from nuanxin.people.models import Assignment, DeviceMark, OneTimeCode, Person, SignIn
from nuanxin.people.queries.devices import accounts_beside
from nuanxin.people.services import SecondFactorNeeded, WeakPassword
from tests.factories.people import COMMUNITY, NOW, OTHER_COMMUNITY, STREET, sign_in, staff, worker
from tests.factories.territories import put_city

pytestmark = pytest.mark.django_db

ME = "/me/name/"
POST_ONLY = "/me/sessions/"  # answers a GET with 405, and does nothing else


def seen_at(client, at):
    client.cookies[SEEN_COOKIE] = seen_value(client.session.session_key, at)


def test_a_page_costs_the_session_and_the_actor(client, django_assert_num_queries):
    sign_in(client, worker())
    client.get(ME)
    with django_assert_num_queries(2):
        assert client.get(POST_ONLY).status_code == 405


def test_a_visitor_costs_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(reverse("people:sign_in")).status_code == 200


def test_staff_are_signed_out_after_half_an_hour_without_a_click(client):
    sign_in(client, staff("dispatcher", scope_code=STREET), method=SignInMethod.TWO_FACTORS)
    seen_at(client, timezone.now())
    assert client.get(ME).status_code == 200
    seen_at(client, timezone.now() - IDLE_LIMIT - timedelta(seconds=5))
    assert client.get(ME).status_code == 302
    assert SignIn.objects.get().ended_at is not None


def test_a_page_that_refreshes_itself_is_not_somebody_working(client):
    sign_in(client, staff("dispatcher", scope_code=STREET), method=SignInMethod.TWO_FACTORS)
    earlier = timezone.now() - timedelta(minutes=20)
    seen_at(client, earlier)
    before = client.cookies[SEEN_COOKIE].value
    client.get(ME, headers={POLL_HEADER: "1"})
    assert client.cookies[SEEN_COOKIE].value == before
    client.get(ME)
    assert client.cookies[SEEN_COOKIE].value != before


def test_the_mark_of_another_session_is_worth_nothing(client):
    sign_in(client, staff("dispatcher", scope_code=STREET), method=SignInMethod.TWO_FACTORS)
    client.cookies[SEEN_COOKIE] = seen_value("somebody-elses-session", timezone.now())
    assert client.get(ME).status_code == 302


def test_workers_are_not_signed_out(client):
    sign_in(client, worker(), method=SignInMethod.PHONE)
    assert SEEN_COOKIE not in client.cookies
    assert client.get(ME).status_code == 200


def test_the_idle_rule_writes_nothing(client, django_assert_num_queries):
    sign_in(client, staff("dispatcher", scope_code=STREET), method=SignInMethod.TWO_FACTORS)
    seen_at(client, timezone.now() - timedelta(minutes=5))
    client.get(POST_ONLY)  # what a role may do is kept in the process from now on
    seen_at(client, timezone.now() - timedelta(minutes=5))
    before = client.cookies[SEEN_COOKIE].value
    with django_assert_num_queries(2):
        assert client.get(POST_ONLY).status_code == 405
    assert client.cookies[SEEN_COOKIE].value != before


def test_a_phone_does_not_open_a_desk(client):
    person = worker()
    desk = services.assign(actor=SYSTEM, person=person, role="grid", scope_code=COMMUNITY, now=NOW)
    sign_in(client, Assignment.objects.get(person=person, role="worker"), method=SignInMethod.PHONE)
    response = client.post(reverse("people:switch"), {"assignment": desk.public_id})
    assert response.status_code == 403
    assert client.get(reverse("people:people")).status_code == 404
    with pytest.raises(SecondFactorNeeded):
        sign_in(client, desk, method=SignInMethod.PHONE)


def test_switching_roles(client):
    put_city()
    person = worker()
    part_time = services.assign(
        actor=SYSTEM, person=person, role="grid_part", scope_code=OTHER_COMMUNITY, now=NOW
    )
    sign_in(client, Assignment.objects.get(person=person, role="worker"), method=SignInMethod.PHONE)
    assert "切换" in client.get(reverse("people:me")).content.decode()
    assert client.post(reverse("people:switch"), {"assignment": part_time.public_id}).status_code == 302
    assert client.session["nx_assignment"] == part_time.pk
    other = staff("grid", scope_code=COMMUNITY)
    assert client.post(reverse("people:switch"), {"assignment": other.public_id}).status_code == 404
    assert client.post(reverse("people:switch"), {"assignment": "x"}).status_code == 404


def test_ending_sessions(client):
    person = worker()
    here, there, elsewhere = client, Client(), Client()
    for each in (here, there, elsewhere):
        sign_in(each, person, method=SignInMethod.PHONE)
    assert queries.sign_ins_of(person.pk).count() == 3
    row = SignIn.objects.get(session_key=there.session.session_key)
    here.post(reverse("people:end_session", args=[row.public_id]))
    assert there.get(ME).status_code == 302
    assert elsewhere.get(ME).status_code == 200
    here.post(reverse("people:end_other_sessions"))
    assert elsewhere.get(ME).status_code == 302
    assert here.get(ME).status_code == 200
    assert here.post(reverse("people:end_session", args=[row.public_id])).status_code == 404


def test_a_session_without_a_way_in_opens_no_desk(client):
    """A session that our sign-in did not begin is none."""
    assignment = staff("street_lead", scope_code=STREET)
    client.force_login(assignment.person)
    assert client.get(reverse("people:people")).status_code == 302


def test_the_language_is_the_devices_choice_then_ones_own(client):
    person = worker(language="en")
    sign_in(client, person, method=SignInMethod.PHONE)
    assert client.get(ME).headers["Content-Language"] == "en"
    client.cookies["django_language"] = "zh-hans"
    assert client.get(ME).headers["Content-Language"] == "zh-hans"
    assert Client().get("/sign-in/").headers["Content-Language"] == "zh-hans"
    assert Client().get("/sign-in/", headers={"accept-language": "en-GB"}).headers["Content-Language"] == "en"


def test_a_token_acts_in_its_assignment_until_revoked(client, rf):
    person = worker()
    sign_in(client, person)
    page = client.post(reverse("people:tokens"), {"name": "我的脚本", "days": "30"}).content.decode()
    key = page.split('value="nx_')[1].split('"')[0]
    headers = {"authorization": f"Bearer nx_{key}"}
    assert Client().get("/api/v1/cases", headers=headers).status_code != 401
    assert Client().get("/api/v1/cases").status_code == 401
    assert Client().get(ME, headers=headers).status_code == 302  # pages take no keys
    token = queries.tokens_of(person.pk, now=timezone.now()).get()
    assert key not in token.token_hash
    assert token.last_used_at is not None
    client.post(reverse("people:revoke_token", args=[token.public_id]))
    assert Client().get("/api/v1/cases", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "password", ["short-1A", "alllowercaseletters", "ALLUPPER12345", "1234567890123", "dispatcher-Pass-1"]
)
def test_weak_passwords(password):
    person = services.create_person(name="李云霞", login_name="dispatcher", now=NOW)
    with pytest.raises(WeakPassword):
        services.set_password(person=person, password=password, now=NOW)


def test_none_of_the_last_five_and_not_older_than_ninety_days():
    person = services.create_person(name="李云霞", login_name="li.yunxia", now=NOW)
    passwords = [f"Fenglin-{number}-2026" for number in range(6)]
    for password in passwords:
        services.set_password(person=person, password=password, now=NOW)
    for password in passwords[1:]:
        with pytest.raises(WeakPassword):
            services.set_password(person=person, password=password, now=NOW)
    services.set_password(person=person, password=passwords[0], now=NOW)
    assert not services.is_expired(person, now=NOW + timedelta(days=90))
    assert services.is_expired(person, now=NOW + timedelta(days=91))


def test_an_expired_password_is_changed_before_anything_else(client, settings):
    settings.NUANXIN_STAFF_TWO_FACTORS = False
    put_city()
    assignment = staff("dispatcher", scope_code=STREET)
    person = Person.objects.get(pk=assignment.person_id)
    services.set_password(person=person, password="Fenglin-2026!", now=NOW - timedelta(days=91 + 3650))
    given = {"login_name": person.login_name, "password": "Fenglin-2026!"}
    response = client.post(reverse("people:staff_sign_in"), given)
    assert response.url == reverse("people:new_password")
    assert client.get(reverse("people:people")).status_code == 302
    same = {"password": "Fenglin-2026!", "again": "Fenglin-2026!"}
    assert client.post(response.url, same).status_code == 422
    fresh = {"password": "Yunqi-2027!x", "again": "Yunqi-2027!x"}
    assert client.post(response.url, fresh).status_code == 302
    assert client.get(reverse("people:people")).status_code == 200


class TestTheMarkOfAPhone:
    """A random number for the sign-in pages alone, of which a keyed digest is kept; staff and a demo have none."""

    @staticmethod
    def signed_in(client, person):
        OneTimeCode.objects.all().delete()  # one a minute is not what is tried here
        code = services.send_code(
            phone=person.phone, purpose=CodePurpose.SIGN_IN, client="", now=timezone.now()
        )
        typed = re.search(r"\d{6}", recorded_messages()[0].text).group()
        given = {"phone": person.phone, "code_id": str(code.public_id), "code": typed}
        return client.post(reverse("people:sign_in"), given)

    @staticmethod
    def swept(now):
        run_rule(rule_named("people.DeviceMark"), now=now)
        return DeviceMark.objects.count()

    def test_two_accounts_on_one_phone_share_it_and_only_a_digest_is_kept(self, client):
        wang, zhao = worker(), worker(name="赵小满")
        self.signed_in(client, wang)
        cookie = client.cookies["nx_device"]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/sign-in/", True, "Strict")
        assert cookie["max-age"] == 90 * 24 * 3600
        client.post(reverse("people:sign_out"))
        self.signed_in(client, zhao)
        assert client.cookies["nx_device"].value == cookie.value
        digests = set(DeviceMark.objects.values_list("digest", flat=True))
        assert len(digests) == 1
        assert cookie.value not in digests
        (found,) = accounts_beside(wang.subject.pk, on=timezone.localdate())
        assert found == {wang.subject.pk, zhao.subject.pk}
        self.signed_in(Client(), zhao)  # at home, on another phone
        assert len(accounts_beside(wang.subject.pk, on=timezone.localdate())) == 1

    def test_what_is_no_mark_of_ours_is_made_anew(self, client):
        client.cookies["nx_device"] = "x" * 500
        self.signed_in(client, worker())
        assert len(client.cookies["nx_device"].value) == 22

    def test_staff_and_personas_have_none(self, client):
        sign_in(client, staff("dispatcher", scope_code=STREET), method=SignInMethod.TWO_FACTORS)
        sign_in(client, worker())
        assert not DeviceMark.objects.exists()
        assert "nx_device" not in client.get(ME).cookies

    def test_it_goes_after_ninety_days_with_the_account_and_is_in_ones_copy(self, client):
        wang, zhao = worker(), worker(name="赵小满")
        self.signed_in(client, wang)
        self.signed_in(Client(), zhao)
        copy = services.export_me(person=wang, now=timezone.now())
        (rows,) = [each["rows"] for each in copy["tables"] if each["table"] == "people.DeviceMark"]
        assert [set(row) for row in rows] == [{"seen_on"}]
        services.erase_me(person=wang, now=timezone.now())
        assert [each.person_id for each in DeviceMark.objects.all()] == [zhao.pk]
        assert self.swept(timezone.now() + timedelta(days=90)) == 1
        assert self.swept(timezone.now() + timedelta(days=92)) == 0


def test_many_devices_are_folded_and_the_latest_stand_open(client):
    person = worker()
    for each in (*(Client() for _times in range(5)), client):
        sign_in(each, person, method=SignInMethod.PHONE)
    open_ones, folded = client.get(reverse("people:me")).content.decode().split("更早登录的")
    forms = re.compile(r"/me/sessions/[0-9a-f-]{36}/")
    assert (len(forms.findall(open_ones)), len(forms.findall(folded))) == (2, 3)
    assert "这一台" in open_ones
