"""A browser that runs no scripts: the same report, as one plain form."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser


def test_a_report_is_one_plain_form(open_page, photo):
    page = open_page(size="phone", java_script_enabled=False)
    enter(page, "he/worker")
    page.goto("/report/")
    page.locator("input[type=file][name=photos]").first.set_input_files(photo)
    page.locator("textarea[name=text]").fill("路边的雨水箅子不见了")
    page.locator("input[name=kind_words]").fill("0302")
    page.locator("button[name=find][value=kind]").click()
    expect(page.locator("textarea[name=text]")).to_have_value("路边的雨水箅子不见了")
    page.locator("#kinds-found input[value='0302']").check()
    page.locator("[data-send]").click()
    page.wait_for_url(re.compile(r"/report/\d{19}/"))
    expect(page.locator("#done-title")).to_be_visible()


def test_in_danger_the_numbers_stand_there_without_scripts(open_page):
    page = open_page(size="phone", java_script_enabled=False)
    enter(page, "he/worker")
    page.goto("/report/?danger=1")
    expect(page.locator("a[href='tel:119']").first).to_be_visible()
    page.locator("[data-danger='0101']").click()
    expect(page.locator("a[href='tel:119']").first).to_be_visible()
    page.locator("[data-tell]").click()
    page.wait_for_url(re.compile(r"/report/\d{19}/"))
