"""A tin of balm is taken, more is brought and taken in; what is out of date cannot be given out and is cleared away."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser


def left(page, item):
    """How many there are, by the keeper's own page."""
    return int(re.match(r"\d+", page.locator(f"#item-{item} .shelf__left").inner_text().strip())[0])


def test_medicine_taken_restocked_expired(open_page):
    keeper, street = open_page(size="phone"), open_page(size="desk")
    enter(keeper, "yi/station")
    keeper.goto("/places/today/")
    keeper.locator("a[href$='/stock/']").first.click()
    keeper.wait_for_url("**/stock/")
    shelf = keeper.url
    balm, before = keeper.locator("#item-cooling_balm"), left(keeper, "cooling_balm")
    balm.get_by_role("button", name="拿 1").click()
    expect(balm.locator(".shelf__left")).to_have_text(f"{before - 1} 盒")
    keeper.get_by_role("button", name="点错了，撤销").click()
    expect(balm.locator(".shelf__left")).to_have_text(f"{before} 盒")
    balm.get_by_role("button", name="拿 1").click()
    expect(keeper.locator(".taken")).to_contain_text("清凉油")

    enter(street, "lipai/dispatcher")
    street.goto("/places/stock/?show=tasks&item=cooling_balm&q=枫林暖新驿站")
    street.locator("#stock td a").first.click()
    street.get_by_role("button", name="我们去补").click()
    street.get_by_role("button", name="送到了").click()
    expect(street.locator("main")).to_contain_text("等管理员收")

    keeper.goto(shelf)
    keeper.get_by_role("link", name="收下上架").click()
    keeper.locator("[name=quantity]").fill("5")
    keeper.locator("[name=expires_on]").fill("2099-01-01")
    keeper.get_by_role("button", name="收下上架").click()
    expect(keeper.locator("main")).to_contain_text("已上架")

    keeper.goto(shelf)
    expired = keeper.locator("#item-salt_drink")
    expect(expired).to_contain_text("过期 6")
    expect(expired.get_by_role("button", name="拿 1")).to_have_count(0)
    expired.get_by_role("link", name="清理过期的").click()
    keeper.get_by_role("button", name="清理掉这一批").click()
    expect(keeper.locator("#item-salt_drink")).not_to_contain_text("过期")
