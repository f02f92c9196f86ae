"""`make screenshots`: every page of tests/journeys/pages.py, on a phone and on a desk, into var/screenshots.

make screenshots ARGS="home sign-in"      only these
make screenshots ARGS=--english           in English
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts import chromium, pg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
from tests.browser import LANGUAGES, SIZES, enter
from tests.journeys.filling import Filling
from tests.journeys.pages import PAGES, Stop
from tests.servers import Server, demo

FULL_CITY = ("--days", "30", "--reports", "400")
MAP_DRAWS = 1500  # milliseconds; software rendering takes its time
FOLDER = Path(__file__).resolve().parents[1] / "var" / "screenshots"


def main() -> int:
    pg.stop_on_signal()
    if chromium.find() is None:
        print("Chromium is not installed (Debian: apt-get install chromium fonts-noto-cjk)", file=sys.stderr)
        return 1
    wanted = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    language = "en" if "--english" in sys.argv else "zh"
    stops = [stop for stop in PAGES if not wanted or stop.name in wanted]
    folder = FOLDER / language
    if not wanted:
        shutil.rmtree(folder, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix="nuanxin-gallery-") as home,
        demo(Path(home), *FULL_CITY) as server,
    ):
        failed = draw(server, stops, folder, language)
    print(f"\n{len(stops)} pages, {len(stops) * len(SIZES)} pictures in {folder}")
    for words in failed:
        print(f"FAILED {words}", file=sys.stderr)
    return int(bool(failed))


def draw(
    server: Server, stops: list[Stop], folder: Path, language: str, *, full_page: bool = True
) -> list[str]:
    """One signed-in window for each persona; what could not be drawn is returned."""
    failed = []
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        filling = Filling(playwright, server.url)
        window, whose = None, ""
        for stop in stops:
            if window is None or whose != stop.persona:
                if window:
                    window.context.close()
                window, whose = _open(browser, server, stop.persona, language), stop.persona
            wrong = _draw_one(window, stop, filling.fill(stop.path), folder, full_page=full_page)
            failed += [wrong] if wrong else []
            print(f"  {stop.name}", flush=True)
        browser.close()
    return failed


def _open(browser: Browser, server: Server, persona: str, language: str) -> Page:
    context = browser.new_context(
        base_url=server.url, locale=LANGUAGES[language], timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    if persona:
        enter(page, persona)
    return page


def _draw_one(page: Page, stop: Stop, path: str, folder: Path, *, full_page: bool) -> str:
    for viewport in SIZES.values():
        target = folder / f"{viewport['width']}x{viewport['height']}"
        target.mkdir(parents=True, exist_ok=True)
        page.set_viewport_size(viewport)
        answer = page.goto(path, wait_until="networkidle")
        if page.locator("[data-map]").count():
            page.wait_for_timeout(MAP_DRAWS)
        page.screenshot(path=target / f"{stop.name}.png", full_page=full_page)
        if answer is None or answer.status != stop.status:
            return f"{stop.name} ({path} as {stop.persona or 'visitor'}): {answer and answer.status}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
