"""A case put right earns points; they become a thing at a station without signal; the shelf and the report know."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import enter

pytestmark = pytest.mark.browser
READY = """() => new Promise((done) => {
  const asked = indexedDB.open("nuanxin-shop");
  asked.onsuccess = () => {
    const kit = asked.result.transaction("kit").objectStore("kit").get("kit");
    kit.onsuccess = () => {
      asked.result.close();
      done(Boolean(kit.result));
    };
  };
})"""
STATION, THING = "枫林暖新驿站", "纸巾三包"


def open_counter(page: Page) -> None:
    """Until the phone has all that it needs without signal."""
    enter(page, "yi/station")
    page.goto("/thanks/shop/counter/")
    expect(page.locator("[data-desk] [role=status]")).not_to_be_empty()
    page.wait_for_function(READY)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def redeem(page: Page) -> tuple[str, str]:
    """From the points to a code on the screen: what is scanned, what is typed."""
    page.goto("/thanks/shop/")
    page.get_by_role("link", name=re.compile(STATION)).first.click()
    page.get_by_role("link", name=re.compile(THING)).click()
    expect(page.locator("main")).to_contain_text("换完还剩")
    page.get_by_role("button", name=re.compile("积分换一件")).click()
    expect(page.locator("main")).to_contain_text("留好了")
    page.get_by_role("button", name="出示取货码").click()
    shown = page.locator(".code__picture")
    shown.wait_for()
    return str(shown.get_attribute("data-address")), page.locator(".code__typed").inner_text()


def on_the_shelf(page: Page) -> int:
    """How many of it can be redeemed, as the community's secretary reads it."""
    page.goto("/thanks/shop/manage/")
    page.locator("main table a", has_text=STATION).click()
    row = page.locator("main tbody tr", has_text=THING)
    return int(row.locator("td").nth(2).inner_text())


def test_a_case_put_right_becomes_a_thing_at_a_station_without_signal(open_page, faults):
    faults.expect("ERR_INTERNET_DISCONNECTED")
    rider, counter, office = open_page(size="phone"), open_page(size="phone"), open_page()
    enter(office, "an/community_head")
    before = on_the_shelf(office)
    open_counter(counter)
    enter(rider, "wang/worker")
    rider.goto("/thanks/points/")
    expect(rider.locator("main")).to_contain_text("已办好")  # where they come from
    scanned, typed = redeem(rider)

    counter.context.set_offline(True)
    counter.goto("/thanks/shop/counter/")  # from the phone itself
    result, held = counter.locator("[data-result]"), counter.locator("[data-kept-rows] li")
    expect(counter.locator("[data-desk] [role=status]")).to_contain_text("没有网")
    counter.evaluate("(address) => { location.hash = new URL(address).hash; }", scanned)
    expect(result).to_contain_text("可以交给他")
    expect(result).to_contain_text(THING)
    expect(result).to_contain_text("王*暖")
    expect(held.first).to_contain_text("等着送")
    counter.locator("#desk-code").fill(typed)
    counter.get_by_role("button", name="核对").click()
    expect(result).to_contain_text("不能给")

    counter.context.set_offline(False)
    counter.goto("/thanks/shop/counter/")
    expect(held.first).to_contain_text("已送到")
    rider.reload()
    expect(rider.locator("main")).to_contain_text("取走了")
    assert on_the_shelf(office) == before - 1
    office.get_by_role("link", name="月报").click()
    line = office.locator("main tbody tr", has_text=THING)
    assert int(line.locator("td").nth(2).inner_text()) >= 1
    expect(office.locator("main")).to_contain_text("不以营利为目的")
