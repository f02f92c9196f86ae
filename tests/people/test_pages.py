"""Every page of the context answers, to those it is for and to nobody else."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.channels.queries import recorded_messages
from nuanxin.kernel.checks import run
from nuanxin.people import queries, services
from nuanxin.people.enums import SignInMethod
from nuanxin.people.models import Assignment, Person
from tests.factories.people import (
    COMMUNITY,
    NOW,
    OTHER_COMMUNITY,
    STREET,
    mobile,
    organisation,
    sign_in,
    staff,
    worker,
)
from tests.factories.territories import put_city

pytestmark = pytest.mark.django_db

DAY = timedelta(hours=8)


def last_code():
    return re.search(r"\d{6}", recorded_messages()[0].text).group()


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]+)"', response.content.decode()).group(1)


def ask_code(client, phone):
    response = client.post(reverse("people:send_code"), {"phone": phone})
    assert response.status_code == 200
    return {"phone": phone, "code_id": hidden(response, "code_id"), "code": last_code()}


def test_a_first_visit_registers_and_the_next_one_only_signs_in(client):
    put_city()
    organisation("枫林街道办事处", "street_office", STREET, unit_type="JD")
    phone = mobile()
    response = client.post(reverse("people:sign_in"), ask_code(client, phone))
    assert response.url == reverse("people:register")

    page = client.get(response.url)
    assert page.status_code == 200
    assert 'name="consent_service"' in page.content.decode()
    assert "checked" not in page.content.decode().split('id="consents"')[1]
    given = {"name": "王小强", "does_courier": "on", "community": COMMUNITY, "declared_as": "work"}
    refused = client.post(response.url, given)
    assert refused.status_code == 422
    given |= {"consent_service": "on", "consent_work_profile": "on"}
    done = client.post(response.url, given)
    assert done.status_code == 302, done.content.decode()
    person = Person.objects.get()
    assert [job.worker_type for job in queries.profile_of(person.pk).jobs.all()] == ["courier"]
    assert client.get(reverse("people:me")).status_code == 200

    client.post(reverse("people:sign_out"))
    assert client.get(reverse("people:me")).status_code == 302

    from nuanxin.people.models import OneTimeCode

    OneTimeCode.objects.update(created_at=NOW - timedelta(minutes=2))
    response = client.post(reverse("people:sign_in"), ask_code(client, phone))
    assert response.url == "/"
    assert Person.objects.count() == 1


def test_signing_in_goes_on_to_where_one_wanted_to_go(client):
    person = worker()
    client.get(reverse("people:sign_in") + "?next=/me/erase/")
    response = client.post(reverse("people:sign_in"), ask_code(client, person.phone))
    assert response.url == "/me/erase/"


def test_another_site_is_nowhere_to_go_on_to(client):
    person = worker()
    client.get(reverse("people:sign_in") + "?next=https://example.com/")
    assert client.post(reverse("people:sign_in"), ask_code(client, person.phone)).url == "/"


OWN = ["me", "name", "work", "number", "tokens", "consents", "erase"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("page", OWN)
def test_own_pages(client, page, language):
    put_city()
    organisation("飞燕外卖", "platform_company")
    sign_in(client, worker())
    client.cookies["django_language"] = language
    response = client.get(reverse(f"people:{page}"))
    assert response.status_code == 200
    assert response.headers["Content-Language"] == language


@pytest.mark.parametrize("page", OWN)
def test_own_pages_ask_strangers_to_sign_in(client, page):
    response = client.get(reverse(f"people:{page}"))
    assert response.status_code == 302
    assert response.url.startswith("/sign-in/")


STAFF = ["people", "people_export", "invite", "duty", "organisations"]


@pytest.mark.parametrize("page", STAFF)
def test_staff_pages(client, page):
    put_city()
    staff("dispatcher", scope_code=STREET, name="欧阳晴")
    organisation("枫林街道办事处", "street_office", STREET, unit_type="JD")
    sign_in(client, staff("street_lead", scope_code=STREET))
    response = client.get(reverse(f"people:{page}"))
    assert response.status_code == 200


@pytest.mark.parametrize("page", [*STAFF, "recover_for_worker"])
def test_staff_pages_do_not_exist_for_workers(client, page):
    sign_in(client, worker())
    assert client.get(reverse(f"people:{page}")).status_code == 404


def test_the_list_is_masked_for_a_dispatcher_and_not_for_the_street_lead(client):
    put_city()
    staff("grid", scope_code=COMMUNITY, name="欧阳晴")
    sign_in(client, staff("dispatcher", scope_code=STREET, name="李云霞"))
    text = client.get(reverse("people:people")).content.decode()
    assert "欧阳晴" not in text
    assert "欧*晴" in text
    assert "李云霞" in text  # one's own name
    sign_in(client, staff("street_lead", scope_code=STREET))
    assert "欧阳晴" in client.get(reverse("people:people")).content.decode()
    assert "欧阳晴" not in client.get(reverse("people:people_export")).getvalue().decode()


def test_workers_are_nobodys_list(client):
    put_city()
    worker(name="王小强")
    sign_in(client, staff("street_lead", scope_code=STREET))
    assert "王小强" not in client.get(reverse("people:people")).content.decode()


def test_an_invitation_becomes_a_working_account_with_a_second_factor(client, settings):
    put_city()
    sign_in(client, staff("street_lead", scope_code=STREET))
    response = client.post(
        reverse("people:invite"),
        {"name": "欧阳晴", "role": "dispatcher", "scope_code": STREET, "reason": "轮岗"},
    )
    link = re.search(r'value="http://[^"]*(/invited/[^"]+)"', response.content.decode()).group(1)

    client.logout()
    assert client.get(link).status_code == 200
    given = {"login_name": "ouyang", "password": "Fenglin-2026!", "again": "Fenglin-2026!"}
    response = client.post(link, given)
    assert response.url == reverse("people:second_factor"), response.content.decode()
    page = client.get(response.url)
    secret = (
        re.search(r'<code class="number">([A-Z2-7 ]+)</code>', page.content.decode())
        .group(1)
        .replace(" ", "")
    )
    response = client.post(reverse("people:second_factor"), {"code": dynamic_code(secret)})
    assert response.status_code == 302, response.content.decode()
    assert client.session["nx_method"] == SignInMethod.TWO_FACTORS
    assert client.get(reverse("people:people")).status_code == 200
    assert client.get(link).status_code == 404


def dynamic_code(secret, ahead=0):
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def test_staff_sign_in_needs_both_factors_and_locks(client):
    assignment = staff("dispatcher", scope_code=STREET)
    person = assignment.person
    person = Person.objects.get(pk=person.pk)
    services.set_password(person=person, password="Fenglin-2026!", now=NOW)
    Person.objects.filter(pk=person.pk).update(password_changed_at="2999-01-01T00:00Z")
    secret = services.new_secret()
    from django.utils import timezone

    services.confirm_second_factor(
        person=person, secret=secret, code=dynamic_code(secret, ahead=-1), now=timezone.now()
    )
    given = {"login_name": person.login_name, "password": "Fenglin-2026!"}
    assert client.post(reverse("people:staff_sign_in"), given).status_code == 422
    code = dynamic_code(secret)
    response = client.post(reverse("people:staff_sign_in"), given | {"code": code})
    assert response.status_code == 302
    client.post(reverse("people:sign_out"))

    replayed = client.post(reverse("people:staff_sign_in"), given | {"code": code})
    assert replayed.status_code == 422
    for _number in range(5):
        refused = client.post(reverse("people:staff_sign_in"), given | {"password": "wrong"})
    assert refused.status_code == 429
    locked = client.post(reverse("people:staff_sign_in"), given | {"code": dynamic_code(secret, ahead=1)})
    assert locked.status_code == 429


def test_erasing_leaves_nothing_to_sign_in_with(client):
    put_city()
    person = worker(name="王小强")
    sign_in(client, person)
    exported = client.post(reverse("people:export"))
    assert person.phone in exported.content.decode()
    assert client.post(reverse("people:export"), {"format": "page"}).status_code == 200
    assert client.post(reverse("people:erase")).status_code == 422
    done = client.post(reverse("people:erase"), {"sure": "yes"})
    assert done.status_code == 200
    person.refresh_from_db()
    assert (person.name, person.phone, person.phone_index, person.is_active) == ("", "", None, False)
    assert client.get(reverse("people:me")).status_code == 302


@pytest.mark.parametrize("page", ["people", "organisations", "duty"])
def test_a_list_costs_the_same_for_one_row_and_for_many(client, django_assert_num_queries, page):
    put_city()
    lead = staff("street_lead", scope_code=STREET)
    sign_in(client, lead)

    def fill(numbers):
        for number in numbers:
            unit = organisation(f"第{number}管理站", "other", COMMUNITY)
            shift = staff("grid", scope_code=COMMUNITY, organisation=unit, name=f"邻{number}")
            services.plan_shift(
                actor=queries.actor_for(lead), assignment=shift, starts_at=NOW, ends_at=NOW + DAY, now=NOW
            )

    def cost():
        with CaptureQueriesContext(connection) as queries_made:
            assert client.get(reverse(f"people:{page}") + "?week=2026-03-02").status_code == 200
        return len(queries_made)

    fill([1])
    cost()
    first = cost()
    fill([2, 3, 4])
    assert cost() == first


def test_check_wants_three_administrators_and_two_factors(settings):
    codes = {finding.code for finding in run(NOW)}
    assert {"administrators-missing", "two-factors"} <= codes
    settings.NUANXIN_STAFF_TWO_FACTORS = False
    one = staff("system_admin").person
    with pytest.raises(services.HeldAlone):
        services.assign(actor=SYSTEM, person=one, role="audit_admin", now=NOW)
    # As an earlier version, or somebody in the database itself, may have left it:
    Assignment.objects.create(person=one, role_id="audit_admin", scope_code="", active_from=NOW)
    codes = {finding.code for finding in run(NOW)}
    assert {"administrators-united", "two-factors-off"} <= codes


def test_asking_for_a_second_code_too_early_keeps_the_first(client):
    phone = mobile()
    given = ask_code(client, phone)
    again = client.post(reverse("people:send_code"), {"phone": phone, "code_id": given["code_id"]})
    assert again.status_code == 429
    assert 50 < int(again["Retry-After"]) < 61
    assert re.search(r"要得太勤了。每分钟只能发一条，请等 \d+ 秒再试。", again.content.decode())
    client.cookies["django_language"] = "en"
    english = client.post(reverse("people:send_code"), {"phone": phone})
    assert re.search(r"too often\. \S", english.content.decode())
    assert hidden(again, "code_id") == given["code_id"]
    assert client.post(reverse("people:sign_in"), given).url == reverse("people:register")


def test_a_refusal_at_the_door_says_what_to_do_next(client):
    page = client.post(reverse("people:send_code"), {"phone": "12345"}).content.decode()
    assert "这不像一个手机号。请填11位的大陆手机号" in page
    wrong = ask_code(client, mobile()) | {"code": "000000"}
    assert (
        "验证码不对。请看最新收到的那条短信" in client.post(reverse("people:sign_in"), wrong).content.decode()
    )


def test_what_is_missing_in_a_first_visit_is_said_at_once(client):
    put_city()
    client.post(reverse("people:sign_in"), ask_code(client, mobile()))
    page = client.post(reverse("people:register"), {"declared_as": "home"}).content.decode()
    assert "有 3 处需要改一下" in page
    assert "没有“基本服务”这一项就没法为您登录和反馈" in page
    assert page.index("怎么称呼您 ·") < page.index("您的社区 ·")


def test_htmx_gets_the_step_alone_and_a_refusal_that_it_shows(client):
    page = client.post(reverse("people:send_code"), {"phone": "12345"}, headers={"HX-Request": "true"})
    assert page.status_code == 422
    assert "<html" not in page.content.decode()
    done = client.post(
        reverse("people:sign_in"), ask_code(client, worker().phone), headers={"HX-Request": "true"}
    )
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, "/")


def test_a_colleague_who_comes_by_phone_is_shown_the_other_door(client):
    assignment = staff("grid", scope_code=COMMUNITY)
    person = Person.objects.get(pk=assignment.person_id)
    person.phone = f"+86{mobile()}"
    person.save()
    response = client.post(reverse("people:sign_in"), ask_code(client, person.phone))
    assert response.url == reverse("people:me")
    assert "工作人员" in client.get(response.url).content.decode()


def test_the_community_is_found_by_name_by_compound_and_down_the_tree(client):
    put_city()
    organisation("枫林街道办事处", "street_office", STREET, unit_type="JD")
    services.create_site(name="云栖里", kind="compound", scope_code=COMMUNITY, now=NOW)
    found = reverse("people:communities")
    assert f'value="{OTHER_COMMUNITY}"' in client.get(found, {"q": "红叶"}).content.decode()
    by_compound = client.get(found, {"q": "云栖里"}).content.decode()
    assert f'value="{COMMUNITY}"' in by_compound
    assert "枫林街道" in by_compound
    assert f'value="{COMMUNITY}"' in client.get(found, {"within": STREET}).content.decode()
    assert "没找到" in client.get(found, {"q": "不存在的地方"}).content.decode()
    assert client.get(found, {"within": "<script>"}).status_code == 200
