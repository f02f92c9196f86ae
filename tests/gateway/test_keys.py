"""Keys and areas of other systems, on the pages of the system administrator."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.gateway.checks import keys_about_to_expire
from nuanxin.gateway.models import ApiKey, Jurisdiction
from nuanxin.gateway.queries.keys import KeyFilters
from nuanxin.gateway.services.exporting import export_keys
from nuanxin.gateway.services.keys import create_key, open_jurisdiction, revoke_key
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.people.models import Assignment
from tests.factories.people import sign_in
from tests.factories.town import DISTRICT, OTHER_STREET, STREET
from tests.gateway.open311 import POTHOLE, Caller, jurisdiction, key_of

pytestmark = pytest.mark.django_db
KEYS = "/system/keys/"
GIVEN = {"name": "市民随手报", "scope_code": STREET, "may_report": "on", "days": "90"}


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now() - timedelta(hours=3))


def client_of(town, who: str) -> Client:
    return sign_in(Client(), Assignment.objects.get(person=town.persons[who]))


@pytest.fixture
def admin(town):
    return client_of(town, "system_admin")


def test_a_key_is_shown_once_and_only_its_digest_is_kept(town, admin):
    page = admin.post(f"{KEYS}new/", GIVEN)
    assert page.status_code == 200
    text = page.context["made"].text
    assert text in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    row = ApiKey.objects.get()
    assert text.startswith("nxo_")
    assert text not in str(ApiKey.objects.values().get())
    assert text not in admin.get(KEYS).content.decode()
    assert row.tail in admin.get(KEYS).content.decode()
    caller = Caller()
    caller.post("requests", api_key=text, **POTHOLE)
    assert caller.status == 201
    row.refresh_from_db()
    assert row.last_used_on == timezone.localdate()
    assert "1 件" in admin.get(KEYS).content.decode()


def test_a_revoked_key_opens_nothing_and_is_still_listed(town, admin):
    made = key_of(town)
    address = f"{KEYS}{made.row.public_id}/revoke/"
    assert "停用" in admin.get(address).content.decode()
    assert admin.post(address).status_code == 302
    assert admin.post(address).status_code == 302  # pressed twice, or after going back: it is revoked
    assert AuditEntry.objects.filter(action="gateway.revoke_key").count() == 1
    assert admin.get(address).status_code == 404
    assert made.row.tail not in admin.get(KEYS).content.decode()
    assert "已停用" in admin.get(f"{KEYS}?show=all").content.decode()
    caller = Caller()
    caller.post("requests", api_key=made.text, **POTHOLE)
    assert caller.status == 403


def test_everything_is_written_down_and_names_no_secret(town, admin):
    text = admin.post(f"{KEYS}new/", GIVEN).context["made"].text
    row = ApiKey.objects.get()
    admin.post(f"{KEYS}{row.public_id}/revoke/")
    admin.post(
        "/system/jurisdictions/new/", {"identifier": "a.example", "name": "枫林", "scope_code": STREET}
    )
    admin.post("/system/jurisdictions/a.example/close/")
    found = AuditEntry.objects.filter(action__startswith="gateway.").order_by("pk")
    assert [entry.action for entry in found] == [
        "gateway.create_key",
        "gateway.revoke_key",
        "gateway.open_jurisdiction",
        "gateway.close_jurisdiction",
    ]
    assert {entry.role for entry in found} == {"system_admin"}
    assert not any(text[4:] in str(entry.__dict__) or row.key_hash in str(entry.__dict__) for entry in found)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 41},
        {"scope_code": "1" * 12},
        {"scope_code": ""},
        {"days": "0"},
        {"days": "99999"},
        {"may_report": ""},
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(town, admin, wrong):
    page = admin.post(f"{KEYS}new/", GIVEN | wrong)
    assert page.status_code == 422
    assert page.context["form"].errors
    assert not ApiKey.objects.exists()


def test_an_identifier_is_given_once(town, admin):
    body = {"identifier": "Fenglin.example", "name": "枫林", "scope_code": STREET}
    assert admin.post("/system/jurisdictions/new/", body).status_code == 302
    assert Jurisdiction.objects.get().identifier == "fenglin.example"
    for wrong in (
        body,
        body | {"identifier": "a b"},
        body | {"identifier": "-x"},
        body | {"identifier": "云"},
    ):
        assert admin.post("/system/jurisdictions/new/", wrong).status_code == 422
    assert "fenglin.example" in admin.get(KEYS).content.decode()
    assert admin.post("/system/jurisdictions/fenglin.example/close/").status_code == 302
    assert admin.get("/system/jurisdictions/fenglin.example/close/").status_code == 404
    assert (
        admin.post("/system/jurisdictions/new/", body).status_code == 422
    )  # it is not given to another area


@pytest.mark.parametrize(
    "who", ["dispatcher", "street_lead", "security_admin", "audit_admin", "worker", "swd"]
)
def test_only_the_system_administrator(town, who):
    made = key_of(town)
    client = client_of(town, who)
    for path in (
        KEYS,
        f"{KEYS}new/",
        f"{KEYS}{made.row.public_id}/revoke/",
        "/system/jurisdictions/new/",
        "/system/jurisdictions/x/close/",
    ):
        assert client.get(path).status_code == 404, path
        assert client.post(path, GIVEN).status_code == 404, path
    with pytest.raises(NotAllowed):
        create_key(
            actor=town[who], name="x", scope_code=STREET, may_report=True, may_update=False, days=1,
            now=timezone.now(),
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        revoke_key(actor=town[who], public_id=made.row.public_id, now=timezone.now())
    with pytest.raises(NotAllowed):
        open_jurisdiction(actor=town[who], identifier="x", name="x", scope_code=STREET, now=timezone.now())


def test_a_territory_that_is_none_and_a_key_that_is_not_there(town):
    with pytest.raises(Invalid):
        key_of(town, scope="123456789012")
    with pytest.raises(NotFound):
        revoke_key(actor=town["system_admin"], public_id=key_of(town).row.client_id, now=timezone.now())


def test_states_are_told_apart(town, admin):
    now = timezone.now()
    ApiKey.objects.filter(pk=key_of(town, name="甲").row.pk).update(expires_at=now + timedelta(days=3))
    ended = key_of(town, name="乙").row
    ApiKey.objects.filter(pk=ended.pk).update(created_at=now - timedelta(days=9), expires_at=now)
    key_of(town, name="丙")
    page = admin.get(f"{KEYS}?show=all")
    assert {line.key.name: line.state for line in page.context["lines"]} == {
        "甲": "soon",
        "乙": "expired",
        "丙": "active",
    }
    (finding,) = keys_about_to_expire(now)
    assert "甲" in str(finding.message)


def test_the_list_narrows_and_is_a_file_without_a_secret(town, admin):
    now = timezone.now()
    keys = {name: key_of(town, name=name) for name in ("甲城", "乙镇", "=丙区")}
    ApiKey.objects.filter(name="甲城").update(expires_at=now + timedelta(days=3))
    revoke_key(actor=town["system_admin"], public_id=keys["乙镇"].row.public_id, now=now)
    tail = keys["=丙区"].row.tail
    for query, names in (
        ("", {"甲城", "=丙区"}), ("show=soon", {"甲城"}), ("show=revoked", {"乙镇"}), ("show=expired", set()),
        ("show=all", set(keys)), ("words=甲", {"甲城"}), (f"words={tail}", {"=丙区"}), ("show=x", {"甲城", "=丙区"}),
        (f"area={DISTRICT}", {"甲城", "=丙区"}), (f"area={OTHER_STREET}", set()),
    ):  # fmt: skip
        page = admin.get(f"{KEYS}?{query}", headers={"HX-Request": "true"})
        assert {line.key.name for line in page.context["lines"]} == names, query
    assert "没有符合条件的" in admin.get(f"{KEYS}?show=expired").content.decode()
    file = admin.post("/system/keys.csv?show=all&words=").getvalue().decode()
    assert ("已停用" in file, "快到期" in file, "'=丙区" in file) == (True, True, True)
    for made in keys.values():
        for secret in (made.text, made.text[4:], made.row.key_hash, str(made.row.client_id)):
            assert secret not in file
    entry = AuditEntry.objects.get(action="gateway.keys_list_export")
    assert entry.detail == {"filters": {"show": "all"}}
    with pytest.raises(NotAllowed):
        export_keys(actor=town["dispatcher"], filters=KeyFilters(), now=now)
    counted = []
    for words in ("甲", ""):
        with CaptureQueriesContext(connection) as asked:
            rows = list(
                export_keys(actor=town["system_admin"], filters=KeyFilters("all", "", words), now=now)
            )
        counted.append((len(rows), len(asked)))
    assert [rows for rows, _ in counted] == [2, 4]
    assert counted[0][1] == counted[1][1]


def test_statements_do_not_grow_with_the_keys(town, admin):
    counts = []
    for number in range(3):
        key_of(town, name=f"系统{number}")
        jurisdiction(town, f"a{number}.example", (STREET, OTHER_STREET)[number % 2])
        with CaptureQueriesContext(connection) as asked:
            admin.get(KEYS)
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_a_name_of_nothing_that_is_seen_is_no_name(town, admin):
    page = admin.post(f"{KEYS}new/", GIVEN | {"name": "\u200b\u202e"})
    assert page.status_code == 422
    admin.post(f"{KEYS}new/", GIVEN | {"name": "\u202e12345 热线"})
    assert ApiKey.objects.get().name == "12345 热线"
