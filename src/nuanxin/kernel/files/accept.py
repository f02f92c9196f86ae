import hashlib
import io
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.content import Cut, is_foreign, is_heic, kind_of, tail_of
from nuanxin.kernel.files.exif import taken
from nuanxin.kernel.files.likeness import likeness_of
from nuanxin.kernel.geo.coordinates import LngLat

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2048
THUMB_SIDE = 320
MIN_SIDE = 16
QUALITY = 85

UNREADABLE = (OSError, ValueError, SyntaxError, TypeError, EOFError, struct.error, OverflowError, MemoryError)


class NotAnImage(Invalid):
    default_message = _("这个文件不是可以使用的照片。")
    default_hint = _("请换一张 JPEG、PNG 或 WebP 格式的照片，也可以用“拍照”现拍一张。")


class HeicImage(NotAnImage):
    default_message = _("这张照片是 HEIC 格式，暂时看不了。")
    default_hint = _("请在手机“设置 → 相机 → 格式”里选“兼容性最佳”后重拍，或者先截图再上传。")


class ImageTooLarge(Invalid):
    default_message = _("照片文件太大，超过了 12 MB。")
    default_hint = _("请在相册里把照片缩小，或者截图后再上传。")


class TooManyPixels(Invalid):
    default_message = _("照片的尺寸太大，超过了 4000 万像素。")
    default_hint = _("请关闭相机的高像素模式重拍，或者截图后再上传。")


class ImageTooSmall(Invalid):
    default_message = _("照片太小，看不清内容。")
    default_hint = _("请换一张清楚的照片。")


class BrokenImage(Invalid):
    default_message = _("照片不完整，可能上传时断了网。")
    default_hint = _("请重新选择这张照片再传一次；还不行就重拍一张。")


class HiddenContent(Invalid):
    default_message = _("照片里夹带了别的文件，不能接收。")
    default_hint = _("请上传手机直接拍的照片，或者截图后再上传。")


@dataclass(frozen=True, slots=True)
class AcceptedImage:
    """A picture made anew from the pixels, with what its file claimed. `jpeg` and `thumb` carry no metadata."""

    jpeg: bytes
    thumb: bytes
    width: int
    height: int
    source_sha256: str
    taken_at: datetime | None
    point: LngLat | None
    likeness: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.jpeg).hexdigest()


def accept_image(data: bytes | BinaryIO, *, name: str = "") -> AcceptedImage:
    """Check an upload and re-encode it; nothing is stored. `name` is never believed, and goes nowhere.

    Raises `Invalid` in one of the kinds above, each with what the user can do.
    """
    raw = _read(data)
    kind = kind_of(raw)
    if not kind:
        raise HeicImage if is_heic(raw) else NotAnImage
    _check_tail(raw, kind)
    try:
        with Image.open(io.BytesIO(raw), formats=[kind]) as image:
            _check_size(image)
            claims = taken(image)
            picture = _pixels(image)
    except Image.DecompressionBombError:
        raise TooManyPixels from None
    except UNREADABLE:
        raise BrokenImage from None
    thumb = picture.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return AcceptedImage(
        jpeg=_encoded(picture),
        thumb=_encoded(thumb),
        width=picture.width,
        height=picture.height,
        source_sha256=hashlib.sha256(raw).hexdigest(),
        taken_at=claims.at,
        point=claims.point,
        likeness=likeness_of(thumb),
    )


def _read(data: bytes | BinaryIO) -> bytes:
    """Never more than one byte over the limit."""
    raw = data if isinstance(data, bytes) else data.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise ImageTooLarge
    return raw


def _check_tail(raw: bytes, kind: str) -> None:
    try:
        tail = tail_of(raw, kind)
    except Cut:
        raise BrokenImage from None
    if is_foreign(tail):
        raise HiddenContent


def _check_size(image: Image.Image) -> None:
    """By the header, before a single pixel is decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels
    if min(image.size) < MIN_SIDE:
        raise ImageTooSmall


def _pixels(image: Image.Image) -> Image.Image:
    """Upright, at most `MAX_SIDE` long, opaque, and without anything that was said about the picture."""
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(image)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        layered = upright.convert("RGBA")
        upright = Image.new("RGBA", layered.size, "white")
        upright.alpha_composite(layered)
    clean = Image.new("RGB", upright.size)
    clean.paste(upright.convert("RGB"))
    return clean


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
