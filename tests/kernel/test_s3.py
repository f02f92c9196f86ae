"""Uploads in a bucket: taken in, served through our own permission check, erased, backed up and brought back.

Against a server of its own that speaks S3 over HTTP; the product's own storage class does the talking.
"""

import contextlib
import io
import re
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage, storages
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.services import Draft
from nuanxin.kernel.backup import stored, verify_backup
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
from tests.kernel.test_backup import PASSPHRASE, City, differing
from tests.servers import NUANXIN, fresh_database, migrated_database

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
    assert picture.getvalue().startswith(b"\xff\xd8\xff")
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


# --- The whole installation, as an operator has it -----------------------------------------------------------------
FILL = """
import io
import django
django.setup()
from django.utils import timezone
from PIL import Image
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.sealed import keep_sealed
from nuanxin.kernel.files.services import store_image
from nuanxin.people.services import create_person

create_person(name="王小强", phone="19911110042", now=timezone.now())
for number in range(24):
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (number * 10, 90, 40)).save(picture, "JPEG")
    store_image(accepted=accept_image(picture.getvalue()), now=timezone.now())
keep_sealed(b"a voice")
"""
PICTURES = 24


@pytest.fixture
def two_places(server, tmp_path):
    """An installation with pictures and a sealed voice in a bucket; and an empty one with a bucket of its own."""
    direct, places = client(server), []
    with contextlib.ExitStack() as stack:
        for name, database in (("here", migrated_database), ("there", fresh_database)):
            home, bucket = tmp_path / name, f"nuanxin-{name}-{uuid.uuid4().hex[:8]}"
            home.mkdir()
            direct.create_bucket(Bucket=bucket)
            environment = {
                "NUANXIN_S3_BUCKET": bucket,
                "NUANXIN_S3_ENDPOINT": server,
                "NUANXIN_S3_REGION": KEY["region_name"],
                "NUANXIN_S3_ACCESS_KEY": KEY["aws_access_key_id"],
                "NUANXIN_S3_SECRET_KEY": KEY["aws_secret_access_key"],
            }
            places.append(City(home, stack.enter_context(database(home)), **environment))
        here, there = places
        subprocess.run([NUANXIN[0], "-c", FILL], env=here.environment, check=True)
        yield here, there, direct


def objects(direct, city) -> dict[str, bytes]:
    bucket = city.environment["NUANXIN_S3_BUCKET"]
    rows = direct.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {row["Key"]: direct.get_object(Bucket=bucket, Key=row["Key"])["Body"].read() for row in rows}


def test_database_and_bucket_together_into_an_empty_place_killed_on_the_way(two_places, tmp_path):
    """Written, restored, killed in the middle, restored again; every row and every object compared."""
    here, there, direct = two_places
    rows, files = here.tables(), objects(direct, here)
    assert len(files) == 2 * PICTURES + 1
    archive = tmp_path / "backup.tar"
    made = here.run("backup", str(archive))
    assert (made.returncode, f"{len(files)} files" in made.stdout) == (0, True), made.stderr
    assert differing(rows, here.tables()) == {"kernel_auditentry"}  # that a backup was made

    process = subprocess.Popen(
        [*NUANXIN, "restore", str(archive)], env=there.environment, stdout=subprocess.DEVNULL
    )
    bucket = there.environment["NUANXIN_S3_BUCKET"]
    while process.poll() is None and not direct.list_objects_v2(Bucket=bucket).get("KeyCount"):
        time.sleep(0.002)
    process.kill()
    assert process.wait() < 0
    brought = objects(direct, there)
    assert brought.items() < files.items()  # whole objects, each as it was
    assert not has_tables(there)

    done = there.run("restore", str(archive))
    assert done.returncode == 0, done.stdout + done.stderr
    assert objects(direct, there) == files
    assert differing(rows, there.tables()) == {"kernel_auditentry"}
    assert not list(there.home.glob(".restoring-*"))
    with there.database() as run:
        assert [row[0] for row in run("SELECT action FROM kernel_auditentry WHERE action LIKE 'system.re%%'")]


def has_tables(city) -> bool:
    if city.url.startswith("sqlite"):
        return any(city.home.glob("*.sqlite3"))
    with city.database() as run:
        return bool(run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))


def test_a_lost_object_is_named_and_a_store_that_does_not_answer_is_a_sentence(two_places, tmp_path):
    here, _there, direct = two_places
    lost = next(name for name in objects(direct, here) if name.startswith("pictures/"))
    direct.delete_object(Bucket=here.environment["NUANXIN_S3_BUCKET"], Key=lost)
    archive, keys_file = tmp_path / "backup.tar", tmp_path / "keys.json"
    made = here.run("backup", str(archive), "--keys", str(keys_file), passphrase=PASSPHRASE)
    assert made.returncode == 0
    assert f"Not in it: files/{lost}\n" in made.stderr
    with here.database() as run:
        (keys_row,) = run("SELECT detail FROM kernel_auditentry WHERE action = 'system.write_keys'")
        assert run("SELECT count(*) FROM kernel_auditentry WHERE action = 'system.backup'") == [(1,)]
    assert PASSPHRASE not in str(keys_row)
    assert verify_backup(source=archive).missing == [f"files/{lost}"]
    here.environment["NUANXIN_S3_ENDPOINT"] = "http://127.0.0.1:9"
    for arguments in (["backup", str(tmp_path / "second.tar")], ["restore", "--force", str(archive)]):
        answer = here.run(*arguments)
        assert (answer.returncode, "Traceback" in answer.stderr) == (1, False), answer.stderr
    assert sorted(path.name for path in tmp_path.glob("*.tar")) == ["backup.tar"]


def test_in_a_folder_as_before(db, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    assert stored.in_a_folder()
    row = store_image(accepted=accept_image(jpeg()), now=NOW)
    assert f"files/{row.path}" in [name for name, _open in stored.each()]
    assert storages["default"].exists(row.path)
