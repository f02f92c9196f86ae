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

from playwright.sync_api import Page, sync_playwright

from scripts import chromium, pg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
from tests.browser import LANGUAGES, SIZES, enter
from tests.journeys.pages import PAGES, Stop
from tests.servers import Server, demo

FULL_CITY = ("--days", "30", "--reports", "400")
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
        failed = _draw(server, stops, folder, language)
    print(f"\n{len(stops)} pages, {len(stops) * len(SIZES)} pictures in {folder}")
    for words in failed:
        print(f"FAILED {words}", file=sys.stderr)
    return int(bool(failed))


def _draw(server: Server, stops: list[Stop], folder: Path, language: str) -> list[str]:
    """One signed-in window for each persona and size; what could not be drawn is returned."""
    failed = []
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        for size, viewport in SIZES.items():
            target = folder / f"{viewport['width']}x{viewport['height']}"
            target.mkdir(parents=True, exist_ok=True)
            windows: dict[str, Page] = {}
            for stop in stops:
                if stop.persona not in windows:
                    context = browser.new_context(
                        base_url=server.url,
                        viewport=viewport,
                        locale=LANGUAGES[language],
                        timezone_id="Asia/Shanghai",
                        has_touch=size == "phone",
                    )
                    windows[stop.persona] = context.new_page()
                    if stop.persona:
                        enter(windows[stop.persona], stop.persona)
                answer = windows[stop.persona].goto(stop.path, wait_until="networkidle")
                if answer is None or not answer.ok:
                    failed.append(
                        f"{stop.name} ({stop.path} as {stop.persona or 'visitor'}): {answer and answer.status}"
                    )
                windows[stop.persona].screenshot(path=target / f"{stop.name}.png", full_page=True)
                print(f"  {size:5} {stop.name}", flush=True)
        browser.close()
    return failed


if __name__ == "__main__":
    sys.exit(main())
