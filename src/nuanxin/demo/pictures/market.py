"""Kitchens, shops, stations, paper and thanks."""

from __future__ import annotations

from nuanxin.demo.pictures.backdrops import kitchen, street, wall
from nuanxin.demo.pictures.canvas import (
    AMBER,
    BLUE,
    CLAY,
    CREAM,
    GREEN,
    INK,
    LEAF,
    MOSS,
    ORANGE,
    RED,
    SAND,
    SILVER,
    STEEL,
    WHITE,
    Canvas,
)  # fmt: skip

__all__ = [
    "dirty_kitchen", "flowers", "meal_box", "medicine_box", "phone", "record", "scales", "shopfront", "station",
]  # fmt: skip


def dirty_kitchen(c: Canvas) -> None:
    kitchen(c, clean=c.after)
    for x in (110, 250):
        c.rect(x, 160, 100, 50, STEEL, 8)
        c.rect(x - 12, 170, 124, 8, "#6F7B87", 4)
    if c.after:
        c.rect(400, 176, 120, 34, WHITE, 4)
        c.rect(410, 168, 100, 10, GREEN, 4)
        c.oval(560, 190, 14, 20, "#9CC3D5")
        return
    c.blob(320, 420, 220, 30, (120, 112, 84, 190), 9)
    for _ in range(26):
        leaf_x, leaf_y = c.rng.uniform(90, 560), c.rng.uniform(390, 450)
        c.oval(leaf_x, leaf_y, 15, 6, c.rng.choice(("#7DA35A", "#A9C27A", "#C98B3C", "#8A6A50")))
    for _ in range(10):
        c.oval(c.rng.uniform(120, 520), c.rng.uniform(120, 200), 3, 2, INK)
    for k in range(4):
        c.poly(
            [
                (410 + k * 8, 204 - k * 14),
                (500 - k * 6, 204 - k * 14),
                (488 - k * 6, 192 - k * 14),
                (420 + k * 8, 192 - k * 14),
            ],
            "#E9E3D8",
        )


def meal_box(c: Canvas) -> None:
    wall(c, "#F0E3CF")
    c.rect(0, 352, 640, 128, "#C89A66")
    c.rect(0, 352, 640, 10, "#B5854F")
    c.poly([(190, 230), (450, 230), (430, 400), (210, 400)], "#F7F3EA")
    c.rect(180, 204, 280, 34, WHITE, 8)
    c.rect(180, 228, 280, 6, (0, 0, 0, 24))
    c.rect(236, 276, 168, 74, ORANGE, 8)
    c.oval(320, 313, 24, 24, CREAM)
    c.oval(320, 313, 15, 15, AMBER)
    if c.after:
        c.rect(300, 190, 40, 96, GREEN, 6)
        c.line([(310, 236), (318, 246), (332, 226)], WHITE, 6)
        return
    c.poly([(300, 190), (340, 196), (336, 226), (318, 214), (304, 232)], "#D9D2C6")
    c.poly([(304, 244), (320, 232), (338, 248), (336, 286), (302, 282)], "#D9D2C6")
    c.poly([(440, 204), (480, 170), (500, 190), (462, 220)], WHITE)
    c.blob(470, 420, 60, 12, "#B5602F", 7)


def shopfront(c: Canvas) -> None:
    street(c)
    c.rect(110, 120, 420, 216, CREAM, 3)
    c.rect(110, 108, 420, 46, "#B8553A", 4)
    for k in range(5):
        c.rect(190 + k * 54, 118, 32, 26, "#FBE7B8", 5)
    for k in range(10):
        c.poly(
            [(110 + k * 42, 154), (152 + k * 42, 154), (152 + k * 42, 184), (110 + k * 42, 184)],
            ORANGE if k % 2 else WHITE,
        )
    c.rect(140, 200, 150, 100, "#CFE3EC", 4)
    c.rect(330, 196, 80, 140, CLAY, 4)
    c.rect(340, 206, 60, 80, "#CFE3EC", 3)
    c.rect(440, 210, 66, 66, RED if c.after else SILVER, 8)
    c.oval(463, 236, 11, 11, WHITE)
    c.oval(483, 236, 11, 11, WHITE)
    c.poly([(453, 240), (493, 240), (473, 264)], WHITE)
    if c.after:
        c.rect(150, 310, 40, 26, BLUE, 4)
        c.rect(200, 310, 40, 26, GREEN, 4)
    else:
        c.line([(330, 196), (410, 336)], RED, 6)
        c.rect(340, 236, 60, 24, WHITE, 4)
        c.rect(350, 244, 40, 6, RED, 2)


def scales(c: Canvas) -> None:
    street(c)
    c.rect(60, 330, 520, 30, "#D8B07C", 4)
    c.rect(76, 360, 488, 80, "#C89A66", 4)
    c.rect(240, 256, 170, 76, STEEL, 8)
    c.rect(262, 272, 90, 34, "#23302A", 4)
    for k in range(4):
        c.rect(270 + k * 20, 279, 13, 20, "#7BE0A0" if c.after else "#F2785C", 3)
    c.rect(216, 238, 218, 16, SILVER, 6)
    for x, y in ((270, 222), (306, 216), (344, 224), (378, 218), (324, 196)):
        c.oval(x, y, 20, 20, ORANGE)
        c.oval(x - 6, y - 7, 6, 5, (255, 255, 255, 90))
    c.oval(420, 292, 22, 22, GREEN if c.after else "#8D99A6")
    if c.after:
        c.line([(409, 292), (417, 301), (432, 283)], WHITE, 5)
    else:
        c.line([(410, 282), (430, 302)], WHITE, 5)
        c.line([(430, 282), (410, 302)], WHITE, 5)


def phone(c: Canvas) -> None:
    wall(c, "#DCE6EA")
    c.rect(0, 352, 640, 128, "#C9A27C")
    c.rect(226, 60, 190, 350, INK, 26)
    c.rect(238, 84, 166, 300, WHITE, 8)
    if c.after:
        c.oval(321, 200, 52, 52, GREEN)
        c.line([(296, 200), (314, 220), (348, 178)], WHITE, 11)
        for k in range(3):
            c.rect(266, 286 + k * 24, 110 - k * 20, 10, SILVER, 4)
        return
    c.rect(250, 100, 142, 40, "#F3E3DE", 8)
    c.rect(250, 154, 110, 34, "#E8EDF0", 8)
    for y in range(7):
        for x in range(7):
            if c.rng.random() < 0.55:
                c.rect(276 + x * 13, 208 + y * 13, 13, 13, INK)
    c.poly([(350, 340), (412, 340), (381, 286)], AMBER)
    c.line([(381, 302), (381, 322)], INK, 6)
    c.oval(381, 332, 3.5, 3.5, INK)


def station(c: Canvas) -> None:
    wall(c, "#F6E6CF")
    c.rect(40, 70, 150, 130, "#CFE3EC", 4)
    c.line([(115, 70), (115, 200)], WHITE, 5)
    c.rect(230, 40, 250, 52, ORANGE, 10)
    for k in range(4):
        c.rect(256 + k * 52, 54, 32, 24, CREAM, 5)
    c.rect(250, 250, 320, 14, CLAY, 4)
    c.rect(262, 264, 296, 140, "#B98A58", 4)
    c.rect(280, 166, 140, 84, INK, 8)
    c.rect(290, 176, 88, 64, "#FFDFA0" if c.after else "#4A4F57", 5)
    for k in range(3):
        c.oval(398, 184 + k * 22, 6, 6, "#5BC27F" if c.after else "#6A6F77")
    c.rect(456, 136, 90, 114, WHITE, 8)
    c.rect(472, 100, 58, 40, "#A9D0E2", 12)
    c.oval(486, 190, 6, 6, RED if c.after else SILVER)
    c.oval(516, 190, 6, 6, BLUE if c.after else SILVER)
    c.rect(60, 320, 130, 20, "#5E7F9A", 8)
    for x in (74, 168):
        c.line([(x, 340), (x, 420)], STEEL, 8)
    c.rect(60, 250, 18, 80, "#5E7F9A", 8)
    if not c.after:
        c.rect(300, 190, 70, 38, WHITE, 4)
        c.line([(312, 200), (358, 218)], RED, 5)
        c.line([(358, 200), (312, 218)], RED, 5)


def medicine_box(c: Canvas) -> None:
    wall(c, "#F3EDE2")
    c.rect(0, 368, 640, 112, "#C9A27C")
    c.rect(150, 130, 340, 250, WHITE, 14)
    c.rect(164, 144, 312, 222, "#EAF0F0", 8)
    c.rect(150, 96, 340, 46, RED, 12)
    c.rect(310, 104, 20, 30, WHITE, 3)
    c.rect(305, 109, 30, 20, WHITE, 3)
    c.line([(170, 252), (470, 252)], SILVER, 6)
    tones = (GREEN, "#4C8FB5", ORANGE, AMBER, "#B37FA8")
    for row, y in enumerate((246, 358)):
        for k in range(5):
            if not c.after and (k + row * 2) % 5 in {1, 2, 4}:
                continue
            x = 178 + k * 59
            if (k + row) % 2:
                c.rect(x, y - 64, 44, 62, tones[k], 6)
                c.rect(x + 8, y - 46, 28, 18, WHITE, 3)
            else:
                c.rect(x + 6, y - 58, 32, 56, "#F7F3EA", 8)
                c.rect(x + 10, y - 70, 24, 14, tones[k], 4)
                c.rect(x + 6, y - 40, 32, 18, tones[k])


def record(c: Canvas) -> None:
    """A desk with a form and two cups: where the result is a conversation, that is what there is to show."""
    c.rect(0, 0, 640, 480, "#E9D2B0")
    for y in range(20, 480, 46):
        c.line([(0, y), (640, y + 12)], (160, 110, 60, 40), 2)
    c.poly([(206, 70), (464, 50), (486, 420), (222, 436)], (90, 60, 30, 60))
    c.poly([(196, 62), (454, 42), (476, 408), (212, 426)], WHITE)
    c.rect(296, 34, 66, 26, STEEL, 8)
    c.poly([(222, 96), (340, 87), (341, 106), (223, 115)], ORANGE)
    for k in range(7):
        y = 142 + k * 32
        c.line([(230 + k * 1.4, y), (430 - k % 3 * 40, y - 14)], "#C9D0D6", 6)
    if c.after:
        c.oval(410, 350, 42, 42, (200, 68, 47, 40))
        c.arc(410, 350, 40, 0, 360, (200, 68, 47, 200), 6)
        c.line([(392, 350), (406, 364), (430, 334)], (200, 68, 47, 220), 7)
    for x, y, tea in ((96, 150, "#B5722F"), (560, 330, "#A9714B")):
        c.oval(x, y + 6, 56, 54, (90, 60, 30, 60))
        c.oval(x, y, 54, 54, CREAM)
        c.oval(x, y, 42, 42, tea)
        c.oval(x - 10, y - 14, 12, 7, (255, 255, 255, 90))
    c.line([(90, 400), (170, 300)], MOSS, 13)
    c.line([(170, 300), (178, 290)], INK, 7)


def flowers(c: Canvas) -> None:
    street(c)
    c.shadow(320, 432, 90)
    for k, x in enumerate((236, 270, 304, 338, 372, 404)):
        top = 232 - (k % 3) * 22
        c.line([(320, 372), (x, top)], MOSS, 6)
        colour = (RED, AMBER, "#E9A0A0", ORANGE, "#F6F1E6", "#B37FA8")[k]
        for dx, dy in ((0, -17), (16, -5), (10, 14), (-10, 14), (-16, -5)):
            c.oval(x + dx, top + dy, 13, 13, colour)
        c.oval(x, top, 9, 9, "#F3D36B")
    for x in (262, 376):
        c.oval(x, 310, 22, 10, LEAF)
    c.poly([(252, 316), (388, 316), (344, 428), (296, 428)], SAND)
    c.poly([(252, 316), (320, 316), (318, 428), (296, 428)], (255, 255, 255, 90))
    c.rect(288, 370, 64, 14, ORANGE, 6)
    if c.after:
        c.poly([(430, 300), (560, 280), (572, 352), (442, 372)], WHITE)
        c.oval(482, 314, 12, 12, RED)
        c.oval(502, 311, 12, 12, RED)
        c.poly([(470, 318), (514, 312), (495, 344)], RED)
