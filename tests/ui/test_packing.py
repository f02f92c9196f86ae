"""Pages and files leave compressed, each shell has one stylesheet, and both change their address together."""

import gzip
import re

import pytest
from django.test import Client

from nuanxin.ui.packing import static_version
from nuanxin.ui.styles import SHEETS, sheet

PACKED = {"HTTP_ACCEPT_ENCODING": "gzip"}


def test_a_page_leaves_packed_for_who_can_unpack(db):
    plain, packed = Client().get("/sign-in/"), Client().get("/sign-in/", **PACKED)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 2
    assert b"<html" in gzip.decompress(packed.content)
    assert packed["Nuanxin-Static"] == static_version()


@pytest.mark.parametrize("path", ["/static/ui/js/live.js", "/static/vendor/tabler-icons/icons.svg"])
def test_a_file_leaves_packed_and_says_so(path):
    client = Client()
    plain = client.get(path).getvalue()
    answer = client.get(path, **PACKED)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert gzip.decompress(answer.getvalue()) == plain
    picture = client.get("/static/ui/brand/icon-192.png", **PACKED)
    assert "Content-Encoding" not in picture
    assert picture.getvalue().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_one_stylesheet_for_a_shell(name):
    answer = Client().get(f"/ui/styles/{name}.css")
    assert answer["Content-Type"].startswith("text/css")
    assert "immutable" in answer["Cache-Control"]
    text = answer.content.decode()
    assert text == sheet(name)
    assert "@import" not in text
    assert text.count("{") == text.count("}")
    assert ("@layer weui {" in text) == (name == "phone")


def test_a_stylesheet_that_nobody_wrote_is_not_there():
    assert Client().get("/ui/styles/nothing.css").status_code == 404


def test_a_page_names_the_version_it_was_drawn_for(db):
    page = Client().get("/sign-in/").content.decode()
    assert re.findall(r"/ui/styles/phone\.css\?v=(\w+)", page) == [static_version()]
