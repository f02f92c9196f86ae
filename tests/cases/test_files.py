"""Pictures of a case: for its staff and its reporter, under a neutral name, asked again each time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nuanxin.cases.models import Attachment
from tests.factories.desks import client_of, reported


@pytest.fixture
def town(town_of):
    return town_of(timezone.now() - timedelta(hours=2))


@pytest.fixture
def url(town, photo):
    case = reported(town, photos=(photo("near"),))
    return f"/files/{Attachment.objects.get(case=case).file.public_id}/"


def content(response):
    return response.getvalue()


@pytest.mark.parametrize("who", ["dispatcher", "community", "worker"])
def test_case_staff_and_the_reporter_see_it(town, url, who):
    response = client_of(town, who).get(url)
    assert response.status_code == 200
    assert content(response).startswith(b"\xff\xd8")
    assert response["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize(
    "who", ["other_dispatcher", "other_worker", "water", "guard", "platform", "system_admin"]
)
def test_nobody_else_does(town, url, who):
    assert client_of(town, who).get(url).status_code == 404
    assert client_of(town, who).get(f"{url}thumb/").status_code == 404


def test_it_is_private_neutral_and_asked_for_again(town, url):
    client = client_of(town, "dispatcher")
    response = client.get(f"{url}thumb/")
    content(response)
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith('inline; filename="photo-')
    again = client.get(f"{url}thumb/", HTTP_IF_NONE_MATCH=response["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert content(client.get(url, HTTP_IF_NONE_MATCH=response["ETag"]))


def test_a_picture_that_is_not_there_is_not_found(town):
    client = client_of(town, "dispatcher")
    assert client.get("/files/01890000-0000-7000-8000-000000000000/").status_code == 404


def test_nobody_signed_in_is_asked_to_sign_in(client, url):
    assert client.get(url).status_code == 302
