"""A backup is proven by restoring it: a city that is being written to, copied, put into an empty place, compared."""

import hashlib
import io
import json
import resource
import sqlite3
import subprocess
import tarfile
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from nuanxin.kernel.backup import Refused, postgresql, verify_backup
from tests.servers import NUANXIN, environment_of, fresh_database, small_city

PASSPHRASE = "four words and more"


class City:
    """An installation with a home and a database of its own."""

    def __init__(self, home: Path, url: str, **environment: str) -> None:
        self.home, self.url = home, url
        self.environment = environment_of(home, NUANXIN_DATABASE_URL=url, NUANXIN_DEMO="1", **environment)

    def run(self, *arguments: str, passphrase: str = "", **more) -> subprocess.CompletedProcess[str]:
        seen = self.environment | ({"NUANXIN_BACKUP_PASSPHRASE": passphrase} if passphrase else {})
        return subprocess.run(
            [*NUANXIN, *arguments], env=seen, capture_output=True, text=True, check=False, **more
        )

    @contextmanager
    def database(self):
        """A function that runs a statement."""
        if self.url.startswith("sqlite"):
            with closing(
                sqlite3.connect(self.home / "nuanxin.sqlite3", isolation_level=None, timeout=30)
            ) as c:
                yield lambda text, values=(): c.execute(
                    text.replace("%s", "?").replace("%%", "%"), values
                ).fetchall()
        else:
            with psycopg.connect(self.url, autocommit=True) as c:

                def run(text, values=()):
                    cursor = c.execute(text, values) if values else c.execute(text.replace("%%", "%"))
                    return cursor.fetchall() if cursor.description else []

                yield run

    def tables(self) -> dict[str, str]:
        """Every table with a checksum over all its rows."""
        sqlite = self.url.startswith("sqlite")
        listing = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            if sqlite
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        with self.database() as run:
            names = sorted(row[0] for row in run(listing))
            return {
                name: digest_of(run(f'SELECT * FROM "{name}"')) for name in names if "_search_" not in name
            }

    def files(self) -> dict[str, str]:
        root = self.home / "files"
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in root.rglob("*")
            if path.is_file()
        }


def digest_of(rows) -> str:
    return hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A small demo city: cases, pictures, encrypted numbers, a sealed audit log. Never changed by a test."""
    home = tmp_path_factory.mktemp("city")
    with small_city(home) as url:
        yield City(home, url, **json.loads((home / "secrets.json").read_text()))


@pytest.fixture
def elsewhere(city, tmp_path):
    """An empty installation with the same keys."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    with fresh_database(home) as url:
        yield City(home, url, NUANXIN_KEYS=city.environment["NUANXIN_KEYS"])


@pytest.fixture(scope="module")
def archive(city, tmp_path_factory):
    """A backup of the city. Never changed by a test."""
    target = tmp_path_factory.mktemp("archive") / "backup.tar"
    answer = city.run("backup", str(target))
    assert answer.returncode == 0, answer.stderr
    return target


@pytest.fixture(scope="module")
def restored(archive, city, tmp_path_factory):
    """Where it has been restored. What a test changes here it puts back."""
    home = tmp_path_factory.mktemp("restored")
    with fresh_database(home) as url:
        place = City(home, url, NUANXIN_KEYS=city.environment["NUANXIN_KEYS"])
        assert place.run("restore", str(archive)).returncode == 0
        yield place


def differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before | after if before.get(name) != after.get(name)}


READS = """
import django
django.setup()
from django.utils import timezone
from nuanxin.kernel import audit
from nuanxin.people.models import Person
phones = [person.phone for person in Person.objects.all() if person.phone]
assert phones and all(phone.lstrip("+").isdigit() for phone in phones)
assert Person.objects.filter(phone_index__holds=phones[0]).exists()
audit.seal_pending(now=timezone.now())
report = audit.verify()
assert report.is_sound and report.entries, report
"""


# --- What is restored is what was there ----------------------------------------------------------------------------
def test_every_row_every_file_and_the_way_to_read_them(city, elsewhere, tmp_path):
    target, keys = tmp_path / "copy.tar", tmp_path / "keys.json"
    before, files = city.tables(), city.files()
    answer = city.run("backup", str(target), "--keys", str(keys), passphrase=PASSPHRASE)
    assert answer.returncode == 0, answer.stderr
    assert target.stat().st_mode & 0o777 == keys.stat().st_mode & 0o777 == 0o600
    assert files
    assert elsewhere.run("restore", "--verify", str(target)).returncode == 0
    answer = elsewhere.run("restore", str(target))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "audit-seals" in answer.stdout
    # That it was restored is one entry more in the audit log; nothing else differs.
    assert differing(before, elsewhere.tables()) == {"kernel_auditentry"}
    assert elsewhere.files() == files
    with elsewhere.database() as run:
        assert run("SELECT count(*) FROM cases_search") == run("SELECT count(*) FROM cases_case")
        (phone,) = run("SELECT phone FROM people_person WHERE phone <> '' LIMIT 1")[0]
    assert phone.startswith(("intl.", "sm.")), "encrypted, as before"
    environment = elsewhere.environment | {"DJANGO_SETTINGS_MODULE": "nuanxin.config.settings"}
    read = subprocess.run(
        [NUANXIN[0], "-c", READS], env=environment, capture_output=True, text=True, check=False
    )
    assert read.returncode == 0, read.stderr
    shown = elsewhere.run("restore", "--keys", str(keys), passphrase=PASSPHRASE)
    assert f"NUANXIN_KEYS={city.environment['NUANXIN_KEYS']}" in shown.stdout.replace("'", "")
    wrong = elsewhere.run("restore", "--keys", str(keys), passphrase="not at all this one")
    assert wrong.returncode == 1
    assert "passphrase" in wrong.stderr


def test_a_copy_made_while_others_write_holds_whole_transactions_only(city, elsewhere, tmp_path):
    stop, target = threading.Event(), tmp_path / "copy.tar"
    written = threading.Thread(target=write_pairs, args=[city, stop])
    written.start()
    try:
        with city.database() as run:
            while not run("SELECT count(*) FROM kernel_stamp WHERE name LIKE 'pair%%'")[0][0]:
                time.sleep(0.05)
        answer = city.run("backup", str(target))
    finally:
        stop.set()
        written.join()
        with city.database() as run:
            after = run("SELECT count(*) FROM kernel_stamp WHERE name LIKE 'pair%%'")[0][0]
            run("DELETE FROM kernel_stamp WHERE name LIKE 'pair%%'")
    assert answer.returncode == 0, answer.stderr
    assert elsewhere.run("restore", str(target)).returncode == 0
    with elsewhere.database() as run:
        names = [
            row[0] for row in run("SELECT name FROM kernel_stamp WHERE name LIKE 'pair%%' ORDER BY name")
        ]
    assert 0 < len(names) < after, "the writer was faster than the copy began and went on behind it"
    assert len(names) % 2 == 0
    numbers = sorted({int(name.split("-")[1]) for name in names})
    assert numbers == list(range(len(names) // 2)), "no hole: everything committed before is there"


def write_pairs(city: City, stop: threading.Event) -> None:
    with city.database() as run:
        number = 0
        while not stop.is_set():
            run("BEGIN")
            for side in ("a", "b"):
                values = (f"pair-{number}-{side}", f"{number:032x}")
                run("INSERT INTO kernel_stamp (name, token) VALUES (%s, %s)", values)
            run("COMMIT")
            number += 1
            time.sleep(0.002)


def test_a_restore_waits_for_the_workers_to_be_gone(restored, archive):
    with restored.database() as run:
        now = "datetime('now')" if restored.url.startswith("sqlite") else "now()"
        run(f"INSERT INTO kernel_heartbeat (worker, started_at, alive_at) VALUES ('w:1', {now}, {now})")
    before = restored.tables()
    answer = restored.run("restore", "--force", str(archive))
    assert answer.returncode == 1
    assert "Stop every server" in answer.stderr
    assert restored.tables() == before
    with restored.database() as run:
        run("DELETE FROM kernel_heartbeat")


def test_with_force_what_was_there_makes_room(city, restored, archive):
    with restored.database() as run:
        run("DELETE FROM notifications_notice")
        run("CREATE TABLE of_somebody_else (id integer)")
    (restored.home / "files" / "stray.txt").write_text("x")
    refused = restored.run("restore", str(archive))
    assert refused.returncode == 1
    assert "--force" in refused.stderr
    answer = restored.run("restore", "--force", str(archive))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert differing(city.tables(), restored.tables()) <= {"kernel_auditentry"}
    assert restored.files() == city.files()
    (kept,) = restored.home.glob("replaced-*")
    assert (kept / "files" / "stray.txt").exists()


# --- What is refused, and leaves everything as it was --------------------------------------------------------------
def test_a_backup_is_never_overwritten(city, archive):
    before = archive.read_bytes()
    answer = city.run("backup", str(archive))
    assert answer.returncode == 1
    assert "exists already" in answer.stderr
    assert archive.read_bytes() == before


def test_a_flipped_byte_is_found_wherever_it_is(elsewhere, archive, tmp_path):
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
    middle = [member.offset_data + member.size // 2 for member in (members[0], members[1], *members[-2:])]
    spots = [
        *middle,
        members[2].offset + 2,
        members[0].offset_data + 3,
    ]  # a name in a header; the first bytes
    whole = archive.read_bytes()
    for spot in spots:
        damaged = tmp_path / f"damaged-{spot}.tar"
        damaged.write_bytes(whole[:spot] + bytes([whole[spot] ^ 0x41]) + whole[spot + 1 :])
        with pytest.raises(Refused):
            verify_backup(source=damaged)
    answer = elsewhere.run("restore", str(damaged))
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert is_untouched(elsewhere)


def test_a_missing_or_foreign_member_and_a_cut_archive_are_refused(elsewhere, archive, tmp_path):
    def without_a_picture(name, text):
        return None if name == first_picture(archive) else text

    def outside(name, text):
        return text

    missing = rewritten(archive, tmp_path / "missing.tar", without_a_picture)
    foreign = rewritten(archive, tmp_path / "foreign.tar", outside, extra="files/../../outside.txt")
    cut = tmp_path / "cut.tar"
    cut.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    for damaged in (missing, foreign, cut):
        answer = elsewhere.run("restore", str(damaged))
        assert answer.returncode == 1, damaged
        assert "Traceback" not in answer.stderr
        assert is_untouched(elsewhere)
    assert not (elsewhere.home.parent / "outside.txt").exists()


def test_a_backup_of_a_later_version_and_of_another_database_are_refused(elsewhere, archive, tmp_path):
    def later(name, text):
        return edited(text, migrations=["kernel.0999_later"]) if name == "manifest.json" else text

    def other(name, text):
        return edited(text, vendor="oracle") if name == "manifest.json" else text

    for change, words in ((later, "migrations"), (other, "oracle")):
        answer = elsewhere.run("restore", str(rewritten(archive, tmp_path / f"{words}.tar", change)))
        assert answer.returncode == 1
        assert words in answer.stderr
        assert is_untouched(elsewhere)


def test_a_backup_whose_keys_are_not_here_is_refused(elsewhere, archive):
    elsewhere.environment["NUANXIN_KEYS"] = "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktMTI="
    answer = elsewhere.run("restore", str(archive))
    assert answer.returncode == 1
    assert "NUANXIN_KEYS lacks" in answer.stderr
    assert is_untouched(elsewhere)


@pytest.mark.parametrize("limit", [40_000, 400_000])
def test_a_full_disk_leaves_nothing_half_written(city, elsewhere, archive, tmp_path, limit):
    """The largest file that the process may write is smaller than what it would have to write."""

    def narrow():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    folder = tmp_path / "full"
    folder.mkdir()
    answer = city.run("backup", str(folder / "copy.tar"), preexec_fn=narrow)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert not list(folder.iterdir())
    answer = elsewhere.run("restore", str(archive), preexec_fn=narrow)
    assert answer.returncode == 1, answer.stdout
    assert "Traceback" not in answer.stderr
    assert is_untouched(elsewhere)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks into /proc, which is Linux's")
def test_a_killed_backup_leaves_nothing(city, tmp_path):
    """Killed as soon as it has begun to write, and at some later moments."""
    killed = 0
    for delay in (0, 0, 0.02, 0.05):
        folder = tmp_path / f"killed-{delay}-{killed}"
        folder.mkdir()
        process = subprocess.Popen(
            [*NUANXIN, "backup", str(folder / "copy.tar")],
            env=city.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while process.poll() is None and not has_open_file(process.pid, folder):
            time.sleep(0.001)
        time.sleep(delay)
        process.kill()
        killed += process.wait() != 0
        left = [path.name for path in folder.iterdir()]
        assert left in ([], ["copy.tar"]), left
        if left:
            assert city.run("restore", "--verify", str(folder / "copy.tar")).returncode == 0
    assert killed


@pytest.mark.postgres
def test_without_postgresqls_tools_it_says_what_to_install(city, tmp_path):
    with pytest.raises(Refused, match="newer is needed"):
        postgresql.tool("pg_dump", 990_000)
    with pytest.raises(Refused, match="there is none") as error:
        postgresql.tool("pg_dump_of_nobody", 150_000)
    assert "postgresql-client" in error.value.hint


def has_open_file(pid: int, folder: Path) -> bool:
    try:
        return any(str(each.readlink()).startswith(str(folder)) for each in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def is_untouched(city: City) -> bool:
    """No file, no table; SQLite's database may not even exist."""
    left = [path for path in city.home.rglob("*") if path.is_file()]
    if city.url.startswith("sqlite"):
        return not left
    with city.database() as run:
        return not left and not run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


def first_picture(archive: Path) -> str:
    with tarfile.open(archive) as tar:
        return next(name for name in tar.getnames() if name.startswith("files/"))


def edited(manifest: bytes, **changes: object) -> bytes:
    return json.dumps(json.loads(manifest) | changes).encode()


def rewritten(archive: Path, target: Path, change, extra: str = "") -> Path:
    """The archive with its members changed and the manifest's own digest made right again."""
    with tarfile.open(archive) as source, tarfile.open(target, "w") as out:
        manifest = b""
        for info in source.getmembers():
            text = change(info.name, source.extractfile(info).read())
            if info.name == "manifest.json":
                manifest = text
            if info.name == "manifest.sha256":
                text = hashlib.sha256(manifest).hexdigest().encode()
            if text is not None:
                info.size = len(text)
                out.addfile(info, io.BytesIO(text))
            if extra and info.name == first_picture(archive):
                other = tarfile.TarInfo(extra)
                other.size = 1
                out.addfile(other, io.BytesIO(b"x"))
    return target
