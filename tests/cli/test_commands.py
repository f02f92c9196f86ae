"""The command line as an operator meets it: real processes on a database of their own."""

import json
import os
import socket
import subprocess
import sys

import click
import pytest
from django.utils import translation

from nuanxin.cli.main import COMMANDS, main
from tests.servers import NUANXIN, environment_of, fresh_database


@pytest.fixture
def nuanxin(tmp_path):
    """Run `nuanxin …` and return the finished process."""

    def run(*arguments, **environment):
        with_settings = environment_of(tmp_path, **environment)
        return subprocess.run(
            [*NUANXIN, *arguments], env=with_settings, capture_output=True, text=True, check=False
        )

    return run


def test_help_names_every_command_and_needs_no_settings(nuanxin):
    answer = nuanxin("--help", NUANXIN_SECRET_KEY="")
    assert answer.returncode == 0, answer.stderr
    for name, entry in COMMANDS.items():
        assert name in answer.stdout
        assert entry.summary.split()[0] in answer.stdout


HELP_OF_ALL = """
import json, sys
from click.testing import CliRunner
from nuanxin.cli.main import main
answers = {}
for path in json.loads(sys.stdin.read()):
    sys.argv = ["nuanxin", *path, "--help"]  # looked at before click does
    answer = CliRunner().invoke(main, [*path, "--help"], prog_name="nuanxin")
    answers[" ".join(path)] = [answer.exit_code, answer.output]
print(json.dumps(answers))
"""


def test_every_command_teaches_by_example(tmp_path):
    """In one process for all of them, without settings: starting one for each takes longer than reading."""
    paths = [
        {
            "territories": ["territories", "load"],
            "people": ["people", "invite"],
            "calendar": ["calendar", "holidays"],
        }.get(n, [n])
        for n in COMMANDS
    ]
    done = subprocess.run(
        [sys.executable, "-c", HELP_OF_ALL],
        input=json.dumps(paths),
        env=environment_of(tmp_path, NUANXIN_SECRET_KEY=""),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(done.stdout.splitlines()[-1])
    assert len(answers) == len(COMMANDS)
    for path, (code, words) in answers.items():
        assert code == 0, words
        assert f"nuanxin {path}" in words or path == "docs"


def test_a_missing_secret_is_a_sentence_that_says_what_to_do(nuanxin):
    answer = nuanxin("check", NUANXIN_SECRET_KEY="")
    assert answer.returncode == 1
    assert "NUANXIN_SECRET_KEY" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("command", "language"),
    [
        ("demo", "zh-hans"),
        ("migrate", "zh-hans"),
        ("people", "zh-hans"),
        ("worker", "zh-hans"),
        ("check", "en"),
    ],
)
def test_an_english_terminal_is_answered_in_english_and_changes_no_notice(monkeypatch, command, language):
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    main.get_command(click.Context(main), command)
    assert translation.get_language() == language


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_busy_port_is_a_sentence(nuanxin, command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = nuanxin(command, "--port", str(port))
    assert answer.returncode == 1
    assert str(port) in answer.stderr
    assert "another port" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_demo_stays_on_this_machine(nuanxin):
    answer = nuanxin("demo", "--host", "0.0.0.0")  # noqa: S104 -- refusing it is the point
    assert answer.returncode == 1
    assert "loopback" in answer.stderr


def test_the_demo_leaves_a_database_of_others_alone(nuanxin, tmp_path):
    with fresh_database(tmp_path) as url:
        assert nuanxin("migrate", NUANXIN_DATABASE_URL=url).returncode == 0
        answer = nuanxin("demo", "--build-only", "--fresh", NUANXIN_DATABASE_URL=url, NUANXIN_DEMO="1")
        assert answer.returncode == 1
        assert "untouched" in answer.stderr
        assert nuanxin("migrate", NUANXIN_DATABASE_URL=url).returncode == 0


def test_migrate_invite_check(nuanxin, tmp_path):
    home = tmp_path / "not" / "there" / "yet"
    with fresh_database(home) as url:
        environment = {"NUANXIN_DATABASE_URL": url, "NUANXIN_HOME": str(home)}
        assert nuanxin("migrate", **environment).returncode == 0
        assert nuanxin("migrate", **environment).returncode == 0, "a second time changes nothing"
        invited = nuanxin("people", "invite", "--name", "张三三", "--role", "system_admin", **environment)
        assert invited.returncode == 0, invited.stderr
        assert "http://" in invited.stdout
        refused = nuanxin("people", "invite", "--name", "李四四", "--role", "emperor", **environment)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
        answer = nuanxin("check", "--json", **environment)
        findings = {row["code"]: row for row in map(json.loads, answer.stdout.splitlines())}
    assert {"database", "keys", "audit-seals", "deliveries"} <= findings.keys()
    assert {"calendar", "calendar-provisional"} & findings.keys(), "depends on the time of the year"
    assert "worker-silent" in findings, "no worker runs in this test"
    assert answer.returncode == 0, answer.stdout


def test_check_fails_when_the_database_is_behind(nuanxin, tmp_path):
    with fresh_database(tmp_path) as url:
        answer = nuanxin("check", NUANXIN_DATABASE_URL=url)
    assert answer.returncode == 1
    assert "database-behind" in answer.stdout
    assert "nuanxin migrate" in answer.stdout


def test_the_environment_of_tests_reaches_processes():
    assert os.environ["NUANXIN_SECRET_KEY"]
