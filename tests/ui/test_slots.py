"""Slots: contexts fill them, the actor's permissions sift them."""

import pytest
from django.test import RequestFactory

from nuanxin.kernel.access import ANONYMOUS, policy
from nuanxin.ui import slots


@pytest.fixture
def request_():
    request = RequestFactory().get("/ui/")
    request.actor = ANONYMOUS
    request.resolver_match = None
    return request


@pytest.fixture
def slot():
    yield "test-slot"
    slots._registry.pop("test-slot", None)


def test_items_come_in_order_and_once(slot, request_):
    late = slots.Item("后", "ui:gallery", icon="map")
    slots.register(slot, late, order=20)
    slots.register(slot, slots.Item("先", "ui:gallery", icon="home"), order=10)
    slots.register(slot, late, order=20)
    assert [link.label for link in slots.links(slot, request_)] == ["先", "后"]


@pytest.fixture
def permission():
    policy.register("test.slot")
    yield "test.slot"
    policy._rules.pop("test.slot")


def test_what_the_actor_may_not_do_is_not_offered(slot, request_, permission):
    slots.register(slot, slots.Item("队列", "ui:gallery", permission=permission))
    assert slots.links(slot, request_) == []


def test_a_count_is_read_for_the_request(slot, request_):
    slots.register(slot, slots.Item("消息", "ui:gallery", count=lambda request: 3))
    assert slots.links(slot, request_)[0].count == 3


@pytest.mark.parametrize(
    ("match", "view_name", "current"),
    [((), "cases:queue", True), (("cases:",), "cases:detail", True), ((), "cases:detail", False)],
)
def test_the_current_item(match, view_name, current):
    assert slots.Item("队列", "cases:queue", match=match).is_current(view_name) is current
