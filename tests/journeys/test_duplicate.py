"""A hole that somebody has reported already: found before sending, followed by the second, done for both."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import case_number, choose_kind, home_of, report, take_step

pytestmark = pytest.mark.browser

GRATE = "0302"


def test_a_duplicate_is_found_before_sending(open_page, photo):
    def somebody(persona, size="phone", **options):
        page = open_page(size=size, **options)
        enter(page, persona)
        return page

    here = {"geolocation": home_of("c06"), "permissions": ["geolocation"]}
    first = somebody("luo/worker", **here)
    number = report(first, category=GRATE, words="雨水箅子断了，就在我家楼下", photo=photo)

    second = somebody("wang/worker", **here)
    second.on("console", lambda _said: None)
    second.goto("/report/")
    second.locator("textarea[name=text]").fill("箅子断了")
    second.locator("[data-next]").click()
    second.locator("[data-locate-me]").click()
    second.locator("#around .report__where").wait_for()
    second.locator("[data-next]").click()
    choose_kind(second, GRATE)
    question = second.locator("[data-offers]")
    expect(question).to_be_visible()
    assert "我家" not in question.inner_text()
    assert number not in question.inner_text()
    question.locator("button[name=seen]").first.click()
    second.wait_for_url(re.compile(rf"/mine/{number}/"))
    expect(second.locator("#progress")).to_be_visible()
    assert "我家" not in second.locator("main").inner_text()
    assert second.locator("#answer").count() == 0

    street = somebody("lipai/dispatcher", "desk")
    take_step(street, number, "dispatch", opinion="请当天更换")
    for page in (first, second):
        page.goto(f"/mine/{number}/")
        assert page.locator("#progress .tracker__step--done").count() == 2

    third = somebody("chen/worker", **here)
    other = _not_the_same(third)
    assert other != number


def _not_the_same(page):
    """Somebody who presses on without looking is asked once, and may say that it is another one."""
    page.goto("/report/")
    page.locator("textarea[name=text]").fill("旁边另一个箅子也松了")
    page.locator("[data-next]").click()
    page.locator("[data-locate-me]").click()
    page.locator("#around .report__where").wait_for()
    page.locator("[data-next]").click()
    choose_kind(page, GRATE)
    page.locator("[data-offers] button[name=different]").click()
    return case_number(page)
