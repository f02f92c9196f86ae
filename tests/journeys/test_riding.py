"""Above 10 km/h the page is one big button: one tap keeps time and place, the rest follows after stopping."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import enter
from tests.journeys.doing import choose_kind, home_of

pytestmark = pytest.mark.browser

# A phone that says how fast it is: the browser's own emulation knows no speed.
PHONE = """
  const watchers = [];
  const fix = (speed) => ({ coords: { ...window.here, accuracy: 5, speed }, timestamp: Date.now() });
  navigator.geolocation.watchPosition = (told) => watchers.push(told);
  navigator.geolocation.getCurrentPosition = (told) => told(fix(0));
  window.goes = (speed) => watchers.forEach((told) => told(fix(speed)));
"""
PLACE = """() => new Promise((resolve) => {
  const asked = indexedDB.open("nuanxin-outbox");
  asked.onsuccess = () => {
    const all = asked.result.transaction("entries").objectStore("entries").getAll();
    all.onsuccess = () => resolve(all.result.map((entry) => [entry.state, Object.fromEntries(entry.fields)]));
  };
})"""


def at_speed(page: Page, kmh: float) -> None:
    page.evaluate("speed => window.goes(speed)", kmh / 3.6)


def test_under_way_one_tap_is_all(open_page, faults):
    faults.expect("bluetooth")
    here = home_of("c06")
    page = open_page(size="phone", geolocation=here, permissions=["geolocation"])
    enter(page, "luo/worker")
    page.add_init_script(
        f"window.here = {{ longitude: {here['longitude']}, latitude: {here['latitude']} }};{PHONE}"
    )
    with page.expect_response(lambda answer: "riding.js" in answer.url):
        page.goto("/report/")
    page.wait_for_timeout(300)
    riding = page.locator("[data-riding]")
    at_speed(page, 8)
    expect(riding).to_be_hidden()
    at_speed(page, 22)
    expect(riding).to_be_visible()
    assert riding.locator("input, textarea, select").count() == 0  # nothing is asked of somebody who rides
    button = riding.locator("[data-riding-tap]").bounding_box()
    assert button
    assert button["height"] > 350
    page.locator("[data-riding-tap]").click()
    expect(page.locator("[data-riding-status]")).to_contain_text("已记下时间和位置，停稳再补充")
    at_speed(page, 20)
    at_speed(page, 0)
    at_speed(page, 0)
    expect(riding).to_be_hidden()
    [(state, fields)] = page.evaluate(PLACE)
    assert state == "noted"
    assert float(fields["lng"]) == pytest.approx(here["longitude"], abs=1e-5)
    assert not [name for name in fields if name not in {"place_by", "lng", "lat", "accuracy_m"}]  # no track

    page.locator("[data-act=open]").click()
    expect(page.get_by_text("接着补完这一件")).to_be_visible()  # from here on the form is the kept report's
    page.locator("textarea[name=text]").fill("骑过去时看到的坑")
    page.locator("[data-next]").click()
    expect(page.locator("input[name=place_by][value=point]")).to_be_checked()
    page.locator("[data-next]").click()
    choose_kind(page, "0401")
    page.locator("[data-send]").click()
    page.locator("[data-offers], .done__mark:visible").first.wait_for()
    if page.locator("[data-offers]").is_visible():
        page.locator("[data-offers] button[name=different]").click()
    page.wait_for_url(re.compile(r"/report/\d{19}/"))
    assert page.evaluate(PLACE) == []


def test_somebody_on_a_bus_may_say_so(open_page, faults):
    faults.expect("bluetooth")
    here = home_of("c06")
    page = open_page(size="phone", geolocation=here, permissions=["geolocation"])
    enter(page, "luo/worker")
    page.add_init_script(
        f"window.here = {{ longitude: {here['longitude']}, latitude: {here['latitude']} }};{PHONE}"
    )
    with page.expect_response(lambda answer: "riding.js" in answer.url):
        page.goto("/report/")
    page.wait_for_timeout(300)
    at_speed(page, 40)
    page.locator("[data-riding-not]").click()
    at_speed(page, 40)
    expect(page.locator("[data-riding]")).to_be_hidden()
