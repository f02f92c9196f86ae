"""The gallery, the two switches, and how refusals are shown."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from nuanxin.kernel.access.http import public
from nuanxin.kernel.errors import Conflict, Invalid

pytestmark = pytest.mark.django_db


@public("a refusal for the test")
def refuse(request) -> HttpResponse:
    raise Conflict


@public("a refusal for the test")
def refuse_fields(request) -> HttpResponse:
    raise Invalid(fields={"lng": "请标出位置"})


urlpatterns = [
    path("", include("nuanxin.config.urls")),
    path("t/refuse/", refuse),
    path("t/fields/", refuse_fields),
]


@pytest.mark.parametrize("url", ["/ui/", "/ui/workbench/", "/ui/print/"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_gallery_shows(client, url, language):
    client.cookies["django_language"] = language
    assert client.get(url).status_code == 200


def test_large_type_is_remembered_on_the_device(client):
    answer = client.post("/ui/preferences/", {"nx_text": "large", "next": "/ui/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/ui/"
    assert 'data-text="large"' in client.get("/ui/").content.decode()


def test_an_unknown_theme_is_not_remembered(client):
    client.post("/ui/preferences/", {"nx_theme": '"><script>', "next": "/ui/"})
    assert "nx_theme" not in client.cookies


def test_the_switch_sends_nobody_elsewhere(client):
    answer = client.post("/ui/preferences/", {"nx_text": "large", "next": "https://example.org/"})
    assert answer["Location"] == "/"


@pytest.mark.urls(__name__)
class TestRefusals:
    def test_a_page_says_what_to_do(self, client):
        answer = client.get("/t/refuse/")
        assert answer.status_code == 409
        assert "请刷新页面" in answer.content.decode()

    def test_htmx_gets_a_toast_and_keeps_its_page(self, client):
        answer = client.get("/t/refuse/", headers={"HX-Request": "true"})
        assert answer.status_code == 409
        assert answer["HX-Retarget"] == "#toasts"
        assert "<html" not in answer.content.decode()

    def test_a_program_gets_json(self, client):
        answer = client.get("/t/fields/", headers={"Accept": "application/json"})
        assert answer.status_code == 422
        assert json.loads(answer.content)["fields"] == {"lng": "请标出位置"}


def test_a_lost_page_is_ours(client):
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()


def test_an_unknown_cookie_falls_back():
    from nuanxin.ui.context import page  # settings are ready only inside a test

    request = RequestFactory().get("/")
    request.COOKIES["nx_theme"] = "neon"
    assert page(request)["theme"] == "auto"


def test_who_comes_back_to_what_a_button_sends_to_finds_a_page(client):
    """Not a white one; a program is told by the status alone."""
    answer = client.get("/me/role/", headers={"sec-fetch-mode": "navigate"})
    assert answer.status_code == 302  # a stranger is asked to sign in first
    answer = client.get("/ui/preferences/", headers={"sec-fetch-mode": "navigate"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "回到首页" in answer.content.decode()
    assert client.get("/ui/preferences/").content == b""


def test_a_press_after_the_session_has_ended_leads_back_to_the_page_with_the_button(client):
    page = "http://testserver/thanks/shop/item/x/?a=1"
    answer = client.post("/me/role/", headers={"referer": page})
    assert answer["Location"] == "/sign-in/?next=/thanks/shop/item/x/%3Fa%3D1"
    answer = client.post("/me/role/", headers={"referer": "https://elsewhere.example/thanks/"})
    assert answer["Location"] == "/sign-in/?next=/"
