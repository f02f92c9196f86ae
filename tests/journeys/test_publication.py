"""A worker says that the result may be shown; the street writes and publishes; a visitor reads of no person; the
worker takes it back, and it is gone.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser

OWN = re.compile(r"/mine/(\d{19})/")
TITLE, WRONG, DONE = "路边的箅子换新了", "断了两根，车轮容易陷进去。", "换上新的，旁边的淤泥也清了。"


def undecided(page) -> str:
    """One of the worker's own that is solved and may be shown."""
    page.goto("/mine/?show=closed")
    numbers = dict.fromkeys(OWN.findall(page.content()))
    for number in numbers:
        page.goto(f"/mine/{number}/")
        if page.locator("#publication [name=agree]").count():
            return number
    raise AssertionError("nothing to decide about")


def test_shown_to_everybody_and_taken_back(open_page, faults):
    faults.expect("422")  # the first words say who
    faults.expect("404")  # what was taken back
    worker = open_page(size="phone")
    enter(worker, "wang/worker")
    number = undecided(worker)
    worker.locator("#publication summary").click()
    box = worker.locator("#publication [name=agree]")
    expect(box).not_to_be_checked()
    box.check()
    worker.locator("#publication button[value=offer]").click()
    expect(worker.locator("#publication button[value=take_back]")).to_be_visible()

    street = open_page(size="desk")
    enter(street, "lipai/dispatcher")
    street.goto("/cases/publications/")
    street.locator(".queue__row", has_text=number).locator(".queue__link").click()
    form = street.locator("#words")
    form.locator("[name=title]").fill(TITLE)
    form.locator("[name=wrong]").fill(WRONG)
    form.locator("[name=done]").fill("王师傅换的，电话 138 1234 5678")
    form.locator("button[value=publish]").click()
    expect(street.locator("#flags")).to_contain_text("138 1234 5678")
    expect(street.locator("#flags input[name=cleared]")).to_have_count(1)
    form.locator("[name=done]").fill(DONE)
    form.locator("button[value=publish]").click()
    street.wait_for_url("**/cases/publications/")

    visitor = open_page(size="phone")
    visitor.goto("/public/")
    visitor.locator(".public-card__link", has_text=TITLE).first.click()
    expect(visitor.locator("h1")).to_have_text(TITLE)
    shown = visitor.url
    text = visitor.locator("body").inner_text()
    for secret in ("王小暖", "小哥", number, "138"):
        assert secret not in text

    worker.goto(f"/mine/{number}/")
    worker.locator("#publication button[value=take_back]").click()
    expect(worker.locator("#publication summary")).to_be_visible()

    visitor.goto(shown)
    expect(visitor.locator("h1")).not_to_have_text(TITLE)
    visitor.goto("/public/")
    expect(visitor.locator(".public-card__link", has_text=TITLE)).to_have_count(0)
