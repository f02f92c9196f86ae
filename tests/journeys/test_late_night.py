"""Late at night: no position given, what is open all night, saved, and still there when the signal is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import home_of, tick

pytestmark = pytest.mark.browser
ALL_NIGHT, NOW = "input[name=f][value=all_night]", "input[name=now]"


def test_what_is_open_all_night_without_and_with_a_position(open_page, faults):
    faults.expect("ERR_INTERNET_DISCONNECTED")
    page = open_page(size="phone", geolocation=home_of("c06"), permissions=[])
    enter(page, "luo/worker")
    page.get_by_role("link", name="附近开着的地方").click()
    page.locator("[data-use-position]").click()
    if page.locator("[data-agree]").is_visible():
        page.locator("[data-agree]").click()
    expect(page.locator("[data-position-status]")).to_contain_text("选一条街道，一样能找")
    page.locator("select[name=at]").select_option("990101001000")
    tick(page, ALL_NIGHT)
    tick(page, NOW)
    rows = page.locator("#around [data-place]")
    expect(rows.first).to_contain_text("一直开着")
    assert "lng" not in page.url
    page.context.grant_permissions(["geolocation"])
    page.locator("[data-use-position]").click()
    expect(page.locator("[data-position-status]")).to_contain_text("位置没有保存")
    expect(rows.first.locator("[data-way]")).to_contain_text("约")
    name = rows.first.locator("[data-name]").inner_text()
    page.context.set_offline(True)
    tick(page, NOW, is_on=False)
    expect(page.locator("[data-kept]")).to_be_visible()
    expect(page.locator("[data-kept-age]")).to_contain_text("分钟前看到的")
    expect(page.locator("[data-kept-rows]")).to_contain_text(name)
    page.context.set_offline(False)
    page.reload()
    rows.first.locator("a").click()
    page.locator("button[name=saved][value='1']").click()
    page.goto("/places/map/?saved=1")
    expect(rows).to_have_count(1)
