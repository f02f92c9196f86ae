"""Shelving: what has to wait goes into the problem library; its reporter reads why, until when, and each look at it."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from nuanxin.kernel.worktime import SHANGHAI
from tests.browser import enter
from tests.journeys.doing import done_steps, home_of, offers, open_step, report, take_step

pytestmark = pytest.mark.browser

SEWER = "0705"
WHY = "这段管子要等雨季过后才能换，先疏通，每周有人来看。"


def test_a_pipe_that_has_to_wait_for_dry_weather(open_page, photo):
    def somebody(persona, size="desk", **options):
        page = open_page(size=size, **options)
        enter(page, persona)
        return page

    rider = somebody("luo/worker", "phone", geolocation=home_of("c01"), permissions=["geolocation"])
    number = report(rider, category=SEWER, words="污水从井里冒出来", photo=photo)
    street = somebody("lipai/dispatcher")
    take_step(street, number, "dispatch", opinion="请尽快疏通")
    water = somebody("jiang/dept")
    take_step(water, number, "accept")
    take_step(water, number, "start")

    day = (datetime.now(SHANGHAI) + timedelta(days=60)).date().isoformat()
    open_step(water, number, "request_shelving")
    water.locator("#step [name=target_on]").fill(day)
    water.locator("#step [name=cause][value=season]").check()
    water.locator("#step [name=opinion]").fill("管段老化，要整体更换，开挖避开雨季")
    water.locator("#step button:not([type=button])").first.click()
    water.locator("#step:empty").wait_for(state="attached")
    assert not offers(water, number, "request_shelving")
    assert not offers(water, number, "approve_shelving")  # nobody decides what they ask for

    street.goto("/cases/library/?show=asked")
    expect(street.locator(f"#rows a[href*='{number}']").first).to_be_visible()
    open_step(street, number, "approve_shelving")
    expect(street.locator("#step [name=target_on]")).to_have_value(day)
    street.locator("#step [name=public_words]").fill(WHY)
    street.locator("#step button:not([type=button])").first.click()
    street.locator("#step:empty").wait_for(state="attached")
    street.goto("/cases/library/")
    expect(street.locator("#rows .queue__row", has=street.locator(f"a[href*='{number}']"))).to_contain_text(
        day
    )
    assert not offers(water, number, "submit_result")

    done_steps(rider, number)
    expect(rider.locator("#progress")).to_contain_text(WHY)
    expect(rider.locator("#progress")).to_contain_text(day)
    expect(rider.locator("main")).not_to_contain_text("管段老化")

    open_step(street, number, "review_shelving")
    street.locator("#step [name=public_words]").fill("又疏通了一次，没有再冒")
    street.locator("#step button:not([type=button])").first.click()
    street.locator("#step:empty").wait_for(state="attached")
    rider.reload()
    expect(rider.locator("#progress")).to_contain_text("又疏通了一次，没有再冒")

    open_step(street, number, "end_shelving")
    street.locator("#step [name=public_words]").fill("天晴了，今天开挖")
    street.locator("#step button:not([type=button])").first.click()
    street.locator("#step:empty").wait_for(state="attached")
    take_step(water, number, "submit_result", opinion="管子换好了", photo=photo)
    rider.reload()
    expect(rider.locator("#progress")).to_contain_text("天晴了，今天开挖")
    assert done_steps(rider, number) == 4
