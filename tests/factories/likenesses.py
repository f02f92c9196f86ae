"""Drawn people and cars: what the models are tried on, since no real person's picture belongs here."""

import io
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SKIN, HAIR, SHIRT = (222, 180, 150), (40, 30, 25), (60, 70, 110)
BLUE, WHITE = (25, 60, 160), (250, 250, 250)
# Strokes of capital letters and digits on a grid of two by four, enough to look like a plate from where it is read.
STROKES = {
    "A": [(0, 4, 1, 0), (1, 0, 2, 4), (0.4, 2.6, 1.6, 2.6)],
    "E": [(0, 0, 0, 4), (0, 0, 2, 0), (0, 2, 1.6, 2), (0, 4, 2, 4)],
    "H": [(0, 0, 0, 4), (2, 0, 2, 4), (0, 2, 2, 2)],
    "1": [(1, 0, 1, 4)],
    "2": [(0, 0, 2, 0), (2, 0, 2, 2), (2, 2, 0, 2), (0, 2, 0, 4), (0, 4, 2, 4)],
    "5": [(2, 0, 0, 0), (0, 0, 0, 2), (0, 2, 2, 2), (2, 2, 2, 4), (2, 4, 0, 4)],
    "7": [(0, 0, 2, 0), (2, 0, 0.8, 4)],
}


def jpeg_of(picture: Image.Image, quality: int = 90) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def person(size=(800, 600), at=(400, 300), radius=90) -> Image.Image:
    """Somebody looks out of the picture."""
    picture = Image.new("RGB", size, (150, 160, 150))
    draw_person(picture, at, radius)
    return picture.filter(ImageFilter.GaussianBlur(radius / 40))


def draw_person(picture: Image.Image, at, radius) -> None:
    pen = ImageDraw.Draw(picture)
    (x, y), r = at, radius

    def oval(left, top, right, bottom, fill):
        pen.ellipse((x + left * r, y + top * r, x + right * r, y + bottom * r), fill=fill)

    def line(*points, fill, width):
        places = [(x + px * r, y + py * r) for px, py in points]
        pen.line(places, fill=fill, width=max(2, int(width * r)))

    oval(-2.2, 1.3, 2.2, 4, SHIRT)
    pen.rectangle((x - 0.4 * r, y + 0.9 * r, x + 0.4 * r, y + 1.7 * r), fill=(205, 160, 130))
    oval(-1.02, -1.4, 1.02, 0.9, HAIR)
    oval(-0.85, -1.1, 0.85, 1.25, SKIN)
    for side in (-1, 1):
        oval(side * 0.36 - 0.2, -0.19, side * 0.36 + 0.2, -0.01, (245, 245, 240))
        oval(side * 0.36 - 0.09, -0.19, side * 0.36 + 0.09, -0.01, (50, 30, 20))
        line((side * 0.12, -0.32), (side * 0.6, -0.34), fill=HAIR, width=0.06)
    line((0, -0.05), (-0.1, 0.35), (0.1, 0.38), fill=(180, 130, 105), width=0.05)
    oval(-0.3, 0.6, 0.3, 0.78, (180, 80, 80))
    line((-0.28, 0.69), (0.28, 0.69), fill=(120, 40, 40), width=0.03)


def car(size=(800, 600), plate_height=60, *, text="E", seed=1) -> tuple[Image.Image, tuple[float, ...]]:
    """The back of a car, and where its plate is in parts of the picture."""
    picture = Image.new("RGB", size, (120, 125, 128))
    pen = ImageDraw.Draw(picture)
    wide, tall = size
    pen.rectangle((0, tall * 0.63, wide, tall), fill=(90, 90, 92))
    pen.rounded_rectangle(
        (wide * 0.22, tall * 0.3, wide * 0.78, tall * 0.78), radius=60, fill=(170, 175, 180)
    )
    pen.rounded_rectangle((wide * 0.29, tall * 0.33, wide * 0.71, tall * 0.5), radius=30, fill=(40, 50, 60))
    for left in (0.25, 0.675):
        pen.rectangle((wide * left, tall * 0.57, wide * (left + 0.075), tall * 0.63), fill=(200, 40, 40))
    box = draw_plate(pen, (wide / 2 - plate_height * 440 / 280, tall * 0.66), plate_height, seed=seed)
    x, y, w, h = box
    return picture.filter(ImageFilter.GaussianBlur(0.7)), (x / wide, y / tall, w / wide, h / tall)


def draw_plate(pen, at, height, *, seed=1):
    """440 × 140 mm, seven characters (GA 36)."""
    rng = Random(seed)
    (x, y), width = at, height * 440 / 140
    pen.rounded_rectangle(
        (x, y, x + width, y + height),
        radius=height * 0.08,
        fill=BLUE,
        outline=WHITE,
        width=max(1, height // 30),
    )
    step, unit = width / 7.4, height * 0.16
    for place in range(7):
        left, top = x + step * (place + 0.35) + (step * 0.25 if place > 1 else 0), y + height * 0.18
        for ax, ay, bx, by in STROKES[rng.choice("AEH1257")]:
            pen.line(
                (left + ax * unit * 0.75, top + ay * unit, left + bx * unit * 0.75, top + by * unit),
                fill=WHITE,
                width=max(2, round(height * 0.08)),
            )
    return x, y, width, height
