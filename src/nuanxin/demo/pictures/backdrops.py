"""What is behind the subject: a street, the ground from close up, a wall, a corridor, a compound, a kitchen."""

from __future__ import annotations

from PIL import Image

from nuanxin.demo.pictures.canvas import (
    HEIGHT,
    INK,
    LEAF,
    MOSS,
    SAND,
    SCALE,
    STONE,
    TAR,
    TAR_LIGHT,
    WHITE,
    WIDTH,
    Canvas,
)


def _sky(c: Canvas, bottom: float) -> None:
    above, below = c.light[0], c.light[1]
    gradient = Image.new("RGB", (1, 2))
    gradient.putpixel((0, 0), _rgb(above))
    gradient.putpixel((0, 1), _rgb(below))
    width, height = WIDTH * SCALE, int(bottom * SCALE)
    smooth = gradient.resize((1, 32), Image.Resampling.BILINEAR).resize(
        (1, height), Image.Resampling.BILINEAR
    )
    c.image.paste(smooth.resize((width, height), Image.Resampling.NEAREST), (0, 0))


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _houses(c: Canvas, base: float) -> None:
    """A pale row far away and a warmer row near by, with windows."""
    x = -20.0
    while x < WIDTH:
        w, h = c.rng.uniform(46, 92), c.rng.uniform(90, 190)
        c.rect(x, base - h, w, h, c.light[2])
        x += w + c.rng.uniform(0, 16)
    x = -30.0
    while x < WIDTH:
        w, h = c.rng.uniform(96, 170), c.rng.uniform(58, 112)
        c.rect(x, base - h, w, h, c.light[3], 3)
        c.rect(x, base - h, w, 5, (90, 60, 40, 50))
        for wy in range(int(base - h + 18), int(base - 34), 30):
            for wx in range(int(x + 14), int(x + w - 18), 30):
                c.rect(wx, wy, 15, 17, c.light[4], 2)
        x += w + c.rng.uniform(10, 44)


def street(c: Canvas) -> None:
    """Sky, houses, trees, a pavement and a road: ground line of the pavement 300, of the road 345."""
    _sky(c, 270)
    c.oval(c.rng.uniform(70, 560), c.rng.uniform(46, 90), 24, 24, (255, 244, 214, 210))
    _houses(c, 268)
    c.rect(0, 264, WIDTH, 66, SAND)
    for x in range(-40, WIDTH, 44):
        c.line([(x + 16, 264), (x, 330)], (120, 100, 80, 40), 1)
    for where in (c.rng.uniform(20, 110), c.rng.uniform(530, 620)):
        c.tree(where, 276, c.rng.uniform(0.85, 1.1), c.rng.choice((LEAF, MOSS, "#93B97C")))
    c.rect(0, 328, WIDTH, 9, STONE)
    c.rect(0, 337, WIDTH, HEIGHT - 337, TAR)
    for x in range(-30, WIDTH, 130):
        c.poly([(x + 14, 432), (x + 84, 432), (x + 78, 442), (x + 4, 442)], (255, 255, 255, 190))
    c.subject()


def ground(c: Canvas) -> None:
    """Looking down at the road from a rider's height; the subject lies around (320, 350)."""
    _sky(c, 130)
    _houses(c, 118)
    c.rect(0, 116, WIDTH, 44, SAND)
    c.poly([(0, 160), (WIDTH, 160), (WIDTH, 176), (0, 176)], STONE)
    c.rect(0, 176, WIDTH, HEIGHT - 176, TAR)
    c.poly([(0, 176), (WIDTH, 176), (WIDTH, 206), (0, 214)], TAR_LIGHT)
    c.poly([(56, 176), (72, 176), (-40, 480), (-110, 480)], (255, 255, 255, 170))
    for _ in range(70):
        x, y = c.rng.uniform(0, WIDTH), c.rng.uniform(190, HEIGHT)
        c.oval(x, y, 2.2, 1.1, c.rng.choice(("#63656B", "#7B7D83", "#85878D")))
    c.subject()


def wall(c: Canvas, tone: str = "#E7D9C4") -> None:
    """A plastered wall and a strip of paving; the floor begins at 400."""
    c.rect(0, 0, WIDTH, 400, tone)
    for _ in range(26):
        x, y = c.rng.uniform(0, WIDTH), c.rng.uniform(10, 380)
        c.rect(x, y, c.rng.uniform(20, 46), 10, (120, 90, 60, 18), 2)
    c.rect(0, 352, WIDTH, 48, "#CDBBA2")
    c.rect(0, 400, WIDTH, 80, "#B7AC9C")
    for x in range(-60, WIDTH + 60, 80):
        c.line([(x + 40, 400), (x, 480)], (90, 80, 70, 60), 1.5)
    c.floor = 400
    c.subject()
    if c.far:
        c.z = 0.72


def corridor(c: Canvas, *, dim: bool = False) -> None:
    """A staircase landing in perspective; things stand on the floor around (320, 400)."""
    side, back, floor = ("#B9B2A6", "#9F998F", "#8F877B") if dim else ("#EDE3D2", "#DCD1BF", "#BFB3A0")
    c.rect(0, 0, WIDTH, HEIGHT, side)
    c.poly([(0, 480), (640, 480), (450, 320), (190, 320)], floor)
    c.rect(190, 92, 260, 228, back)
    c.poly([(0, 0), (640, 0), (450, 92), (190, 92)], "#8C867C" if dim else "#F7F0E4")
    c.line([(190, 92), (190, 320)], (80, 60, 40, 60), 1.5)
    c.line([(450, 92), (450, 320)], (80, 60, 40, 60), 1.5)
    c.poly([(0, 400), (190, 300), (190, 320), (0, 430)], (110, 130, 110, 90))
    c.poly([(640, 400), (450, 300), (450, 320), (640, 430)], (110, 130, 110, 90))
    c.rect(276, 140, 88, 180, "#A9704A" if not dim else "#7A5A44", 2)
    c.oval(352, 236, 4, 4, "#E6C77B")
    c.oval(320, 44, 34, 9, "#6F6A62" if dim else "#FFFBEF")
    c.floor = 400
    if c.far:
        c.z = 0.8


def compound(c: Canvas) -> None:
    """Between the houses of a residential compound: lawn, path, two tall blocks."""
    _sky(c, 300)
    c.oval(c.rng.uniform(250, 420), 70, 22, 22, (255, 244, 214, 220))
    for x, w in ((-30, 200), (470, 210)):
        c.rect(x, 20, w, 280, c.light[3])
        for wy in range(40, 280, 42):
            for wx in range(int(x + 20), int(x + w - 24), 44):
                c.rect(wx, wy, 24, 22, c.light[4], 2)
                c.rect(wx - 2, wy + 24, 28, 4, (110, 80, 60, 70))
    c.rect(0, 296, WIDTH, 184, "#A9C79B")
    c.poly([(170, 296), (470, 296), (640, 430), (640, 480), (0, 480), (0, 430)], "#D8CCB9")
    c.line([(170, 296), (0, 430)], WHITE, 3)
    c.line([(470, 296), (640, 430)], WHITE, 3)
    c.tree(150, 318, 0.9)
    c.tree(496, 322, 1.0, MOSS)
    c.floor = 380
    c.subject()


def kitchen(c: Canvas, *, clean: bool) -> None:
    c.rect(0, 0, WIDTH, 330, "#E6EEF0")
    for x in range(0, WIDTH, 40):
        c.line([(x, 0), (x, 330)], "#D3DEE1", 1)
    for y in range(10, 330, 40):
        c.line([(0, y), (WIDTH, y)], "#D3DEE1", 1)
    c.rect(0, 330, WIDTH, 150, "#C9C2B8" if clean else "#A99E90")
    c.rect(40, 40, 560, 12, "#9AA5AE")
    for x in (90, 150, 214, 420, 486):
        c.line([(x, 52), (x, 78)], "#7E8993", 3)
        c.oval(x, 92, 16, 15, "#7E8993" if clean else "#6C6A66")
    c.rect(40, 210, 560, 20, "#B9C4CB", 3)
    c.rect(52, 230, 536, 120, "#D5DDE2", 3)
    for x in (60, 196, 332, 468):
        c.rect(x, 240, 120, 100, "#E4EAED", 3)
        c.rect(x + 84, 284, 24, 5, INK, 2)
    c.floor = 330
