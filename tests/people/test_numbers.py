import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.channels.queries import recorded_messages
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.retention import rule_named, run_rule
from nuanxin.people import queries, services
from nuanxin.people.enums import CodePurpose
from nuanxin.people.models import OneTimeCode, Person
from nuanxin.people.services import CodeExpired, NumberTaken, TooManyCodes, WrongCode, WrongRecoveryCode
from tests.factories.people import COMMUNITY, NOW, STREET, actor, mobile, sign_in, staff, worker

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def send(phone, purpose=CodePurpose.SIGN_IN, now=NOW, **given):
    return services.send_code(phone=phone, purpose=purpose, now=now, **given)


def text_to(phone):
    return recorded_messages(to=phone.removeprefix("+86"))[0].text


def typed(phone):
    return re.search(r"\d{6}", text_to(phone)).group()


def check(code, text, purpose=CodePurpose.SIGN_IN, now=NOW):
    return services.check_code(code_id=code.public_id, typed=text, purpose=purpose, now=now)


def test_a_code_works_once_and_is_stored_as_a_digest():
    phone = mobile()
    code = send(phone)
    text = typed(phone)
    assert text not in code.code_hash
    assert check(code, f"{text[:3]} {text[3:]}").phone == f"+86{phone}"
    with pytest.raises(CodeExpired):
        check(code, text)


def test_five_wrong_tries_end_it():
    phone = mobile()
    code = send(phone)
    wrong = f"{(int(typed(phone)) + 1) % 10**6:06d}"
    for _number in range(5):
        with pytest.raises(WrongCode):
            check(code, wrong)
    with pytest.raises(CodeExpired):
        check(code, typed(phone))


def test_it_lives_five_minutes_and_serves_one_purpose():
    phone = mobile()
    code = send(phone)
    with pytest.raises(CodeExpired):
        check(code, typed(phone), now=NOW + 5 * MINUTE)
    with pytest.raises(CodeExpired):
        check(code, typed(phone), purpose=CodePurpose.RECOVER)


def test_a_newer_code_replaces_the_older():
    phone = mobile()
    first, text = send(phone), None
    text = typed(phone)
    send(phone, now=NOW + MINUTE + timedelta(seconds=1))
    with pytest.raises(CodeExpired):
        check(first, text, now=NOW + 2 * MINUTE)


def test_the_limits_of_a_number_and_of_an_address():
    phone = mobile()
    send(phone)
    with pytest.raises(TooManyCodes) as refused:
        send(phone, now=NOW + 18 * timedelta(seconds=1))
    assert (refused.value.retry_after, "请等 43 秒再试" in refused.value.hint) == (43, True)
    send(phone, now=NOW + timedelta(seconds=61))  # as long as was said is long enough
    for number in range(2, 10):
        send(phone, now=NOW + number * 2 * MINUTE)
    with pytest.raises(TooManyCodes) as refused:
        send(phone, now=NOW + 40 * MINUTE)
    assert refused.value.retry_after == (24 * 60 - 40) * 60 + 1
    assert "请等 24 小时再试" in refused.value.hint
    with pytest.raises(TooManyCodes) as refused:
        send(phone, now=NOW + 24 * 60 * MINUTE - 4 * MINUTE)
    assert "请等 5 分钟再试" in refused.value.hint
    with override("en"), pytest.raises(TooManyCodes) as refused:
        send(phone, now=NOW + 24 * 60 * MINUTE - 4 * MINUTE)
    assert "5 min" in refused.value.hint
    for number in range(30):
        send(mobile(), client="192.0.2.1", now=NOW + number * timedelta(seconds=10))
    with pytest.raises(TooManyCodes) as refused:
        send(mobile(), client="192.0.2.1", now=NOW + 20 * MINUTE)
    assert refused.value.retry_after == 40 * 60 + 1
    send(mobile(), client="192.0.2.2")


def test_old_codes_are_forgotten():
    send(mobile())
    rule = rule_named("people.OneTimeCode")
    assert run_rule(rule, now=NOW + timedelta(hours=23)).gone == 0
    assert run_rule(rule, now=NOW + timedelta(hours=25)).gone == 1


def test_changing_the_number_tells_the_old_one():
    person, old, new = worker(), None, mobile()
    old = person.phone
    code = send(new, CodePurpose.CHANGE_NUMBER, person=person)
    services.change_number(person=person, code_id=code.public_id, typed=typed(new), now=NOW)
    assert queries.person_by_phone(new) == person
    assert queries.person_by_phone(old) is None
    assert new[-4:] in text_to(old)
    entry = AuditEntry.objects.get(action="people.change_number")
    assert new not in str(entry.detail)


def test_a_number_of_somebody_else_is_not_taken_over():
    person, other = worker(), worker()
    code = send(other.phone, CodePurpose.CHANGE_NUMBER, person=person)
    with pytest.raises(NumberTaken):
        services.change_number(person=person, code_id=code.public_id, typed=typed(other.phone), now=NOW)


def test_a_code_for_somebody_else_does_not_change_my_number():
    person, new = worker(), mobile()
    code = send(new, CodePurpose.CHANGE_NUMBER, person=worker())
    with pytest.raises(NotFound):
        services.change_number(person=person, code_id=code.public_id, typed=typed(new), now=NOW)


def test_the_slip_gets_one_back_in_once():
    person, new = worker(), mobile()
    slip = services.make_recovery_code(person=person, now=NOW)
    code = send(new, CodePurpose.RECOVER)
    recovered = services.recover_account(
        recovery_code=slip.lower().replace("-", " "), code_id=code.public_id, typed=typed(new), now=NOW
    )
    assert recovered == person
    assert queries.person_by_phone(new) == person
    again = send(mobile(), CodePurpose.RECOVER)
    with pytest.raises((WrongRecoveryCode, WrongCode)):
        services.recover_account(recovery_code=slip, code_id=again.public_id, typed="000000", now=NOW)


def test_a_wrong_slip_uses_the_code_up():
    new = mobile()
    code = send(new, CodePurpose.RECOVER)
    with pytest.raises(WrongRecoveryCode):
        services.recover_account(recovery_code="x", code_id=code.public_id, typed=typed(new), now=NOW)
    with pytest.raises(CodeExpired):
        services.recover_account(recovery_code="y", code_id=code.public_id, typed=typed(new), now=NOW)


def test_staff_give_an_account_back_face_to_face_in_their_community_only():
    person, new = worker(), mobile()
    near, far = (
        actor(staff("community", scope_code=COMMUNITY)),
        actor(staff("community", scope_code="990101002001")),
    )
    assignment = queries.recoverable(near, phone=person.phone, now=NOW)
    assert assignment.person == person
    assert queries.recoverable(far, phone=person.phone, now=NOW) is None
    code = send(new, CodePurpose.RECOVER, person=person)
    given = {"assignment": assignment, "code_id": code.public_id, "typed": typed(new), "now": NOW}
    with pytest.raises(NotFound):
        services.recover_by_staff(actor=far, identity_check="id_card", **given)
    with pytest.raises(Invalid):
        services.recover_by_staff(actor=near, identity_check="认得他", **given)
    services.recover_by_staff(actor=near, identity_check="id_card", **given)
    assert queries.person_by_phone(new) == person
    assert AuditEntry.objects.get(action="people.change_number").actor_subject_id == near.subject_id


def test_the_pages(client):
    person, new = worker(), mobile()
    sign_in(client, person)
    response = client.post(reverse("people:number"), {"phone": new})
    code = OneTimeCode.objects.latest("pk")
    assert str(code.public_id) in response.content.decode()
    given = {"phone": new, "code_id": code.public_id, "code": typed(new)}
    assert client.post(reverse("people:number"), given).url == reverse("people:me")
    assert client.get(reverse("people:me")).status_code == 200  # this session goes on

    slip = re.search(
        r"[2-9A-Z]{4}(-[2-9A-Z]{4}){3}", client.post(reverse("people:recovery_code")).content.decode()
    )
    client.logout()
    newer = mobile()
    client.post(reverse("people:recover"), {"phone": newer})
    code = OneTimeCode.objects.latest("pk")
    given = {"phone": newer, "code_id": code.public_id, "code": typed(newer), "recovery_code": slip.group()}
    assert client.post(reverse("people:recover"), given).status_code == 302
    assert queries.person_by_phone(newer) == person


def test_the_page_for_staff(client):
    person, new = worker(), mobile()
    sign_in(client, staff("community_head", scope_code=COMMUNITY))
    page = reverse("people:recover_for_worker")
    assert client.get(page).status_code == 200
    given = {"old_phone": person.phone, "phone": new, "identity_check": "id_card"}
    assert client.post(page, given | {"old_phone": mobile()}).status_code == 422
    assert client.post(page, given).status_code == 200
    code = OneTimeCode.objects.latest("pk")
    response = client.post(page, given | {"code_id": code.public_id, "code": typed(new)})
    assert response.status_code == 302, response.content.decode()
    assert Person.objects.get(pk=person.pk).phone == f"+86{new}"


def test_a_dispatcher_does_not_give_accounts_back(client):
    sign_in(client, staff("dispatcher", scope_code=STREET))
    assert client.get(reverse("people:recover_for_worker")).status_code == 404
