"""A small drawing board: 640 × 480 units, drawn at twice the size and reduced, so that edges are smooth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw

from nuanxin.demo.names import REFERENCE

WIDTH, HEIGHT, SCALE = 640, 480, 2
Colour = str | tuple[int, ...]

INK = "#39404A"
SHADE = (40, 34, 28, 46)
ORANGE, AMBER, RED = "#E8762B", "#F2B84B", "#C8442F"
GREEN, LEAF, MOSS = "#5E9B76", "#7DB089", "#4E7F61"
BLUE, STEEL, SILVER = "#6FA8C9", "#8D99A6", "#C9D0D6"
CREAM, SAND, STONE, CLAY = "#FBF4E8", "#E9DCC7", "#CFC4B4", "#B98A68"
TAR, TAR_LIGHT = "#6E7076", "#7F8187"
WHITE = "#FFFFFF"

# Hours of the day: sky above, sky below, far houses, near houses, windows.
LIGHTS = (
    ("#BFDDEB", "#F6F3E6", "#DCE3E2", "#EBDCC6", "#B9CCD4"),
    ("#F6D9B8", "#FDF3E3", "#EBD9C6", "#E9CDB0", "#FBEBC8"),
    ("#CFE0D8", "#F7F6EC", "#D9E2DA", "#E6DED0", "#BFD0CE"),
)
NIGHT = ("#26344F", "#5A6486", "#3C4866", "#4B5472", "#F3CF86")


class Canvas:
    """What a picture is drawn on. `z` shrinks the subject for a far shot; the backdrop stays."""

    def __init__(self, seed: int, *, after: bool, far: bool, night: bool = False) -> None:
        self.rng = Random(seed)
        self.after = after
        self.far = far
        self.light = NIGHT if night else self.rng.choice(LIGHTS)
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), CREAM)
        self.draw = ImageDraw.Draw(self.image, "RGBA")
        self._opaque = ImageDraw.Draw(self.image)
        self.z, self.fx, self.floor = 1.0, WIDTH / 2, 330.0

    def subject(self) -> None:
        """From here on the subject is drawn: smaller when seen from afar, a little to the left or right."""
        if self.far:
            self.z = 0.62
        self.fx += self.rng.uniform(-24, 24)

    def _p(self, x: float, y: float) -> tuple[float, float]:
        return (
            ((x - WIDTH / 2) * self.z + self.fx) * SCALE,
            ((y - self.floor) * self.z + self.floor) * SCALE,
        )

    def _in(self, fill: Colour) -> ImageDraw.ImageDraw:
        """What covers all is drawn in half the time of what lets something through."""
        return self._opaque if isinstance(fill, str) else self.draw

    def rect(self, x: float, y: float, w: float, h: float, fill: Colour, r: float = 0) -> None:
        box = (*self._p(x, y), *self._p(x + w, y + h))
        if r:
            self._in(fill).rounded_rectangle(box, r * SCALE * self.z, fill)
        else:
            self._in(fill).rectangle(box, fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        self._in(fill).ellipse((*self._p(x - rx, y - ry), *self._p(x + rx, y + ry)), fill)

    def poly(self, points: Sequence[tuple[float, float]], fill: Colour) -> None:
        self._in(fill).polygon([self._p(*point) for point in points], fill)

    def line(self, points: Sequence[tuple[float, float]], fill: Colour, width: float) -> None:
        thick = max(1, round(width * SCALE * self.z))
        self._in(fill).line([self._p(*point) for point in points], fill, thick, joint="curve")
        if thick > 5:
            for point in (points[0], points[-1]):
                x, y = self._p(*point)
                self._in(fill).ellipse(
                    (x - thick / 2, y - thick / 2, x + thick / 2 - 1, y + thick / 2 - 1), fill
                )

    def arc(self, x: float, y: float, r: float, start: float, end: float, fill: Colour, width: float) -> None:
        box = (*self._p(x - r, y - r), *self._p(x + r, y + r))
        self._in(fill).arc(box, start, end, fill, max(1, round(width * SCALE * self.z)))

    def shadow(self, x: float, y: float, rx: float, ry: float = 0) -> None:
        self.oval(x, y, rx, ry or rx * 0.18, SHADE)

    def blob(
        self, x: float, y: float, rx: float, ry: float, fill: Colour, bumps: int = 9, rough: float = 0.2
    ) -> None:
        """An irregular patch, rounded by overlapping ovals."""
        ring = []
        for k in range(bumps * 4):
            a = 2 * pi * k / (bumps * 4)
            wave = 1 + rough * 0.5 * sin(bumps * a / 2 + x) + rough * 0.4 * sin(3 * a + y)
            ring.append((x + rx * wave * cos(a), y + ry * wave * sin(a)))
        self.poly(ring, fill)

    def cone(self, x: float, y: float, size: float = 1.0) -> None:
        s = size
        self.shadow(x, y, 20 * s)
        self.rect(x - 17 * s, y - 5 * s, 34 * s, 6 * s, "#D9622B", 2)
        self.poly(
            [
                (x - 11 * s, y - 4 * s),
                (x + 11 * s, y - 4 * s),
                (x + 3 * s, y - 44 * s),
                (x - 3 * s, y - 44 * s),
            ],
            ORANGE,
        )
        self.poly(
            [
                (x - 8.4 * s, y - 17 * s),
                (x + 8.4 * s, y - 17 * s),
                (x + 6 * s, y - 28 * s),
                (x - 6 * s, y - 28 * s),
            ],
            WHITE,
        )

    def tree(self, x: float, y: float, size: float = 1.0, leaf: Colour = LEAF) -> None:
        s = size
        self.shadow(x, y, 34 * s)
        self.rect(x - 5 * s, y - 70 * s, 10 * s, 70 * s, "#8A6A50", 3)
        self.oval(x, y - 100 * s, 42 * s, 46 * s, leaf)
        self.oval(x - 14 * s, y - 112 * s, 22 * s, 22 * s, (255, 255, 255, 40))

    def jpeg_ready(self) -> Image.Image:
        small = self.image.reduce(SCALE)
        word = mark()
        label = Image.new("RGB", (word.width // 2 + 16, word.height // 2 + 6), "#2B2F36")
        ink = Image.new("RGB", (word.width // 2, word.height // 2), "#FFF7EC")
        label.paste(ink, (8, 3), word.reduce(2))
        small.paste(label, (WIDTH - label.width - 10, HEIGHT - label.height - 10))
        return small


@cache
def mark() -> Image.Image:
    """演示图片, drawn once and shipped, so that no font is needed where the demo runs."""
    with Image.open(REFERENCE / "mark.png") as image:
        return image.convert("L")
