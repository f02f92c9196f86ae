"""A picture that may become public: areas by mouse and by keys, made anew, released; by finger on a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import enter

pytestmark = pytest.mark.browser


def waiting(page: Page) -> int:
    """Opens the first picture that waits and is ready; returns how many areas it has."""
    enter(page, "lipai/dispatcher")
    page.goto("/pictures/")
    page.locator(".contact-sheet__link:has(img)").first.click()
    page.locator("[data-brush-surface].brush--ready").wait_for()
    return page.locator("[data-area]").count()


def draw(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    box = page.locator("[data-brush-layer]").bounding_box()
    assert box
    x, y, w, h = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + w * left, y + h * top)
    page.mouse.down()
    page.mouse.move(x + w * (left + right) / 2, y + h * (top + bottom) / 2)
    page.mouse.move(x + w * right, y + h * bottom)
    page.mouse.up()


def test_what_is_drawn_is_made_and_seen_before_it_is_released(open_page, faults):
    faults.expect("422")  # released without the tick
    page = open_page(size="desk")
    before = waiting(page)
    address, rows, release = page.url, page.locator("[data-area]"), page.locator("[data-brush-release]")

    draw(page, 0.1, 0.1, 0.3, 0.3)
    expect(rows).to_have_count(before + 1)
    expect(release).to_be_disabled()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    last = rows.last
    expect(last.locator("[name=x]")).to_have_value("11.0")
    expect(last.locator("[name=h]")).to_have_value("21.0")

    page.keyboard.press("Delete")
    expect(rows).to_have_count(before)
    page.locator("[data-brush-undo]").click()
    expect(rows).to_have_count(before + 1)
    page.locator("[data-brush-save]").click()
    page.locator("[data-brush-surface].brush--ready").wait_for()
    assert page.url == address
    expect(rows).to_have_count(before + 1)
    expect(page.locator(".brush__area--new")).to_have_count(0)

    release.click()
    expect(page.locator("main")).to_contain_text("请先把整张照片看一遍")
    page.locator("[name=checked]").check()
    release.click()
    page.wait_for_url(lambda now: now != address)
    page.goto(address)
    expect(page.locator("main")).to_contain_text("任何人都能看到这一张")


def test_an_area_without_a_pointer(open_page):
    page = open_page(size="phone")
    before = waiting(page)
    page.locator("[data-brush-add]").press("Enter")
    expect(page.locator("[data-area]")).to_have_count(before + 1)
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-area]").last.locator("[name=y]")).to_have_value("39.0")
    page.locator("[data-area]").last.locator("[data-area-remove]").click()
    expect(page.locator("[data-brush-unsaved]")).to_be_hidden()
