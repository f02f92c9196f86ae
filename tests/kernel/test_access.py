"""Territories as codes and the one rule for "which?" and "may I?": `kernel.access`."""

import random

import pytest
from django.db import connection
from django.db.models import Q

from nuanxin.kernel.access import (
    ANONYMOUS,
    SYSTEM,
    Actor,
    allows,
    level_of,
    permits,
    policy,
    register,
    rule,
    scope_q,
    significant,
    visible,
)
from nuanxin.kernel.access.actor import Grants
from nuanxin.kernel.access.scope import LEVELS, MUNICIPALITIES
from tests.kernel.tables import Lamp

STREET, COMMUNITY, GRID = "990101001000", "990101001001", "990101001001003"
DIGITS = tuple(LEVELS.values())


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("990000000000", "province"),
        ("990100000000", "city"),
        ("990101000000", "district"),
        (STREET, "street"),
        (COMMUNITY, "community"),
        (GRID, "grid"),
    ],
)
def test_the_code_names_its_level(code, level):
    assert level_of(code) == level
    assert significant(code) == code[: LEVELS[level]]


@pytest.mark.parametrize("code", ["", "99", "99010100100", "9901010010000", "99010100100x"])
def test_what_is_no_division_code_is_refused(code):
    with pytest.raises(ValueError, match="not a division code"):
        level_of(code)


def invented_codes(count):
    """Codes of all levels, with many neighbours, two municipalities and their districts among them."""
    source = random.Random(7)
    for _ in range(count):
        code = "".join(
            [
                source.choice(["99", "98", "11", "50"]),
                source.choice(["01", "02", "00"]),
                source.choice(["01", "02"]),
                source.choice(["001", "002"]),
                source.choice(["001", "012"]),
                source.choice(["003", "004"]),
            ]
        )
        digits = source.choice(DIGITS)
        yield code if digits == 15 else code[:digits].ljust(12, "0")


def lies_inside(code, scope):
    """The rule in plain words: the territory's significant digits are the beginning of the place's code.

    The city level of a municipality is the municipality.
    """
    prefix = significant(scope)
    if scope[:2] in MUNICIPALITIES and level_of(scope) == "city":
        prefix = scope[:2]
    return code.startswith(prefix)


@pytest.mark.django_db
def test_inside_is_what_a_comparison_of_digits_says(tables):
    Lamp.objects.bulk_create(Lamp(scope_code=code) for code in invented_codes(400))
    codes = dict(Lamp.objects.values_list("pk", "scope_code"))
    for scope in sorted(set(invented_codes(120))):
        found = set(Lamp.objects.filter(scope_q(scope)).values_list("pk", flat=True))
        assert found == {pk for pk, code in codes.items() if lies_inside(code, scope)}, scope


@pytest.mark.django_db
def test_no_scope_is_nothing_and_not_everything(tables):
    Lamp.objects.create(scope_code=GRID)
    assert not Lamp.objects.filter(scope_q("")).exists()
    assert Lamp.objects.filter(scope_q("", prefix="case__")).query is not None


@pytest.mark.django_db
@pytest.mark.parametrize("scope", [f"{GRID[:digits]:0<12}" if digits < 15 else GRID for digits in DIGITS])
def test_the_first_page_of_a_territory_reads_its_index_and_sorts_nothing(tables, scope):
    Lamp.objects.bulk_create(Lamp(scope_code="97" + code[2:]) for code in invented_codes(3000))
    Lamp.objects.bulk_create(Lamp(scope_code=GRID) for _ in range(30))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":  # tables this small would be read from the heap
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    page = Lamp.objects.filter(scope_q(scope)).order_by("-id")[:20]
    plan = page.explain()
    assert f"kernel_tests_lamp_{level_of(scope)}" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.fixture
def rules(monkeypatch):
    monkeypatch.setattr(policy, "_rules", {})
    register("lamps.see", lambda actor: scope_q(actor.scope_code) | Q(owner_id=actor.person_id))
    register("lamps.report")


def keeper(*permissions, scope="", person=1):
    return Actor(
        role="keeper", person_id=person, scope_code=scope, grants=Grants(dict.fromkeys(permissions, "area"))
    )


@pytest.mark.django_db
@pytest.mark.parametrize("scope", ["", STREET, COMMUNITY, GRID, "990102000000"])
def test_lists_and_single_objects_agree(tables, rules, scope):
    for number, code in enumerate(invented_codes(60)):
        Lamp.objects.create(scope_code=code, owner_id=number % 5)
    actor = keeper("lamps.see", scope=scope)
    shown = set(visible(Lamp.objects.all(), "lamps.see", actor))
    assert shown == {lamp for lamp in Lamp.objects.all() if allows(actor, "lamps.see", lamp)}
    assert shown == {lamp for lamp in Lamp.objects.all() if policy.held(actor, ["lamps.see"], lamp)}


@pytest.mark.django_db
def test_without_the_grant_there_is_nothing_to_see(tables, rules):
    lamp = Lamp.objects.create(scope_code=COMMUNITY, owner_id=1)
    stranger = keeper(scope=STREET)
    for actor in (stranger, ANONYMOUS):
        assert not visible(Lamp.objects.all(), "lamps.see", actor).exists()
        assert not allows(actor, "lamps.see", lamp)
        assert not permits(actor, "lamps.see")
    assert allows(SYSTEM, "lamps.see", lamp)


@pytest.mark.django_db
def test_many_permissions_on_one_object_are_one_query(tables, rules, django_assert_num_queries):
    lamp = Lamp.objects.create(scope_code=COMMUNITY)
    actor = keeper("lamps.see", "lamps.report", scope=STREET)
    with django_assert_num_queries(1):
        assert policy.held(actor, ["lamps.see", "lamps.report"], lamp) == {"lamps.see", "lamps.report"}


def test_a_permission_that_nobody_registered_is_a_mistake_of_the_program(rules):
    with pytest.raises(KeyError):
        rule("lamps.paint", SYSTEM)
    with pytest.raises(KeyError):
        permits(SYSTEM, "lamps.paint")
    with pytest.raises(ValueError, match="twice"):
        register("lamps.see")
