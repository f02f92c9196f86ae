import base64
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.access import Actor
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.channels.models import Channel, RecordedMessage
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.privacy import masking, register
from nuanxin.kernel.privacy.fields import BlindIndexField, EncryptedTextField, blind_index, blind_indexes
from nuanxin.kernel.privacy.keys import UnreadableSecret, decrypt, encrypt
from nuanxin.kernel.privacy.masking import Kind, masked, shown
from nuanxin.kernel.privacy.register import Erased, is_personal
from nuanxin.kernel.privacy.rotation import reencrypt
from nuanxin.kernel.privacy.runners import erase_person, export_person
from nuanxin.kernel.privacy.unmask import unmask

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
OLD_KEY, NEW_KEY = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
PHONE = "13812345678"


# --- Masking ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.PHONE, "13812345678", "138****5678"),
        (Kind.PHONE, "+86 138-1234-5678", "138****5678"),
        (Kind.PHONE, "0818-2123456", "*********56"),
        (Kind.PHONE, "110", "***"),
        (Kind.ID_NUMBER, "11010519491231002X", "1****************X"),
        (Kind.ID_NUMBER, "12", "**"),
        (Kind.NAME, "王强", "王*"),
        (Kind.NAME, "王小强", "王*强"),
        (Kind.NAME, "欧阳小强", "欧**强"),
        (Kind.NAME, "王", "王*"),
        (Kind.NAME, "阿卜杜·热", "阿**·*"),
        (Kind.NAME, "阿卜杜", "阿*杜"),
        (Kind.NAME, "John Smith", "J*** *****"),
        (Kind.PLATE, "川A12345", "川A·**345"),
        (Kind.PLATE, "川A·D12345", "川A·***345"),
        (Kind.PLATE, "达州 012345", "*****345"),
        (Kind.ADDRESS, "朝阳街道金色小区3栋2单元501室", "朝阳街道金色小区3栋***"),
        (Kind.ADDRESS, "金色小区12号楼", "金色小区12号楼"),
        (Kind.ADDRESS, "大寨路8号院2号楼1002", "大寨路8号院2号楼***"),
        (Kind.ADDRESS, "滨河路A座1203", "滨河路A座***"),
        (Kind.ADDRESS, "滨河路18号502室", "滨河路18号***"),
        (Kind.ADDRESS, "金色小区2单元501", "金色小区***"),
        (Kind.MAIL, "zhang.wei@example.com", "z***@example.com"),
        (Kind.MAIL, "nonsense", "********"),
    ],
)
def test_masks(kind, value, expected):
    assert masked(kind, value) == expected


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_stays_nothing(kind):
    assert masked(kind, "") == ""


@given(st.sampled_from([Kind.PHONE, Kind.ID_NUMBER, Kind.NAME, Kind.PLATE]), st.text(min_size=1, max_size=30))
def test_no_mask_ever_shows_everything(kind, value):
    result = masked(kind, value)
    assert result != value or not any(char.isalnum() for char in value)


@pytest.fixture
def roles(monkeypatch):
    monkeypatch.setattr(masking, "_revealed", masking.defaultdict(set))
    masking.reveal("dispatcher", Kind.PHONE, Kind.NAME)


def test_the_role_decides_and_ones_own_is_always_clear(roles):
    assert shown(Kind.PHONE, PHONE, role="dispatcher") == PHONE
    assert shown(Kind.ADDRESS, "金色小区3栋501", role="dispatcher") == "金色小区3栋***"
    assert shown(Kind.PHONE, PHONE, role="guard") == "138****5678"
    assert shown(Kind.PHONE, PHONE, role="guard", own=True) == PHONE
    assert shown(Kind.PHONE, PHONE, role="") == "138****5678"


@pytest.mark.django_db
def test_unmasking_needs_a_reason_and_is_on_record():
    subject = uuid4()
    actor = Actor(role="dispatcher", person_id=1, subject_id=subject, scope_code="990101001000")
    asked = {"actor": actor, "kind": Kind.PHONE, "value": PHONE, "object_type": "cases.Case", "object_id": 7}
    with pytest.raises(Invalid):
        unmask(**asked, reason=" 看看 ", now=NOW)
    with pytest.raises(Invalid):
        unmask(**asked, reason="\u200b\u200b\u202e\u200f\ufeff", now=NOW)  # long enough, and nothing to read
    assert not AuditEntry.objects.filter(actor_subject_id=subject).exists()
    assert unmask(**asked, reason="与报告人确认地点", now=NOW) == PHONE
    entry = AuditEntry.objects.get(actor_subject_id=subject)
    assert (entry.action, entry.object_type, entry.object_id) == ("privacy.unmask", "cases.Case", "7")
    assert PHONE not in str(entry.detail)


# --- Encryption ------------------------------------------------------------------------------------------------
@pytest.fixture(params=["intl", "sm"])
def ring(request, settings):
    settings.NUANXIN_CRYPTO = request.param
    settings.NUANXIN_KEYS = [NEW_KEY, OLD_KEY]
    return settings


@pytest.mark.parametrize("plain", ["13812345678", "王强", "", "𬭸" * 500, "a.b.c"])
def test_what_was_encrypted_comes_back(ring, plain):
    sealed = encrypt(plain, "people.phone")
    assert decrypt(sealed, "people.phone") == plain
    assert not plain or plain not in sealed
    assert sealed != encrypt(plain, "people.phone")


def test_another_column_another_key_and_a_changed_letter_are_unreadable(ring):
    sealed = encrypt(PHONE, "people.phone")
    with pytest.raises(UnreadableSecret, match="another column"):
        decrypt(sealed, "people.id_number")
    head, body = sealed.rsplit(".", 1)
    swapped = ("A" if body[20] != "A" else "B").join([body[:20], body[21:]])
    for wrong in (f"{head}.{swapped}", f"{head}.{body[:10]}", "nonsense", f"{head}.", f"x.{sealed}"):
        with pytest.raises(UnreadableSecret):
            decrypt(wrong, "people.phone")
    ring.NUANXIN_KEYS = [OLD_KEY]
    with pytest.raises(UnreadableSecret, match="NUANXIN_KEYS"):
        decrypt(sealed, "people.phone")


def test_what_one_standard_wrote_the_other_reads(ring):
    sealed, index = encrypt(PHONE, "people.phone"), blind_index(PHONE, "people.phone")
    ring.NUANXIN_CRYPTO = "sm" if ring.NUANXIN_CRYPTO == "intl" else "intl"
    assert decrypt(sealed, "people.phone") == PHONE
    assert index in blind_indexes(PHONE, "people.phone")
    assert index != blind_index(PHONE, "people.phone")


def test_a_blind_index_depends_on_key_and_purpose_and_not_on_writing(ring):
    index = blind_index("ab12", "people.plate")
    assert len(index) == 64
    assert blind_index(" ＡＢ12 ", "people.plate") == index
    assert blind_index("ab12", "people.phone") != index
    ring.NUANXIN_KEYS = [OLD_KEY]
    assert blind_index("ab12", "people.plate") != index


@pytest.mark.parametrize("keys", [[], ["short"], [base64.b64encode(b"x" * 16).decode()], ["*" * 44]])
def test_keys_are_checked(settings, keys):
    settings.NUANXIN_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="NUANXIN_KEYS"):
        encrypt("x", "y")


def test_the_standard_is_checked(settings):
    settings.NUANXIN_CRYPTO = "rot13"
    with pytest.raises(ImproperlyConfigured, match="NUANXIN_CRYPTO"):
        encrypt("x", "y")


# --- Encrypted columns -----------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def holders(django_db_setup, django_db_blocker):
    """A table with a secret, outside any test's transaction: SQLite's schema editor works only there."""
    with isolate_apps("nuanxin.kernel"):

        class Holder(models.Model):
            phone = EncryptedTextField(blank=True, purpose="test.phone")
            phone_index = BlindIndexField(source="phone", purpose="test.phone", unique=True)
            note = EncryptedTextField(null=True, purpose="test.note")

            class Meta:
                app_label = "kernel"
                db_table = "test_privacy_holder"

    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Holder)
        yield Holder
        with connection.schema_editor() as editor:
            editor.delete_model(Holder)


def stored(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT phone, phone_index, note FROM {model._meta.db_table} ORDER BY id")
        return cursor.fetchall()


@pytest.mark.django_db
def test_columns_are_unreadable_in_the_database_and_found_by_value(holders, ring):
    holder = holders.objects.create(phone=PHONE, note="住三楼")
    holders.objects.bulk_create([holders(phone="13900001111"), holders(phone=""), holders(phone="")])
    assert PHONE not in str(stored(holders))
    assert "住三楼" not in str(stored(holders))
    found = holders.objects.get(phone_index__holds=f" {PHONE}")
    assert (found.pk, found.phone, found.note) == (holder.pk, PHONE, "住三楼")
    assert [row.phone for row in holders.objects.order_by("pk")] == [PHONE, "13900001111", "", ""]
    assert holders.objects.filter(phone_index=None).count() == 2
    assert holders.objects.filter(note__isnull=True).count() == 3
    assert not holders.objects.filter(phone_index__holds="13999999999").exists()


@pytest.mark.django_db
def test_a_bulk_change_is_encrypted_too(holders):
    holder = holders.objects.create(phone=PHONE)
    holders.objects.filter(pk=holder.pk).update(note="改过")
    holder.phone = "13700002222"
    holders.objects.bulk_update([holder], ["phone"])
    assert "改过" not in str(stored(holders))
    assert "13700002222" not in str(stored(holders))
    holder.refresh_from_db()
    assert (holder.phone, holder.note) == ("13700002222", "改过")


@pytest.mark.django_db
def test_a_number_is_taken_once(holders):
    holders.objects.create(phone=PHONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        holders.objects.create(phone=PHONE)


@pytest.mark.parametrize("lookup", ["exact", "in", "contains", "gt"])
def test_ciphertext_cannot_be_compared(holders, lookup):
    with pytest.raises(FieldError, match="blind index"):
        holders.objects.filter(**{f"phone__{lookup}": PHONE})


@pytest.mark.django_db
def test_a_new_key_takes_over_row_by_row(settings):
    settings.NUANXIN_KEYS = [OLD_KEY]
    for number in range(5):
        RecordedMessage.objects.create(channel=Channel.SMS, to=f"1380000000{number}", text="x", at=NOW)
    settings.NUANXIN_KEYS = [NEW_KEY, OLD_KEY]
    assert RecordedMessage.objects.filter(to_index__holds="13800000003").count() == 1
    assert reencrypt(batch_size=2)["kernel.RecordedMessage"] == 5
    assert reencrypt(batch_size=2)["kernel.RecordedMessage"] == 0
    settings.NUANXIN_KEYS = [NEW_KEY]
    row = RecordedMessage.objects.get(to_index__holds="13800000003")
    assert row.to == "13800000003"


# --- The register ----------------------------------------------------------------------------------------------
def test_what_makes_a_table_personal(settings):
    with isolate_apps("nuanxin.kernel"):

        class Base(models.Model):
            name = models.CharField(max_length=9)
            phones_seen = models.IntegerField()

            class Meta:
                app_label = "kernel"
                abstract = True

        def table(label, **fields):
            meta = type("Meta", (), {"app_label": "kernel"})
            return type(label, (Base,), {"__module__": __name__, "Meta": meta, **fields})

        person = {"on_delete": models.CASCADE, "related_name": "+"}
        text = {"max_length": 9}
        assert not is_personal(table("Place"))
        assert is_personal(table("ByKey", keeper=models.ForeignKey(settings.AUTH_USER_MODEL, **person)))
        assert is_personal(table("BySubject", subject_id=models.UUIDField()))
        assert is_personal(table("BySecret", note=EncryptedTextField(purpose="x")))
        assert is_personal(table("ByPhone", phone=models.CharField(**text)))
        assert is_personal(table("ByContact", contact_name=models.CharField(**text)))
        assert not is_personal(table("Elsewhere", plate_count=models.IntegerField()))


def erase_nothing(subject, *, now):
    return Erased()


@pytest.fixture
def own_register(monkeypatch):
    """Let a test fill a register of its own."""
    monkeypatch.setattr(register, "_tables", {})
    monkeypatch.setattr(register, "_exempt", {})


ENTRY = {
    "purpose": "测试",
    "fields": {"subject_id": "S2"},
    "retention": "1 天",
    "erase": erase_nothing,
    "export": register.no_rows,
}


def test_the_register_takes_a_table_once_and_knows_its_columns(own_register):
    register.register(RecordedMessage, **ENTRY)
    with pytest.raises(LookupError):
        register.register(RecordedMessage, **ENTRY)
    with pytest.raises(ValueError, match="shoe_size"):
        register.register(AuditEntry, **ENTRY | {"fields": {"shoe_size": "S1"}})
    with pytest.raises(ValueError, match="S9"):
        register.register(AuditEntry, **ENTRY | {"fields": {"role": "S9"}})
    assert [table.label for table in register.registered()] == ["kernel.RecordedMessage"]


def test_an_unregistered_table_shows_until_it_is_exempt(own_register):
    assert "kernel.RecordedMessage" in register.unregistered_personal_models()
    register.exempt("kernel.RecordedMessage", reason="a test")
    assert "kernel.RecordedMessage" not in register.unregistered_personal_models()
    with pytest.raises(ValueError, match="reason"):
        register.exempt("kernel.Event", reason="")


def test_rows_that_stay_need_a_reason():
    with pytest.raises(ValueError, match="reason"):
        Erased(kept=1)


# --- A person's rights -----------------------------------------------------------------------------------------
@pytest.fixture
def subject(db):
    """Somebody with a message and an action on record, beside somebody else with the same."""
    ours, other = uuid4(), uuid4()
    for who, phone in ((ours, PHONE), (other, "13900001111")):
        RecordedMessage.objects.create(
            channel=Channel.SMS, to=phone, to_masked="x", subject_id=who, text="您好", at=NOW
        )
        unmask(
            actor=Actor(role="dispatcher", subject_id=who),
            kind=Kind.NAME,
            value="王强",
            reason="核对身份",
            object_type="cases.Case",
            object_id=1,
            now=NOW,
        )
    return ours


def test_an_export_holds_what_is_stored_and_why(subject):
    exported = {
        table["table"]: table for table in export_person(person_id=None, subject_id=subject)["tables"]
    }
    message = exported["kernel.RecordedMessage"]
    assert [row["text"] for row in message["rows"]] == ["您好"]
    assert message["purpose"]
    assert message["retention"]
    assert message["classes"]["to"] == "S2"
    assert len(exported["kernel.AuditEntry"]["rows"]) == 1


def test_erasure_removes_and_says_what_stays_and_why(subject):
    report = erase_person(person_id=None, subject_id=subject, now=NOW)
    outcomes = {line.table.label: line.outcome for line in report.tables}
    assert outcomes["kernel.RecordedMessage"].removed == 1
    assert outcomes["kernel.AuditEntry"].kept == 1
    assert [line.table.label for line in report.kept] == ["kernel.AuditEntry"]
    assert "依法" in next(row["reason"] for row in report.as_dict()["tables"] if row["kept"])
    assert RecordedMessage.objects.count() == 1
    again = erase_person(person_id=None, subject_id=subject, now=NOW)
    assert sum(line.outcome.removed + line.outcome.anonymised for line in again.tables) == 0


def test_erasure_goes_from_higher_contexts_to_lower_ones(subject):
    order = [line.table.label for line in erase_person(person_id=None, subject_id=subject, now=NOW).tables]
    assert order == [table.label for table in reversed(register.registered())]


def test_nobody_is_nobody(db):
    RecordedMessage.objects.create(channel=Channel.SMS, to=PHONE, to_masked="x", text="您好", at=NOW)
    assert export_person(person_id=None, subject_id=None) == {"tables": []}
    assert not erase_person(person_id=None, subject_id=None, now=NOW).kept
    assert RecordedMessage.objects.count() == 1
