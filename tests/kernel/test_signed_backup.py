"""An archive says by its signature that it was written with a key of this installation."""

import hashlib
import io
import json
import tarfile

import pytest

from nuanxin.kernel.backup.archive import Writer, check_signature, opened, verified
from nuanxin.kernel.backup.manifest import Manifest
from nuanxin.kernel.backup.refused import Refused


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "backup.tar"
    with path.open("w+b") as file:
        writer = Writer(file, mtime=0)
        writer.add("database.dump", io.BytesIO(b"rows"))
        manifest = Manifest(
            version="1",
            at="",
            vendor="",
            server="",
            tables={},
            migrations=[],
            keys=[],
            members=writer.members,
        )
        writer.close(manifest)
    return path


def altered(archive, target, *, keep_signature: bool):
    """Another database in it, and every digest made right again, as somebody without the keys would do it."""
    with tarfile.open(archive) as source, tarfile.open(target, "w") as out:
        members = {info.name: source.extractfile(info).read() for info in source.getmembers()}
        members["database.dump"] = b"other rows"
        manifest = json.loads(members["manifest.json"])
        manifest["members"]["database.dump"] = {
            "size": 10,
            "sha256": hashlib.sha256(b"other rows").hexdigest(),
        }
        members["manifest.json"] = json.dumps(manifest).encode()
        signature = members["manifest.sha256"].decode().partition("\n")[2] if keep_signature else ""
        right = hashlib.sha256(members["manifest.json"]).hexdigest()
        members["manifest.sha256"] = f"{right}\n{signature}".encode()
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            out.addfile(info, io.BytesIO(content))
    return target


def test_our_own_is_taken(archive):
    with opened(archive) as tar:
        verified(tar)
        check_signature(tar)


@pytest.mark.parametrize("keep_signature", [True, False])
def test_an_altered_one_is_refused_though_every_digest_fits(archive, tmp_path, keep_signature):
    with opened(altered(archive, tmp_path / "other.tar", keep_signature=keep_signature)) as tar:
        assert verified(tar).members["database.dump"].size == 10
        with pytest.raises(Refused, match="not signed"):
            check_signature(tar)


def test_of_another_installation_it_is_refused_until_its_keys_are_here(archive, settings):
    before = settings.NUANXIN_KEYS
    settings.NUANXIN_KEYS = ["c29tZWJvZHktZWxzZXMta2V5LXNvbWVib2R5LWVsc2U="]
    with opened(archive) as tar, pytest.raises(Refused):
        check_signature(tar)
    settings.NUANXIN_KEYS = [*settings.NUANXIN_KEYS, *before]
    with opened(archive) as tar:
        check_signature(tar)
