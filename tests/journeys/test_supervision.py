"""Supervision: the unit is slow, the street's leader asks, the unit answers; the reporter hears nothing of it."""

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import done_steps, home_of, offers, report, take_step

pytestmark = pytest.mark.browser

GRATE = "0302"


def test_a_slow_unit_is_asked_and_answers(open_page, photo):
    def somebody(persona, size="desk", **options):
        page = open_page(size=size, **options)
        enter(page, persona)
        return page

    rider = somebody("luo/worker", "phone", geolocation=home_of("c01"), permissions=["geolocation"])
    number = report(rider, category=GRATE, words="雨水箅子整块不见了", photo=photo)
    street = somebody("lipai/dispatcher")
    assert not offers(street, number, "remind")  # it is with the street itself
    take_step(street, number, "dispatch", opinion="请当天更换")
    water = somebody("jiang/dept", "phone")
    take_step(water, number, "accept")

    take_step(street, number, "remind", opinion="今晚有雨")
    assert not offers(street, number, "supervise")
    leader = somebody("yan/street_lead")
    take_step(leader, number, "supervise", opinion="下班前报进展", cause="leader")
    expect(leader.locator("#case .page-head .badge", has_text="领导督办")).to_be_visible()
    leader.goto("/cases/supervisions/?level=leader")
    expect(leader.locator(f"#rows a[href*='{number}']").first).to_be_visible()
    leader.goto("/cases/?tab=handle")
    row = leader.locator(f".queue__row[data-number='{number}']")
    expect(row.locator(".badge")).to_be_visible()

    water.goto(f"/cases/{number}/")
    notice = water.locator(".notice", has_text="下班前报进展")
    expect(notice).to_be_visible()
    take_step(water, number, "reply_supervision", opinion="箅子已到，一小时内换好")
    expect(water.locator("#supervision")).to_contain_text("箅子已到，一小时内换好")
    assert not offers(water, number, "reply_supervision")
    street.goto("/cases/supervisions/?reply=replied")
    expect(street.locator(f"#rows a[href*='{number}']").first).to_be_visible()

    take_step(water, number, "start")
    take_step(water, number, "submit_result", opinion="换好了", photo=photo)
    leader.goto(f"/cases/{number}/")
    expect(leader.locator("#case .page-head .badge", has_text="领导督办")).to_have_count(0)

    assert done_steps(rider, number) == 4
    for secret in ("督办", "催办", "下班前报进展", "一小时内换好"):
        expect(rider.locator("main")).not_to_contain_text(secret)
