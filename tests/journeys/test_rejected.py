"""A report that is not accepted: its reporter reads why, and where to go instead."""

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import home_of, open_step, report, take_step

pytestmark = pytest.mark.browser


def test_a_rejected_report_says_why_and_where_to_go(open_page, photo):
    reporter = open_page(size="phone", geolocation=home_of("c01"), permissions=["geolocation"])
    enter(reporter, "luo/worker")
    number = report(reporter, category="0302", words="自家院里的下水箅子想换一个", photo=photo)

    street = open_page(size="desk")
    enter(street, "lipai/dispatcher")
    open_step(street, number, "reject")
    choice = street.locator("#id_reason .choice", has=street.locator("input[value='7']"))
    choice.locator("input").check()
    expect(choice.locator(".choice__why")).to_be_visible()
    instead = choice.locator(".choice__why").inner_text().strip()
    assert instead
    take_step(street, number, "reject", opinion="院内设施由业主自行维护", reason="7")

    reporter.goto(f"/mine/{number}/")
    progress = reporter.locator("#progress")
    expect(progress).to_contain_text("院内设施由业主自行维护")
    expect(progress).to_contain_text(instead)
    reporter.goto("/mine/?show=closed")
    expect(reporter.locator(f"a[href*='{number}']").first).to_be_visible()
    street.goto("/cases/?tab=open")
    expect(street.locator(f"a[href*='{number}']")).to_have_count(0)
