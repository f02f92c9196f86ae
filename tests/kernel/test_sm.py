"""`NUANXIN_CRYPTO=sm` end to end: SM4 columns, SM3 indexes, seals, signatures; moving there loses nothing."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.hazmat.primitives import hashes
from django.db import connection
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.services import Draft
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry, AuditSeal
from nuanxin.kernel.audit.record import is_digest_of
from nuanxin.kernel.backup.manifest import is_signed, signed
from nuanxin.kernel.channels.queries import recorded_messages
from nuanxin.kernel.privacy.rotation import keys_in_use, reencrypt
from nuanxin.people.models import Assignment
from nuanxin.people.queries.subjects import person_by_phone
from nuanxin.people.services.second_factor import check_second_factor, confirm_second_factor, new_secret
from tests.factories.people import NOW, mobile, sign_in, worker
from tests.factories.town import COMMUNITY, LAT, LNG, build_town


def record_one():
    audit.record(actor=SYSTEM, action="x.y", now=NOW)
    return AuditEntry.objects.latest("pk")


def sm3(text: bytes) -> bytes:
    hashed = hashes.Hash(hashes.SM3())
    hashed.update(text)
    return hashed.finalize()


@pytest.mark.django_db
def test_numbers_are_under_sm4_and_found_by_sm3(settings):
    settings.NUANXIN_CRYPTO = "sm"
    phone = mobile()
    person = worker(phone=phone)
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM people_person WHERE id = %s", [person.pk])
        stored = cursor.fetchone()[0]
    assert stored.startswith("sm.")
    assert phone not in stored
    assert person_by_phone(f"+86{phone}") == person


@pytest.mark.django_db(transaction=True)
def test_the_log_is_sealed_with_sm3_and_goes_on_from_what_was_sealed_before(settings):
    record_one()
    audit.seal_pending(now=NOW)
    settings.NUANXIN_CRYPTO = "sm"
    entry = record_one()
    assert len(entry.digest) == 32
    assert is_digest_of(bytes(entry.digest), entry)
    audit.seal_pending(now=NOW)
    assert list(AuditSeal.objects.order_by("number").values_list("algorithm", flat=True)) == ["sha256", "sm3"]
    assert audit.verify().is_sound
    settings.NUANXIN_CRYPTO = "intl"
    assert audit.verify().is_sound


def test_sm3_is_the_standards(settings):
    """GB/T 32905, annex A.1."""
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert audit.merkle.ALGORITHMS["sm3"](b"abc").hex() == expected == sm3(b"abc").hex()


def test_a_backup_is_signed_and_stays_so_after_the_move(settings):
    settings.NUANXIN_CRYPTO = "intl"
    before = signed(b"{}").decode()
    settings.NUANXIN_CRYPTO = "sm"
    assert is_signed(before)
    now = signed(b"{}").decode()
    assert now != before
    assert is_signed(now)
    assert not is_signed(now.replace(now[-3:], "000"))
    settings.NUANXIN_KEYS = ["c29tZWJvZHktZWxzZXMta2V5LXNvbWVib2R5LWVsc2U="]
    assert not is_signed(now)


# --- A day under sm: whatever encrypts, indexes, signs or seals, through the doors that people use ------------------
@pytest.fixture
def sm_town(db, settings, tmp_path):
    settings.NUANXIN_CRYPTO, settings.MEDIA_ROOT = "sm", tmp_path / "media"
    return build_town(timezone.now() - timedelta(hours=3))


def test_signing_in_by_code_and_by_two_factors(sm_town):
    person = sm_town.persons["worker"]
    client = Client()
    page = client.post("/sign-in/code/", {"phone": "19900000000"}).content.decode()
    code = re.search(r"\d{6}", recorded_messages()[0].text)[0]
    given = {
        "phone": "19900000000",
        "code_id": re.search(r'name="code_id" value="([^"]+)"', page)[1],
        "code": code,
    }
    assert client.post("/sign-in/", given).status_code == 302
    assert person.name in client.get("/me/").content.decode()

    staff, secret, now = sm_town.persons["dispatcher"], new_secret(), timezone.now()
    counter = int(now.timestamp()) // 30
    typed = format_hotp_value(hotp_value(secret, counter))
    confirm_second_factor(person=staff, secret=secret, code=typed, now=now)
    later = now + timedelta(minutes=1)
    typed = format_hotp_value(hotp_value(secret, int(later.timestamp()) // 30))
    check_second_factor(person=staff, code=typed, now=later)
    assert {mark.split(".")[0] for mark in keys_in_use()} == {"sm"}


def test_a_reporters_number_is_kept_found_and_shown_for_a_reason(sm_town):
    draft = Draft(category="0401", text="路坏了", lng=LNG + 0.002, lat=LAT + 0.002)
    case = services.report_case(
        actor=sm_town["dispatcher"], draft=draft, key="desk-0001", now=sm_town.now,
        on_behalf=services.OnBehalf(name="小王", phone="19911112222"),
    ).case  # fmt: skip
    contact = services.reveal_reporter(
        actor=sm_town["dispatcher"], case=case, reason="伤者要救护，必须回电确认门牌号", now=timezone.now()
    )
    assert contact is not None
    assert "19911112222" in contact.name + contact.phone  # whoever has no account yet is kept in one line
    assert {mark.split(".")[0] for mark in keys_in_use()} == {"sm"}


def test_a_list_is_turned_over_and_ones_data_is_exported_and_erased(sm_town):
    client = sign_in(Client(), Assignment.objects.get(person=sm_town.persons["worker"]))
    for number in range(3):
        body = {
            "key": f"phone-000{number}",
            "category": "0401",
            "text": f"路面一个大坑{number}",
            "different": "1",
        }
        assert (
            client.post("/report/", body | {"place_by": "territory", "territory": COMMUNITY}).status_code
            == 302
        )
    assert "19900000000" in client.post("/me/export/", {"format": "json"}).content.decode()
    before = keys_in_use()
    reencrypt()
    assert keys_in_use() == before
    audit.seal_pending(now=timezone.now())
    assert set(AuditSeal.objects.values_list("algorithm", flat=True)) <= {"sm3"}
    assert audit.verify().is_sound
