"""A drain grate: screened, dispatched with reasons, done badly, done again, and opened once more by its reporter."""

import pytest
from playwright.sync_api import expect

from tests.browser import enter
from tests.journeys.doing import done_steps, home_of, offers, open_step, rate, report, take_step

pytestmark = pytest.mark.browser

GRATE = "0302"


def test_a_drain_grate_with_rework_and_reopening(open_page, photo):
    def somebody(persona, size="desk", **options):
        page = open_page(size=size, **options)
        enter(page, persona)
        return page

    rider = somebody("luo/worker", "phone", geolocation=home_of("c01"), permissions=["geolocation"])
    number = report(rider, category=GRATE, words="雨水箅子断了两根，车轮会陷进去", photo=photo)
    assert done_steps(rider, number) == 1

    street = somebody("lipai/dispatcher")
    take_step(street, number, "screen")
    open_step(street, number, "dispatch")
    suggested = street.locator("#id_lead .choice")
    expect(suggested.first.locator("input")).to_be_checked()
    expect(suggested.first).to_contain_text("水务")
    assert suggested.first.locator(".choice__why").inner_text().strip()
    take_step(street, number, "dispatch", opinion="请当天更换")
    assert street.locator(".case-tasks__row").count() >= 2

    community = somebody("wen/community")
    take_step(community, number, "claim")
    water = somebody("jiang/dept", "phone")
    take_step(water, number, "accept")
    take_step(water, number, "start")
    take_step(water, number, "submit_result", opinion="已焊接", photo=photo)

    take_step(community, number, "verify")
    take_step(community, number, "fail", opinion="焊点开裂，踩上去会晃", photo=photo)
    water.goto(f"/cases/{number}/")
    expect(water.locator("#case")).to_contain_text("焊点开裂，踩上去会晃")
    assert not offers(community, number, "pass")
    take_step(water, number, "submit_result", opinion="整块换新", photo=photo)
    take_step(community, number, "verify")
    take_step(community, number, "pass", opinion="换新，平整", photo=photo)

    assert done_steps(rider, number) == 5
    assert rider.locator(".pair [data-photo]").count() == 2  # before and after
    rate(rider, number, solved=False)
    assert done_steps(rider, number) < 5

    street.goto("/cases/?tab=dispatch")
    expect(street.locator(f"a[href*='{number}']").first).to_be_visible()
    take_step(street, number, "dispatch", opinion="上报人说没解决，请到现场再看")
    assert not offers(street, number, "dispatch")
    assert done_steps(rider, number) == 2
    assert rider.locator("#rate").count() == 0
