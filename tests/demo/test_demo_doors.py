"""The demo lets everybody be anybody: from this machine only, and only where it is switched on."""

import pytest
from django.test import Client

DOORS = [("get", "/demo/"), ("post", "/demo/enter/rider/worker/"), ("get", "/demo/enter/rider/worker/")]


@pytest.mark.parametrize(("method", "path"), DOORS)
@pytest.mark.parametrize(
    "where",
    [
        {"REMOTE_ADDR": "10.0.0.9"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1.example.com"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=10.0.0.9"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "10.0.0.9"},
        {"REMOTE_ADDR": "10.0.0.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    ],
)
def test_the_demo_lets_in_nobody_from_elsewhere(settings, db, method, path, where):
    settings.DEMO = True
    answer = getattr(Client(), method)(path, **where)
    assert answer.status_code in {404, 405}
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_without_the_demo_there_is_no_such_door(settings, db, method, path):
    settings.DEMO = False
    answer = getattr(Client(), method)(path)
    assert answer.status_code in {404, 405}
    assert "sessionid" not in answer.cookies
