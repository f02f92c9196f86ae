"""How a picture looks, in 64 bits: two photographs of one thing differ in few of them, whatever their size and quality.

The perceptual hash of the low frequencies: a grey 32 × 32 picture, its cosine transform, and of the 8 × 8 slowest
waves which ones are above the median. Nothing of the picture can be made from it.
"""

import math
import struct
from operator import mul
from statistics import median

from PIL import Image

SIDE, WAVES = 32, 8
BITS = WAVES * WAVES
FLAT = 1.0  # grey levels between the darkest and the lightest spot, under which a picture shows nothing
_COSINES = [
    [math.cos(math.pi * wave * (2 * place + 1) / (2 * SIDE)) for place in range(SIDE)]
    for wave in range(WAVES)
]


def likeness_of(picture: Image.Image) -> int | None:
    """As a signed 64-bit number, for a column; `None` for a picture of one colour, which is like every other."""
    grey = picture.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    pixels = grey.tobytes()
    if max(pixels) - min(pixels) <= FLAT:
        return None
    rows = [pixels[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]
    across = [[sum(map(mul, row, wave)) for wave in _COSINES] for row in rows]
    columns = list(zip(*across, strict=True))
    waves = [sum(map(mul, column, wave)) for wave in _COSINES for column in columns]
    middle = median(waves[1:])  # the first is the brightness of the whole
    bits = sum(1 << place for place, wave in enumerate(waves) if wave > middle)
    return int(struct.unpack("<q", struct.pack("<Q", bits))[0])


def difference(one: int, other: int) -> int:
    """In how many of the 64 bits they differ: up to 10 the same view, about 32 for any two pictures."""
    return ((one ^ other) & ((1 << BITS) - 1)).bit_count()
