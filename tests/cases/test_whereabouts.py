"""Where a phone is: asked for once, in words, and kept only with that consent. The place of the thing always is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case
from nuanxin.cases.services import Draft, Photo
from nuanxin.cases.services.whereabouts import may_keep_whereabouts
from nuanxin.kernel.access import ANONYMOUS
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.geo.coordinates import LngLat
from nuanxin.people.models import Assignment, Consent, ConsentPurpose
from nuanxin.people.queries import consented
from nuanxin.people.services import create_token, give_consent, withdraw_consent
from tests.factories.fixtures import jpeg
from tests.factories.people import sign_in
from tests.factories.town import LAT, LNG

REPORT = "/report/"
POINT = {"place_by": "point", "lng": str(LNG + 0.002), "lat": str(LAT + 0.002), "accuracy_m": "12"}
MINUTE = timedelta(minutes=1)
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def town(town_of):
    return town_of(timezone.now() - timedelta(hours=2))


@pytest.fixture
def person(town):
    return town.persons["worker"]


@pytest.fixture
def worker(person) -> Client:
    return sign_in(Client(), Assignment.objects.get(person=person))


def body(key="phone-0001", **given):
    return {"key": key, "category": "0401", "text": "路面一个大坑", "different": "1", **POINT, **given}


def told(at, version=2) -> str:
    """As the page says what was pressed, by the phone's clock."""
    return f"{version} {int(at.timestamp() * 1000)}"


def facts(case=None):
    case = case or Case.objects.latest("pk")
    return case.place_source, case.accuracy_m


def agree(person, now=None):
    return give_consent(person=person, purpose="location", now=now or timezone.now())


# --- What the server keeps -----------------------------------------------------------------------------------------
def test_without_the_consent_the_point_stays_and_the_phone_is_not_in_it(worker, person):
    assert worker.post(REPORT, body()).status_code == 302
    case = Case.objects.get()
    assert facts(case) == ("pin", None)
    assert (case.lng, case.lat) == (pytest.approx(LNG + 0.002), pytest.approx(LAT + 0.002))
    assert not Consent.objects.filter(person=person, purpose="location").exists()


def test_with_the_consent_it_is_kept_with_that_report(worker, person):
    agree(person)
    worker.post(REPORT, body())
    assert facts() == ("gps", 12)


def test_withdrawn_or_given_to_older_words_it_is_not_kept(worker, person):
    agree(person)
    withdraw_consent(person=person, purpose="location", now=timezone.now())
    worker.post(REPORT, body("k1"))
    assert facts() == ("pin", None)
    agree(person)
    ConsentPurpose.objects.filter(pk="location").update(version=3)
    worker.post(REPORT, body("k2"))
    assert facts() == ("pin", None)


def test_danger_goes_out_with_its_place_and_nothing_is_asked(worker):
    worker.post(REPORT, {"key": "k9", "category": "0101", **POINT})
    case = Case.objects.get()
    assert case.state == "dispatched"
    assert case.lng is not None
    assert facts(case) == ("pin", None)


def test_the_other_door_keeps_as_little(person):
    own = Assignment.objects.get(person=person)
    _row, key = create_token(person=person, assignment=own, name="脚本", now=timezone.now())
    program = Client(headers={"authorization": f"Bearer {key}"})
    given = {"key": "program-0001", "category": "0401", "text": "路面一个大坑", "accuracy_m": "7"}
    given |= {name: POINT[name] for name in ("lng", "lat")}
    answer = program.post("/api/v1/cases", given)
    assert answer.status_code == 201, answer.content
    assert facts() == ("pin", None)
    agree(person)
    assert program.post("/api/v1/cases", given | {"key": "program-0002"}).status_code == 201
    assert facts() == ("gps", 7)


def test_the_place_that_a_phone_writes_into_a_picture_is_kept_as_little(town, person):
    image = replace(accept_image(jpeg(), name="x.jpg"), point=LngLat(LNG, LAT))
    draft = Draft("0401", lng=LNG + 0.002, lat=LAT + 0.002, photos=(Photo("near", image),))
    case = services.report_case(actor=town["worker"], draft=draft, key="p1", now=town.now).case
    assert StoredFile.objects.get().lng is None
    agree(person, town.now)
    services.supplement_case(
        actor=town["worker"], case=case, key="p2", photos=draft.photos, now=town.now + MINUTE
    )
    assert StoredFile.objects.latest("pk").lng == pytest.approx(LNG)


def test_nobody_and_no_program_agrees_to_anything():
    assert not may_keep_whereabouts(ANONYMOUS)


# --- What is pressed on the page goes with the report ---------------------------------------------------------------
def test_what_was_pressed_is_recorded_once_and_counts_for_this_report(worker, person):
    answer = worker.post(REPORT, body(agreed=told(timezone.now())), **JSON)
    assert answer.status_code == 200
    assert facts() == ("gps", 12)
    assert consented(person.pk, "location")
    again = worker.post(REPORT, body(agreed=told(timezone.now())), **JSON)
    assert again.json()["number"] == answer.json()["number"]
    worker.post(REPORT, body("k2", agreed=told(timezone.now())))
    assert Consent.objects.filter(person=person, purpose="location").count() == 1


def test_taking_it_back_outranks_what_still_waits_on_a_phone(worker, person):
    pressed = timezone.now() - timedelta(hours=3)
    agree(person, pressed + MINUTE)
    withdraw_consent(person=person, purpose="location", now=pressed + timedelta(hours=1))
    worker.post(REPORT, body("k1", agreed=told(pressed)))
    assert facts() == ("pin", None)
    assert not consented(person.pk, "location")
    worker.post(REPORT, body("k2", agreed=told(timezone.now() - MINUTE)))
    assert facts() == ("gps", 12), "pressed again after it"


@pytest.mark.parametrize("agreed", ["1 1790000000000", "yes", "1 ", "1 99999999999999999"])
def test_other_words_or_nonsense_are_no_agreement(worker, person, agreed):
    assert worker.post(REPORT, body(agreed=agreed)).status_code == 302
    assert facts() == ("pin", None)
    assert not consented(person.pk, "location")


# --- The page --------------------------------------------------------------------------------------------------------
def test_the_page_asks_only_who_has_not_agreed(worker, person):
    page = worker.get(REPORT).text
    assert "data-agrees" not in page
    assert "位置属于敏感个人信息" in page
    assert 'data-version="2"' in page
    agree(person)
    assert 'data-agrees="yes"' in worker.get(REPORT).text


def test_the_page_that_a_phone_keeps_asks_too(town):
    page = Client().get("/report/offline/").text
    assert "data-agrees" not in page
    assert "位置属于敏感个人信息" in page


def test_it_is_not_asked_when_one_registers(db):
    assert ConsentPurpose.objects.get(pk="location").asked_when_needed
