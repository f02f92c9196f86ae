import io
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from nuanxin.kernel.errors import DomainError, Invalid, NotFound
from nuanxin.kernel.files.accept import (
    MAX_BYTES,
    BrokenImage,
    HeicImage,
    HiddenContent,
    ImageTooLarge,
    ImageTooSmall,
    NotAnImage,
    TooManyPixels,
    accept_image,
)
from nuanxin.kernel.files.content import kind_of
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.files.services import clear_orphans, delete_file, open_file, store_image

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def files_in(store):
    return sorted(path for path in Path(store).rglob("*") if path.is_file())


def drawn(size=(640, 480), mode="RGB", seed=0):
    """A picture with something on it: a gradient, and a red left upper corner to tell which way is up."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    corner = tuple((200, 10 + seed, 10, 255)[: len(image.getbands())])
    image.paste(corner if len(corner) > 1 else 200, (0, 0, size[0] // 4, size[1] // 4))
    return image


def encoded(image=None, kind="JPEG", **options):
    out = io.BytesIO()
    (image or drawn()).save(out, kind, **options)
    return out.getvalue()


def exif(orientation=None, at=None, offset=None, point=None, note="某人的手机"):
    data = Image.Exif()
    data[ExifTags.Base.Make] = note
    if orientation:
        data[ExifTags.Base.Orientation] = orientation
    details = data.get_ifd(ExifTags.IFD.Exif)
    if at:
        details[ExifTags.Base.DateTimeOriginal] = at
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    if point:
        gps = data.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLatitudeRef] = point[2:]
        gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLatitude] = point[:2]
    return data


# --- What is accepted ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_three_kinds_are_accepted_whatever_their_name(kind):
    accepted = accept_image(encoded(kind=kind), name="virus.exe")
    assert kind_of(accepted.jpeg) == kind_of(accepted.thumb) == "JPEG"
    assert (accepted.width, accepted.height) == (640, 480)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_mode_becomes_a_plain_picture(mode):
    image = drawn().convert("L").convert("I").convert("I;16") if mode == "I;16" else drawn().convert(mode)
    accepted = accept_image(encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert Image.open(io.BytesIO(accepted.jpeg)).mode == "RGB"


def test_transparency_becomes_white():
    accepted = accept_image(encoded(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG"))
    assert Image.open(io.BytesIO(accepted.jpeg)).getpixel((32, 32)) == (255, 255, 255)


def test_large_pictures_shrink_and_have_a_thumbnail():
    accepted = accept_image(encoded(drawn((4000, 3000))))
    assert (accepted.width, accepted.height) == (2048, 1536)
    assert Image.open(io.BytesIO(accepted.thumb)).size == (320, 240)


def test_a_file_object_is_read_from_where_it_stands():
    assert accept_image(io.BytesIO(encoded()), name="x").width == 640


# --- What the file says is read, then gone -------------------------------------------------------------------------
def test_time_and_place_are_read_first_and_then_gone():
    claims = exif(
        at="2026:05:01 08:30:00",
        offset="+08:00",
        point=((116.0, 24.0, 14.4), (39.0, 54.0, 54.0), "E", "N"),
    )
    accepted = accept_image(encoded(exif=claims, comment="住在三号楼".encode()))
    assert accepted.taken_at == datetime(2026, 5, 1, 0, 30, tzinfo=UTC)
    assert accepted.point == pytest.approx((116.404, 39.915), abs=1e-6)
    for stored in (accepted.jpeg, accepted.thumb):
        again = Image.open(io.BytesIO(stored))
        assert not dict(again.getexif())
        assert not {"exif", "comment", "xmp", "icc_profile", "photoshop"} & set(again.info)
        assert b"Exif" not in stored
        assert "某人".encode() not in stored


def test_a_camera_without_a_zone_runs_on_local_time():
    accepted = accept_image(encoded(exif=exif(at="2026:05:01 08:30:00")))
    assert accepted.taken_at == datetime(2026, 5, 1, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "claims",
    [
        exif(at="0000:00:00 00:00:00"),
        exif(at="yesterday"),
        exif(point=((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), "E", "N")),
        exif(point=((200.0, 0.0, 0.0), (95.0, 0.0, 0.0), "E", "N")),
    ],
)
def test_nonsense_in_exif_counts_as_none(claims):
    accepted = accept_image(encoded(exif=claims))
    assert accepted.taken_at is None
    assert accepted.point is None


def test_exif_of_png_and_webp_goes_too():
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "somebody")
    claims = exif(at="2026:05:01 08:30:00")
    for upload in (encoded(kind="PNG", exif=claims, pnginfo=text), encoded(kind="WEBP", exif=claims)):
        accepted = accept_image(upload)
        assert accepted.taken_at is not None
        assert b"somebody" not in accepted.jpeg


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation):
    """The red corner of the upright picture is at the left above, however the camera was held."""
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    image = drawn((800, 600))
    as_sensed = image.transpose(turn) if turn is not None else image
    accepted = accept_image(encoded(as_sensed, exif=exif(orientation)))
    assert (accepted.width, accepted.height) == (800, 600)
    red, green, _blue = Image.open(io.BytesIO(accepted.jpeg)).getpixel((20, 20))
    assert red > 150
    assert green < 60


# --- What is refused -------------------------------------------------------------------------------------------
def zip_bytes():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("run.sh", "echo hello")
    return out.getvalue()


def png_bomb(side=10_000):
    """A PNG of 100 megapixels in 100 kilobytes."""

    def chunk(name, body):
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    pixels = zlib.compress(bytes((side + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


REFUSED = {
    "nothing": (b"", NotAnImage),
    "text": (b"hello", NotAnImage),
    "executable named jpg": (b"MZ\x90\x00" + bytes(500), NotAnImage),
    "gif": (b"GIF89a" + bytes(100), NotAnImage),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", NotAnImage),
    "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(100), HeicImage),
    "magic only": (b"\xff\xd8\xff\xe0", BrokenImage),
    "riff that is no webp": (b"RIFF\x24\x00\x00\x00WAVEfmt ", NotAnImage),
    "truncated jpeg": (encoded()[:-400], BrokenImage),
    "truncated png": (encoded(kind="PNG")[:-40], BrokenImage),
    "truncated webp": (encoded(kind="WEBP")[:-40], BrokenImage),
    "jpeg with a zip behind": (encoded() + zip_bytes(), HiddenContent),
    "jpeg with html behind": (encoded() + b"<HTML><script>alert(1)</script>", HiddenContent),
    "png with a zip behind": (encoded(kind="PNG") + zip_bytes(), HiddenContent),
    "webp with php behind": (encoded(kind="WEBP") + b"<?php system($_GET[0]);", HiddenContent),
    "jpeg with a program behind": (encoded() + b"MZ\x90\x00" + bytes(200), HiddenContent),
    "bomb": (png_bomb(), TooManyPixels),
    "too many bytes": (encoded() + bytes(MAX_BYTES), ImageTooLarge),
    "two pixels": (encoded(Image.new("RGB", (2, 1))), ImageTooSmall),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("upload", "error"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals_say_in_chinese_what_to_do_and_store_nothing(upload, error, store):
    for data in (upload, io.BytesIO(upload)):
        with pytest.raises(error) as refused:
            accept_image(data, name="photo.jpg")
        assert isinstance(refused.value, Invalid)
        assert "请" in str(refused.value.hint)
    assert files_in(store) == []


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_before_it_is_decoded(monkeypatch):
    """Decoding 100 megapixels would touch `load`; the header is enough to refuse."""
    decoded = []
    monkeypatch.setattr(Image.Image, "load", decoded.append)
    with pytest.raises(TooManyPixels):
        accept_image(png_bomb())
    assert decoded == []


def test_a_jpeg_header_alone_decides_too():
    """A JPEG whose header claims 60,000 × 60,000."""
    data = bytearray(encoded())
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = (60_000).to_bytes(2, "big") * 2
    with pytest.raises(TooManyPixels):
        accept_image(bytes(data))


def test_more_picture_behind_the_picture_is_dropped_not_refused():
    """Phones put a preview, a gain map or a short film behind the photo."""
    for tail in (encoded(drawn((64, 64))), b"\x00\x00\x00\x18ftypmp42" + bytes(5_000), b"\x00" * 64):
        accepted = accept_image(encoded() + tail)
        assert len(accepted.jpeg) < len(encoded()) + len(tail) or len(tail) < 5_000


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_picture_is_accepted_or_refused_but_never_breaks(data):
    upload = bytearray(data.draw(st.sampled_from([REFUSAL_SEEDS[kind] for kind in sorted(REFUSAL_SEEDS)])))
    for _change in range(data.draw(st.integers(1, 6))):
        upload[data.draw(st.integers(0, len(upload) - 1))] = data.draw(st.integers(0, 255))
    try:
        accepted = accept_image(bytes(upload[: data.draw(st.integers(1, len(upload)))]))
    except DomainError:
        return
    assert kind_of(accepted.jpeg) == "JPEG"


REFUSAL_SEEDS = {
    "jpeg": encoded(drawn((60, 40)), exif=exif(6, "2026:05:01 08:30:00")),
    "png": encoded(drawn((60, 40)), "PNG", exif=exif(6, "2026:05:01 08:30:00")),
    "webp": encoded(drawn((60, 40)), "WEBP", exif=exif(6, "2026:05:01 08:30:00")),
}


# --- Storing ---------------------------------------------------------------------------------------------------
@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.mark.django_db
def test_a_stored_picture_is_opened_under_a_neutral_name(store):
    upload = encoded(exif=exif(at="2026:05:01 08:30:00"))
    row = store_image(accepted=accept_image(upload, name="张三家门口.jpg"), now=NOW)
    assert row.taken_at == datetime(2026, 5, 1, 0, 30, tzinfo=UTC)
    for thumb in (False, True):
        opened = open_file(public_id=row.public_id, thumb=thumb)
        with opened.content:
            assert len(opened.content.read()) == opened.size
        assert opened.content_type == "image/jpeg"
        assert opened.name == f"photo-{row.public_id.hex[-8:]}.jpg"
    assert len(files_in(store)) == 2
    assert not any("张三" in str(path) for path in files_in(store))
    assert row.sha256 in str(files_in(store)[0])


@pytest.mark.django_db
def test_what_is_not_there_is_not_found(store):
    with pytest.raises(NotFound):
        open_file(public_id=uuid4())
    row = store_image(accepted=accept_image(encoded()), now=NOW)
    default_storage.delete(row.path)
    with pytest.raises(NotFound):
        open_file(public_id=row.public_id)


@pytest.mark.django_db
def test_equal_pictures_share_bytes_until_the_last_goes(store, commit):
    first, second = (store_image(accepted=accept_image(encoded()), now=NOW) for _each in range(2))
    assert first.public_id != second.public_id
    assert len(files_in(store)) == 2
    with commit():
        assert delete_file(file_id=first.pk)
    assert len(files_in(store)) == 2
    with commit():
        assert delete_file(file_id=second.pk)
    assert files_in(store) == []
    assert not delete_file(file_id=second.pk)


@pytest.mark.django_db
def test_abandoned_uploads_go_after_a_day(store, commit):
    old = store_image(accepted=accept_image(encoded()), now=NOW - timedelta(hours=25))
    young = store_image(accepted=accept_image(encoded(drawn(seed=90))), now=NOW)
    with commit():
        cleared = clear_orphans(now=NOW)
    assert cleared.rows == 1
    assert list(StoredFile.objects.all()) == [young]
    assert not default_storage.exists(old.path)
    assert default_storage.exists(young.path)


@pytest.mark.django_db
def test_bytes_of_a_rolled_back_upload_go_after_a_day(store):
    with transaction.atomic():
        store_image(accepted=accept_image(encoded()), now=NOW)
        transaction.set_rollback(True)
    default_storage.save("pictures/ab/cd/" + "abcd" * 16 + ".jpg", ContentFile(b"x"))
    assert len(files_in(store)) == 3
    assert clear_orphans(now=datetime.now(UTC)).blobs == 0
    assert clear_orphans(now=datetime.now(UTC) + timedelta(days=2)).blobs == 3
    assert files_in(store) == []


@pytest.fixture
def album(db):
    """Another context's table that points to a picture by a hidden relation, for as long as the test lasts."""

    class Album(models.Model):
        picture = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

        class Meta:
            app_label = "kernel"
            db_table = "test_files_album"

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_files_album (id bigint PRIMARY KEY, picture_id bigint NOT NULL)")
    yield Album
    apps.all_models["kernel"].pop("album")
    apps.clear_cache()


def test_a_picture_that_a_row_points_to_stays(album, commit):
    row = store_image(accepted=accept_image(encoded()), now=NOW - timedelta(days=30))
    pointing = album.objects.create(pk=1, picture=row)
    with commit():
        assert not delete_file(file_id=row.pk)
        assert clear_orphans(now=NOW).rows == 0
    pointing.delete()
    with commit():
        assert clear_orphans(now=NOW).rows == 1
