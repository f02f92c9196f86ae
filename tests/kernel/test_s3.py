"""Uploads in a bucket: taken in, served through our own permission check, erased, backed up and brought back.

Against a server of its own that speaks S3 over HTTP; the product's own storage class does the talking.
"""

import io
import re
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage, storages
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.services import Draft
from nuanxin.kernel.backup import stored
from nuanxin.kernel.backup.archive import Writer, opened, verified
from nuanxin.kernel.backup.manifest import Manifest
from nuanxin.kernel.checks import Level
from nuanxin.kernel.checks.storing import files as check_files
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.files.services import PictureGone, clear_orphans, delete_file, open_file, store_image
from nuanxin.people.models import Assignment
from tests.factories.fixtures import jpeg
from tests.factories.people import sign_in
from tests.factories.town import COMMUNITY
from tests.kernel.s3_server import BUCKET, KEY, client, s3_server

NOW = timezone.now()


@pytest.fixture(scope="module")
def server():
    with s3_server() as url:
        yield url


@pytest.fixture
def bucket(server, settings):
    """The product set up as in a city, with an empty bucket."""
    settings.NUANXIN_S3_BUCKET = BUCKET
    settings.NUANXIN_S3_ENDPOINT = server
    settings.NUANXIN_S3_REGION = KEY["region_name"]
    settings.NUANXIN_S3_ACCESS_KEY = KEY["aws_access_key_id"]
    settings.NUANXIN_S3_SECRET_KEY = KEY["aws_secret_access_key"]
    settings.NUANXIN_S3_PREFIX = "files"
    settings.NUANXIN_S3_PATH_STYLE = True
    settings.NUANXIN_S3_ENCRYPTION = "AES256"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "nuanxin.kernel.files.s3.PrivateS3Storage"},
    }
    direct = client(server)
    yield direct
    for name in keys(direct):
        direct.delete_object(Bucket=BUCKET, Key=name)


def keys(direct) -> list[str]:
    return [row["Key"] for row in direct.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


@pytest.mark.django_db
def test_a_picture_is_kept_opened_shared_and_erased(bucket, django_capture_on_commit_callbacks):
    accepted = accept_image(jpeg("#137A4B"))
    first, again = store_image(accepted=accepted, now=NOW), store_image(accepted=accepted, now=NOW)
    assert sorted(keys(bucket)) == sorted(f"files/{path}" for path in (first.path, first.thumb_path))
    with open_file(public_id=first.public_id).content as content:
        assert content.read() == accepted.jpeg
    opened_thumb = open_file(public_id=first.public_id, thumb=True)
    assert opened_thumb.size == len(accepted.thumb)
    opened_thumb.content.close()

    with django_capture_on_commit_callbacks(execute=True):
        assert delete_file(file_id=first.pk)
    assert len(keys(bucket)) == 2  # the equal picture still needs them
    with django_capture_on_commit_callbacks(execute=True):
        assert delete_file(file_id=again.pk)
    assert keys(bucket) == []
    with pytest.raises(PictureGone):
        open_file(public_id=first.public_id)


@pytest.mark.django_db
def test_what_a_rollback_left_is_cleared(bucket):
    row = store_image(accepted=accept_image(jpeg("#1D4ED8")), now=NOW)
    StoredFile.objects.filter(pk=row.pk).delete()
    assert clear_orphans(now=NOW).blobs == 0  # a day has to pass
    assert clear_orphans(now=NOW + timedelta(days=2)).blobs == 2
    assert keys(bucket) == []


def test_nothing_of_it_is_public_and_all_of_it_encrypted_at_rest(bucket, db, server):
    row = store_image(accepted=accept_image(jpeg()), now=NOW)
    with pytest.raises(NotImplementedError):
        default_storage.url(row.path)
    head = bucket.head_object(Bucket=BUCKET, Key=f"files/{row.path}")
    assert head["ServerSideEncryption"] == "AES256"
    grants = bucket.get_object_acl(Bucket=BUCKET, Key=f"files/{row.path}")["Grants"]
    assert not [grant for grant in grants if "AllUsers" in grant["Grantee"].get("URI", "")]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server}/{BUCKET}/files/{row.path}")  # noqa: S310  -- our own server
    refused.value.close()
    assert refused.value.code in {401, 403}


def test_a_report_with_a_picture_end_to_end(bucket, town, photo):
    """Reported on the page's own door, seen by the dispatcher, by nobody else; no address of the store anywhere."""
    draft = Draft(
        category="0401", text="路面一个大坑", territory=COMMUNITY, place_source="territory", photos=(photo(),)
    )
    case = services.report_case(actor=town["worker"], draft=draft, key="phone-0001", now=town.now).case
    dispatcher = sign_in(Client(), Assignment.objects.get(person=town.persons["dispatcher"]))
    page = dispatcher.get(f"/cases/{case.number}/").content.decode()
    assert BUCKET not in page
    source = re.search(r'src="(/files/[^"]+)"', page)[1]
    picture = dispatcher.get(source)
    assert picture.status_code == 200
    assert b"".join(picture.streaming_content).startswith(b"\xff\xd8\xff")
    assert BUCKET not in str(picture.headers)
    stranger = sign_in(Client(), Assignment.objects.get(person=town.persons["other_dispatcher"]))
    assert stranger.get(source).status_code == 404


def test_check_tries_to_write_read_and_delete(bucket, settings):
    (fine,) = check_files(NOW)
    assert (fine.level, fine.code) == (Level.OK, "files")
    assert "PrivateS3Storage" in fine.message
    assert keys(bucket) == []
    settings.NUANXIN_S3_BUCKET = "there-is-no-such-bucket"
    settings.STORAGES = {**settings.STORAGES}  # the store is made anew
    (broken,) = check_files(NOW)
    assert (broken.level, broken.code) == (Level.ERROR, "files-broken")
    assert "only-for-tests" not in broken.message


@pytest.mark.django_db
def test_a_backup_holds_the_files_of_the_bucket_and_brings_them_back(bucket, tmp_path: Path):
    rows = [store_image(accepted=accept_image(jpeg(colour)), now=NOW) for colour in ("#B42318", "#9A6700")]
    before = {name: bucket.get_object(Bucket=BUCKET, Key=name)["Body"].read() for name in keys(bucket)}
    archive = tmp_path / "backup.tar"
    with archive.open("w+b") as file:
        writer = Writer(file, mtime=0)
        writer.add("database.dump", io.BytesIO(b"-"))
        for name, open_it in stored.each():
            with open_it() as content:
                writer.add(name, content)
        manifest = Manifest(
            version="0",
            at="",
            vendor="",
            server="",
            tables={},
            migrations=[],
            keys=[],
            members=writer.members,
        )
        writer.close(manifest)
    with opened(archive) as tar:
        assert {name.removeprefix("files/") for name in verified(tar).members} >= {row.path for row in rows}
    for name in before:
        bucket.delete_object(Bucket=BUCKET, Key=name)
    assert not stored.holds_anything()
    with opened(archive) as tar:
        stored.unpack(tar, verified(tar), tmp_path / "work")
    assert {
        name: bucket.get_object(Bucket=BUCKET, Key=name)["Body"].read() for name in keys(bucket)
    } == before
    assert stored.holds_anything()


def test_in_a_folder_as_before(db, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    assert stored.in_a_folder()
    row = store_image(accepted=accept_image(jpeg()), now=NOW)
    assert f"files/{row.path}" in [name for name, _open in stored.each()]
    assert storages["default"].exists(row.path)
