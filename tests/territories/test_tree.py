"""The division tree: chosen from, searched, named."""

import pytest

from nuanxin.territories import queries
from nuanxin.territories.enums import Level
from nuanxin.territories.models import Territory
from tests.factories.territories import (
    COMMUNITY,
    DISTRICT,
    GRID,
    OTHER_COMMUNITY,
    OTHER_STREET,
    STREET,
    VILLAGE,
)

pytestmark = pytest.mark.usefixtures("city")


def codes(found):
    return [each.code for each in found]


def test_children_come_in_the_order_of_their_codes():
    assert codes(queries.children()) == ["990000000000"]
    assert codes(queries.children(DISTRICT)) == [STREET, OTHER_STREET]
    assert codes(queries.children(COMMUNITY)) == [GRID]
    assert codes(queries.children(GRID)) == []


def test_ended_ones_are_shown_only_when_asked_for():
    Territory.objects.filter(code=STREET).update(valid_to="2026-06-01")
    assert codes(queries.children(DISTRICT)) == [OTHER_STREET]
    assert codes(queries.children(DISTRICT, with_former=True)) == [STREET, OTHER_STREET]
    assert not queries.is_territory(STREET)


def test_the_path_is_named_from_the_district_down(django_assert_num_queries):
    assert queries.path_name(GRID) == "暖阳区 枫林街道 云栖社区 云栖第一网格"
    assert queries.path_name(GRID, top=Level.STREET) == "枫林街道 云栖社区 云栖第一网格"
    assert queries.path_name("990000000000") == "演示省"
    with django_assert_num_queries(1):
        names = queries.path_names([COMMUNITY, VILLAGE, "", "bad", "880000000000"])
    assert names[VILLAGE] == "暖阳区 麦浪镇 青麦村"
    assert names[""] == names["bad"] == names["880000000000"] == ""


def test_fillers_are_not_part_of_a_name():
    Territory.objects.filter(code="990100000000").update(name="市辖区")
    assert queries.path_name(DISTRICT, top=Level.PROVINCE) == "演示省 暖阳区"


def test_ancestors_lead_from_the_province_to_the_parent():
    assert codes(queries.ancestors(COMMUNITY)) == ["990000000000", "990100000000", DISTRICT, STREET]
    assert queries.ancestors("990000000000") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("云栖", [COMMUNITY, GRID]),
        ("栖", [COMMUNITY, GRID]),
        ("yqsq", [COMMUNITY]),
        ("yunqi", [COMMUNITY, GRID]),
        ("YUN QI", [COMMUNITY, GRID]),
        ("990101001002", [OTHER_COMMUNITY]),
        ("没有", []),
        ("  ", []),
        ("%", []),
    ],
)
def test_search_inside_a_territory(text, found):
    assert codes(queries.search_territories(text, within=DISTRICT)) == found


def test_search_without_a_territory_stops_at_streets():
    assert codes(queries.search_territories("枫林")) == [STREET]
    assert codes(queries.search_territories("云栖")) == []
    assert codes(queries.search_territories("云栖", levels=["grid"])) == [GRID]
    assert codes(queries.search_territories("云", within=STREET, limit=1)) == [COMMUNITY]


def test_counts():
    assert queries.counts_below(DISTRICT) == {"street": 2, "community": 3, "grid": 1}
    assert queries.counts_below("")["province"] == 1
    assert queries.child_counts([STREET, OTHER_STREET, GRID]) == {STREET: 2, OTHER_STREET: 1}


def test_an_unknown_code_says_what_to_do():
    with pytest.raises(queries.TerritoryNotFound) as refused:
        queries.territory("123456789012")
    assert "12 位" in str(refused.value.hint)
