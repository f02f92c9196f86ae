"""Where a weakness is reported, and what the audit administrator takes out of the house."""

import csv
import io
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit import record
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.people.models import Assignment
from tests.factories.people import sign_in

SECURITY = "/.well-known/security.txt"


def test_nobody_answers_nothing_is_promised(db):
    assert Client().get(SECURITY).status_code == 404


def test_the_file_is_as_rfc_9116_asks(db, settings):
    settings.NUANXIN_SECURITY_CONTACT = ["security@example.gov.cn", "https://example.gov.cn/weakness"]
    settings.NUANXIN_SECURITY_POLICY_URL = "https://example.gov.cn/security"
    settings.BASE_URL = "https://nuanxin.example.gov.cn"
    answer = Client().get(SECURITY)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = [line.split(": ", 1) for line in answer.content.decode().splitlines()]
    assert [value for name, value in lines if name == "Contact"] == [
        "mailto:security@example.gov.cn", "https://example.gov.cn/weakness",
    ]  # fmt: skip
    told = dict(lines)
    expires = datetime.fromisoformat(told["Expires"])
    assert timedelta(days=30) < expires - timezone.now() < timedelta(days=366)
    assert told["Canonical"] == f"https://nuanxin.example.gov.cn{SECURITY}"
    assert told["Policy"] == "https://example.gov.cn/security"
    assert told["Preferred-Languages"] == "zh, en"


def as_(town, who):
    return sign_in(Client(), Assignment.objects.get(person=town.persons[who]))


def test_the_audit_log_leaves_as_a_table_and_says_that_it_did(town):
    record(actor=SYSTEM, action="people.assign", object_type="x", object_id="=1+1", now=town.now)
    client = as_(town, "audit_admin")
    answer = client.get("/audit/export.csv", {"action": "people."})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert "people.assign" in {row["action"] for row in rows}
    assert "'=1+1" in {row["object_id"] for row in rows}
    assert all(len(row["digest"]) == 64 for row in rows)
    assert AuditEntry.objects.filter(action="audit.export").count() == 1
    for name in town.persons.values():
        assert name.name not in answer.content.decode()
    for other in ("system_admin", "security_admin", "dispatcher", "worker"):
        assert as_(town, other).get("/audit/export.csv").status_code == 404


@pytest.mark.django_db
def test_more_than_fits_is_refused_not_cut_off(town, monkeypatch):
    monkeypatch.setattr("nuanxin.kernel.audit.export.MOST", 1)
    for _ in range(3):
        record(actor=SYSTEM, action="people.assign", now=town.now)
    answer = as_(town, "audit_admin").get("/audit/export.csv", {"action": "people.assign"})
    assert answer.status_code == 422
    assert not AuditEntry.objects.filter(action="audit.export").exists()


def test_the_security_administrator_begins_with_the_people(town):
    assert as_(town, "security_admin").get("/desk/")["Location"] == "/people/"


def test_the_audit_log_names_roles_as_people_do(town):
    record(actor=SYSTEM, action="people.assign", now=town.now)
    page = as_(town, "audit_admin").get("/audit/", {"action": "people.assign"}).content.decode()
    assert ">系统</td>" in page
    assert ">system</td>" not in page
