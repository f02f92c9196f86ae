"""The ways in: a number and a one-time code; for staff a letter, a password and a dynamic code; and without scripts."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import register_by_phone
from tests.journeys.looking import assert_in_order

pytestmark = pytest.mark.browser

PASSWORD = "Lantern-2026-street"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_number_and_a_code(open_page, language):
    page = open_page(size="phone", language=language)
    phone = {"zh": "19900009101", "en": "19900009102"}[language]
    register_by_phone(page, phone, name="小灯")
    expect(page.locator("h1")).to_contain_text("小灯")
    page.goto("/me/")
    page.locator("form[action='/sign-out/'] button").click()
    page.wait_for_url("**/sign-in/")
    page.goto("/mine/")
    assert "/sign-in/" in page.url


def test_a_wrong_code_says_so_and_lets_one_try_again(open_page, faults):
    faults.expect("422")
    page = open_page(size="phone")
    page.goto("/sign-in/")
    page.locator("input[name=phone]").fill("19900000002")
    page.locator("#phone-steps form button").first.click()
    page.locator("input[name=code]").fill("000000")
    page.locator("#phone-steps form button").first.click()
    expect(page.locator("#phone-steps .field__error, #phone-steps [role=alert]").first).to_be_visible()
    assert "/sign-in/" in page.url


def test_staff_are_invited_and_sign_in_with_two_factors(open_page):
    link = invite(open_page(size="desk"))
    page = open_page(size="desk")
    page.goto(link)
    assert_in_order(page)
    set_account(page, "journey.lamp")
    page.wait_for_url("**/sign-in/second-factor/")
    assert_in_order(page)
    secret = page.locator("code.number").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(dynamic_code(secret))
    page.locator("main form button").click()
    page.wait_for_url("**/cases/**")

    page.goto("/me/")
    page.locator("form[action='/sign-out/'] button").click()
    page.wait_for_url("**/sign-in/**")
    page.goto("/sign-in/?as=staff")
    page.locator("[name=login_name]").fill("journey.lamp")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=code]").fill(dynamic_code(secret, ahead=1))  # each code opens once
    page.locator("form[action='/sign-in/staff/'] button").click()
    page.wait_for_url("**/cases/**")


def dynamic_code(secret, ahead=0):
    """What the authenticator shows, or shows next."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def invite(page):
    """A street lead invites a dispatcher; answers the link of the letter."""
    enter(page, "yan/street_lead")
    page.goto("/people/invite/")
    page.locator("[name=name]").fill("童小灯")
    page.locator("[name=role]").select_option("dispatcher")
    page.locator("select[name=organisation]").select_option(index=1)
    page.locator("main form button:not([type=button])").last.click()
    return page.locator("#link").input_value()


def set_account(page, login_name):
    page.locator("[name=login_name]").fill(login_name)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=again]").fill(PASSWORD)
    page.locator("main form button").click()
