"""Slots: contexts fill them, the actor's permissions sift them."""

import pytest
from django.test import RequestFactory

from nuanxin.kernel.access import ANONYMOUS, SYSTEM, policy
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


@pytest.fixture
def group():
    slots.name_group("test-group", "点位", icon="map-pin", order=1)
    yield "test-group"
    slots._groups.pop("test-group")


def register_links(slot, number, *, group=""):
    for order in range(number):
        slots.register(slot, slots.Item(f"{group}{order}", "ui:gallery"), order=order, group=group)


def test_links_of_a_group_stand_under_its_heading_after_those_of_every_day(slot, group, request_):
    register_links(slot, 2, group=group)
    register_links(slot, 2)
    daily, places = slots.sections(slot, request_)
    assert (daily.heading, [link.label for link in daily.links]) == (None, ["0", "1"])
    assert (places.heading.label, len(places.links), places.open) == ("点位", 2, True)


def test_one_link_alone_has_no_heading(slot, group, request_):
    register_links(slot, 1, group=group)
    assert [section.heading for section in slots.sections(slot, request_)] == [None]


def test_a_long_list_is_folded_but_where_the_reader_stands(slot, group, request_):
    register_links(slot, 2, group=group)
    register_links(slot, slots.AT_A_GLANCE - 1)
    assert [section.open for section in slots.sections(slot, request_)] == [True, False]
    request_.resolver_match = type("Match", (), {"view_name": "ui:gallery"})()
    assert [section.open for section in slots.sections(slot, request_)] == [True, True]


def test_of_several_permissions_one_is_enough(slot, request_, permission):
    request_.actor = SYSTEM
    slots.register(slot, slots.Item("大额", "ui:gallery", permission=(permission, "test.slot")))
    assert [link.label for link in slots.links(slot, request_)] == ["大额"]
    request_.actor = ANONYMOUS
    assert slots.links(slot, request_) == []
