"""The programs around the product: what they say on a machine that lacks something, what they leave behind."""

import inspect
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from scripts import pg, screenshots, setup, test
from tests import servers
from tests.architecture.source import ROOT

needs_postgres = pytest.mark.skipif(
    pg.binaries() is None, reason="PostgreSQL's server programs are not installed"
)


def find_python(**environment):
    return subprocess.run(
        ["sh", ROOT / "scripts" / "python.sh"],
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_fitting_python_is_found():
    answer = find_python(PYTHON=sys.executable)
    assert answer.returncode == 0
    assert answer.stdout.strip() == sys.executable


def test_an_old_python_is_a_sentence(tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *platform*) echo 3.9.2;; *) exit 1;; esac\n')
    old.chmod(0o755)
    answer = find_python(PYTHON=str(old))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "Python 3.11" in answer.stderr
    assert "3.9.2" in answer.stderr


def test_the_lock_of_this_python_decides_what_is_installed():
    assert setup.lock_file(test=False).exists()
    assert setup.fingerprint(test=False) != setup.fingerprint(test=True)


@needs_postgres
def test_a_cluster_is_there_and_then_gone():
    with pg.cluster(fsync=False) as url, psycopg.connect(url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
        assert connection.execute("SHOW lc_collate").fetchone() == ("C.UTF-8",)
        folder = Path(connection.execute("SHOW data_directory").fetchone()[0]).parent
        assert folder.exists()
    assert not folder.exists()


@needs_postgres
def test_a_cluster_for_measuring_is_durable():
    with pg.cluster() as url, psycopg.connect(url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


@needs_postgres
def test_a_failing_command_leaves_no_cluster():
    probe = "import os; print(os.environ['NUANXIN_DATABASE_URL']); raise SystemExit(3)"
    command = [sys.executable, "-m", "scripts.pg", "--no-fsync", "--", sys.executable, "-c", probe]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 3
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(answer.stdout.strip(), connect_timeout=3)


def test_counts_come_from_the_report(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="3"/></testsuites>')
    assert test._counts(report) == (3, 3, 3)
    assert test._counts(tmp_path / "missing.xml") == (0, 0, 0)


def test_the_gallery_asks_for_its_city_as_servers_take_it():
    inspect.signature(servers.demo).bind(ROOT, *screenshots.FULL_CITY)
