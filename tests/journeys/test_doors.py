"""The first minute of a stranger: the front page, the chooser, the way in and the way on."""

import pytest

from tests.browser import enter

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_front_page_to_somebody(open_page, size, language):
    page = open_page(size=size, language=language)
    page.goto("/")
    page.locator("a[href='/demo/']").first.click()
    page.wait_for_url("**/demo/")
    assert page.locator(".role-card").count() > 10
    enter(page, "wang/worker")
    assert page.locator("html").get_attribute("lang").startswith({"zh": "zh", "en": "en"}[language])


def test_nothing_is_wider_than_the_phone(open_page):
    page = open_page(size="phone")
    for path in ("/", "/demo/", "/sign-in/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
