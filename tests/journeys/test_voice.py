"""A worker says it instead of typing: recorded, played back, sent; the street hears it and writes it down.

Chromium's own beeping device stands in for a microphone.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from scripts import chromium
from tests.browser import SIZES, enter
from tests.journeys.doing import case_number, choose_kind, home_of
from tests.servers import Server

pytestmark = pytest.mark.browser
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
POTHOLE = "0401"
WORDS = "公交站前面一个大坑，晚上看不见"


@pytest.fixture
def speaking(playwright_running: Playwright) -> Iterator[Browser]:
    running = chromium.launch(playwright_running, arguments=MICROPHONE)
    yield running
    running.close()


def open_as(browser: Browser, server: Server, persona: str, size: str, faults: list[str]) -> Page:
    context = browser.new_context(
        base_url=server.url,
        viewport=SIZES[size],
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        permissions=["microphone", "geolocation"],
        geolocation=home_of("c01"),
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    enter(page, persona)
    return page


def record(page: Page) -> None:
    page.locator("[data-voice-start]").click()
    expect(page.locator("[data-voice-time]")).to_contain_text("0:01")
    page.locator("[data-voice-stop]").click()
    expect(page.locator("[data-voice]")).to_have_attribute("data-state", "done")


def test_said_sent_heard_and_written_down(speaking, live_demo):
    faults: list[str] = []
    worker = open_as(speaking, live_demo, "wang/worker", "phone", faults)
    worker.goto("/report/")
    record(worker)
    worker.locator("[data-voice-remove]").click()
    expect(worker.locator("[data-voice]")).to_have_attribute("data-state", "ready")
    record(worker)
    played = worker.evaluate(
        """async () => {
          const player = document.querySelector("[data-voice-player]");
          player.muted = true;
          await player.play();
          await new Promise((resolve) => setTimeout(resolve, 300));
          return player.currentTime;
        }"""
    )
    assert played > 0
    worker.locator("[data-next]").click()
    worker.locator("input[name=place_by][value=territory]").check()
    worker.locator("[data-next]").click()
    choose_kind(worker, POTHOLE)
    worker.locator("[data-send]").click()
    number = case_number(worker)

    desk = open_as(speaking, live_demo, "lipai/dispatcher", "desk", faults)
    desk.goto(f"/cases/{number}/")
    player = desk.locator("#voices audio")
    heard = player.evaluate(
        """async (player) => {
          player.muted = true;
          await player.play();
          await new Promise((resolve) => setTimeout(resolve, 600));
          return { at: player.currentTime, error: player.error?.message ?? "" };
        }"""
    )
    assert heard["at"] > 0, heard
    desk.locator("#voices textarea").fill(WORDS)
    desk.locator("#voices button:not([name])").click()
    expect(desk.locator("#voices")).to_contain_text(WORDS)

    worker.goto(f"/mine/{number}/")
    expect(worker.locator(".said")).to_contain_text(WORDS)
    assert not faults
