"""A station asks to be a friendly scene and is looked at; another one is accredited, gets its plate, and loses it."""

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser


def test_scene_accredited_plated_suspended(open_page):
    phone, desk, passer_by = open_page(size="phone"), open_page(size="desk"), open_page(size="phone")
    enter(phone, "yi/station")
    phone.goto("/places/today/")
    phone.get_by_role("link", name="全部资料").click()
    phone.get_by_role("link", name="申请认定").click()
    phone.locator("[name=type]").select_option("station")
    phone.locator("[name=words]").fill("门口有热水和充电，随到随坐")
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.locator("main")).to_contain_text("已申请，等评估")
    scene = phone.url

    enter(phone, "lipai/dispatcher")
    phone.goto(scene)
    phone.get_by_role("button", name="开始评估").click()
    phone.get_by_role("link", name="带清单去看").click()
    for item in phone.locator("fieldset.grade").all():
        item.locator(".grade__pick").filter(has_text="有").first.click()
        item.locator("[name^=e_]").fill("现场看过")
    phone.get_by_role("button", name="交上去").click()
    expect(phone.locator("main")).to_contain_text("自己评的，要请另一位同事复核")

    enter(desk, "yan/street_lead")
    desk.goto(scene)
    desk.get_by_role("button", name="属实，同意").click()
    desk.get_by_role("button", name="开始公示").click()
    desk.get_by_role("link", name="大家看到的样子").click()
    expect(desk.locator("main")).to_contain_text("正在公示")

    desk.goto("/places/scenes/?tab=publicity")
    rows = desk.locator("#scenes tbody tr")
    for number in range(rows.count()):
        desk.goto("/places/scenes/?tab=publicity")
        rows.nth(number).get_by_role("link").click()
        desk.get_by_role("button", name="认定挂牌").click()
        if desk.get_by_text("已办好").count():
            break
    desk.get_by_role("link", name="打印牌子").click()
    plate = desk.locator(".plate .small").last.inner_text()
    passer_by.goto(plate)
    expect(passer_by.locator(".verdict")).to_contain_text("牌子有效")

    desk.go_back()
    desk.get_by_role("link", name="暂停挂牌").click()
    desk.locator("[name=reason]").fill("门口不让小哥停车")
    desk.get_by_role("button", name="暂停挂牌").click()
    passer_by.reload()
    expect(passer_by.locator(".verdict")).to_contain_text("暂停挂牌")
    expect(passer_by.locator(".verdict")).to_contain_text("门口不让小哥停车")
