"""Gates, bays, doors, lifts, stairs: what stands between a rider and a door."""

from __future__ import annotations

from PIL import ImageFont

from nuanxin.demo.pictures.backdrops import compound, corridor, street, wall
from nuanxin.demo.pictures.canvas import (
    AMBER,
    BLUE,
    CLAY,
    CREAM,
    GREEN,
    INK,
    ORANGE,
    RED,
    SCALE,
    SHADE,
    SILVER,
    STEEL,
    STONE,
    WHITE,
    Canvas,
    Colour,
)  # fmt: skip

__all__ = [
    "bikes", "clutter", "dark_stairs", "door", "facade", "gate", "indoor_bike", "lift", "parked_car", "plaque",
    "ramp", "rider_bay",
]  # fmt: skip


def car(c: Canvas, x: float, y: float, colour: Colour, size: float = 1.0) -> None:
    """Side view; the wheels stand on y."""
    s = size
    c.shadow(x + 110 * s, y + 2, 128 * s, 14 * s)
    c.poly(
        [
            (x + 46 * s, y - 62 * s),
            (x + 74 * s, y - 106 * s),
            (x + 150 * s, y - 106 * s),
            (x + 186 * s, y - 62 * s),
        ],
        colour,
    )
    c.poly(
        [
            (x + 60 * s, y - 64 * s),
            (x + 80 * s, y - 98 * s),
            (x + 108 * s, y - 98 * s),
            (x + 108 * s, y - 64 * s),
        ],
        "#CFE3EC",
    )
    c.poly(
        [
            (x + 114 * s, y - 64 * s),
            (x + 114 * s, y - 98 * s),
            (x + 146 * s, y - 98 * s),
            (x + 172 * s, y - 64 * s),
        ],
        "#CFE3EC",
    )
    c.rect(x, y - 66 * s, 226 * s, 46 * s, colour, 16)
    c.rect(x + 6 * s, y - 34 * s, 214 * s, 10 * s, (255, 255, 255, 60), 4)
    for wx in (50, 176):
        c.oval(x + wx * s, y - 20 * s, 23 * s, 23 * s, INK)
        c.oval(x + wx * s, y - 20 * s, 10 * s, 10 * s, SILVER)
    c.oval(x + 220 * s, y - 50 * s, 6 * s, 6 * s, AMBER)


def scooter(
    c: Canvas, x: float, y: float, colour: Colour = ORANGE, size: float = 1.0, *, box: bool = True
) -> None:
    """A delivery rider's scooter without a rider."""
    s = size
    c.shadow(x + 70 * s, y + 2, 84 * s, 10 * s)
    for wx in (22, 122):
        c.oval(x + wx * s, y - 20 * s, 21 * s, 21 * s, INK)
        c.oval(x + wx * s, y - 20 * s, 9 * s, 9 * s, SILVER)
    c.line(
        [
            (x + 22 * s, y - 26 * s),
            (x + 60 * s, y - 28 * s),
            (x + 96 * s, y - 28 * s),
            (x + 114 * s, y - 88 * s),
        ],
        colour,
        13 * s,
    )
    c.line([(x + 122 * s, y - 22 * s), (x + 108 * s, y - 96 * s)], STEEL, 6 * s)
    c.line([(x + 92 * s, y - 100 * s), (x + 116 * s, y - 94 * s)], INK, 7 * s)
    c.rect(x + 20 * s, y - 62 * s, 58 * s, 13 * s, INK, 6)
    c.rect(x + 16 * s, y - 54 * s, 46 * s, 24 * s, colour, 8)
    if box:
        c.rect(x - 4 * s, y - 116 * s, 58 * s, 52 * s, "#F2A03D", 6)
        c.rect(x - 4 * s, y - 104 * s, 58 * s, 6 * s, WHITE)


def parked_car(c: Canvas) -> None:
    street(c)
    for k in range(10):
        c.rect(20 + k * 62, 300, 36, 8, AMBER, 2)
    if c.after:
        for x in range(90, 600, 92):
            c.shadow(x, 332, 14)
            c.rect(x - 6, 284, 12, 48, STEEL, 5)
            c.rect(x - 6, 294, 12, 8, AMBER)
        return
    car(c, 190, 352, c.rng.choice(("#8FA6B8", "#C0573E", "#6E8F7B", "#E2DCD0")), 1.15)
    car(c, -110, 350, "#B9C2C9", 1.05)


def bikes(c: Canvas) -> None:
    street(c)
    colour = c.rng.choice((AMBER, "#58A6C7", "#6DB28A"))
    if c.after:
        c.poly([(60, 352), (600, 352), (620, 412), (40, 412)], (255, 255, 255, 60))
        for x in range(70, 560, 86):
            _bike(c, x, 396, colour, 0)
        return
    for k in range(8):
        _bike(
            c,
            30 + k * 72 + c.rng.uniform(-14, 14),
            396 + c.rng.uniform(-22, 34),
            colour,
            c.rng.choice((0, 1, -1)),
        )


def _bike(c: Canvas, x: float, y: float, colour: Colour, lean: int) -> None:
    tilt = lean * 34
    flat = 0.62 if lean else 1.0
    for wx in (0, 66):
        c.oval(x + wx, y - 24 * flat, 24, 24 * flat, INK)
        c.oval(x + wx, y - 24 * flat, 18, 18 * flat, "#D9D2C6")
    top = y - 66 * flat
    c.line(
        [
            (x, y - 24 * flat),
            (x + 24 + tilt / 2, top + 14),
            (x + 56 + tilt / 2, top + 12),
            (x + 66, y - 24 * flat),
        ],
        colour,
        6,
    )
    c.line([(x + 24 + tilt / 2, top + 14), (x + 34, y - 22 * flat), (x + 56 + tilt / 2, top + 12)], colour, 6)
    c.line([(x + 16 + tilt, top + 2), (x + 34 + tilt, top + 2)], INK, 7)
    c.line([(x + 50 + tilt, top - 6), (x + 66 + tilt, top - 4)], INK, 6)


def rider_bay(c: Canvas) -> None:
    compound(c)
    c.poly([(140, 352), (520, 352), (572, 432), (88, 432)], "#8E8A83")
    for k in range(5):
        c.line([(140 + k * 95, 352), (88 + k * 121, 432)], AMBER, 6)
    c.line([(140, 352), (520, 352)], AMBER, 6)
    c.line([(590, 400), (590, 214)], STEEL, 8)
    c.rect(548, 150, 84, 72, BLUE, 10)
    _letter(c, "P", 590, 186, 50)
    if c.after:
        scooter(c, 130, 414, ORANGE, 0.9)
        scooter(c, 330, 414, "#58A6C7", 0.9)
        return
    car(c, 130, 420, "#A9B4BD", 1.2)
    scooter(c, 18, 456, ORANGE, 0.8)


def _letter(c: Canvas, text: str, x: float, y: float, size: float, fill: Colour = WHITE) -> None:
    font = ImageFont.load_default(size * SCALE * c.z)
    c.draw.text(c._p(x, y), text, fill, font, anchor="mm")  # noqa: SLF001  -- the one place that draws letters


def gate(c: Canvas) -> None:
    compound(c)
    for x in (60, 560):
        c.rect(x - 26, 190, 52, 200, "#C9A27C", 4)
        c.rect(x - 32, 180, 64, 16, "#B98A68", 4)
    c.line([(60, 196), (190, 166), (430, 166), (560, 196)], CLAY, 12)
    c.shadow(150, 404, 40)
    c.rect(120, 300, 60, 104, ORANGE, 6)
    c.rect(132, 314, 36, 26, INK, 4)
    c.oval(150, 360, 7, 7, "#5BC27F" if c.after else RED)
    if c.after:
        c.line([(150, 306), (300, 140)], WHITE, 13)
        c.line([(180, 273), (210, 240)], RED, 13)
        c.line([(240, 206), (270, 173)], RED, 13)
        scooter(c, 320, 432, ORANGE, 0.8)
        return
    c.line([(150, 316), (330, 326)], WHITE, 13)
    c.line([(200, 319), (250, 322)], RED, 13)
    c.line([(332, 330), (450, 404)], WHITE, 13)
    c.line([(372, 355), (410, 379)], RED, 13)


def plaque(c: Canvas) -> None:
    wall(c, "#E9C9A9")
    c.rect(230, 190, 180, 210, "#8B6B52", 4)
    c.rect(240, 200, 78, 200, "#A9866A", 3)
    c.rect(322, 200, 78, 200, "#A9866A", 3)
    for x in (252, 334):
        c.rect(x, 214, 54, 84, "#CFE3EC", 3)
    c.poly([(206, 190), (434, 190), (454, 168), (186, 168)], "#B5654A")
    if c.after:
        c.rect(268, 66, 104, 84, "#2F6DA8", 10)
        c.rect(274, 72, 92, 72, "#3A7CBB", 8)
        _letter(c, str(c.rng.randint(2, 9)), 320, 108, 58)
        c.rect(446, 216, 60, 40, "#3A7CBB", 6)
        _letter(c, "1", 476, 236, 28)
        return
    c.rect(268, 66, 104, 84, "#D8B391", 10)
    for x, y in ((280, 78), (360, 78), (280, 138), (360, 138)):
        c.oval(x, y, 3.5, 3.5, "#7A5A44")
    c.rect(446, 216, 60, 40, "#D8B391", 6)


def lift(c: Canvas) -> None:
    wall(c, "#DDE3E4")
    c.rect(178, 60, 284, 344, "#8D99A6", 6)
    c.rect(196, 84, 248, 316, "#3B424B")
    gap = 0 if c.after else 46
    c.rect(196, 84, 122 - gap, 316, "#BAC4CC")
    c.rect(322 + gap * 0.4, 84, 122 - gap * 0.4, 316, "#BAC4CC")
    c.rect(196 + 10, 96, 14, 290, (255, 255, 255, 70))
    c.rect(426, 96, 8, 290, (0, 0, 0, 20))
    if not c.after:
        c.rect(272, 84, 64, 316, "#2A2F36")
        c.rect(272, 330, 64, 70, "#4C4338")
    c.rect(266, 20, 108, 34, "#23272D", 6)
    colour = "#5BC27F" if c.after else RED
    c.poly([(292, 44), (308, 44), (300, 28)], colour)
    c.rect(328, 28, 8, 18, colour, 2)
    c.rect(342, 28, 8, 18, colour, 2)
    c.rect(490, 210, 44, 92, SILVER, 8)
    c.oval(512, 236, 11, 11, WHITE)
    c.oval(512, 274, 11, 11, AMBER if not c.after else WHITE)
    if not c.after:
        c.poly([(80, 400), (150, 400), (115, 328)], AMBER)
        c.line([(115, 350), (115, 376)], INK, 6)
        c.oval(115, 388, 4, 4, INK)


def door(c: Canvas) -> None:
    wall(c, "#E3D5BF")
    c.rect(206, 80, 228, 322, "#5E6B66", 4)
    c.rect(218, 92, 204, 310, "#2E3533")
    if c.after:
        c.rect(218, 92, 204, 310, "#7F8F88")
        c.rect(240, 116, 160, 170, "#CFE3EC", 4)
        c.poly([(252, 276), (330, 124), (352, 124), (274, 276)], (255, 255, 255, 90))
        c.rect(396, 300, 10, 44, SILVER, 4)
    else:
        c.poly([(218, 92), (340, 116), (340, 436), (218, 402)], "#7F8F88")
        c.poly([(234, 120), (324, 138), (324, 300), (234, 286)], "#CFE3EC")
        c.line([(260, 150), (286, 196), (268, 232), (300, 276)], WHITE, 3)
        c.line([(286, 196), (312, 180)], WHITE, 3)
    c.rect(456, 190, 60, 96, "#3B424B", 8)
    c.rect(466, 202, 40, 28, "#5BC27F" if c.after else "#6B4B48", 4)
    for k in range(6):
        c.oval(472 + k % 3 * 14, 246 + k // 3 * 16, 4, 4, SILVER)


def clutter(c: Canvas) -> None:
    corridor(c)
    if c.after:
        c.rect(206, 120, 44, 26, "#3E9B63", 4)
        c.poly([(216, 133), (230, 124), (230, 142)], WHITE)
        c.line([(228, 133), (242, 133)], WHITE, 4)
        return
    for x, y, w, h, colour in (
        (60, 330, 110, 100, "#C89A66"), (84, 250, 84, 80, "#D8B07C"), (170, 372, 90, 76, "#BC8A57"),
        (430, 340, 120, 96, "#C89A66"), (452, 276, 80, 64, "#D8B07C"),
    ):  # fmt: skip
        c.rect(x, y, w, h, colour, 3)
        c.rect(x + w * 0.42, y, w * 0.16, h, (255, 244, 214, 110))
    c.rect(540, 300, 76, 140, "#7C93A6", 10)
    c.rect(548, 312, 60, 34, "#93A9BA", 8)
    c.line([(300, 440), (372, 326)], "#8A6A50", 9)


def indoor_bike(c: Canvas) -> None:
    corridor(c)
    c.rect(470, 240, 34, 46, WHITE, 5)
    if c.after:
        c.line([(466, 284), (508, 242)], RED, 6)
        return
    scooter(c, 210, 436, c.rng.choice((RED, "#58A6C7", GREEN)), 1.5, box=False)
    c.line([(486, 286), (470, 340), (400, 372), (330, 392)], INK, 5)
    c.rect(478, 254, 18, 22, "#3B424B", 3)
    c.poly([(258, 330), (280, 330), (268, 356), (288, 356), (252, 396), (262, 364), (246, 364)], AMBER)


def dark_stairs(c: Canvas) -> None:
    c.far = False  # darkness fills the picture from near and from far
    corridor(c, dim=not c.after)
    for k in range(5):
        c.rect(452 + k * 30, 300 - k * 44, 200, 50, "#CFC3B0" if c.after else "#7D766C")
        c.rect(452 + k * 30, 300 - k * 44, 200, 8, (255, 255, 255, 60))
    if c.after:
        c.poly([(290, 50), (350, 50), (470, 330), (170, 330)], (255, 240, 190, 90))
    else:
        c.rect(0, 0, 640, 480, (24, 22, 30, 120))
        c.line([(320, 0), (320, 58)], "#2B2926", 3)
        c.oval(320, 68, 12, 14, "#57534C")


def facade(c: Canvas) -> None:
    compound(c)
    c.rect(200, 0, 240, 340, "#E2B48C")
    for y in range(10, 330, 22):
        c.line([(200, y), (440, y)], (120, 80, 50, 60), 1.5)
    for y in (30, 130, 230):
        for x in (226, 344):
            c.rect(x, y, 70, 58, "#BFD3DC", 3)
    if c.after:
        c.rect(268, 92, 104, 70, "#D8A97F")
        for post in (206, 320, 434):
            c.line([(post, 0), (post, 380)], STEEL, 5)
        for deck in (96, 196, 296):
            c.line([(200, deck), (440, deck)], STEEL, 5)
            c.rect(200, deck + 3, 240, 8, "#B98A58")
        return
    c.blob(320, 122, 84, 44, "#9B8674", 9, 0.3)
    c.blob(320, 122, 66, 32, "#8A7666", 7, 0.3)
    for _ in range(16):
        fx, fy = 320 + c.rng.uniform(-130, 130), 384 + c.rng.uniform(-20, 50)
        c.poly([(fx, fy), (fx + 18, fy - 6), (fx + 24, fy + 8), (fx + 4, fy + 12)], "#D69C70")
    c.line([(120, 352), (520, 352)], RED, 6)
    for x in (120, 320, 520):
        c.line([(x, 352), (x, 420)], STEEL, 6)


def ramp(c: Canvas) -> None:
    wall(c, "#E7D9C4")
    c.rect(380, 210, 180, 150, "#8B6B52", 4)
    c.rect(394, 224, 72, 136, "#CFE3EC", 3)
    c.rect(474, 224, 72, 136, "#CFE3EC", 3)
    c.poly([(60, 440), (380, 360), (600, 360), (600, 440)], STONE)
    c.poly([(60, 440), (380, 360), (380, 372), (60, 452)], "#A89C8C")
    if c.after:
        c.line([(90, 366), (380, 290), (580, 290)], STEEL, 8)
        for x, top in ((110, 361), (210, 334), (310, 308), (400, 290), (560, 290)):
            c.line([(x, top), (x, top + 72)], STEEL, 6)
        c.rect(250, 150, 74, 74, BLUE, 10)
        c.oval(290, 172, 7, 7, WHITE)
        c.line([(288, 182), (290, 200), (304, 202), (310, 212)], WHITE, 5)
        c.arc(288, 202, 15, 40, 270, WHITE, 5)
        return
    for x, y in ((150, 404), (196, 394), (172, 380), (232, 388), (214, 366), (260, 376)):
        c.rect(x, y, 52, 24, "#B5654A", 2)
        c.rect(x, y, 52, 6, (255, 255, 255, 50), 2)
    c.oval(300, 366, 60, 18, SHADE)
    c.poly([(262, 366), (338, 366), (322, 300), (278, 300)], CREAM)
