"""A case is put right and its points arrive with the reason; hours become a star, points a thing without signal."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import enter
from tests.journeys.clues import COMMUNITY, LEAD
from tests.journeys.doing import take_step

pytestmark = pytest.mark.browser
READY = """() => new Promise((done) => {
  const asked = indexedDB.open("nuanxin-shop");
  asked.onsuccess = () => {
    const kit = asked.result.transaction("kit").objectStore("kit").get("kit");
    kit.onsuccess = () => {
      asked.result.close();
      done(Boolean(kit.result));
    };
  };
})"""
STATION, THING, SUPPLIER = "枫林暖新驿站", "头盔内衬", "惠民日用品商行"
CALLED = "播播小孟"
# What the calendar does by and by. The others of this city stay where they are: only what this journey made is older.
DAYS_LATER = f"""
from nuanxin.incentives.models import StarApplication
from nuanxin.incentives.services.stars import grant_shown_stars
StarApplication.objects.filter(shown_as="{CALLED}").update(publicity_until=timezone.now())
grant_shown_stars(now=timezone.now())
"""
MONTH_LATER = f"""
from nuanxin.incentives.models import ShopOrder
given = ShopOrder.objects.filter(item__name_zh="{THING}", state="collected").latest("collected_at")
given.collected_at -= timedelta(days=31)
given.save(update_fields=["collected_at"])
"""


def close_case(community: Page, rider: Page, photo) -> str:
    """What has been done is looked at on the spot and found good; answers the number of the case."""
    rider.goto("/mine/")
    own = set(re.findall(r"/mine/(\d{19})/", rider.content()))
    community.goto("/cases/?tab=verify")
    waiting = [number for number in re.findall(r"/cases/(\d{19})/", community.content()) if number in own]
    assert waiting, "none of theirs waits to be verified"
    take_step(community, waiting[0], "verify")
    take_step(community, waiting[0], "pass", opinion="到现场看过，换好了", photo=photo)
    return waiting[0]


def see_the_points(rider: Page, number: str) -> None:
    """With the reason and the case, as soon as the event has been heard."""
    case = rider.locator(f"a[href='/mine/{number}/']")
    newest = rider.locator("#lines li", has_text="已办好").filter(has=case)
    for _again in range(20):
        rider.goto("/thanks/points/")
        if newest.count():
            break
        rider.wait_for_timeout(100)
    expect(newest.locator(".line__change--in")).to_have_text(re.compile(r"\+\d+"))


def become_starred(rider: Page, street: Page, visitor: Page, later) -> None:
    """Asked for, checked by somebody else, shown to everybody for some working days, granted by the calendar."""
    rider.goto("/thanks/stars/")
    rider.locator("[name=shown_as]").fill(CALLED)
    rider.get_by_role("button", name="申请", exact=True).click()
    expect(rider.locator("body")).to_contain_text("申请收到了")
    street.goto("/thanks/stars/desk/")
    street.locator("main tr", has_text=CALLED).get_by_role("button", name="核对无误，公示").click()
    visitor.goto("/thanks/roll/?show=publicity")
    expect(visitor.locator("main")).to_contain_text(CALLED)
    expect(visitor.locator("main")).not_to_contain_text("孟播播")
    later(DAYS_LATER)
    rider.reload()
    expect(rider.locator("main")).to_contain_text("已授星")


def open_counter(page: Page) -> None:
    """Until the phone has all that it needs without signal."""
    enter(page, "yi/station")
    page.goto("/thanks/shop/counter/")
    expect(page.locator("[data-desk] [role=status]")).not_to_be_empty()
    page.wait_for_function(READY)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def redeem(page: Page) -> tuple[str, str]:
    """From the points to a code on the screen: what is scanned, what is typed."""
    page.goto("/thanks/shop/?at=990101001000")  # in the street where it was, not in her own
    page.get_by_role("link", name=re.compile(STATION)).first.click()
    page.get_by_role("link", name=re.compile(THING)).click()
    expect(page.locator("main")).to_contain_text("换完还剩")
    page.get_by_role("button", name=re.compile("积分换一件")).click()
    expect(page.locator("main")).to_contain_text("留好了")
    page.get_by_role("button", name="出示取货码").click()
    shown = page.locator(".code__picture")
    shown.wait_for()
    return str(shown.get_attribute("data-address")), page.locator(".code__typed").inner_text()


def on_the_shelf(page: Page) -> int:
    """How many of it can be redeemed, as the community's secretary reads it."""
    page.goto("/thanks/shop/manage/")
    page.locator("main table a", has_text=STATION).click()
    row = page.locator("main tbody tr", has_text=THING)
    return int(row.locator("td").nth(2).inner_text())


def settle(community: Page, office: Page) -> None:
    """One closes the month of the supplier, another one approves."""
    community.goto("/thanks/shop/manage/")
    community.locator("main table a", has_text=STATION).click()
    community.get_by_role("link", name="结算").click()
    community.get_by_role("button", name=re.compile(f"结这个月.*{SUPPLIER}")).first.click()
    expect(community.locator("main")).to_contain_text(THING)
    office.goto(community.url)
    office.get_by_role("button", name="批准").click()
    expect(office.get_by_role("button", name="批准")).to_have_count(0)
    expect(office.locator("aside .card, main aside").last).to_contain_text("安心远")


def test_a_case_put_right_becomes_a_star_and_a_thing_at_a_station_without_signal(
    open_page, faults, photo, live_demo
):
    faults.expect("ERR_INTERNET_DISCONNECTED")
    rider, counter = open_page(size="phone"), open_page(size="phone")
    office, community = open_page(), open_page()
    enter(rider, "meng/worker")
    enter(community, COMMUNITY)
    enter(office, "an/community_head")
    before = on_the_shelf(office)

    number = close_case(community, rider, photo)
    see_the_points(rider, number)

    enter(counter, LEAD)
    become_starred(rider, counter, open_page(size="phone"), live_demo.told)
    open_counter(counter)
    scanned, typed = redeem(rider)

    counter.context.set_offline(True)
    counter.goto("/thanks/shop/counter/")  # from the phone itself
    result, held = counter.locator("[data-result]"), counter.locator("[data-kept-rows] li")
    expect(counter.locator("[data-desk] [role=status]")).to_contain_text("没有网")
    counter.evaluate("(address) => { location.hash = new URL(address).hash; }", scanned)
    expect(result).to_contain_text("可以交给他")
    expect(result).to_contain_text(THING)
    expect(result).to_contain_text("孟*播")
    expect(held.first).to_contain_text("等着送")
    counter.locator("#desk-code").fill(typed)
    counter.get_by_role("button", name="核对").click()
    expect(result).to_contain_text("不能给")

    counter.context.set_offline(False)
    counter.goto("/thanks/shop/counter/")
    expect(held.first).to_contain_text("已送到")
    rider.reload()
    expect(rider.locator("main")).to_contain_text("取走了")
    assert on_the_shelf(office) == before - 1
    office.get_by_role("link", name="月报").click()
    line = office.locator("main tbody tr", has_text=THING)
    assert int(line.locator("td").nth(2).inner_text()) >= 1
    expect(office.locator("main")).to_contain_text("不以营利为目的")
    live_demo.told(MONTH_LATER)
    settle(community, office)
