"""Pictures that differ: each number is another scene, the same number the same scene in whatever quality."""

import io
from random import Random

from PIL import Image, ImageDraw

from nuanxin.cases.services import Photo
from nuanxin.kernel.files.accept import accept_image


def drawn(number: int, *, quality: int = 90) -> bytes:
    rng = Random(number)
    picture = Image.new("RGB", (320, 240), _colour(rng))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, radius = rng.randrange(320), rng.randrange(240), rng.randrange(12, 80)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_colour(rng))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def scene(number: int, *, quality: int = 90) -> Photo:
    return Photo("near", accept_image(drawn(number, quality=quality), name="scene.jpg"))


def _colour(rng: Random) -> tuple[int, int, int]:
    return rng.randrange(256), rng.randrange(256), rng.randrange(256)
