"""A report sent twice is one report; what is too big to be one is refused, and nothing of it stays."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, Reporter
from nuanxin.cases.services import Draft
from nuanxin.cases.services.reporting import KeyReused
from nuanxin.kernel.files.models import StoredFile
from tests.architecture.test_access_walk import api_client, client_of, token_of
from tests.factories.fixtures import jpeg
from tests.factories.town import COMMUNITY, LAT, LNG

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now())


def test_repeating_a_key_makes_no_second_case(town):
    client = client_of(town, "worker")
    body = {
        "key": "phone-0001", "category": "0401", "text": "路面一个大坑", "place_by": "territory",
        "territory": COMMUNITY,
    }  # fmt: skip
    first, again = client.post("/report/", body), client.post("/report/", body)
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    assert client.post("/report/", body | {"text": "另一件事"}).status_code == 409
    api = api_client(token_of(town, "worker")[1])
    given = {"key": "phone-0001", "category": "0401", "text": "路面一个大坑", "territory": COMMUNITY}
    assert api.post("/api/v1/cases", given).status_code in {200, 409}
    assert Case.objects.count() == 1
    # Another person's key is another key.
    other = client_of(town, "other_worker").post("/report/", body)
    assert other.status_code == 302
    assert Case.objects.count() == 2


def test_the_same_key_for_another_caller_is_a_conflict(town):
    """Staff register for somebody; the same form sent for somebody else is not the same report."""

    def given(name, phone):
        return services.report_case(
            actor=town["community"],
            draft=Draft(category="0401", text="路坏了", lng=LNG + 0.002, lat=LAT + 0.002),
            key="desk-0001",
            on_behalf=services.OnBehalf(name=name, phone=phone),
            now=town.now,
        )

    first = given("小王", "19911112222")
    assert not given("小王", "19911112222").created
    with pytest.raises(KeyReused):
        given("小李", "19933334444")
    assert Reporter.objects.get().case_id == first.case.pk


BIG = 50 * 1024 * 1024


def test_fifty_megabytes_are_refused_and_nothing_is_kept(town, settings):
    """By the page and by the API; neither a case nor a file nor a temporary one stays."""
    content = jpeg() + b"\0" * BIG
    body = {
        "key": "phone-0001", "category": "0401", "text": "路面一个大坑", "place_by": "territory",
        "territory": COMMUNITY,
    }  # fmt: skip
    page = client_of(town, "worker").post("/report/", body | {"photos": upload(content)})
    assert page.status_code in {413, 422}
    api = api_client(token_of(town, "worker")[1])
    assert api.post("/api/v1/cases", body | {"photos": upload(content)}).status_code in {413, 422}
    assert not Case.objects.exists()
    assert not StoredFile.objects.exists()
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.jpg", content, content_type="image/jpeg")


def test_a_body_without_end_is_refused(town):
    client = client_of(town, "worker")
    answer = client.post("/report/", {"key": "phone-0001", "text": "长" * (3 * 1024 * 1024)})
    assert answer.status_code in {400, 413, 422}
    many = {f"photo{number}": upload(jpeg()) for number in range(40)}
    assert client.post("/report/", {"key": "phone-0001", **many}).status_code in {400, 413, 422}
    assert not Case.objects.exists()
