"""Cases that need many hands: one bounces until several units meet; one has a lead and three assistants."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import enter
from tests.journeys.doing import done_steps, home_of, offers, open_step, report, take_step

pytestmark = pytest.mark.browser

FLOODED = "0407"  # water leads, urgent
GRATE = "0302"


@pytest.fixture
def somebody(open_page):
    def come(persona: str, size: str = "desk", **options) -> Page:
        page = open_page(size=size, **options)
        enter(page, persona)
        return page

    return come


@pytest.fixture
def rider(somebody):
    return somebody("luo/worker", "phone", geolocation=home_of("c01"), permissions=["geolocation"])


def give_to(page: Page, number: str, unit: str) -> None:
    """Dispatch to a unit of that name, suggested or not, without assistants."""
    open_step(page, number, "dispatch")
    suggested = page.locator("#id_lead .choice", has_text=unit).locator("input[name=lead]")
    if suggested.count():
        suggested.first.check()
    else:
        page.locator("#id_lead input[value=other]").check()
        option = page.locator("select[name=other_lead] option", has_text=unit).first
        page.locator("select[name=other_lead]").select_option(str(option.get_attribute("value")))
    for box in page.locator("#step input[name=assists]:checked").all():
        box.uncheck()
    send(page, "dispatch")


def send(page: Page, step: str) -> None:
    with page.expect_response(
        lambda each: f"/steps/{step}/" in each.url and each.request.method == "POST"
    ) as sent:
        page.locator("#step form.step-form button:not([type=button])").first.click()
    assert sent.value.status == 200, sent.value.text()
    page.locator("#step:empty").wait_for(state="attached")


def give_back(page: Page, number: str, reason: str, basis: str = "") -> None:
    open_step(page, number, "return")
    page.locator(f"#step input[name=reason][value={reason}]").check()
    page.locator("#step [name=opinion]").fill("现场看过，是别家的管线")
    page.locator("#step [name=basis]").fill(basis)
    send(page, "return")


def test_a_case_bounces_twice_and_then_they_meet(somebody, rider, photo):
    number = report(rider, category=FLOODED, words="路口积水没过脚踝，看不见路沿", photo=photo)
    street, community = somebody("lipai/dispatcher"), somebody("wen/community")
    take_step(street, number, "screen")
    give_to(street, number, "云川水务")
    water, city = somebody("jiang/dept"), somebody("cheng/dept")
    give_back(water, number, "R2", "《暖阳区市政设施移交清单》第 6 项")
    give_to(street, number, "城市管理局")
    give_back(city, number, "R1")

    # Twice is enough: no third dispatch, a consultation instead.
    assert not offers(street, number, "dispatch")
    open_step(street, number, "consult")
    for unit in ("云川水务", "城市管理局"):
        street.locator("#step .choice", has_text=unit).locator("input").first.check()
    street.locator("#step [name=opinion]").fill("两家都说不归自己，请到场指认，定一家主办")
    send(street, "consult")
    parties = street.locator("[data-consultation=open] [data-party]")
    assert parties.count() >= 2
    assert done_steps(rider, number) == 1
    expect(rider.locator("main")).to_contain_text("几个单位正在一起商量由谁来办")
    expect(rider.locator("main")).not_to_contain_text("两家都说不归自己")

    # A unit finds it under its own tab and answers; the other one answers in writing.
    water.goto("/cases/?tab=consult")
    expect(water.locator(f"a[href*='{number}']").first).to_be_visible()
    take_step(water, number, "answer_call", answer="attends")
    take_step(city, number, "answer_call", answer="opinion", opinion="积水来自雨水管，请水务疏通")
    assert not offers(water, number, "answer_call")
    community.goto(f"/cases/{number}/")
    expect(community.locator("[data-consultation=open]")).to_contain_text("请水务疏通")

    open_step(street, number, "conclude")
    street.locator("#id_lead .choice", has_text="云川水务").locator("input[name=lead]").check()
    for box in street.locator("#step input[name=assists]:checked").all():
        box.uncheck()
    street.locator("#step [name=opinion]").fill("水务主办，今天疏通")
    send(street, "conclude")
    expect(street.locator("[data-consultation=over]")).to_contain_text("云川水务")
    assert not offers(water, number, "return")
    take_step(water, number, "accept")
    take_step(water, number, "start")
    take_step(water, number, "submit_result", opinion="已疏通，水退了", photo=photo)
    rider.goto(f"/mine/{number}/")
    expect(rider.locator("main")).to_contain_text("商量好了")
    expect(rider.locator("main")).not_to_contain_text("请水务疏通")


def test_one_leads_and_three_assist(somebody, rider, photo):
    number = report(rider, category=GRATE, words="箅子塌了，旁边电箱和光缆也露出来了", photo=photo)
    street = somebody("lipai/dispatcher")
    take_step(street, number, "screen")
    give_to(street, number, "云川水务")
    open_step(street, number, "assists")
    names = ("城市管理局", "云川供电", "云川通信")
    for name in names:
        street.locator("#step .choice", has_text=name).locator("input").first.check()
    street.locator("#step [name=opinion]").fill("各管一段，各自交结果")
    send(street, "assists")
    tasks = street.locator(".case-tasks__row", has_text="协办")
    assert tasks.count() == 3

    water, city = somebody("jiang/dept"), somebody("cheng/dept")
    take_step(water, number, "accept")
    take_step(city, number, "accept")
    take_step(city, number, "submit_result", opinion="围挡和指引已到位", photo=photo)
    street.goto(f"/cases/{number}/")
    expect(street.locator(".card", has=tasks.first).locator(".card__meta").first).to_contain_text("4")

    # The lead hands in before the others: only with a word why, which the reporter never reads.
    take_step(water, number, "start")
    open_step(water, number, "submit_result")
    assert water.locator("#step [name=unfinished]").count() == 1
    take_step_with_why(water, number, photo)
    assert done_steps(rider, number) == 4
    rider.goto("/mine/?show=open")
    assert rider.locator(f"a[href*='{number}']").count() >= 1
    rider.goto(f"/mine/{number}/")
    expect(rider.locator("main")).not_to_contain_text("只需事后复核")
    street.goto(f"/cases/{number}/")
    expect(street.locator("#case")).to_contain_text("只需事后复核")


def take_step_with_why(page: Page, number: str, photo) -> None:
    open_step(page, number, "submit_result")
    page.locator("#step [name=unfinished]").fill("供电、通信只需事后复核")
    page.locator("#step [name=opinion]").fill("整块换新")
    page.locator("#step input[type=file][name=after]").first.set_input_files(photo)
    send(page, "submit_result")
