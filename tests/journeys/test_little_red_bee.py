"""A guardian signs a child up, the day comes, and the child goes home with whoever has the code."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser import enter

pytestmark = pytest.mark.browser


def test_a_child_comes_with_its_guardian_and_goes_home_with_a_code(open_page):
    guardian, organiser = open_page(size="phone"), open_page()
    enter(guardian, "luo/worker")
    guardian.goto("/volunteering/activities/?children=1")
    guardian.locator("a.act-card", has_text="小红蜂").first.click()
    expect(guardian.locator("main")).to_contain_text("监护人报名")
    activity = guardian.url.rstrip("/").rsplit("/", 1)[1]
    guardian.locator("a.button--primary", has_text="报名").first.click()
    guardian.locator("[name=name_1]").fill("小满")
    guardian.locator("[name=age_1]").fill("8")
    guardian.get_by_label("我是孩子的监护人，我同意").check()
    guardian.get_by_role("button", name="报名").click()
    code = guardian.locator(".pick-up__code").first
    expect(code).to_have_text(re.compile(r"^[2-9A-Z]{4}$"))

    enter(organiser, "wen/community")
    organiser.goto(f"/volunteering/organising/{activity}/")
    organiser.locator("table a").first.click()
    expect(organiser.locator("main")).not_to_contain_text("小满")  # nobody needs to know before the day
    organiser.get_by_role("link", name="改时间、人数").click()
    soon = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(hours=1)
    organiser.locator("[name=on]").fill(f"{soon:%Y-%m-%d}")
    organiser.locator("[name=start]").fill(f"{soon:%H:%M}")
    organiser.locator("[name=end]").fill(f"{soon + timedelta(hours=1):%H:%M}")
    organiser.get_by_role("button", name="保存").click()
    row = organiser.locator(".child-row", has_text="小满")
    row.get_by_role("button", name="到了").click()
    row.locator("[name=code]").fill("0000")
    row.get_by_role("button", name="交给监护人").click()
    expect(organiser.locator("body")).to_contain_text("先别让孩子走")
    row.locator("[name=code]").fill(code.inner_text())
    row.get_by_role("button", name="交给监护人").click()
    expect(row).to_contain_text("交给监护人了")
    guardian.reload()
    expect(guardian.locator("main")).to_contain_text("小满已经交给您了")
