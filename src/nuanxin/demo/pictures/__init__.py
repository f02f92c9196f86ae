"""Small generated pictures of things in a street, marked 演示图片: what riders photograph, and how it looks mended.

They look like the illustrations of a picture book on purpose: nobody takes them for photographs of a real place.
"""

from __future__ import annotations

import io
from functools import lru_cache

from nuanxin.demo.pictures.canvas import Canvas
from nuanxin.demo.pictures.families import NIGHT_FAMILIES, draw_family, family_of

VARIANTS = 8  # of each picture; a seed picks one
QUALITY = 80


def picture(category: str, kind: str, seed: int) -> bytes:
    """A JPEG of 640 × 480. `kind` as in cases.enums.PhotoKind; only `after` shows the thing mended.

    The same seed shows the same corner before and after.
    """
    return _picture(family_of(category), kind == "after", kind in {"far", "reference"}, seed % VARIANTS)


@lru_cache(maxsize=2048)
def _picture(family: str, after: bool, far: bool, variant: int) -> bytes:  # noqa: FBT001  -- a cache key
    canvas = Canvas(variant * 7919 + len(family), after=after, far=far, night=family in NIGHT_FAMILIES)
    draw_family(family, canvas)
    out = io.BytesIO()
    canvas.jpeg_ready().save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


__all__ = ["family_of", "picture"]
