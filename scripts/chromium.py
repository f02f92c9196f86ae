"""The system's Chromium: where it is, and how journeys and screenshots start it."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

# The shell draws no window around its pages: the same engine at two thirds of the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
# What a browser draws for itself, which nobody sees here and which costs a fifth of a run. The switch counts once, so
# the features that Playwright switches off are named again.
FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades", "LensOverlay", "MediaRouter", "OptimizationHints", "PaintHolding", "PreloadTopChromeWebUI",
    "SidePanelPinning", "TabSearch", "ThirdPartyStoragePartitioning", "Translate", "WebUIOmniboxPopup",
)  # fmt: skip
# Nothing but the pages under test: no component updates, no sync, no guesses at hosts.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    f"--disable-features={','.join(FEATURES_OFF)}",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--font-render-hinting=none",
    "--no-first-run",
)


@functools.cache
def find() -> str | None:
    """The path of a Chromium that really starts (Ubuntu's package may be an empty shell), or None."""
    wanted = os.environ.get("NUANXIN_CHROMIUM")
    for name in (wanted,) if wanted else (*NAMES, MAC):
        path = shutil.which(name)
        if path and _answers(path):
            return path
    return None


def _answers(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def has_chinese_font() -> bool:
    """Whether Chinese shows as more than empty boxes. A Mac brings its own fonts and knows no fontconfig."""
    if not shutil.which("fc-list"):
        return sys.platform == "darwin"
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


def launch(playwright: Playwright, *, arguments: tuple[str, ...] = ()) -> Browser:
    path = find()
    if path is None:
        message = "Chromium is not installed (Debian: apt-get install chromium)."
        raise RuntimeError(message)
    flags = [*FLAGS, *arguments]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium refuses root otherwise; only our own pages are opened
    return playwright.chromium.launch(executable_path=path, args=flags)
