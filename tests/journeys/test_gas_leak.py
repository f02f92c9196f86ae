"""A gas smell in 云栖里 (`domain.md` 001-02), end to end by its five personas, each with a phone in the hand."""

import pytest
from playwright.sync_api import expect

from tests.browser import choose_role, enter
from tests.journeys.doing import (
    case_number,
    done_steps,
    home_of,
    offers,
    open_danger,
    rate,
    take_step,
)

pytestmark = pytest.mark.browser

GAS = "0101"
WORDS = {
    "zh": ("先离开，再打电话", "同时告诉社区", "燃气泄漏", "解决了"),
    "en": ("call", "community", "Gas", "Solved"),
}


def send_from(page, *, located):
    """The red card: the telephone first, then one tap; without a position one more, for the place."""
    open_danger(page, GAS)
    card = page.locator("[data-call-slot] .emergency")
    actions = card.locator("a, button")
    expect(actions.first).to_have_attribute("href", "tel:119")
    assert card.locator("input, textarea").count() == 0
    card.locator("[data-tell]").click()
    if not located:
        places = card.locator("[data-quick-places]")
        expect(places).to_be_visible()
        places.locator("button[name=quick_place]").first.click()
    return case_number(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_gas_leak_goes_all_the_way_round(open_page, photo, language):
    def somebody(persona, *, way_in=enter, **options):
        page = open_page(size="phone", language=language, maps=language == "zh", **options)
        way_in(page, persona)
        return page

    leave, tell, gas, solved = WORDS[language]
    wang = somebody(
        "wang/worker", way_in=choose_role, geolocation=home_of("c01"), permissions=["geolocation"]
    )
    number = send_from(wang, located=True)
    expect(wang.locator(".emergency a[href^='tel:']").first).to_be_visible()
    expect(wang.locator("main")).to_contain_text(gas, ignore_case=True)
    assert done_steps(wang, number) >= 2  # filed and dispatched at receipt

    dispatcher = somebody("lipai/dispatcher")
    dispatcher.goto("/cases/?tab=open")
    dispatcher.locator(f"a[href*='{number}']").first.click()
    dispatcher.locator(f"#case[data-number='{number}']").wait_for()
    assert dispatcher.locator(".case-tasks__row").count() >= 3
    expect(dispatcher.locator(".case-clocks__row").first).to_be_attached()

    community = somebody("wen/community")
    take_step(community, number, "claim")

    gas_company = somebody("zhao/dept")
    take_step(gas_company, number, "accept")
    take_step(gas_company, number, "start")
    take_step(gas_company, number, "make_safe", opinion="阀门已关，现场已围挡", photo=photo)
    take_step(gas_company, number, "submit_result", opinion="更换接头，测漏三遍，已恢复供气", photo=photo)
    assert not offers(gas_company, number, "pass")  # whoever did it does not check it

    grid_member = somebody("fang/grid")
    take_step(grid_member, number, "verify")
    take_step(grid_member, number, "pass", opinion="现场无异味，住户确认", photo=photo)

    assert done_steps(wang, number) == 5
    expect(wang.locator("#progress .photos__item").first).to_be_visible()
    rate(wang, number, solved=True)
    assert done_steps(wang, number) == 5
    expect(wang.locator("#progress")).to_contain_text(solved, ignore_case=True)
    dispatcher.goto(f"/cases/{number}/")
    for word in ("王小暖", "19900000001"):
        expect(dispatcher.locator("#case")).not_to_contain_text(word)
    wang.goto("/report/?category=0101")
    expect(wang.locator(".emergency").first).to_contain_text(leave, ignore_case=True)
    expect(wang.locator("[data-tell]").first).to_contain_text(tell, ignore_case=True)


def test_without_a_position_one_tap_more_says_where(open_page):
    page = open_page(size="phone")
    enter(page, "wang/worker")
    number = send_from(page, located=False)
    page.goto(f"/mine/{number}/")
    assert page.locator("#progress .tracker__step--done").count() >= 2


def test_without_signal_it_says_that_nothing_was_sent(open_page, faults):
    faults.expect("ERR_INTERNET_DISCONNECTED")
    page = open_page(size="phone")
    enter(page, "wang/worker")
    open_danger(page, GAS)
    expect(page.locator("[data-call-slot] [data-told]")).to_be_visible()
    page.context.set_offline(offline=True)
    page.locator("[data-call-slot] [data-tell]").click()
    told = page.locator("[data-call-slot] [data-call-status]")
    expect(told).to_have_text("没有发出去，请打电话。现在没有网络。")
    expect(page.locator("[data-call-slot] [data-told]")).to_be_hidden()  # nor does the card say so any more
    expect(page.locator("[data-call-slot] a[href='tel:119']")).to_be_visible()
    page.context.set_offline(offline=False)
