"""A part-time grid worker is appointed, works with the new role, resigns; and has the role no longer."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import take_step

pytestmark = pytest.mark.browser


def test_grid_worker_appointed_working_ending(open_page):
    desk, phone, passer_by = open_page(size="desk"), open_page(size="phone"), open_page(size="phone")
    enter(desk, "an/community_head")
    desk.goto("/volunteering/register/appointments/?tab=publicity")
    desk.locator("#appointments tr", has_text="兼职网格员").get_by_role("link").click()
    desk.get_by_role("button", name="正式聘任").click()
    expect(desk.locator("main")).to_contain_text("在任")

    enter(phone, "wang/worker")
    phone.goto("/volunteering/posts/")
    phone.get_by_role("link", name=re.compile("社区兼职网格员.*在任")).click()
    expect(phone.locator(".post-card")).to_contain_text("王")
    mine = phone.url
    code = phone.locator(".post-card").get_attribute("data-address")
    passer_by.goto(code)
    expect(passer_by.locator(".post-verdict")).to_contain_text("证件有效")

    phone.goto("/me/")
    phone.locator("form[action$='/me/role/'] div", has_text="兼职网格员").get_by_role("button").last.click()
    phone.goto("/cases/?tab=verify")
    found = re.search(r"/cases/(\d{19})/", phone.content())
    assert found, "nothing to verify in the grid"
    take_step(phone, found.group(1), "verify")

    enter(phone, "wang/worker")
    phone.goto(mine)
    phone.get_by_role("link", name="辞任").click()
    phone.locator("[name=words]").fill("马甲和钥匙交给社区")
    phone.get_by_role("button", name="辞任").click()
    expect(phone.locator("main")).to_contain_text("马甲和钥匙交给社区")
    passer_by.reload()
    expect(passer_by.locator(".post-verdict")).to_contain_text("已经失效")
    phone.goto("/me/")
    expect(phone.locator("main")).not_to_contain_text("兼职网格员")
