"""Small pictures of what a supermarket has, drawn like the others: on a shelf, in a soft light, marked 演示图片."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

from nuanxin.demo.pictures.canvas import (
    AMBER,
    BLUE,
    CREAM,
    GREEN,
    INK,
    LEAF,
    ORANGE,
    SAND,
    SHADE,
    SILVER,
    STEEL,
    WHITE,
    Colour,
    mark,
)

WIDTH, HEIGHT, SCALE, QUALITY = 320, 240, 2, 82
FLOOR = 196


class Shelf:
    def __init__(self, wall: Colour) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), wall)
        self.draw = ImageDraw.Draw(self.image, "RGBA")
        self.box(0, FLOOR, WIDTH, HEIGHT - FLOOR, "#D9B48C")
        self.box(0, FLOOR, WIDTH, 5, "#C79F76")

    def box(self, x: float, y: float, w: float, h: float, fill: Colour, r: float = 0) -> None:
        self.draw.rounded_rectangle((x * SCALE, y * SCALE, (x + w) * SCALE, (y + h) * SCALE), r * SCALE, fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        self.draw.ellipse(((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE), fill)

    def poly(self, *points: tuple[float, float], fill: Colour) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill)

    def line(self, *points: tuple[float, float], fill: Colour, width: float) -> None:
        self.draw.line([(x * SCALE, y * SCALE) for x, y in points], fill, round(width * SCALE), joint="curve")

    def shadow(self, rx: float, x: float = 160) -> None:
        self.oval(x, FLOOR + 3, rx, rx * 0.12, SHADE)

    def jpeg(self) -> bytes:
        small = self.image.reduce(SCALE)
        word = mark().reduce(4)
        label = Image.new("RGB", (word.width + 8, word.height + 4), "#2B2F36")
        label.paste(Image.new("RGB", word.size, "#FFF7EC"), (4, 2), word)
        small.paste(label, (WIDTH - label.width - 6, HEIGHT - label.height - 6))
        out = io.BytesIO()
        small.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()


def _thermos(s: Shelf) -> None:
    s.shadow(46)
    s.box(122, 66, 76, 130, BLUE, 16)
    s.box(130, 74, 14, 114, (255, 255, 255, 70), 7)
    s.box(122, 150, 76, 16, STEEL)
    s.box(132, 34, 56, 38, INK, 10)


def _gloves(s: Shelf) -> None:
    for x, tone in ((88, "#41505F"), (170, "#4D5E70")):
        s.shadow(38, x + 30)
        for k in range(4):
            s.box(x + 2 + k * 15, 70 + abs(k - 1.5) * 8, 13, 60, tone, 6)
        s.box(x, 104, 62, 64, tone, 14)
        s.box(x - 4, 164, 70, 32, ORANGE, 8)


def _raincoat(s: Shelf) -> None:
    s.line((110, 46), (160, 30), (210, 46), fill=STEEL, width=4)
    s.poly(
        (130, 46), (190, 46), (238, 92), (214, 112), (206, 196), (114, 196), (106, 112), (82, 92), fill=AMBER
    )
    s.oval(160, 56, 24, 20, "#E0A436")
    s.line((160, 76), (160, 196), fill="#E0A436", width=4)
    s.box(112, 150, 96, 10, SILVER)


def _vest(s: Shelf) -> None:
    s.poly(
        (118, 44),
        (146, 44),
        (160, 92),
        (174, 44),
        (202, 44),
        (220, 92),
        (212, 196),
        (108, 196),
        (100, 92),
        fill="#C9E25B",
    )
    for y in (116, 152):
        s.box(106, y, 108, 14, SILVER)
    s.line((160, 92), (160, 196), fill="#9DB53C", width=4)


def _tissues(s: Shelf) -> None:
    s.shadow(92)
    for x, y, tone in ((74, 140, "#DCEBF2"), (166, 140, "#E7F1DD"), (120, 84, "#F6E3D6")):
        s.box(x, y, 82, 56, tone, 8)
        s.oval(x + 41, y + 16, 20, 7, WHITE)
        s.poly((x + 26, y + 14), (x + 41, y - 8), (x + 56, y + 14), fill=WHITE)


def _bread(s: Shelf) -> None:
    s.shadow(82)
    s.box(84, 106, 152, 90, "#B9793F", 34)
    s.box(90, 110, 140, 70, "#C98B4E", 30)
    for x in (116, 150, 184):
        s.line((x, 124), (x + 16, 148), fill="#E7BC86", width=6)


def _milk(s: Shelf) -> None:
    s.shadow(44)
    s.box(118, 86, 84, 110, WHITE, 4)
    s.poly((118, 88), (202, 88), (184, 52), (136, 52), fill="#EDF2F5")
    s.box(134, 40, 52, 14, BLUE, 3)
    s.box(118, 132, 84, 38, BLUE)
    s.oval(160, 151, 18, 12, WHITE)


def _socks(s: Shelf) -> None:
    for x, tone in ((90, GREEN), (176, LEAF)):
        s.shadow(42, x + 26)
        s.poly(
            (x, 60),
            (x + 40, 60),
            (x + 40, 150),
            (x + 74, 168),
            (x + 70, 194),
            (x + 8, 194),
            (x, 176),
            fill=tone,
        )
        s.box(x - 2, 54, 44, 22, CREAM, 5)


def _oil(s: Shelf) -> None:
    s.shadow(42)
    s.box(146, 38, 28, 22, ORANGE, 4)
    s.poly((148, 58), (172, 58), (202, 96), (202, 196), (118, 196), (118, 96), fill="#EFC65A")
    s.box(118, 122, 84, 46, CREAM)
    s.oval(160, 145, 14, 14, AMBER)


def _books(s: Shelf) -> None:
    s.shadow(72)
    for k, tone in enumerate(("#7FA7C4", "#E2A07A", "#8DB79B", "#D9C27A", "#B793B8")):
        s.box(92 + k * 4, 176 - k * 22, 132, 20, tone, 3)
        s.box(214 + k * 4, 179 - k * 22, 12, 14, WHITE)


GOODS: dict[str, tuple[Colour, Callable[[Shelf], None]]] = {
    "保温杯 500 毫升": (CREAM, _thermos),
    "骑行手套": ("#E9EEF0", _gloves),
    "雨衣": ("#E3ECF0", _raincoat),
    "反光背心": (CREAM, _vest),
    "纸巾三包": ("#F4EEE4", _tissues),
    "全麦面包": (CREAM, _bread),
    "纯牛奶一盒": ("#DDE9EE", _milk),
    "棉袜两双": (SAND, _socks),
    "食用油 1 升": ("#EEF1E4", _oil),
    "孩子的作业本五本": (CREAM, _books),
}


def picture_of_goods(name: str) -> bytes | None:
    """A JPEG of 320 × 240; None of what nobody has drawn, which then shows the sign of its kind."""
    if name not in GOODS:
        return None
    wall, draw = GOODS[name]
    shelf = Shelf(wall)
    draw(shelf)
    return shelf.jpeg()
