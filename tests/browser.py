"""Chromium for the journeys: the real server on a demo city of its own, in a process of its own.

    @pytest.mark.browser
    def test_something(open_page):
        page = open_page(size="phone", language="en")
        page.goto("/")

A page that logs an error, throws, or breaks the content security policy fails its test.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from scripts import chromium
from tests.servers import Server, demo

SIZES = {"phone": {"width": 360, "height": 800}, "desk": {"width": 1440, "height": 900}}
CSRF_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}


@pytest.fixture(scope="session")
def live_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One demo city for all journeys of a run: each leaves what it made and counts on nothing of the others."""
    # The second factor of staff is off in the demo, for personas enter without; it is signed in with here as well.
    with demo(tmp_path_factory.mktemp("demo"), NUANXIN_STAFF_TWO_FACTORS="1") as server:
        yield server


@pytest.fixture(scope="session")
def playwright_running() -> Iterator[Playwright]:
    # Playwright keeps an event loop in this thread; Django would refuse every query beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright_running: Playwright) -> Iterator[Browser]:
    """As on a phone that cannot draw in three dimensions: the text beside a map stands for it.

    Without a graphics card, drawing maps is most of what a journey would cost; the walk over every page draws them.
    """
    running = chromium.launch(playwright_running, arguments=("--disable-3d-apis",))
    yield running
    running.close()


@pytest.fixture(scope="session")
def browser_with_maps(playwright_running: Playwright) -> Iterator[Browser]:
    running = chromium.launch(playwright_running)
    yield running
    running.close()


def enter(page: Page, persona: str) -> None:
    """Become one of the demo city's people, and stand on their first page: `enter(page, "wang/worker")`."""
    asking = page.context.request  # its cookies are the page's
    token = CSRF_TOKEN.search(asking.get("/demo/").text())
    form = {"csrfmiddlewaretoken": token.group(1) if token else ""}
    answer = asking.post(f"/demo/enter/{persona}/", form=form)
    assert answer.ok, answer.url
    assert "/demo/" not in answer.url, answer.url
    page.goto(answer.url)


def choose_role(page: Page, persona: str) -> None:
    """The same by a press on their card, as a stranger does it."""
    page.goto("/demo/")
    page.locator(f".role-card[formaction$='/enter/{persona}/']").click()
    page.wait_for_url(lambda address: "/demo/" not in address)


@dataclass
class Faults:
    """What went wrong inside the pages of one test."""

    said: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, fragment: str) -> None:
        """An error whose text contains this is part of the journey, such as a refused request."""
        self.expected.append(fragment)

    def unexpected(self) -> list[str]:
        return [words for words in self.said if not any(fragment in words for fragment in self.expected)]


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def open_page(
    browser: Browser, live_demo: Server, faults: Faults, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a page as a new visitor (nothing shared, not even cookies): `open_page(size="desk", language="en")`."""
    contexts: list[BrowserContext] = []

    def open_one(*, size: str = "phone", language: str = "zh", maps: bool = False, **options: object) -> Page:
        window = request.getfixturevalue("browser_with_maps") if maps else browser
        context = window.new_context(
            base_url=live_demo.url,
            viewport=SIZES[size],
            locale=LANGUAGES[language],
            timezone_id="Asia/Shanghai",
            has_touch=size == "phone",
            **options,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.said.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                faults.said.append(f"{page.url}: {message.text}") if message.type == "error" else None
            ),
        )
        return page

    yield open_one
    _keep_pictures(contexts, request)
    for context in contexts:
        context.close()
    assert not faults.unexpected(), "\n".join(faults.unexpected())


def _keep_pictures(contexts: list[BrowserContext], request: pytest.FixtureRequest) -> None:
    """Of a failed journey, leave what each visitor saw last in var/test/."""
    report = request.node.stash.get(REPORT, None)
    if report is None or not report.failed:
        return
    folder = Path(request.config.rootpath) / "var" / "test" / request.node.name.replace("/", "-")
    folder.mkdir(parents=True, exist_ok=True)
    for number, context in enumerate(contexts, start=1):
        for page in context.pages:
            with contextlib.suppress(Exception):  # the picture is a courtesy; the failure is the message
                page.screenshot(path=folder / f"{number}.png", full_page=True)


REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report
