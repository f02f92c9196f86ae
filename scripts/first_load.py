"""How heavy a page is on the first visit, and how long it takes on a slow line. Figures are in docs/performance.md.

    .venv/bin/python -m scripts.first_load http://127.0.0.1:8000 /report/
    .venv/bin/python -m scripts.first_load http://127.0.0.1:8000 "/places/map/?at=990101001000" .near__one

With a selector at the end: on a cheap phone, until the first of it is there.
Enters as a worker of the demo city; the browser keeps nothing from before.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

# As Chromium's own "Slow 3G": 400 kbit/s each way, 400 ms there and back, five times over as its profile has it.
SLOW_3G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
# A cheap phone in an ordinary mobile network: a quarter of this processor, 9 Mbit/s, 85 ms there and back.
FOUR_G = {"offline": False, "latency": 85, "downloadThroughput": 1_125_000, "uploadThroughput": 500_000}
SLOWER = 4
SETTLED = 1200  # ms without anything new


@dataclass
class Load:
    bytes: int
    largest: list[tuple[str, int]]


def first_load(page: Page, path: str) -> Load:
    """What came over the line for one page, with an empty cache: bodies as sent, headers too."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}
    devtools.on(
        "Network.responseReceived", lambda told: urls.update({told["requestId"]: told["response"]["url"]})
    )
    devtools.on(
        "Network.loadingFinished",
        lambda told: sizes.update({told["requestId"]: int(told["encodedDataLength"])}),
    )
    page.goto(path, wait_until="load")
    page.wait_for_timeout(SETTLED)
    devtools.detach()
    found = [(urls.get(request, ""), size) for request, size in sizes.items()]
    return Load(sum(sizes.values()), sorted(found, key=lambda each: -each[1]))


def slow_times(page: Page, path: str, profile: dict[str, Any]) -> dict[str, float]:
    """Seconds until something is seen, until the page answers to a hand, and until all of it is there."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.send("Network.emulateNetworkConditions", profile)
    page.goto(path, wait_until="commit", timeout=120_000)
    page.locator("form[data-scripted]").wait_for(state="attached", timeout=120_000)
    usable = page.evaluate("performance.now()")
    page.wait_for_load_state("load", timeout=120_000)
    seen, loaded = page.evaluate(
        """() => [performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
                  performance.getEntriesByType("navigation")[0].loadEventEnd]"""
    )
    devtools.detach()
    times = {"seen": seen, "usable": usable, "loaded": loaded}
    return {name: round(ms / 1000, 1) for name, ms in times.items()}


def phone_times(page: Page, path: str, wanted: str) -> dict[str, float]:
    """Seconds on a cheap phone until something is seen, and until the first `wanted` (a selector) is there."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.send("Network.emulateNetworkConditions", FOUR_G)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(path, wait_until="commit", timeout=60_000)
    page.locator(wanted).first.wait_for(timeout=60_000)
    there = page.evaluate("performance.now()")
    page.wait_for_load_state("load", timeout=60_000)
    page.wait_for_timeout(SETTLED)
    seen = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
    devtools.detach()
    return {"seen": round(seen / 1000, 2), "there": round(there / 1000, 2)}


def main(arguments: list[str]) -> int:
    from playwright.sync_api import sync_playwright  # only this command opens a browser

    from scripts import chromium  # needs playwright as well

    url, path, *wanted = arguments
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        # Without the worker: its own fetches would not be slowed down.
        page = browser.new_page(
            base_url=url, viewport={"width": 360, "height": 800}, locale="zh-CN", service_workers="block"
        )
        page.goto("/demo/")
        page.locator(".role-card[formaction$='/enter/wang/worker/']").click()
        page.wait_for_url(lambda address: "/demo/" not in address)
        load = first_load(page, path)
        print(f"{load.bytes / 1024:.1f} KB in {len(load.largest)} answers")
        for address, size in load.largest[:5]:
            print(f"{size / 1024:7.1f}  {address}")
        if wanted:
            print(phone_times(page, path, wanted[0]))
        else:
            print(slow_times(page, path, SLOW_3G))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
