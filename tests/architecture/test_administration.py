"""Every administrator's action leaves a trace: a walk over all writing addresses and all commands."""

import base64
import inspect
import json
import re
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nuanxin.cli.main import COMMANDS, load, main
from nuanxin.kernel.access import policy
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.files import detector
from nuanxin.people.models import RoleAction
from nuanxin.people.services import create_token
from tests.architecture.administration import DEEDS, NOTHING, PREPARED, outlined
from tests.architecture.hands import Hand, assignment_of
from tests.architecture.sides import ADMINISTRATION, WORK
from tests.architecture.test_urls import PAGES, operations
from tests.cases.test_sheets import workbook
from tests.factories.people import sign_in
from tests.factories.town import STREET

ALL = [deed for group in DEEDS.values() for deed in group]
# What is typed in these fields is not for the log; where a reason has to be given, its own table keeps it.
UNSAID = (
    "address", "again", "basis", "name", "note", "old_phone", "opinion", "password", "phone", "reason", "url",
    "words",
)  # fmt: skip
WITH_REASON = {"cases.original_picture"}  # asked for so that the audit administrator reads it
SECRET = re.compile(r"\b(?:nx|nxo)_[\w-]{20,}|whsec_[\w+/=]{20,}|/invited/[\w-]{20,}")

# What a command leaves, or why it leaves nothing.
BY_COMMAND = {
    "people invite": "people.invite",
    "people end": "people.end_assignment",
    "people reset-second-factor": "people.second_factor_reset",
    "territories load": "territories.boundaries",
    "import": "sheets.apply",
    "calendar holidays": "system.set_holidays",
    "calendar hours": "system.set_hours",
    "rotate-keys": "system.rotate_keys",
    "migrate": "system.migrate",
    "backup": "system.backup, and system.write_keys with --keys: tests/kernel/test_s3.py",
    "restore": "system.restore: as above",
    "incentives replay": "incentives.rebuild, nothing with --check: tests/incentives/test_replay.py",
    "check": "",  # reads
    "demo": "",  # a city of its own, which refuses the database of another
    "serve": "",
    "worker": "",
    "docs": "",  # writes files of the source, touches no database
    "indicators compile": "",  # as above
    "suggestions train": "",  # as above
    "suggestions measure": "",  # prints counts
}


# --- Nothing is left out ---------------------------------------------------------------------------
def name_of(entry) -> str:
    return f"{entry.callback.__module__.split('.')[1]}:{entry.name}"


def writes(view) -> bool:
    """A page says by its decorators that it only reads; one that says nothing may write."""
    while view is not None:
        held = inspect.getclosurevars(view).nonlocals
        if "request_method_list" in held:
            return not set(held["request_method_list"]) <= {"GET", "HEAD"}
        view = getattr(view, "__wrapped__", None)
    return True


def test_every_permission_is_of_administration_or_of_work():
    assert not ADMINISTRATION & WORK
    assert set(policy.permissions()) | {"signed_in"} == ADMINISTRATION | WORK


def test_every_writing_address_of_administration_is_in_the_table():
    known = {deed.address for deed in ALL if not is_call(deed)} | set(NOTHING)
    pages = {name_of(entry): entry.callback for _route, entry in PAGES}
    asked = {name for name, view in pages.items() if writes(view) and ADMINISTRATION & set(view.permissions)}
    missing = sorted(asked - known)
    assert not missing, "say in tests/architecture/administration.py what they leave in the audit log"
    assert not sorted(known - set(pages))
    calls = {
        f"{method} {path}"
        for path, call in operations()
        for method in call.methods
        if ADMINISTRATION & set(call.view_func.permissions) and method != "GET"
    }
    assert calls == {deed.address for deed in ALL if is_call(deed)}, (
        "an operation of this kind needs its line too"
    )


def test_every_command_is_in_the_table():
    found = set()
    for name in COMMANDS:
        command = load(name)
        below = command.commands if isinstance(command, click.Group) else {}
        found |= {f"{name} {each}" for each in below} or {name}
    assert found == set(BY_COMMAND)


# --- In the browser --------------------------------------------------------------------------------
@pytest.fixture
def town(settings, tmp_path, monkeypatch, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.NUANXIN_OUTSIDE_LOOPBACK, settings.NUANXIN_EXCHANGE_PROVIDER = True, "recorder"
    monkeypatch.setattr(detector, "models", lambda: None)  # a person looks alone, and at once
    return town_of(timezone.now() - timedelta(hours=3))


@pytest.mark.parametrize("group", DEEDS)
def test_each_deed_leaves_exactly_its_rows(town, group):
    if group in PREPARED:
        PREPARED[group](town)
    for deed in DEEDS[group]:
        carry_out(town, deed)


def is_call(deed) -> bool:
    return deed.address.startswith("POST /")


def at_a_browser(town, deed) -> Hand:
    hand = Hand(town, sign_in(Client(), assignment_of(town, deed.who)))
    hand.path = reverse(deed.address, args=deed.args(hand))
    return hand


def at_its_program(town, deed) -> Hand:
    """The operation's holes are filled from left to right."""
    _row, text = create_token(
        person=town.persons[deed.who], assignment=assignment_of(town, deed.who), name="x", now=timezone.now()
    )
    hand = Hand(town, Client(headers={"authorization": f"Bearer {text}"}))
    filled = re.sub(r"{\w+}", "{}", deed.address.removeprefix("POST "))
    hand.path = filled.format(*deed.args(hand))
    return hand


def carry_out(town, deed) -> None:
    """Do it as the product is used, and look at what stands in the log afterwards."""
    hand = at_its_program(town, deed) if is_call(deed) else at_a_browser(town, deed)
    given = deed.body(hand) if callable(deed.body) else deed.body
    last, before = AuditEntry.objects.latest("pk").pk, timezone.now()
    if is_call(deed):
        answer = hand.client.post(hand.path, json.dumps(given), content_type="application/json")
    else:
        view = next(entry.callback for _route, entry in PAGES if name_of(entry) == deed.address)
        answer = hand.client.post(hand.path, given) if writes(view) else hand.client.get(hand.path)
    shown = answer.getvalue().decode(errors="replace")
    assert answer.status_code in {200, 201, 302}, (deed, answer.status_code, shown)
    rows = list(AuditEntry.objects.filter(pk__gt=last).order_by("pk"))
    left = tuple(f"{'system:' * (row.role == 'system')}{row.action}" for row in rows)
    assert left == deed.leaves, deed.address
    unsaid = [given[name] for name in UNSAID if name in given] + SECRET.findall(shown)
    unsaid += [each for person in town.persons.values() for each in (person.name, person.phone)]
    for row in rows:
        assert row.role == "system" or row.actor_subject_id == town[deed.who].subject_id, (deed, row.action)
        assert before <= row.at <= timezone.now()
        assert row.object_type, (deed.address, row.action)
        assert row.result == "ok"
        said = json.dumps([row.detail, row.object_id], ensure_ascii=False)
        if row.action not in WITH_REASON:
            assert not [each for each in unsaid if each in said], (deed.address, row.action, said)


# --- On the command line ---------------------------------------------------------------------------
def test_the_command_line_leaves_its_rows_too(town, settings, tmp_path):
    """As the system, whom nobody signed in for: who may use the command line is the operating system's business."""
    area, units, days = (tmp_path / name for name in ("area.geojson", "units.xlsx", "days.csv"))
    days.write_text("date,kind,name\n2030-01-01,off,元旦\n", encoding="utf-8")
    area.write_bytes(outlined())
    units.write_bytes(workbook(("单位名称", "类别", "区划代码"), ("枫林绿化队", "城市管理", STREET)))
    settings.NUANXIN_KEYS = [base64.b64encode(bytes([7]) * 32).decode(), *settings.NUANXIN_KEYS]
    RoleAction.objects.filter(role="swd", permission="cases.publish").delete()  # comes back with the version
    calls = {
        "people invite": ["--name", "新来的管理员", "--role", "audit_admin", "--phone", "19911110003"],
        "people reset-second-factor": ["security_admin"],
        "people end": ["security_admin", "--role", "security_admin", "--reason", "换人了"],
        "territories load": [str(area)],
        "import": ["units", str(units), "--apply"],
        "calendar holidays": [str(days), "--source", "演示通知"],
        "calendar hours": ["08:30-12:00", "14:00-18:00", "--since", "2030-01-01"],
        "rotate-keys": [],
        "migrate": [],
    }
    for name, arguments in calls.items():
        last = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        done = CliRunner().invoke(main, [*name.split(), *arguments])
        assert done.exit_code == 0, (name, done.output)
        row = AuditEntry.objects.filter(pk__gt=last).latest("pk")
        assert (row.action, row.role, bool(row.object_type)) == (BY_COMMAND[name], "system", True), name
        said = json.dumps(row.detail, ensure_ascii=False)
        assert not [each for each in ("新来的管理员", "19911110003", "换人了", "枫林绿化队") if each in said]
    assert {name for name, action in BY_COMMAND.items() if action and ":" not in action} == set(calls)
