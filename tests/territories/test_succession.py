"""Merged and split territories: rows that carry an old code are carried over."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from nuanxin.compounds.models import Compound
from nuanxin.kernel.access import SYSTEM, scope_q
from nuanxin.kernel.events.models import Event
from nuanxin.territories import queries, services
from nuanxin.territories.jobs import carry_over_merged_territories
from nuanxin.territories.models import Succession, Territory
from tests.factories.compounds import compound
from tests.factories.territories import (
    COMMUNITY,
    GRID,
    NOW,
    OTHER_COMMUNITY,
    OTHER_STREET,
    STREET,
    VILLAGE,
)

TODAY = date(2026, 3, 2)
NEW = "990101001003"


def succeed(old, *new, change="merged", at=TODAY):
    services.record_succession(actor=SYSTEM, old_code=old, new_codes=new, change=change, at=at, now=NOW)


@pytest.fixture
def merged(drawn_city):
    """The grid goes first, then its community."""
    rows = [services.DivisionRow(f"{OTHER_COMMUNITY}002", "红叶第二网格")]
    services.put_territories(rows=rows, source="test", now=NOW)
    succeed(GRID, f"{OTHER_COMMUNITY}002", change="recoded")
    succeed(COMMUNITY, OTHER_COMMUNITY)


def test_rows_move_with_their_territory(merged):
    here = compound("云栖里")
    there = compound("青麦新居", scope_code=VILLAGE, lng=104.51, lat=38.5)
    assert services.rescope_due(now=NOW) == 2  # the compound and its site
    here.refresh_from_db()
    assert here.scope_code == OTHER_COMMUNITY
    assert list(Compound.objects.filter(scope_q(OTHER_COMMUNITY))) == [here]
    there.refresh_from_db()
    assert there.scope_code == VILLAGE


def test_the_old_one_ends_and_names_its_successor(merged):
    services.rescope_due(now=NOW)
    old = Territory.objects.get(code=COMMUNITY)
    assert old.valid_to == TODAY
    assert [each.code for each in queries.successors_of(COMMUNITY)] == [OTHER_COMMUNITY]
    assert queries.locate(104.495, 38.485) == STREET


def test_a_row_of_the_grid_goes_to_the_grids_successor(merged):
    row = compound("云栖里")
    Compound.objects.filter(pk=row.pk).update(scope_code=GRID)
    services.rescope_due(now=NOW)
    row.refresh_from_db()
    assert row.scope_code == f"{OTHER_COMMUNITY}002"


def test_a_second_run_moves_nothing(merged):
    compound("云栖里")
    services.rescope_due(now=NOW)
    assert services.rescope_due(now=NOW) == 0
    assert services.rescope(old_code=COMMUNITY, now=NOW) == 0


def test_before_its_date_nothing_moves(drawn_city):
    Territory.objects.filter(code=GRID).update(valid_to=TODAY)
    succeed(COMMUNITY, OTHER_COMMUNITY, at=TODAY + timedelta(days=7))
    carry_over_merged_territories(NOW)
    assert Territory.objects.get(code=COMMUNITY).is_current
    carry_over_merged_territories(NOW + timedelta(days=7))
    assert not Territory.objects.get(code=COMMUNITY).is_current


def test_a_split_asks_where_the_row_stands(drawn_city):
    services.put_territories(rows=[services.DivisionRow(NEW, "新桥社区")], source="test", now=NOW)
    west, east = (104.48, 38.48, 104.49, 38.50), (104.49, 38.48, 104.50, 38.50)
    Territory.objects.filter(code=GRID).update(valid_to=TODAY)
    drawn_city.put_outlines()
    outlines = drawn_city.city_outlines({OTHER_COMMUNITY: west, NEW: east})
    services.load_boundaries(source=outlines, origin="test", now=NOW)
    in_the_east = compound("东边", lng=104.495, lat=38.49)
    in_the_west = compound("西边", lng=104.485, lat=38.49)
    outside = compound("别处", lng=104.6, lat=38.49)
    succeed(COMMUNITY, OTHER_COMMUNITY, NEW, change="split")
    services.rescope_due(now=NOW)
    codes = dict(Compound.objects.values_list("pk", "scope_code"))
    assert codes[in_the_east.pk] == NEW
    assert codes[in_the_west.pk] == OTHER_COMMUNITY
    assert codes[outside.pk] == OTHER_COMMUNITY


def test_many_rows_move_in_batches(merged, monkeypatch):
    monkeypatch.setattr("nuanxin.territories.services.succession.BATCH", 3)
    for number in range(10):
        compound(f"小区{number}")
    assert services.rescope(old_code=COMMUNITY, now=NOW) == 20


def test_levels_must_agree_and_children_must_be_provided_for(drawn_city):
    with pytest.raises(services.LevelsDiffer):
        succeed(COMMUNITY, STREET)
    with pytest.raises(services.LevelsDiffer):
        succeed(COMMUNITY, COMMUNITY)
    with pytest.raises(services.ChildrenRemain):
        succeed(STREET, OTHER_STREET)
    with pytest.raises(queries.TerritoryNotFound):
        succeed("990101001099", OTHER_COMMUNITY)
    assert not Succession.objects.exists()


def test_it_is_told(merged):
    names = list(
        Event.objects.filter(name="territories.TerritorySucceeded").values_list("payload", flat=True)
    )
    assert names[-1] == {"old_code": COMMUNITY, "new_code": OTHER_COMMUNITY, "change": "merged"}


def test_another_main_successor_replaces_the_first(drawn_city):
    Territory.objects.filter(code=GRID).update(valid_to=TODAY)
    with transaction.atomic():
        succeed(COMMUNITY, OTHER_COMMUNITY)
        succeed(COMMUNITY, VILLAGE, OTHER_COMMUNITY)
    assert Succession.objects.get(is_main=True).new_id == VILLAGE
