"""The chooser: everybody in it can be entered, by this machine, in demo mode, and not otherwise."""

import pytest
from django.urls import reverse
from django.utils import timezone

from nuanxin.demo import chooser

CHOOSER = "/demo/"


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo_mode(settings):
    settings.DEMO = True


def test_outside_the_demo_there_is_no_such_page(client, settings):
    settings.DEMO = False
    assert client.get(CHOOSER).status_code == 404
    assert client.post(reverse("demo:enter", args=["wang", "worker"])).status_code == 404


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=192.0.2.7"},
    ],
)
def test_off_loopback_there_is_no_such_page(client, settled, elsewhere):
    assert client.get(CHOOSER, **elsewhere).status_code == 404
    assert client.post(reverse("demo:enter", args=["wang", "worker"]), **elsewhere).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_everybody_is_on_the_page(client, settled, language):
    page = client.get(CHOOSER, headers={"accept-language": language}).content.decode()
    assert "演示数据" in page or language == "en"
    for persona in chooser.personas():
        assert reverse("demo:enter", args=[persona.key, persona.post.role]) in page
        assert (persona.post.title_en if language == "en" else persona.post.title_zh) in page


@pytest.mark.parametrize("persona", chooser.personas(), ids=lambda each: f"{each.key}-{each.post.role}")
def test_one_click_enters_in_the_right_post(client, settled, persona):
    address = reverse("demo:enter", args=[persona.key, persona.post.role])
    answer = client.post(address, {"next": "/demo/"})
    assert (answer.status_code, answer["Location"]) == (302, "/demo/")
    account = chooser.assignment_of(persona, now=timezone.now())
    assert account is not None
    person, assignment = account
    assert client.session["_auth_user_id"] == str(person.pk)
    assert client.session["nx_assignment"] == assignment.pk
    assert assignment.role_id == persona.post.role


def test_entering_leads_to_no_other_site(client, settled):
    answer = client.post(reverse("demo:enter", args=["wang", "worker"]), {"next": "https://example.org/"})
    assert answer["Location"] == "/"


def test_it_takes_a_click(client, settled):
    assert client.get(reverse("demo:enter", args=["wang", "worker"])).status_code == 405
    assert client.post(reverse("demo:enter", args=["nobody", "worker"])).status_code == 404
    assert client.post(reverse("demo:enter", args=["wang", "dispatcher"])).status_code == 404


def test_the_walk_is_told_by_five_people_at_one_place(settled):
    walk = chooser.gas_leak_walk()
    assert len(walk) == 6
    assert len({stop.persona.key for stop in walk}) == 5
    assert walk[0].persona == walk[-1].persona
