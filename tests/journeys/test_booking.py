"""Two want the last place; one has it, the other waits, and has it after the cancellation."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser


def test_the_last_place_goes_to_one_and_then_to_the_one_who_waited(open_page):
    first, second = open_page(size="phone"), open_page(size="phone")
    enter(first, "wang/worker")
    enter(second, "luo/worker")
    first.goto("/places/map/?at=990101001000")
    first.locator("a", has_text="枫林暖新驿站").first.click()
    first.locator("a[href$='/book/haircut/']").click()  # one
    there = first.url
    second.goto(there)
    for page in (first, second):
        last = page.locator(".booking-day").last
        last.locator("summary").click()
        expect(last).to_have_attribute("open", "")
    wanted = "label.booking-slot:not(.booking-slot--full) input"
    start = first.locator(".booking-day").last.locator(wanted).last.get_attribute("value")
    same = f"input[value$='{start}']"
    for page in (first, second):
        page.locator(same).check()  # two
    first.get_by_role("button", name="就约这个时间").click()  # three
    expect(first.locator("main")).to_contain_text("约好了")

    second.get_by_role("button", name="就约这个时间").click()
    second.wait_for_url(there)
    expect(second.locator("body")).to_contain_text("刚被约满")
    second.locator(".booking-day").last.locator("summary").click()
    second.locator(same).check()
    second.get_by_role("button", name="就约这个时间").click()
    expect(second.locator("main")).to_contain_text(re.compile("第 1 位"))

    mine = first.locator(".card", has_text="理发").first
    mine.locator("summary").click()
    mine.get_by_role("button", name="确定不去了").click()
    expect(first.locator("body")).to_contain_text("取消了，谢谢")
    second.reload()
    second.get_by_role("button", name="要这个位子").click()
    expect(second.locator("main")).to_contain_text("代号")
    expect(second.locator("main .badge--ok").first).to_contain_text("约好了")
