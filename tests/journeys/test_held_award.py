"""An award waits; its owner says how it was, does not get it, appeals, and another one gives it: never in silence."""

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser


def test_held_explained_denied_appealed_given(open_page):
    phone, desk = open_page(size="phone"), open_page(size="desk")
    enter(phone, "wang/worker")
    phone.goto("/thanks/me/")
    phone.get_by_role("link", name="看为什么，说明一句").click()
    expect(phone.locator("main")).to_contain_text("十分钟里得了好几笔")
    phone.locator("textarea[name=answer]").first.fill("中午在一条街上连着看了六处")
    phone.get_by_role("button", name="说明一句").first.click()
    expect(phone.locator("main")).to_contain_text("本人说明了，等人看")

    enter(desk, "yan/street_lead")
    desk.goto("/thanks/holds/")
    desk.locator("table a").first.click()
    expect(desk.locator("main")).to_contain_text("中午在一条街上连着看了六处")
    expect(desk.locator("main")).not_to_contain_text("王小暖")
    desk.locator("[name=opinion]").fill("时间太密，看不出是六处")
    desk.get_by_role("button", name="不发，写明理由").click()

    phone.goto("/thanks/held/")
    expect(phone.locator("main")).to_contain_text("时间太密，看不出是六处")
    phone.get_by_role("link", name="不服，申诉").click()
    phone.locator("[name=reason]").fill("六处都有照片，门牌不一样")
    phone.get_by_role("button", name="提交申诉").click()
    expect(phone.locator("main")).to_contain_text("等另一位裁定")

    enter(desk, "shu/swd")
    desk.goto("/thanks/holds/")
    desk.get_by_role("link", name="待核实的积分").click()
    desk.locator("[name=is_upheld][value=yes]").check()
    desk.locator("[name=answer]").fill("六处照片的门牌都不一样")
    desk.get_by_role("button", name="裁定").click()
    phone.reload()
    expect(phone.locator("main")).to_contain_text("已发给本人")
