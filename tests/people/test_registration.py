import pytest
from django.db import IntegrityError, transaction

from nuanxin.kernel.events.models import Event
from nuanxin.people import queries, services
from nuanxin.people.enums import DeclaredAs
from nuanxin.people.models import Assignment, Consent, Person, Subject
from nuanxin.people.services import ConsentMissing, NotAMobile, NumberTaken, Work
from tests.factories.people import (
    COMMUNITY,
    DISTRICT,
    NOW,
    OTHER_COMMUNITY,
    STREET,
    actor,
    mobile,
    organisation,
    worker,
)

pytestmark = pytest.mark.django_db


def test_a_worker_does_several_kinds_of_work_and_is_owned_twice():
    platform = organisation("飞燕外卖", "platform_company")
    alliance = organisation("暖阳区快递外卖党建联盟", "party_alliance")
    committee = organisation("云栖社区居委会", "residents_committee", COMMUNITY, unit_type="SQ")
    services.put_industry_charge(worker_type="courier", organisation=alliance, scope_code=DISTRICT, now=NOW)
    person = worker(works=[Work("delivery_rider", platform), Work("courier")])

    profile = queries.profile_of(person.pk)
    owners = queries.owners_of(profile)
    assert {job.worker_type for job in profile.jobs.all()} == {"delivery_rider", "courier"}
    assert owners.industry == (alliance,)
    assert owners.committee == committee
    assert owners.responsible == alliance


def test_nobody_is_unowned_without_an_industry_owner():
    committee = organisation("云栖社区居委会", "residents_committee", COMMUNITY, unit_type="SQ")
    owners = queries.owners_of(queries.profile_of(worker().pk))
    assert owners.industry == ()
    assert owners.responsible == committee
    assert owners.community_code == COMMUNITY


def test_the_nearer_charge_wins():
    far, near = (
        organisation("区行业党委", "industry_party"),
        organisation("街道行业支部", "party_committee", STREET),
    )
    for unit, code in ((far, DISTRICT), (near, STREET)):
        services.put_industry_charge(worker_type="courier", organisation=unit, scope_code=code, now=NOW)
    assert queries.owners_of(queries.profile_of(worker(works=[Work("courier")]).pk)).industry == (near,)


def test_registering_gives_a_role_a_subject_and_an_event_without_names():
    person = worker(name="阿卜杜·热")
    assignment = Assignment.objects.get(person=person)
    assert (assignment.role_id, assignment.scope_code) == ("worker", COMMUNITY)
    event = Event.objects.get(name="people.PersonRegistered")
    assert event.subject_id == Subject.objects.get(person=person).pk
    assert "阿卜杜" not in str(event.payload)
    assert actor(person).extent("cases.report") == "own"


def test_the_number_is_unreadable_in_the_database_and_found_however_typed():
    person = worker(phone="138 0000 0001")
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM people_person WHERE id = %s", [person.pk])
        stored = cursor.fetchone()
    assert "1380000" not in "".join(stored)
    assert queries.person_by_phone("+86 138-0000-0001") == person
    assert queries.person_by_phone("１３８００００００01") == person
    assert queries.person_by_phone("138") is None


def test_one_number_is_one_account():
    number = mobile()
    worker(phone=number)
    with pytest.raises(NumberTaken):
        worker(phone=number)
    assert Person.objects.count() == 1


def test_without_the_basic_consent_there_is_no_account():
    with pytest.raises(ConsentMissing):
        worker(consents=["location"])
    assert not Person.objects.exists()


def test_trades_are_stored_only_with_their_consent():
    with pytest.raises(ConsentMissing):
        worker(works=[Work("courier")], consents=["service"])
    person = worker(works=[Work("courier")])
    services.withdraw_consent(person=person, purpose="work_profile", now=NOW)
    assert not queries.profile_of(person.pk).jobs.exists()


@pytest.mark.parametrize("phone", ["", "12800000000", "1380000000", "0571-88888888", "abc"])
def test_only_mobile_numbers(phone):
    with pytest.raises(NotAMobile):
        services.register_resident(
            phone=phone or " ", name="周禾", community_code=COMMUNITY, consents=["service"], now=NOW
        )


@pytest.mark.parametrize("code", ["", "990101001000", "abc", "990101"])
def test_one_declares_a_community_not_a_street(code):
    from nuanxin.kernel.errors import Invalid

    with pytest.raises(Invalid) as refused:
        worker(community_code=code)
    assert "community" in refused.value.fields


def test_a_resident_becomes_a_worker_and_moves():
    person = services.register_resident(
        phone=mobile(), name="周禾", community_code=COMMUNITY, consents=["service"], now=NOW
    )
    assert queries.profile_of(person.pk) is None
    services.declare_work(
        person=person,
        community_code=OTHER_COMMUNITY,
        declared_as=DeclaredAs.HOME,
        works=[Work("truck_driver")],
        has_consented=True,
        now=NOW,
    )
    current = queries.assignments_in_force(person_id=person.pk, now=NOW)
    assert [(row.role_id, row.scope_code) for row in current] == [("worker", OTHER_COMMUNITY)]


def test_consents_are_closed_when_withdrawn_and_never_given_twice():
    person = worker()
    services.give_consent(person=person, purpose="location", now=NOW)
    services.give_consent(person=person, purpose="location", now=NOW)
    assert Consent.objects.filter(person=person, purpose="location").count() == 1
    assert queries.consented(person.pk, "location")
    services.withdraw_consent(person=person, purpose="location", now=NOW)
    assert not queries.consented(person.pk, "location")
    with pytest.raises(services.NotWithdrawable):
        services.withdraw_consent(person=person, purpose="service", now=NOW)


def test_an_erased_person_must_be_empty():
    person = worker()
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(erased_at=NOW, is_active=False)
