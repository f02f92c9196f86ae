"""Things in and on the road: covers, grates, holes, lamps, cables, cabinets, signals."""

from __future__ import annotations

from nuanxin.demo.pictures.backdrops import ground, street
from nuanxin.demo.pictures.canvas import (
    AMBER,
    CLAY,
    GREEN,
    INK,
    LEAF,
    MOSS,
    ORANGE,
    RED,
    SHADE,
    SILVER,
    STEEL,
    STONE,
    WHITE,
    Canvas,
)  # fmt: skip

__all__ = [
    "bench", "cabinet", "fallen_cable", "flood", "grate", "ice", "junction", "lamp", "manhole", "pothole",
    "railing", "signal", "sinkhole",
]  # fmt: skip


def manhole(c: Canvas) -> None:
    ground(c)
    c.oval(320, 352, 150, 62, "#5A5C62" if not c.after else "#4A4C52")
    c.oval(320, 350, 136, 54, "#85888F")
    if c.after:
        _cover(c, 320, 348, 124, 48)
        return
    c.oval(320, 350, 124, 48, "#1D1F24")
    c.oval(326, 362, 104, 34, "#2C2E35")
    c.poly([(226, 356), (318, 330), (430, 360), (338, 402)], (20, 20, 24, 90))
    _cover(c, 356, 356, 112, 30)
    c.cone(150, 420, 1.25)


def _cover(c: Canvas, x: float, y: float, rx: float, ry: float) -> None:
    c.oval(x, y + 7, rx, ry, "#43464D")
    c.oval(x, y, rx, ry, "#787C85")
    c.oval(x, y, rx * 0.86, ry * 0.86, "#6A6E77")
    for k in range(-3, 4):
        for m in range(-2, 3):
            if k * k / 12 + m * m / 5 < 1:
                c.oval(x + k * rx * 0.21, y + m * ry * 0.27, rx * 0.06, ry * 0.08, "#8F949D")
    c.oval(x, y, rx * 0.16, ry * 0.18, "#8F949D")


def grate(c: Canvas) -> None:
    ground(c)
    c.poly([(150, 300), (470, 300), (520, 420), (110, 420)], "#4B4D53")
    c.poly([(164, 308), (458, 308), (502, 412), (128, 412)], "#1F2126")
    for k in range(13):
        if not c.after and k in {5, 6, 7}:
            continue
        top, foot = 170 + k * 24, 136 + k * 30
        c.line([(top, 308), (foot, 412)], "#8A8E96", 8)
    c.line([(146, 360), (480, 360)], "#8A8E96", 7)
    if c.after:
        return
    c.line([(292, 308), (276, 344)], "#8A8E96", 8)
    for x, y in ((310, 330), (340, 380), (210, 396), (430, 330), (300, 402)):
        c.oval(x, y, 17, 8, c.rng.choice(("#C98B3C", "#B5722F", "#D6A553")))
    c.cone(560, 372, 1.1)


def pothole(c: Canvas) -> None:
    ground(c)
    if c.after:
        c.poly([(196, 300), (452, 296), (474, 404), (170, 410)], "#54565C")
        c.line([(196, 300), (452, 296), (474, 404), (170, 410), (196, 300)], "#46484E", 3)
        return
    c.blob(320, 356, 150, 58, "#5B5D63", 11, 0.3)
    c.blob(324, 362, 118, 42, "#3B3D43", 9, 0.3)
    c.blob(316, 370, 78, 22, "#7E97A8", 7, 0.2)
    for dx, dy in ((-190, -30), (-176, 44), (180, -40), (196, 34), (40, -84)):
        c.line(
            [
                (320 + dx * 0.7, 356 + dy * 0.7),
                (320 + dx * 0.9, 356 + dy * 0.8),
                (320 + dx * 1.1, 356 + dy * 1.2),
            ],
            "#4B4D53",
            3,
        )
    for _ in range(14):
        c.oval(320 + c.rng.uniform(-190, 190), 356 + c.rng.uniform(-70, 74), 5, 3, "#8B8D93")


def sinkhole(c: Canvas) -> None:
    ground(c)
    if c.after:
        pothole_patch = [(130, 280), (520, 276), (560, 430), (90, 436)]
        c.poly(pothole_patch, "#54565C")
        c.line([*pothole_patch, pothole_patch[0]], "#46484E", 3)
        return
    c.blob(320, 350, 200, 78, "#8A6E55", 9, 0.24)
    c.blob(322, 362, 176, 62, "#5F4938", 9, 0.24)
    c.blob(326, 374, 142, 44, "#2B221C", 8, 0.2)
    for x in (70, 250, 430):
        _board(c, x, 300 if x == 250 else 452)


def _board(c: Canvas, x: float, y: float) -> None:
    """A striped barrier board on two legs."""
    c.line([(x + 14, y - 40), (x + 6, y)], STEEL, 5)
    c.line([(x + 116, y - 40), (x + 124, y)], STEEL, 5)
    c.rect(x, y - 62, 130, 26, WHITE, 3)
    for k in range(4):
        c.poly(
            [
                (x + 4 + k * 34, y - 36),
                (x + 20 + k * 34, y - 36),
                (x + 34 + k * 34 - 4, y - 62),
                (x + 18 + k * 34 - 4, y - 62),
            ],
            RED,
        )


def flood(c: Canvas) -> None:
    ground(c)
    water = (120, 158, 184, 235)
    if c.after:
        c.blob(210, 408, 70, 16, (96, 112, 124, 120), 7)
        c.rect(400, 300, 110, 34, "#33363C", 3)
        for k in range(8):
            c.line([(408 + k * 13, 302), (404 + k * 13, 332)], "#8A8E96", 5)
        return
    c.blob(320, 350, 330, 116, water, 11, 0.14)
    for x, y, w in ((190, 320, 80), (380, 352, 110), (250, 396, 90), (470, 404, 60)):
        c.line([(x, y), (x + w, y)], (255, 255, 255, 130), 3)
    c.oval(430, 300, 60, 16, (240, 240, 230, 90))
    c.cone(150, 364, 1.2)
    c.line([(470, 210), (470, 380)], INK, 6)
    c.rect(440, 196, 60, 40, AMBER, 6)
    c.line([(470, 204), (470, 220)], INK, 5)
    c.oval(470, 228, 3, 3, INK)


def ice(c: Canvas) -> None:
    ground(c)
    if c.after:
        for _ in range(120):
            c.oval(320 + c.rng.uniform(-240, 240), 350 + c.rng.uniform(-90, 90), 3, 2, "#C9A97B")
        return
    c.blob(320, 350, 280, 96, (214, 232, 242, 235), 11, 0.18)
    c.blob(300, 340, 190, 52, (240, 248, 252, 240), 9, 0.2)
    for x, y in ((200, 330), (320, 366), (430, 338)):
        for dx, dy in ((18, 0), (9, 12), (-9, 12)):
            c.line([(x - dx, y - dy * 0.6), (x + dx, y + dy * 0.6)], (130, 170, 200, 220), 3)
    c.cone(560, 420, 1.1)


def lamp(c: Canvas) -> None:
    street(c)
    c.poly([(0, 330), (640, 330), (640, 480), (0, 480)], (16, 22, 40, 120))
    for x, lit in ((150, c.after), (430, c.after)):
        if lit:
            c.poly([(x + 84, 92), (x + 116, 92), (x + 210, 430), (x - 10, 430)], (255, 224, 150, 66))
            c.oval(x + 100, 430, 120, 26, (255, 226, 160, 90))
        c.line([(x, 420), (x, 84)], "#2B3244", 10)
        c.line([(x, 88), (x + 84, 80)], "#2B3244", 7)
        c.rect(x + 74, 76, 52, 14, "#39415A", 6)
        c.rect(x + 80, 88, 40, 7, "#FFE9B0" if lit else "#5C647C", 3)


def fallen_cable(c: Canvas) -> None:
    street(c)
    for x in (96, 540):
        c.line([(x, 400), (x, 70)], "#8B6B52", 12)
        c.line([(x - 40, 96), (x + 40, 96)], "#8B6B52", 8)
        for dx in (-34, 0, 34):
            c.oval(x + dx, 90, 5, 6, SILVER)
    for dy, dx in ((0, -34), (6, 34)):
        c.line([(96 + dx, 88), (240, 124 + dy), (400, 122 + dy), (540 + dx, 88)], INK, 3)
    if c.after:
        c.line([(96, 88), (240, 132), (400, 130), (540, 88)], INK, 3)
        return
    c.line([(96, 88), (150, 190), (210, 300), (280, 392), (360, 400), (392, 376)], INK, 5)
    for x, y in ((404, 366), (412, 388), (390, 352)):
        c.line([(x - 6, y), (x + 6, y)], AMBER, 3)
        c.line([(x, y - 6), (x, y + 6)], AMBER, 3)
    c.cone(230, 440, 1.1)
    c.cone(470, 440, 1.1)


def cabinet(c: Canvas) -> None:
    street(c)
    c.shadow(330, 396, 120)
    c.rect(238, 190, 176, 206, "#6F9A86", 6)
    c.rect(238, 190, 176, 14, "#5B8271", 6)
    c.rect(230, 388, 192, 14, STONE, 2)
    if c.after:
        c.line([(326, 206), (326, 386)], "#4F7463", 3)
        c.rect(334, 284, 8, 34, SILVER, 3)
        c.poly([(268, 262), (298, 262), (283, 236)], AMBER)
        c.line([(283, 245), (283, 254)], INK, 3)
        return
    c.rect(250, 208, 152, 178, "#2F3A36", 3)
    for k, colour in enumerate((RED, AMBER, "#6FA8C9", WHITE, GREEN, ORANGE)):
        x = 264 + k * 23
        c.line([(x, 216), (x + 8, 262), (x - 6, 310), (x + 6, 376)], colour, 4)
    c.rect(258, 296, 136, 26, SILVER, 3)
    c.poly([(402, 206), (474, 232), (474, 408), (402, 388)], "#7FAA96")
    c.line([(474, 232), (474, 408)], "#5B8271", 3)


def bench(c: Canvas) -> None:
    street(c)
    c.shadow(320, 416, 190)
    for x in (180, 446):
        c.line([(x, 344), (x - 10, 414)], INK, 9)
        c.line([(x, 250), (x, 348)], INK, 9)
    wood = "#C0824C"
    for k, y in enumerate((256, 282, 308)):
        if not c.after and k == 1:
            c.line([(160, y), (270, y)], wood, 15)
            c.line([(330, y + 16), (470, y - 2)], wood, 15)
            continue
        c.line([(160, y), (470, y)], wood, 15)
    for k, y in enumerate((342, 360)):
        if not c.after and k == 1:
            c.line([(152, y + 3), (236, y + 3)], "#A96E3C", 14)
            continue
        c.line([(152, y), (478, y)], "#A96E3C", 14)
    if not c.after:
        c.line([(300, 428), (390, 444)], wood, 13)


def signal(c: Canvas) -> None:
    street(c)
    for k in range(7):
        c.poly(
            [(60 + k * 84, 350), (102 + k * 84, 350), (86 + k * 84, 470), (34 + k * 84, 470)],
            (255, 255, 255, 210 if c.after else 120),
        )
    c.line([(330, 400), (330, 150)], "#59606B", 12)
    c.rect(286, 44, 88, 170, "#2C3138", 14)
    lights = (("#4A2B28", RED), ("#4A4028", AMBER), ("#26402F", "#5BC27F"))
    for k, (dark, bright) in enumerate(lights):
        lit = c.after and k == 2
        c.oval(330, 78 + k * 50, 19, 19, bright if lit else dark)
        c.oval(324, 72 + k * 50, 6, 6, (255, 255, 255, 70))
    if not c.after:
        c.cone(200, 420, 1.1)


def railing(c: Canvas) -> None:
    street(c)
    for k, x in enumerate((20, 140, 260, 380, 500)):
        if not c.after and k in {2, 3}:
            continue
        _panel(c, x, 400)
    if not c.after:
        for x, y in ((246, 446), (396, 434)):
            c.poly([(x, y - 30), (x + 128, y - 44), (x + 140, y), (x + 12, y + 14)], SHADE)
            for k in range(7):
                c.line([(x + k * 20, y - 30 - k * 2), (x + 12 + k * 20, y + 12 - k * 2)], WHITE, 5)
            c.line([(x, y - 30), (x + 128, y - 44)], WHITE, 6)
            c.line([(x + 12, y + 14), (x + 140, y)], WHITE, 6)
        c.cone(216, 420, 1.0)


def _panel(c: Canvas, x: float, y: float) -> None:
    c.shadow(x + 60, y, 66)
    for k in range(7):
        c.line([(x + 4 + k * 19, y - 84), (x + 4 + k * 19, y - 14)], WHITE, 5)
    c.line([(x, y - 84), (x + 122, y - 84)], WHITE, 7)
    c.line([(x, y - 20), (x + 122, y - 20)], WHITE, 7)
    c.rect(x + 46, y - 66, 34, 12, AMBER, 3)
    c.rect(x - 8, y - 12, 26, 12, STEEL, 3)


def junction(c: Canvas) -> None:
    street(c)
    c.rect(396, 337, 130, 150, "#66686E")
    height = 44 if c.after else 150
    for x in range(60, 396, 26):
        c.oval(x, 372 - height * 0.5, 28, height * 0.5 + 12, MOSS if x % 52 else LEAF)
    c.rect(40, 366, 350, 14, CLAY, 3)
    if c.after:
        c.line([(566, 420), (566, 190)], STEEL, 9)
        c.oval(566, 180, 52, 52, ORANGE)
        c.oval(566, 180, 43, 43, "#BFD8E4")
        c.oval(552, 168, 16, 12, (255, 255, 255, 150))
        return
    c.rect(430, 366, 74, 40, "#B8C6D1", 10)
    c.poly([(442, 368), (492, 368), (480, 342), (454, 342)], "#9DB0BE")
    c.oval(450, 408, 11, 11, INK)
    c.oval(488, 408, 11, 11, INK)
