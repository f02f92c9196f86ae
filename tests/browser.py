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
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scripts import chromium, pg

SIZES = {"phone": {"width": 360, "height": 800}, "desk": {"width": 1440, "height": 900}}
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
PATIENCE = 240  # seconds for a demo city on a slow machine; a server that dies is noticed at once


@dataclass
class Server:
    """A demo server under test. `log` is what it printed so far."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.home / "log").read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def demo_server(home: Path, **environment: str) -> Iterator[Server]:
    """Build a demo city in `home`, serve it on a free port, stop it at the end."""
    port = pg.free_port()
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("NUANXIN_")}
    settings_of_its_own = {"NUANXIN_HOME": str(home), "NUANXIN_LOG_LEVEL": "INFO", **environment}
    command = [sys.executable, "-m", "nuanxin.cli.main", "demo", "--port", str(port)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            env={**inherited, **settings_of_its_own},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(url=f"http://127.0.0.1:{port}", home=home, process=process)
    try:
        _wait(server)
        yield server
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(f"{server.url}/healthz", timeout=5)  # noqa: S310 -- our own loopback address
            return
        time.sleep(0.3)
    message = f"The demo server does not answer:\n{server.log}"
    raise RuntimeError(message)


@contextlib.contextmanager
def fresh_database() -> Iterator[dict[str, str]]:
    """The environment that names an empty database of the kind this run tests; nothing to say for SQLite."""
    parts = urlsplit(settings.DATABASE_URL)
    if not parts.scheme.startswith("postgres"):
        yield {}
        return
    name = f"journeys_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield {"NUANXIN_DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def live_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One demo city for all journeys of a run: each journey leaves what it made and counts on nothing of others."""
    with (
        fresh_database() as environment,
        demo_server(tmp_path_factory.mktemp("demo"), **environment) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; Django would refuse every query beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = chromium.launch(playwright)
        yield running
        running.close()


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

    def open_one(*, size: str = "phone", language: str = "zh", **options: object) -> Page:
        context = browser.new_context(
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
