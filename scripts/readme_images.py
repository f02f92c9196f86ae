"""The pictures of the READMEs, drawn anew from a fresh demo city into docs/images.

python -m scripts.readme_images            all of them
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from scripts import chromium, pg
from scripts.screenshots import FULL_CITY, Server, demo, draw
from tests.browser import SIZES
from tests.journeys.pages import PAGES, Stop

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
MOST_BYTES = 150_000
COLOURS = (256, 128, 64, 32)
# The page → the size at which a reader sees it.
CHINESE = {
    "chooser": "desk",
    "report": "phone",
    "danger": "phone",
    "tracker": "phone",
    "home": "phone",
    "queue": "desk",
    "case": "desk",
    "explain": "desk",
    "my-page": "phone",
    "activities": "phone",
    "shop": "phone",
    "points": "phone",
}
ENGLISH = {"queue": "desk", "tracker": "phone"}


def main() -> int:
    pg.stop_on_signal()
    if chromium.find() is None:
        print("Chromium is not installed (Debian: apt-get install chromium fonts-noto-cjk)", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="nuanxin-images-") as home,
        demo(Path(home), *FULL_CITY) as server,
    ):
        draw_all(server, Path(home))
    return 0


def draw_all(server: Server, folder: Path) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for language, wanted, ending in (("zh", CHINESE, ""), ("en", ENGLISH, "-en")):
        failed = draw(server, _stops(wanted), folder / language, language, full_page=False)
        if failed:
            raise RuntimeError("\n".join(failed))
        for name, size in wanted.items():
            viewport = SIZES[size]
            drawn = folder / language / f"{viewport['width']}x{viewport['height']}" / f"{name}.png"
            target = IMAGES / f"{name}{ending}.png"
            print(f"  {target.name}  {_shrink(drawn, target) // 1024} KB")


def _stops(wanted: dict[str, str]) -> list[Stop]:
    return [stop for stop in PAGES if stop.name in wanted]


def _shrink(source: Path, target: Path) -> int:
    """With as many colours as fit into the size."""
    with Image.open(source) as picture:
        for colours in COLOURS:
            picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)
            if target.stat().st_size <= MOST_BYTES:
                break
    return target.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
