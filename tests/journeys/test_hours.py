"""From the plan of an activity to a certificate that an outsider verifies: one shift that runs while we look."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser import enter
from tests.journeys.clues import COMMUNITY

pytestmark = pytest.mark.browser
TITLE = "路口文明劝导"
OFFICE = "枫林街道云栖社区居民委员会"


def plan(page: Page) -> None:
    """A leader plans, times and publishes; when sign-up opens is not for this minute to say."""
    page.goto("/volunteering/organising/new/")
    page.get_by_label("叫什么").fill("清早扫一条巷子")
    page.get_by_label("哪一种").select_option("clean_up")
    page.get_by_label("具体在哪里集合").fill("云栖里东门")
    page.get_by_role("button", name="存草稿，去排时间").click()
    form = page.locator("form", has=page.get_by_role("button", name="加这一班"))
    form.get_by_label("哪一天").fill((timezone.localdate() + timedelta(days=3)).isoformat())
    form.get_by_label("几点开始").fill("09:00")
    form.get_by_label("几点结束").fill("11:00")
    form.get_by_label("几人").fill("6")
    form.get_by_role("button", name="加这一班").click()
    page.get_by_role("button", name="发布").click()
    expect(page.locator("main")).to_contain_text(re.compile("已发布|报名中"))


def test_from_the_plan_to_a_certificate_that_an_outsider_verifies(open_page):
    leader, wang, luo = open_page(size="desk"), open_page(size="phone"), open_page(size="phone")
    enter(leader, COMMUNITY)
    plan(leader)
    leader.goto("/volunteering/screens/")
    leader.locator("a", has_text=TITLE).click()
    expect(leader.locator("#screen")).to_contain_text(re.compile(r"报名 [23] 人"))
    code = leader.locator(".screen__picture").get_attribute("data-address").partition("#")[2]
    typed = leader.locator(".screen__typed").inner_text()

    enter(wang, "wang/worker")
    wang.goto(f"/volunteering/check-in/#{code}")  # as a phone's own camera opens it
    expect(wang.locator("[name=code]")).to_have_value(code)
    wang.locator("[name=code]").fill(typed)  # typed it is the same
    wang.locator("[data-check-in]").get_by_role("button", name="签到").click()
    expect(wang.locator("main")).to_contain_text("正在服务")

    enter(luo, "luo/worker")  # has been there for most of an hour
    luo.goto("/volunteering/my-hours/")
    luo.get_by_role("button", name="签退").click()
    expect(luo.locator("main")).to_contain_text("等队长确认")
    leader.goto("/volunteering/sweeps/")
    sweep = leader.locator(".card", has_text=TITLE)
    sweep.get_by_role("button", name=re.compile("确认勾上的")).click()
    expect(leader.locator("body")).to_contain_text("确认了 1 人的时长")

    luo.goto("/volunteering/my-certificates/")
    luo.get_by_label("由谁来开").select_option(label=OFFICE)
    luo.get_by_role("button", name="申请，不收钱").click()
    expect(luo.locator("body")).to_contain_text("申请好了")
    leader.goto("/volunteering/certificates/")
    leader.locator("main a", has_text="罗点点").first.click()
    leader.get_by_role("button", name="核对无误，开具").click()
    expect(leader.locator("body")).to_contain_text("开好了")

    luo.reload()
    address = luo.get_by_role("link", name="别人核验时看到的").first.get_attribute("href")
    outsider = open_page(size="phone")
    outsider.goto(address)
    expect(outsider.locator("main")).to_contain_text("真实有效")
    expect(outsider.locator("main")).to_contain_text("罗*点")
    expect(outsider.locator("main")).not_to_contain_text("罗点点")
    expect(outsider.locator(".lines")).to_contain_text(TITLE)
