"""The gallery: each page of the product is opened once, looked at on a phone and on a desk, and asked about later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright

from tests.browser import LANGUAGES, SIZES, enter
from tests.journeys.filling import Filling
from tests.journeys.pages import Stop
from tests.servers import Server

SERIOUS = {"serious", "critical"}
RULES = {
    "resultTypes": ["violations"],
    "preload": False,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
}
# How wide the page is, and what sticks out of it where it is too wide.
WIDTH = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const clipped = (node) => {
    for (let up = node.parentElement; up; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true;
    }
    return false;
  };
  const wide = [...document.body.querySelectorAll("*")].filter((node) => node.getBoundingClientRect().right > width + 1);
  const told = wide.filter((node) => !clipped(node)).map((node) => node.outerHTML.slice(0, 120));
  return [`${document.documentElement.scrollWidth} > ${width}`, ...told.slice(0, 4)];
}"""
CUT_WORDS = """() => [...document.querySelectorAll("h1, .button, .tab, .badge")]
  .filter((node) => node.offsetParent && !node.closest(".visually-hidden") && node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === "hidden"
    && getComputedStyle(node).textOverflow !== "ellipsis")
  .map((node) => node.outerHTML.slice(0, 120))"""


@dataclass
class Look:
    """What one size showed."""

    too_wide: list[str]
    cut_words: list[str]
    violations: list[str]


@dataclass
class Visit:
    """One page, opened once."""

    status: int
    title: str
    headings: list[str]
    faults: list[str]
    looks: dict[str, Look] = field(default_factory=dict)


class Gallery:
    """Opens pages, one window at a time: the list is in the order of its personas."""

    def __init__(self, playwright: Playwright, browser: Browser, server: Server) -> None:
        self.browser = browser
        self.server = server
        self.filling = Filling(playwright, server.url)
        self.axe = Axe()
        self.seen: dict[tuple[str, str], Visit] = {}
        self.window: Page | None = None
        self.whose = ("", "")
        self.faults: list[str] = []

    def visit(self, stop: Stop, language: str = "zh") -> Visit:
        key = (stop.name, language)
        if key not in self.seen:
            self.seen[key] = self._open(stop, language)
        return self.seen[key]

    def close(self) -> None:
        self.filling.close()
        if self.window:
            self.window.context.close()

    def _open(self, stop: Stop, language: str) -> Visit:
        path = self.filling.fill(stop.path)
        page = self._window(stop.persona, language)
        page.set_viewport_size(SIZES["phone"])
        self.faults.clear()
        answer = page.goto(path, wait_until="load")
        if page.locator("[data-map]").count():  # it goes on fetching after the page has loaded
            page.wait_for_load_state("networkidle")
        visit = Visit(
            status=answer.status if answer else 0,
            title=page.title(),
            headings=[text.strip() for text in page.locator("h1").all_text_contents()],
            faults=[fault for fault in self.faults if str(stop.status) not in fault or stop.status == 200],
        )
        for size, viewport in SIZES.items():
            page.set_viewport_size(viewport)
            visit.looks[size] = self._look(page)
        return visit

    def _look(self, page: Page) -> Look:
        return Look(
            too_wide=page.evaluate(WIDTH),
            cut_words=page.evaluate(CUT_WORDS),
            violations=_serious(self.axe.run(page, options=RULES).response),
        )

    def _window(self, persona: str, language: str) -> Page:
        if self.window and self.whose == (persona, language):
            return self.window
        if self.window:
            self.window.context.close()
        context = self.browser.new_context(
            base_url=self.server.url,
            viewport=SIZES["phone"],
            locale=LANGUAGES[language],
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "console",
            lambda said: self.faults.append(said.text) if said.type in {"error", "warning"} else None,
        )
        if persona:
            enter(page, persona)
        self.window, self.whose = page, (persona, language)
        return page


def _serious(response: dict[str, Any]) -> list[str]:
    """Each serious violation with the first places at which it occurs."""
    return [
        f"{found['id']} ({found['impact']}): " + " | ".join(node["html"][:160] for node in found["nodes"][:3])
        for found in response["violations"]
        if found["impact"] in SERIOUS
    ]


@pytest.fixture(scope="session")
def gallery(playwright_running: Playwright, browser: Browser, live_demo: Server) -> Iterator[Gallery]:
    opened = Gallery(playwright_running, browser, live_demo)
    yield opened
    opened.close()
