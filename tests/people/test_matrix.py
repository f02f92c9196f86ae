"""The role × action matrix of domain.md §10.2, and the lines that it must never cross."""

import pytest

from nuanxin.kernel.access import policy
from nuanxin.people import services
from nuanxin.people.models import ConsentPurpose, Role, RoleAction
from nuanxin.people.queries import grants_of, roles_holding

pytestmark = pytest.mark.django_db

ADMINS = ("system_admin", "security_admin", "audit_admin")


def test_every_role_of_the_handbook_is_there():
    assert set(Role.objects.values_list("code", flat=True)) == {
        "worker", "resident", "grid_part", "team_leader", "grid", "community", "community_head", "dispatcher",
        "street_lead", "dept", "dept_lead", "property", "guard", "merchant", "station", "clinic", "trainer", "union",
        "mediator", "party_org", "swd", "platform", *ADMINS,
    }  # fmt: skip


def test_every_permission_of_the_matrix_is_declared():
    assert set(RoleAction.objects.values_list("permission", flat=True)) <= set(policy.permissions())


@pytest.mark.parametrize("role", ["platform", "clinic", "trainer", "union", "mediator", "party_org", *ADMINS])
def test_these_see_no_case(role):
    assert not [
        name for name in grants_of(role).extents if name in {"cases.view", "cases.search", "cases.report"}
    ]


def test_no_administrator_holds_business_data():
    for role in ADMINS:
        assert not [
            name for name in grants_of(role).extents if name == "cases.view" or name.startswith("compounds.")
        ]


def test_the_three_administrators_are_three():
    assert roles_holding("system.check") == ["system_admin"]
    assert roles_holding("audit.view") == ["audit_admin"]
    assert "people.invite" in grants_of("security_admin").extents
    assert "people.invite" not in grants_of("system_admin").extents


def test_only_named_roles_see_confidential_categories():
    named = {"community", "community_head", "dispatcher", "street_lead", "dept", "dept_lead"}
    assert {role.code for role in Role.objects.all() if grants_of(role.code).confidential} == named


def test_nobody_below_the_street_breaks_the_glass():
    assert roles_holding("cases.break_glass") == ["dispatcher", "street_lead"]


def test_guards_and_workers_never_export():
    for role in ("guard", "worker", "resident", "property", "grid"):
        assert "cases.export" not in grants_of(role).extents


def test_what_a_city_edits_stays_and_what_is_missing_comes():
    RoleAction.objects.filter(role="grid", permission="cases.claim").update(extent="own")
    RoleAction.objects.filter(role="grid", permission="cases.view").delete()
    services.load_reference()
    cells = dict(RoleAction.objects.filter(role="grid").values_list("permission", "extent"))
    assert cells["cases.claim"] == "own"
    assert cells["cases.view"] == "area"


def test_only_the_basic_service_is_required():
    assert list(ConsentPurpose.objects.filter(is_required=True).values_list("code", flat=True)) == ["service"]
    assert all(purpose.text_en and purpose.title_en for purpose in ConsentPurpose.objects.all())
