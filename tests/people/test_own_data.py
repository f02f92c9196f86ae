import json

import pytest
from allauth.mfa.models import Authenticator
from django.core.serializers.json import DjangoJSONEncoder

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.events.models import Event
from nuanxin.people import queries, services
from nuanxin.people.models import (
    ApiToken,
    Assignment,
    Consent,
    Person,
    RecoveryCode,
    SignIn,
    Subject,
    WorkerProfile,
)
from nuanxin.people.services import StillInOffice, Work
from tests.factories.people import (
    COMMUNITY,
    NOW,
    OTHER_COMMUNITY,
    mobile,
    organisation,
    sign_in,
    staff,
    worker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    person = worker(name="王小强", works=[Work("courier", organisation("速达快递", "platform_company"))])
    services.give_consent(person=person, purpose="location", now=NOW)
    services.make_recovery_code(person=person, now=NOW)
    services.create_token(person=person, assignment=person.assignments.get(), name="脚本", now=NOW)
    sign_in(client, person)
    return person


def tables(data):
    return {table["table"]: table for table in data["tables"]}


def test_the_copy_holds_everything_with_purpose_and_retention(person):
    data = services.export_me(person=person, now=NOW)
    found = tables(data)
    assert found["people.Person"]["rows"][0]["phone"] == person.phone
    assert found["people.WorkerJob"]["rows"] == [{"worker_type": "courier", "platform": "速达快递"}]
    assert {row["purpose_id"] for row in found["people.Consent"]["rows"]} == {
        "service",
        "work_profile",
        "location",
    }
    assert {"people.SignIn", "people.ApiToken", "people.RecoveryCode", "people.Assignment"} <= set(found)
    assert all(table["purpose"] and table["retention"] for table in data["tables"])
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    assert "token_hash" not in json.dumps([table["rows"] for table in data["tables"]], cls=DjangoJSONEncoder)
    assert "王小强" in text


def test_nothing_of_others_is_in_the_copy(person):
    other = worker(name="赵小满")
    text = json.dumps(services.export_me(person=person, now=NOW), cls=DjangoJSONEncoder, ensure_ascii=False)
    assert "赵小满" not in text
    assert other.phone not in text


def test_erasure_takes_the_person_out_and_says_what_stays(person):
    subject_id, phone = person.subject.pk, person.phone
    report = services.erase_me(person=person, now=NOW)
    for model in (WorkerProfile, Consent, RecoveryCode, ApiToken, SignIn, Authenticator):
        assert not model.objects.exists(), model
    assert queries.person_of_subject(subject_id) is None
    assert Subject.objects.get(pk=subject_id).person is None
    row = Person.objects.get(pk=person.pk)
    assert (row.name, row.phone, row.phone_index, row.login_name) == ("", "", None, None)
    assert not row.has_usable_password()
    assert Assignment.objects.get(person=row).active_to == NOW
    kept = {line.table.label: str(line.outcome.reason) for line in report.kept}
    assert kept["people.Assignment"]
    event = Event.objects.get(name="people.PersonErased")
    assert event.subject_id == subject_id
    assert event.payload == {}
    assert queries.person_by_phone(phone) is None


def test_the_number_is_free_again(person):
    phone = person.phone
    services.erase_me(person=person, now=NOW)
    again = worker(phone=phone)
    assert again.pk != person.pk


def test_somebody_in_office_leaves_the_office_first(person):
    services.assign(actor=SYSTEM, person=person, role="grid_part", scope_code=OTHER_COMMUNITY, now=NOW)
    with pytest.raises(StillInOffice):
        services.erase_me(person=person, now=NOW)
    assert Person.objects.get(pk=person.pk).name == "王小强"


def test_erasing_one_leaves_the_others(person):
    other, colleague = worker(name="赵小满", phone=mobile()), staff("grid", scope_code=COMMUNITY)
    services.erase_me(person=person, now=NOW)
    assert Person.objects.get(pk=other.pk).name == "赵小满"
    assert queries.consented(other.pk, "service")
    assert queries.assignments_in_force(person_id=colleague.person_id, now=NOW).exists()
