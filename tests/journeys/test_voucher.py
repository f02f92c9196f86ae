"""A voucher is used at a desk without signal and refused the second time; a hospital's desk sees a masked name."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import enter

pytestmark = pytest.mark.browser
READY = """() => new Promise((done) => {
  const asked = indexedDB.open("nuanxin-desk");
  asked.onsuccess = () => {
    const kit = asked.result.transaction("kit").objectStore("kit").get("kit");
    kit.onsuccess = () => {
      asked.result.close();
      done(Boolean(kit.result));
    };
  };
})"""


def open_desk(page: Page, persona: str) -> None:
    """Until the phone has all that it needs without signal."""
    enter(page, persona)
    page.goto("/places/desk/")
    expect(page.locator("[data-desk] [role=status]")).not_to_be_empty()
    page.wait_for_function(READY)


def take(page: Page, place: str, offer: str) -> None:
    """From the page of the place to a code on the screen."""
    page.goto(place)
    page.get_by_role("link", name=offer).click()
    page.get_by_role("button", name="领一张").click()
    page.get_by_role("button", name="出示给店家").click()
    page.locator(".code__picture").wait_for()


def test_used_without_signal_and_refused_the_second_time(open_page, faults):
    faults.expect("ERR_INTERNET_DISCONNECTED")
    rider, desk = open_page(size="phone"), open_page(size="phone")
    open_desk(desk, "yi/station")
    desk.evaluate("navigator.serviceWorker.ready.then(() => true)")
    enter(rider, "luo/worker")
    rider.goto("/places/map/?at=990101001000")
    rider.get_by_role("link", name=re.compile("枫林暖新驿站")).first.click()
    take(rider, rider.url, "早班热豆浆一杯")
    scanned = rider.locator(".code__picture").get_attribute("data-address")
    typed = rider.locator(".code__typed").inner_text()

    desk.context.set_offline(True)
    desk.goto("/places/desk/")  # from the phone itself
    result, held = desk.locator("[data-result]"), desk.locator("[data-kept-rows] li")
    expect(desk.locator("[data-desk] [role=status]")).to_contain_text("没有网")
    desk.evaluate("(address) => { location.hash = new URL(address).hash; }", scanned)
    expect(result).to_contain_text("有效，已收下")
    expect(result).to_contain_text("早班热豆浆一杯")
    expect(held).to_contain_text("等着送")
    desk.locator("#desk-code").fill(typed)
    desk.get_by_role("button", name="核对").click()
    expect(result).to_contain_text("用过了")

    desk.context.set_offline(False)
    desk.goto("/places/desk/")
    expect(held).to_contain_text("已送到")
    desk.locator("#desk-code").fill(typed)
    desk.get_by_role("button", name="核对").click()
    expect(result).to_contain_text("用过了")
    rider.goto("/places/vouchers/")
    expect(rider.locator("main")).to_contain_text("早班热豆浆一杯")
    rider.locator("main .uses a", has_text="早班热豆浆一杯").first.click()
    expect(rider.locator("main")).to_contain_text("用掉了")
    rider.locator("label", has_text="态度好").click()
    rider.get_by_role("button", name="就这些").click()
    expect(rider.locator("main")).not_to_contain_text("用得怎么样")


def test_the_green_channel_at_the_hospital(open_page):
    rider, desk = open_page(size="phone"), open_page(size="phone")
    open_desk(desk, "wei/clinic")
    enter(rider, "luo/worker")
    rider.goto("/places/offers/near/?at=990101005000&kind=green_channel")
    rider.get_by_role("link", name=re.compile("就医绿色通道")).first.click()
    expect(rider.locator("main")).to_contain_text("不用挂号")
    rider.get_by_role("button", name="领一张").click()
    rider.get_by_role("button", name="出示给店家").click()
    scanned = rider.locator(".code__picture").get_attribute("data-address")
    desk.evaluate("(address) => { location.hash = new URL(address).hash; }", scanned)
    result = desk.locator("[data-result]")
    expect(result).to_contain_text("有效，已收下")
    expect(result).to_contain_text("姓名：罗*点")
    expect(result).to_contain_text("不用挂号")
    desk.goto("/places/desk/")
    expect(desk.locator("main")).not_to_contain_text("罗")
    rider.goto("/places/vouchers/")
    expect(rider.locator("main .uses")).to_contain_text("就医绿色通道")
