"""Gas, fire, water and electricity."""

from __future__ import annotations

from nuanxin.demo.pictures.access import car, scooter
from nuanxin.demo.pictures.backdrops import compound, ground, street, wall
from nuanxin.demo.pictures.canvas import (
    AMBER,
    CLAY,
    GREEN,
    INK,
    ORANGE,
    RED,
    SILVER,
    STEEL,
    STONE,
    WHITE,
    Canvas,
)  # fmt: skip

__all__ = [
    "barrels", "burst_pipe", "chimney", "cylinders", "dangling_cable", "extinguisher", "fire_lane", "gas_meter",
    "smoke", "swap_cabinet",
]  # fmt: skip

PIPE = "#E3B23C"


def gas_meter(c: Canvas) -> None:
    wall(c)
    c.line([(160, -10), (160, 330), (252, 330)], PIPE, 18)
    c.line([(470, 250), (560, 250), (560, -10)], PIPE, 18)
    for x, y in ((160, 70), (160, 250), (560, 90)):
        c.rect(x - 20, y, 40, 12, STEEL, 3)
    c.rect(236, 150, 240, 210, "#A7B3BD", 8)
    if c.after:
        c.rect(246, 160, 220, 190, "#C2CCD4", 6)
        c.line([(356, 160), (356, 350)], "#94A0AA", 3)
        c.rect(366, 244, 10, 34, INK, 4)
        c.poly([(280, 300), (320, 300), (300, 262)], AMBER)
        c.line([(300, 274), (300, 288)], INK, 4)
        return
    c.rect(246, 160, 220, 190, "#59636C", 4)
    c.rect(286, 200, 120, 112, "#E4E9EC", 12)
    c.rect(304, 220, 84, 34, INK, 4)
    for k in range(5):
        c.rect(310 + k * 15, 226, 10, 22, WHITE if k < 4 else RED, 2)
    c.line([(252, 330), (300, 330), (300, 312)], PIPE, 12)
    c.line([(392, 312), (392, 336), (470, 336), (470, 250)], PIPE, 12)
    c.poly([(474, 168), (560, 220), (560, 410), (474, 352)], "#B8C3CB")
    c.poly([(560, 220), (566, 220), (566, 412), (560, 410)], "#8D99A6")


def cylinders(c: Canvas) -> None:
    wall(c, "#DCCFC0")
    c.rect(60, 120, 170, 282, "#7F8F88", 4)
    c.rect(76, 140, 138, 110, "#CFE3EC", 3)
    if c.after:
        c.rect(330, 180, 170, 110, WHITE, 8)
        c.oval(415, 235, 40, 40, RED)
        c.oval(415, 235, 31, 31, WHITE)
        c.rect(402, 212, 26, 46, "#8D99A6", 8)
        c.line([(390, 210), (440, 260)], RED, 9)
        return
    for k, x in enumerate((280, 392, 504)):
        y = 420 - (k % 2) * 8
        c.shadow(x, y, 56)
        c.rect(x - 46, y - 150, 92, 148, "#8D99A6" if k != 1 else "#79868F", 34)
        c.rect(x - 46, y - 92, 92, 14, RED)
        c.rect(x - 20, y - 176, 40, 30, STEEL, 8)
        c.line([(x - 12, y - 184), (x + 12, y - 184)], INK, 7)
    c.line([(504, 240), (560, 220), (600, 260), (640, 250)], "#C8442F", 7)


def barrels(c: Canvas) -> None:
    wall(c, "#D5CEC4")
    c.rect(40, 60, 560, 300, "#9AA5AE", 4)
    for y in range(70, 356, 18):
        c.line([(44, y), (596, y)], "#8793A0", 3)
    if c.after:
        c.poly([(270, 170), (380, 170), (390, 300), (260, 300)], WHITE)
        c.rect(280, 190, 90, 12, RED)
        for k in range(4):
            c.rect(284, 216 + k * 18, 82 - k % 2 * 20, 7, SILVER, 3)
        return
    for k, (x, y) in enumerate(((150, 424), (262, 430), (374, 424), (486, 432), (206, 320), (318, 322))):
        colour = ("#3F79A8", "#3F79A8", "#B9552F")[k % 3]
        c.shadow(x, y, 56)
        c.rect(x - 50, y - 128, 100, 128, colour, 8)
        c.oval(x, y - 128, 50, 13, "#5A93C0" if k % 3 < 2 else "#D2703F")
        for dy in (88, 46):
            c.rect(x - 50, y - dy, 100, 6, (0, 0, 0, 50))
    c.poly([(404, 372), (448, 372), (426, 334)], AMBER)
    c.line([(426, 346), (426, 360)], INK, 4)


def burst_pipe(c: Canvas) -> None:
    ground(c)
    if c.after:
        c.poly([(190, 290), (450, 290), (478, 416), (160, 416)], "#54565C")
        c.oval(320, 352, 56, 24, "#787C85")
        c.oval(320, 350, 48, 19, "#6A6E77")
        return
    c.blob(320, 384, 270, 74, (132, 170, 194, 220), 11, 0.16)
    c.blob(320, 372, 100, 34, "#4B4D53", 9, 0.3)
    for dx, top in ((-70, 210), (-34, 130), (0, 96), (34, 140), (72, 216)):
        c.line(
            [
                (320 + dx * 0.3, 370),
                (320 + dx * 0.8, top + 30),
                (320 + dx * 1.2, top + 90),
                (320 + dx * 1.7, 390),
            ],
            (206, 228, 240, 210),
            11,
        )
    for _ in range(26):
        c.oval(320 + c.rng.uniform(-120, 120), c.rng.uniform(110, 380), 4, 5, (230, 242, 248, 230))
    c.cone(110, 420, 1.2)
    c.cone(540, 424, 1.2)


def chimney(c: Canvas) -> None:
    street(c)
    c.rect(90, 170, 360, 160, "#B7A594", 3)
    for k in range(3):
        x = 90 + k * 120
        c.poly([(x, 170), (x + 120, 170), (x + 120, 130)], "#A08E7E")
    c.poly([(470, 330), (540, 330), (526, 60), (484, 60)], "#C98B6B")
    for y in (80, 130):
        c.rect(480, y, 50, 16, WHITE)
    if c.after:
        c.oval(506, 40, 16, 8, (255, 255, 255, 120))
        return
    for k, (x, y, r) in enumerate(
        ((510, 34, 30), (460, 22, 40), (396, 34, 46), (320, 60, 52), (236, 84, 56))
    ):
        c.oval(x, y, r, r * 0.7, (120, 118, 96, 170 - k * 18))
    for y in (352, 372, 392):
        c.line([(120, y), (200, y - 10), (290, y + 8), (400, y - 8)], (150, 150, 90, 120), 5)


def smoke(c: Canvas) -> None:
    compound(c)
    c.rect(190, 30, 260, 310, "#E2B48C")
    for y in (56, 146, 236):
        for x in (216, 346):
            c.rect(x, y, 78, 62, "#BFD3DC", 3)
    c.rect(346, 146, 78, 62, "#2B2622", 3)
    if c.after:
        c.poly([(346, 146), (424, 146), (436, 92), (370, 60), (340, 104)], (60, 50, 44, 90))
        return
    c.poly([(352, 208), (372, 160), (388, 190), (402, 154), (420, 208)], ORANGE)
    for k in range(9):
        c.oval(380 + k * 16, 140 - k * 16, 30 + k * 5, 24 + k * 4, (70, 66, 64, 150 - k * 10))


def fire_lane(c: Canvas) -> None:
    compound(c)
    c.poly([(210, 300), (430, 300), (600, 480), (40, 480)], "#A9A297")
    for k in range(-3, 9):
        c.line([(150 + k * 60, 480), (212 + k * 26, 300)], AMBER, 5)
        c.line([(90 + k * 60, 480), (240 + k * 26, 300)], AMBER, 3)
    c.rect(36, 240, 92, 66, RED, 6)
    c.line([(82, 306), (82, 400)], STEEL, 7)
    c.poly([(60, 286), (82, 252), (104, 286)], WHITE)
    c.line([(74, 286), (90, 286)], RED, 6)
    if c.after:
        return
    car(c, 232, 340, "#8FA6B8", 0.7)
    car(c, 120, 446, "#D8DCE0", 1.5)


def dangling_cable(c: Canvas) -> None:
    compound(c)
    c.rect(250, 0, 240, 330, "#E2B48C")
    for y in (26, 120, 214):
        for x in (276, 392):
            c.rect(x, y, 70, 58, "#BFD3DC", 3)
            c.rect(x - 3, y + 60, 76, 6, "#B98A68")
    if c.after:
        c.rect(70, 290, 220, 16, GREEN, 4)
        for x in (84, 272):
            c.line([(x, 306), (x, 420)], STEEL, 8)
        c.rect(156, 330, 46, 60, WHITE, 6)
        c.oval(179, 350, 10, 10, "#5BC27F")
        scooter(c, 96, 430, ORANGE, 1.0, box=False)
        scooter(c, 330, 430, "#58A6C7", 1.0, box=False)
        return
    for k, x in enumerate((300, 420)):
        c.line([(x, 150 - k * 90), (x - 50, 230), (x - 110, 320), (x - 120, 386)], INK, 4)
        c.rect(x - 136, 380, 40, 18, WHITE, 4)
    scooter(c, 70, 440, RED, 1.1, box=False)
    scooter(c, 300, 446, "#58A6C7", 1.0, box=False)
    c.poly([(210, 330), (228, 330), (218, 352), (236, 352), (204, 388), (212, 360), (198, 360)], AMBER)


def extinguisher(c: Canvas) -> None:
    wall(c, "#E9E1D3")
    c.rect(206, 120, 228, 262, "#B8402E", 8)
    c.rect(220, 134, 200, 234, "#F3ECE2", 4)
    c.rect(214, 66, 212, 40, "#3E9B63", 5)
    for k in range(4):
        c.rect(232 + k * 48, 78, 30, 16, WHITE, 3)
    if not c.after:
        c.poly([(434, 120), (520, 160), (520, 410), (434, 382)], (200, 70, 50, 220))
        c.line([(250, 350), (300, 338), (352, 352)], "#CFC4B4", 6)
        return
    for x in (274, 366):
        c.rect(x - 30, 214, 60, 140, RED, 20)
        c.rect(x - 14, 180, 28, 40, INK, 5)
        c.line([(x - 30, 186), (x + 22, 176)], INK, 8)
        c.oval(x + 14, 202, 9, 9, WHITE)
        c.oval(x + 14, 202, 5, 5, "#5BC27F")
        c.rect(x - 20, 256, 40, 50, CLAY, 4)
        c.rect(x - 20, 256, 40, 50, WHITE, 4)
        c.rect(x - 13, 268, 26, 6, RED, 2)
        c.rect(x - 13, 282, 18, 5, SILVER, 2)


def swap_cabinet(c: Canvas) -> None:
    street(c)
    c.shadow(320, 414, 190)
    c.rect(140, 130, 360, 284, "#4E7F61", 10)
    c.rect(140, 130, 360, 42, "#3E6A50", 10)
    c.poly([(312, 136), (336, 136), (322, 150), (334, 150), (304, 170), (314, 154), (304, 154)], AMBER)
    for row in range(3):
        for column in range(4):
            x, y = 158 + column * 82, 186 + row * 74
            broken = not c.after and (row, column) == (1, 2)
            c.rect(x, y, 74, 64, "#2F4C3C" if broken else "#6FA083", 6)
            c.oval(x + 60, y + 14, 6, 6, RED if broken else "#A9F0BF")
            c.rect(x + 10, y + 46, 34, 6, "#26402F", 3)
            if broken:
                c.rect(x + 14, y + 10, 36, 34, INK, 4)
                for k in range(3):
                    c.oval(x + 30 + k * 12, y - 8 - k * 16, 12 + k * 4, 9 + k * 3, (90, 88, 86, 120))
    c.rect(120, 110, 400, 22, STONE, 6)
