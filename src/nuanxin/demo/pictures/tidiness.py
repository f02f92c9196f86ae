"""Rubbish, sewage, trees, stickers, stalls, works: the order of the street."""

from __future__ import annotations

from nuanxin.demo.pictures.backdrops import compound, ground, street, wall
from nuanxin.demo.pictures.canvas import (
    AMBER,
    CLAY,
    CREAM,
    GREEN,
    INK,
    LEAF,
    MOSS,
    ORANGE,
    RED,
    SHADE,
    SILVER,
    STEEL,
    WHITE,
    Canvas,
)  # fmt: skip

__all__ = [
    "bins", "broken_pot", "fallen_tree", "hut", "rubbish", "rubble", "sewage", "signboard", "spill", "stall",
    "stickers", "works",
]  # fmt: skip


def _bin(c: Canvas, x: float, y: float, colour: str, *, open_lid: bool = False) -> None:
    c.shadow(x + 42, y, 52)
    c.poly([(x, y - 112), (x + 84, y - 112), (x + 76, y - 4), (x + 8, y - 4)], colour)
    c.rect(x + 12, y - 92, 8, 70, (0, 0, 0, 28), 3)
    c.rect(x + 60, y - 92, 8, 70, (0, 0, 0, 28), 3)
    c.oval(x + 42, y - 60, 15, 15, (255, 255, 255, 150))
    if open_lid:
        c.poly([(x - 6, y - 112), (x + 26, y - 170), (x + 96, y - 178), (x + 90, y - 112)], (0, 0, 0, 60))
    else:
        c.rect(x - 6, y - 124, 96, 16, colour, 7)
        c.rect(x - 6, y - 124, 96, 6, (255, 255, 255, 50), 3)
    for wx in (18, 66):
        c.oval(x + wx, y - 2, 8, 8, INK)


def _bag(c: Canvas, x: float, y: float, size: float, colour: str) -> None:
    s = size
    c.shadow(x, y, 40 * s)
    c.oval(x, y - 30 * s, 38 * s, 32 * s, colour)
    c.poly(
        [
            (x - 10 * s, y - 56 * s),
            (x + 10 * s, y - 56 * s),
            (x + 16 * s, y - 76 * s),
            (x - 16 * s, y - 74 * s),
        ],
        colour,
    )
    c.line([(x - 9 * s, y - 57 * s), (x + 9 * s, y - 57 * s)], AMBER, 4 * s)
    c.oval(x - 12 * s, y - 40 * s, 9 * s, 7 * s, (255, 255, 255, 70))


def rubbish(c: Canvas) -> None:
    street(c)
    if c.after:
        _bin(c, 210, 376, "#4C8FB5")
        _bin(c, 330, 376, GREEN)
        return
    bags = ("#4B5561", "#6C7A86", "#E9E3D8", "#7DA58C", "#50606E")
    for x, y, s in (
        (190, 392, 1.0),
        (260, 380, 1.2),
        (340, 384, 1.3),
        (420, 394, 1.1),
        (300, 424, 1.1),
        (380, 430, 0.9),
    ):
        _bag(c, x, y, s, c.rng.choice(bags))
    for _ in range(10):
        left, top = 310 + c.rng.uniform(-200, 220), 420 + c.rng.uniform(-6, 34)
        c.rect(left, top, 22, 9, c.rng.choice((CREAM, "#D8B07C", RED, "#9CC3D5")), 3)


def bins(c: Canvas) -> None:
    street(c)
    colours = ("#4C8FB5", GREEN, "#A9714B", "#5C6672")
    for k, colour in enumerate(colours):
        _bin(c, 110 + k * 106, 388, colour, open_lid=not c.after and k in {0, 1, 3})
    if c.after:
        return
    for k in (0, 1, 3):
        _bag(c, 152 + k * 106, 296, 0.8, c.rng.choice(("#4B5561", "#E9E3D8")))
        _bag(c, 182 + k * 106, 300, 0.6, "#7DA58C")
    _bag(c, 336, 430, 0.9, "#4B5561")
    _bag(c, 250, 436, 0.7, "#E9E3D8")


def spill(c: Canvas) -> None:
    ground(c)
    if c.after:
        c.blob(300, 380, 170, 26, (96, 112, 124, 90), 9)
        return
    c.blob(330, 340, 220, 60, "#A88F6E", 11, 0.3)
    c.blob(360, 330, 120, 30, "#C2A884", 9, 0.3)
    for _ in range(90):
        x, y = 320 + c.rng.gauss(0, 120), 350 + c.rng.gauss(0, 34)
        c.oval(
            x,
            y,
            c.rng.uniform(3, 8),
            c.rng.uniform(2, 5),
            c.rng.choice(("#8F8678", "#B9AE9C", "#6F675C", "#CFC4B4")),
        )
    c.cone(116, 420, 1.2)


def rubble(c: Canvas) -> None:
    street(c)
    if c.after:
        c.poly([(120, 342), (520, 342), (540, 420), (90, 420)], (255, 255, 255, 22))
        return
    c.shadow(300, 424, 240, 30)
    c.poly([(90, 424), (170, 330), (260, 290), (350, 316), (450, 360), (520, 424)], "#B8A48C")
    for _ in range(46):
        x = c.rng.uniform(120, 480)
        y = c.rng.uniform(max(330, 300 + abs(x - 280) * 0.42), 424)
        tone = c.rng.choice(("#C9825E", "#A9714B", "#CFC4B4", "#8F8678", "#E0D6C6"))
        c.poly([(x, y - 12), (x + 22, y - 16), (x + 26, y), (x + 4, y + 4)], tone)
    c.poly([(470, 420), (500, 250), (590, 262), (560, 430)], "#DCE3E6")
    for k in range(3):
        c.line([(490 + k * 24, 266 + k * 4), (474 + k * 26, 412 + k * 4)], "#C3CDD2", 3)


def sewage(c: Canvas) -> None:
    ground(c)
    if not c.after:
        c.blob(330, 388, 260, 66, "#6E6A4B", 11, 0.2)
        c.blob(320, 374, 170, 40, "#7F7A55", 9, 0.2)
    c.oval(300, 340, 96, 38, "#43464D")
    c.oval(300, 336, 96, 38, "#787C85")
    c.oval(300, 336, 80, 30, "#6A6E77")
    if c.after:
        c.blob(320, 410, 120, 16, (96, 112, 124, 80), 7)
        return
    c.blob(302, 340, 70, 22, "#7F7A55", 7, 0.2)
    for x, y, r in ((284, 322, 13), (318, 314, 17), (342, 332, 10), (302, 298, 9)):
        c.oval(x, y, r, r, "#8E8962")
        c.oval(x - r * 0.3, y - r * 0.3, r * 0.3, r * 0.3, (255, 255, 255, 110))
    c.line([(240, 372), (380, 392)], (255, 255, 255, 70), 3)
    c.cone(540, 410, 1.2)


def stickers(c: Canvas) -> None:
    wall(c, "#DFD8CC")
    c.rect(220, 40, 200, 362, "#6F9A86", 6)
    c.line([(320, 52), (320, 396)], "#5B8271", 3)
    c.rect(330, 210, 9, 36, SILVER, 3)
    if c.after:
        c.poly([(250, 130), (290, 130), (270, 94)], AMBER)
        c.line([(270, 104), (270, 118)], INK, 4)
        return
    tones = ("#F3D36B", "#F6F1E6", "#E9A0A0", "#A9D0E2", "#BFE0B6", "#F7C79B")
    for _ in range(42):
        x, y = c.rng.uniform(150, 440), c.rng.uniform(60, 340)
        w, h = c.rng.uniform(34, 62), c.rng.uniform(24, 44)
        lean = c.rng.uniform(-8, 8)
        c.poly(
            [(x, y), (x + w, y + lean), (x + w - lean * 0.4, y + h + lean), (x - lean * 0.4, y + h)],
            c.rng.choice(tones),
        )
        for k in range(3):
            c.line([(x + 6, y + 8 + k * 8), (x + w - 10, y + 8 + k * 8 + lean)], (70, 60, 60, 120), 2.5)


def fallen_tree(c: Canvas) -> None:
    street(c)
    if c.after:
        c.shadow(320, 340, 30)
        c.rect(300, 324, 40, 18, CLAY, 4)
        c.line([(320, 330), (320, 210)], "#8A6A50", 8)
        c.oval(320, 190, 34, 38, LEAF)
        for x in (270, 370):
            c.line([(x, 340), (320, 250)], "#B98A58", 5)
        return
    c.shadow(320, 426, 260, 20)
    c.line([(90, 402), (300, 392), (420, 380)], "#8A6A50", 26)
    c.line([(300, 390), (380, 330)], "#8A6A50", 13)
    for x, y, r in ((430, 370, 60), (500, 384, 56), (470, 330, 50), (390, 320, 44), (540, 410, 42)):
        c.oval(x, y, r, r * 0.8, c.rng.choice((LEAF, MOSS, "#93B97C")))
    c.oval(88, 402, 15, 20, "#D8B07C")
    c.oval(88, 402, 8, 11, "#BC8A57")
    c.cone(196, 452, 1.1)


def stall(c: Canvas) -> None:
    street(c)
    if c.after:
        c.rect(60, 318, 520, 5, AMBER)
        return
    c.shadow(320, 420, 220)
    for x in (150, 490):
        c.line([(x, 200), (x, 416)], STEEL, 7)
    for k in range(9):
        c.poly(
            [(120 + k * 44, 200), (164 + k * 44, 200), (172 + k * 42, 240), (132 + k * 42, 240)],
            RED if k % 2 else CREAM,
        )
    c.poly([(120, 200), (516, 200), (480, 166), (156, 166)], "#B8402E")
    c.rect(130, 330, 380, 80, "#C89A66", 4)
    c.rect(122, 320, 396, 18, "#D8B07C", 4)
    for k in range(9):
        tone = (ORANGE, "#7DB05A", AMBER, RED)[k % 4]
        for m in range(3):
            c.oval(152 + k * 42 + m * 10, 316 - m % 2 * 9, 11, 11, tone)
    for x in (70, 560):
        c.rect(x - 24, 380, 48, 30, "#5E7F9A", 3)


def works(c: Canvas) -> None:
    street(c)
    if c.after:
        c.poly([(120, 348), (560, 348), (600, 440), (70, 440)], "#54565C")
        c.poly([(170, 396), (300, 396), (296, 406), (162, 406)], (255, 255, 255, 210))
        c.poly([(390, 396), (520, 396), (526, 406), (392, 406)], (255, 255, 255, 210))
        return
    c.poly([(120, 360), (560, 360), (600, 450), (70, 450)], "#8A6E55")
    c.poly([(160, 372), (520, 372), (552, 436), (118, 436)], "#4A382B")
    c.line([(150, 420), (530, 396)], "#5E7F9A", 16)
    c.poly([(470, 360), (530, 300), (610, 330), (636, 360)], "#B08C68")
    for x in (30, 200, 370):
        c.rect(x, 250, 156, 76, "#4C8FB5", 5)
        c.rect(x, 250, 156, 12, WHITE, 4)
        c.line([(x + 14, 326), (x + 14, 346)], STEEL, 7)
        c.line([(x + 142, 326), (x + 142, 346)], STEEL, 7)
    for x in (30, 356, 526):
        c.oval(x, 244, 9, 11, ORANGE)
    c.cone(84, 462, 1.1)
    c.cone(566, 462, 1.1)


def signboard(c: Canvas) -> None:
    street(c)
    c.rect(150, 120, 340, 212, CREAM, 3)
    c.rect(170, 220, 130, 112, "#CFE3EC", 3)
    c.rect(320, 220, 60, 112, CLAY, 3)
    c.rect(400, 220, 74, 80, "#CFE3EC", 3)
    for k in range(8):
        c.poly(
            [(150 + k * 43, 196), (193 + k * 43, 196), (193 + k * 43, 220), (150 + k * 43, 220)],
            GREEN if k % 2 else WHITE,
        )
    if c.after:
        c.rect(170, 136, 300, 48, RED, 6)
        for k in range(4):
            c.rect(206 + k * 62, 148, 36, 24, "#FBE7B8", 5)
        return
    c.poly([(170, 130), (470, 190), (460, 240), (160, 180)], SHADE)
    c.poly([(174, 122), (474, 196), (462, 246), (162, 170)], RED)
    for k in range(4):
        x, y = 214 + k * 62, 146 + k * 15
        c.poly([(x, y), (x + 34, y + 9), (x + 30, y + 32), (x - 4, y + 24)], "#FBE7B8")
    c.line([(174, 122), (180, 96)], INK, 4)
    c.cone(230, 400, 1.1)
    c.cone(420, 400, 1.1)


def hut(c: Canvas) -> None:
    compound(c)
    if c.after:
        for _ in range(26):
            x, y = c.rng.uniform(190, 450), c.rng.uniform(330, 430)
            c.line([(x, y), (x + 3, y - 12)], MOSS, 3)
        c.tree(320, 400, 0.8)
        return
    c.shadow(320, 426, 170)
    c.rect(180, 260, 290, 164, "#7FA3B8", 3)
    for x in range(190, 470, 18):
        c.line([(x, 262), (x, 422)], "#6F93A8", 3)
    c.poly([(160, 264), (490, 264), (470, 224), (196, 240)], "#B8553A")
    c.rect(220, 310, 74, 114, "#8B6B52", 3)
    c.rect(330, 310, 90, 58, "#CFE3EC", 3)
    c.line([(470, 250), (560, 210), (640, 216)], INK, 3)


def broken_pot(c: Canvas) -> None:
    compound(c)
    if c.after:
        c.line([(560, 430), (560, 200)], STEEL, 8)
        c.rect(540, 176, 62, 32, WHITE, 8)
        c.oval(552, 184, 8, 8, INK)
        c.poly([(546, 180), (520, 120), (590, 120)], (111, 168, 201, 50))
        return
    c.shadow(320, 418, 130)
    for x, y, w in ((250, 396, 60), (340, 410, 70), (300, 430, 48), (400, 396, 44), (210, 424, 40)):
        c.poly([(x, y), (x + w, y - 14), (x + w * 0.7, y + 18), (x + 8, y + 14)], "#C0683F")
    c.blob(322, 400, 76, 20, "#5F4938", 9, 0.3)
    c.line([(316, 396), (296, 346)], MOSS, 7)
    for x, y in ((284, 338), (306, 330), (272, 356), (318, 350)):
        c.oval(x, y, 16, 9, LEAF)
    c.oval(300, 322, 12, 12, RED)
    for y in (150, 200, 250):
        c.line([(318, y), (318, y + 26)], (60, 60, 70, 120), 5)
