"""A slow line: what comes while somebody looks at the page moves nothing under the thumb."""

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import home_of, locate

pytestmark = pytest.mark.browser

TILE = "input[name=category][value='0401']"


@pytest.mark.parametrize(
    ("words", "answer"),
    [("路口往东路面塌了一个坑", "看起来像"), ("呃呃呃", "听不出像哪一类，请在下面选。")],
    ids=["some kinds", "none"],
)
def test_late_kinds_have_their_room(open_page, words, answer):
    page = open_page(geolocation=home_of("c06"), permissions=["geolocation"])
    enter(page, "wang/worker")
    held = []
    page.route("**/report/likely/", lambda asked: held.append(asked))  # noqa: PLW0108  -- it wants to be a function
    page.goto("/report/")
    page.locator("textarea[name=text]").fill(words)
    page.locator("[data-next]").click()
    locate(page)
    page.locator("#around .report__where").wait_for()
    page.locator("[data-next]").click()
    likely, tile = page.locator("#kinds-likely"), page.locator(".tile", has=page.locator(TILE))
    expect(likely).to_have_attribute("data-late", "asking")
    before = tile.bounding_box()
    held[0].continue_()
    expect(likely).to_have_attribute("data-late", "heard")
    shown = likely.evaluate("(each) => getComputedStyle(each, '::before').content + each.innerText")
    assert answer in shown
    assert tile.bounding_box() == before
    tile.click()
    expect(page.locator(f"{TILE}:checked")).to_have_count(1)
