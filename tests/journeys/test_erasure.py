"""A worker takes everything along and goes: the case stays with those who work on it, the person does not."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import home_of, report, sign_in_by_phone, take_step

pytestmark = pytest.mark.browser

PERSONA, PHONE, NAME = (
    "ma/worker",
    "19900000004",
    "马达达",
)  # no other journey enters as him: he is gone after it


def test_export_erase_and_what_stays(open_page, photo, faults):
    faults.expect("422")  # the first try, without being sure
    page = open_page(size="phone", geolocation=home_of("c01"), permissions=["geolocation"])
    enter(page, PERSONA)
    number = report(page, category="0302", words="箅子翘起来一角", photo=photo)

    page.goto("/me/")
    with page.expect_download() as downloading:
        page.locator("form[action='/me/export/'] button[value=json]").click()
    taken = json.loads(downloading.value.path().read_text(encoding="utf-8"))
    everything = json.dumps(taken, ensure_ascii=False)
    assert NAME in everything
    assert PHONE in everything
    assert number in everything or "箅子翘起来一角" in everything

    page.goto("/me/erase/")
    page.locator("form[action='/me/erase/'] button").first.click()  # not yet sure
    expect(page.locator("[role=alert]").first).to_be_visible()
    page.locator("input[name=sure]").check()
    page.locator("form[action='/me/erase/'] button").first.click()
    expect(page.locator("h1")).to_be_visible()
    page.goto("/mine/")
    assert "/sign-in/" in page.url

    street = open_page(size="desk")
    enter(street, "lipai/dispatcher")
    take_step(street, number, "screen")  # the case goes on
    expect(street.locator("#case")).to_contain_text("箅子翘起来一角")
    expect(street.locator("#case")).not_to_contain_text(NAME)

    again = open_page(size="phone")
    again.goto("/demo/")
    again.locator(f".role-card[formaction$='/enter/{PERSONA}/']").click()
    expect(again.locator("#toasts")).to_contain_text("注销")
    sign_in_by_phone(again, PHONE)
    again.wait_for_url("**/register/")  # nobody here knows the number
