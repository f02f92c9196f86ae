"""A picture in which areas are gone: made anew from its pixels, smaller, without a word about where it came from.

Nothing is laid over anything. A face keeps nine coarse colours; a plate, or whatever a person has marked, keeps one,
since the few possible texts under a mosaic can be tried until one fits.
"""

import hashlib
import io
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageFilter, ImageOps

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.accept import THUMB_SIDE, AcceptedImage

PUBLIC_SIDE = 1280  # pixels of the longer side: enough to see a repair, little of who stands far behind it
QUALITY = 82
MOST_AREAS = 60
SMALLEST = 0.004  # of the side; less is a slip of the hand
FACE_BLOCKS = 3
BITS = 3  # of each colour of a block


class AreaKind(StrEnum):
    FACE = "face"
    PLATE = "plate"
    OTHER = "other"


class AreaSource(StrEnum):
    MODEL = "model"
    HAND = "hand"


class WrongAreas(Invalid):
    default_message = _("遮挡区域有误，没有保存。")
    default_hint = _("请刷新页面重新画一遍；一张照片最多 60 处。")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in parts of the picture, from its upper left corner."""

    x: float
    y: float
    w: float
    h: float
    kind: AreaKind = AreaKind.OTHER
    by: AreaSource = AreaSource.HAND

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """The box, grown to whole pixels and cut at the edges."""
        return (
            max(0, math.floor(self.x * width)),
            max(0, math.floor(self.y * height)),
            min(width, math.ceil((self.x + self.w) * width)),
            min(height, math.ceil((self.y + self.h) * height)),
        )


def read_areas(given: Any) -> tuple[Area, ...]:
    """Areas out of JSON, cut at the edges of the picture. Raises `WrongAreas`."""
    if not isinstance(given, list) or len(given) > MOST_AREAS:
        raise WrongAreas
    return tuple(_area(each) for each in given)


def _area(given: Any) -> Area:
    try:
        x, y, w, h = (float(given[name]) for name in ("x", "y", "w", "h"))
        kind, by = AreaKind(given.get("kind", "other")), AreaSource(given.get("by", "hand"))
    except (TypeError, ValueError, KeyError, AttributeError):
        raise WrongAreas from None
    if not all(math.isfinite(number) and -1 <= number <= 2 for number in (x, y, w, h)):
        raise WrongAreas
    left, top, right, bottom = _outward(x, y, x + w, y + h)
    if right - left < SMALLEST or bottom - top < SMALLEST:
        raise WrongAreas
    return Area(left, top, round(right - left, 3), round(bottom - top, 3), kind=kind, by=by)


def _outward(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    """Cut at the edges, and grown to whole thousandths, which is what a page shows and sends back."""
    return (
        max(0, math.floor(round(left * 1000, 6))) / 1000,
        max(0, math.floor(round(top * 1000, 6))) / 1000,
        min(1000, math.ceil(round(right * 1000, 6))) / 1000,
        min(1000, math.ceil(round(bottom * 1000, 6))) / 1000,
    )


def redact(jpeg: bytes, areas: Iterable[Area]) -> AcceptedImage:
    """The public picture, to be stored like any other; the original stays as it is.

    What the original's file claimed (time, point) and how it looks to a search for alike ones are not handed on.
    """
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        image.draft("RGB", (PUBLIC_SIDE, PUBLIC_SIDE))
        picture = Image.new("RGB", image.size)
        picture.paste(image.convert("RGB"))
    picture.thumbnail((PUBLIC_SIDE, PUBLIC_SIDE), Image.Resampling.LANCZOS)
    for area in areas:
        _destroy(picture, area)
    thumb = picture.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    made = _encoded(picture)
    return AcceptedImage(
        jpeg=made,
        thumb=_encoded(thumb),
        width=picture.width,
        height=picture.height,
        source_sha256=hashlib.sha256(made).hexdigest(),
        taken_at=None,
        point=None,
    )


def _destroy(picture: Image.Image, area: Area) -> None:
    box = area.pixels(*picture.size)
    patch = picture.crop(box)
    blocks = FACE_BLOCKS if area.kind == AreaKind.FACE else 1
    coarse = patch.resize((blocks, blocks), Image.Resampling.BOX)
    coarse = ImageOps.posterize(coarse, BITS)
    smooth = coarse.resize(patch.size, Image.Resampling.NEAREST)
    picture.paste(smooth.filter(ImageFilter.GaussianBlur(min(patch.size) / 10)), box)


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
