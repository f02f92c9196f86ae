"""At two in the morning the map says open, the door is locked: two say so, a case opens, the community sees to it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import home_of, take_step, tick

pytestmark = pytest.mark.browser

PLACE = re.compile(r"/places/at/([0-9a-f-]{36})/")
WANTED = ("input[name=f][value=all_night]", "input[name=f][value=rest_bed]", "input[name=now]")


def test_a_locked_door_at_night_becomes_a_case_and_the_map_says_so(open_page, photo):
    rider = open_page(size="phone", geolocation=home_of("c01"), permissions=["geolocation"])
    enter(rider, "wang/worker")
    place, name = found_at_night(rider)

    street = open_page(size="desk")
    enter(street, "lipai/dispatcher")
    street.goto(f"/places/register/{place}/plate/")
    door = f"/places/d/{street.locator('.plate__code').inner_text().strip()}/"

    other = open_page(size="phone")
    enter(other, "luo/worker")
    other.goto(door)
    expect(other.locator(".truth--wait")).to_have_count(0)
    says_locked(rider, door)
    says_locked(other, door)
    other.goto(f"/places/at/{place}/")
    expect(other.locator(".truth--wait")).to_be_visible()

    community = open_page(size="desk")
    enter(community, "wen/community")
    number = the_case_about(community, name)
    take_step(community, number, "claim")
    take_step(community, number, "self_handle", opinion="换了锁芯，门开着", photo=photo)
    take_step(street, number, "verify")
    take_step(street, number, "pass", opinion="看过了，开着", photo=photo)

    for _look in range(40):  # the worker tells the place
        other.goto(f"/places/at/{place}/")
        if not other.locator(".truth--wait").count():
            break
        other.wait_for_timeout(250)
    expect(other.locator(".truth--ok")).to_be_visible()
    found, again = found_at_night(rider)
    assert (found, again) == (place, name)


def found_at_night(page):
    """What is open now and all night, where one can lie down, the nearest: its page and what it is called there."""
    page.goto("/places/map/")
    for choice in WANTED:
        tick(page, choice)
    page.locator("[data-use-position]").click()
    if page.locator("[data-agree]").is_visible():
        page.locator("[data-agree]").click()
    row = page.locator("#around [data-place]", has=page.locator("[data-way]", has_text="约")).first
    row.wait_for()
    name = row.locator("[data-name]").inner_text()
    row.locator("a").first.click()
    page.wait_for_url(PLACE)
    found = PLACE.search(page.url)
    assert found
    return found[1], name


def says_locked(page, door):
    page.goto(door)
    page.locator("button[value='open:no']").click()
    page.locator(".toast").first.wait_for()


def the_case_about(page, name):
    row = page.locator("li.queue__row", has_text=name)
    for _look in range(40):  # the worker delivers the event
        page.goto("/cases/?tab=new&kind=1201&source=door")
        if row.count():
            break
        page.wait_for_timeout(250)
    return row.first.get_attribute("data-number")
