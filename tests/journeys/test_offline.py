"""Reporting without signal: kept on the phone, sent once, by nobody else; and what never waits."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import enter
from tests.journeys.doing import home_of, locate, open_danger, tick
from tests.journeys.looking import assert_in_order

pytestmark = pytest.mark.browser

HOLE = "0401"
WAITING = "[data-outbox-own] .outbox__one"
# The state of what waits, straight from the phone's own store.
STATES = """() => new Promise((resolve) => {
  const asked = indexedDB.open("nuanxin-outbox");
  asked.onsuccess = () => {
    const all = asked.result.transaction("entries").objectStore("entries").getAll();
    all.onsuccess = () => resolve(all.result.map((entry) => entry.state));
  };
})"""


@pytest.fixture
def rider(open_page, faults):
    """Somebody with a phone that gives its position; a lost connection is part of the journey."""
    for expected in (
        "ERR_INTERNET_DISCONNECTED",
        "ERR_FAILED",
        "422",
        "403",
        "bluetooth",
        "fetching the script",
    ):
        faults.expect(expected)

    def become(persona: str = "luo/worker", **options: object) -> Page:
        page = open_page(size="phone", geolocation=home_of("c06"), permissions=["geolocation"], **options)
        enter(page, persona)
        return page

    return become


def write(page: Page, words: str, photo=None) -> None:
    """Up to the last button, on the report page that stands open."""
    if photo:
        page.locator("[data-photos-input]").set_input_files(photo)
        page.locator(".upload__preview").first.wait_for()
    page.locator("textarea[name=text]").fill(words)
    page.locator("[data-next]").click()
    locate(page)
    expect(page.locator("[data-locate-status]")).to_contain_text(re.compile(r"\d"))
    expect(page.locator("[data-locate-status]")).not_to_contain_text("图钉")  # there is no map to drag it on
    page.locator("[data-next]").click()
    tick(page, f"input[name=category][value='{HOLE}']")


def cut_off(page: Page) -> None:
    page.context.set_offline(offline=True)


def number_of(page: Page, words: str) -> list[str]:
    """The cases that the server has with these words, as their reporter sees them."""
    page.goto("/mine/")
    links = [
        link.get_attribute("href") or ""
        for link in page.locator("a[href^='/mine/2'], a[href^='/mine/9']").all()
    ]
    found = []
    for link in dict.fromkeys(links[:4]):
        if words in page.request.get(link).text():
            found.append(link)
    return found


def test_offline_killed_back_and_sent_once(rider, photo):
    page = rider()
    page.goto("/me/consents/")
    page.locator("#location button[name=given]").click()  # so the page asks, with or without signal
    page.goto("/report/")
    expect(page.locator("#report[data-agrees]")).to_have_count(0)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")  # the app has been opened once
    wrong = page.context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in wrong if each["errorId"] != "in-incognito"] == []
    cut_off(page)
    write(page, "没信号也要报的大坑", photo)
    page.locator("[data-send]").click()
    expect(page.locator("#part-kept")).to_be_visible()
    expect(page.locator(WAITING)).to_have_class(re.compile("--waiting"))
    expect(page.locator(".outbox__thumb img")).to_be_visible()
    assert_in_order(page)
    context = page.context
    page.close()  # the tab is killed

    page = context.new_page()
    page.goto("/report/")  # still without signal: the page that the phone kept
    expect(page.locator("body[data-alone]")).to_be_attached()
    expect(page.locator(WAITING)).to_have_count(1)
    context.set_offline(offline=False)
    expect(page.locator(WAITING)).to_have_class(re.compile("--received"))
    other = context.new_page()
    other.goto("/")  # a second page looks as well, and finds nothing left to send
    expect(other.locator(WAITING)).to_have_class(re.compile("--received"))
    assert page.evaluate(STATES) == ["received"]
    assert len(number_of(other, "没信号也要报的大坑")) == 1
    other.goto("/report/")
    expect(other.locator("#report[data-agrees]")).to_have_count(1)  # what was pressed came along


def test_the_draft_outlives_its_tab(rider):
    page = rider()
    page.goto("/report/")
    page.locator("textarea[name=text]").fill("写到一半的话")
    page.wait_for_timeout(900)
    context = page.context
    page.close()
    page = context.new_page()
    page.goto("/report/")
    expect(page.locator("textarea[name=text]")).to_have_value("写到一半的话")
    page.locator("[data-start-over]").click()
    expect(page.locator("textarea[name=text]")).to_have_value("")


def test_danger_never_waits(rider):
    page = rider()
    open_danger(page, "0101")
    cut_off(page)
    page.locator("[data-call-slot] [data-tell]").click()
    expect(page.locator("[data-call-slot] [data-call-status]")).to_contain_text("没有发出去，请打电话")
    expect(page.locator("[data-call-slot] a[href='tel:119']")).to_be_visible()
    assert page.evaluate(STATES) == []


def test_an_ended_session_keeps_it_for_the_same_person_only(rider):
    page = rider("luo/worker")
    page.goto("/report/")
    write(page, "登录过期时报的坑")
    session = [cookie for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    page.locator("[data-send]").click()
    expect(page.locator(WAITING)).to_have_class(re.compile("--sign-in"))
    assert session

    enter(page, "chen/worker")  # somebody else on the same phone
    page.goto("/report/")
    expect(page.locator("[data-outbox-others]")).to_be_visible()
    expect(page.locator(WAITING)).to_have_count(0)
    assert "登录过期时报的坑" not in page.locator("main").inner_text()
    assert page.evaluate(STATES) == ["sign-in"]
    assert number_of(page, "登录过期时报的坑") == []

    enter(page, "luo/worker")
    page.goto("/mine/")
    expect(page.locator(WAITING)).to_have_class(re.compile("--received"))
    assert len(number_of(page, "登录过期时报的坑")) == 1


def test_a_full_phone_says_so_and_the_form_stays(rider):
    page = rider()
    full = "IDBObjectStore.prototype.put = function () { throw new DOMException('full', 'QuotaExceededError'); };"
    page.add_init_script(full)
    page.goto("/report/")
    write(page, "手机满了")
    cut_off(page)
    page.locator("[data-send]").click()
    expect(page.locator("[data-report-notice] .notice--danger")).to_be_visible()
    page.locator("[data-back]").click()
    page.locator("[data-back]").click()
    expect(page.locator("textarea[name=text]")).to_have_value("手机满了")


def test_what_the_server_refuses_is_corrected_and_sent(rider):
    page = rider()
    page.goto("/report/")
    write(page, "等着改的坑")
    cut_off(page)
    page.locator("[data-send]").click()
    expect(page.locator(WAITING)).to_have_class(re.compile("--waiting"))
    page.evaluate(  # it was kept so long that the place has gone from the server's map
        """() => new Promise((resolve) => {
          const asked = indexedDB.open("nuanxin-outbox");
          asked.onsuccess = () => {
            const store = asked.result.transaction("entries", "readwrite").objectStore("entries");
            store.getAll().onsuccess = ({ target }) => {
              const [entry] = target.result;
              entry.fields = entry.fields.filter(([name]) => name !== "near");
              entry.fields = entry.fields.map(([name, value]) => [name, name === "lng" ? "10.5" : value]);
              store.put(entry).onsuccess = resolve;
            };
          };
        }).then(() => 1)"""
    )
    page.context.set_offline(offline=False)
    expect(page.locator(WAITING)).to_have_class(re.compile("--refused"))
    expect(page.locator("[data-problem]")).not_to_be_empty()
    page.locator("[data-act=open]").click()
    expect(page.locator("textarea[name=text]")).to_have_value("等着改的坑")
    page.locator("[data-next]").click()
    page.locator("[data-locate-me]").click()
    page.locator("#around .report__where").wait_for()
    page.locator("[data-next]").click()
    page.locator("[data-send]").click()
    page.locator("[data-offers], .done__mark:visible").first.wait_for()
    if page.locator("[data-offers]").is_visible():
        page.locator("[data-offers] button[name=different]").click()
    page.wait_for_url(re.compile(r"/report/\d{19}/"))
    assert page.evaluate(STATES) == []


def test_what_is_dropped_is_gone(rider):
    page = rider()
    page.goto("/report/")
    write(page, "不发了的坑")
    cut_off(page)
    page.locator("[data-send]").click()
    page.locator("[data-act=drop]").click()
    page.locator("[data-act='drop-surely']").click()
    expect(page.locator(WAITING)).to_have_count(0)
    assert page.evaluate(STATES) == []
