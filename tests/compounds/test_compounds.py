"""Finding, writing and importing compounds."""

from datetime import timedelta

import pytest

from nuanxin.compounds import queries, services
from nuanxin.compounds.models import Compound
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.geo.coordinates import Crs, wgs84_to_gcj02
from nuanxin.territories.services import BadShape
from tests.factories import people
from tests.factories.compounds import compound, data
from tests.factories.territories import (
    COMMUNITY,
    DISTRICT,
    NOW,
    OTHER_COMMUNITY,
    OTHER_STREET,
    STREET,
    VILLAGE,
    collection,
    square,
)

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def manager(db):
    return people.organisation("暖居物业", kind="property_manager", uscc="91350100M000100Y43")


@pytest.fixture
def community_worker():
    return people.actor(people.staff("community", scope_code=COMMUNITY))


def names(found):
    return [each.name for each in found]


def test_a_compound_stands_in_its_community_and_at_its_site(manager):
    made = compound("云栖里", manager_id=manager.pk, address="枫林横街 3 号", households=420)
    assert (made.pinyin, made.initials) == ("yunqili", "yql")
    assert made.scope_community == COMMUNITY
    assert (made.site.name, made.site.kind, made.site.operator) == ("云栖里", "compound", manager)
    assert queries.manager_of(made.pk) == manager
    assert AuditEntry.objects.filter(action="compounds.create", object_id=made.pk).count() == 1


def test_the_community_is_found_by_the_place():
    assert compound(scope_code="", lng=104.485, lat=38.51).scope_code == OTHER_COMMUNITY
    with pytest.raises(services.NoSuchCommunity):
        compound(scope_code="", lng=105.0, lat=38.5)
    for code in ("990101001099", STREET):
        with pytest.raises(services.NoSuchCommunity):
            compound(scope_code=code)


def test_an_outline_gives_the_point_and_must_contain_it():
    made = compound(outline=square(104.48, 38.48, 104.484, 38.484))
    assert 104.48 < made.lng < 104.484
    with pytest.raises(services.PointOutside):
        compound("另一个", outline=square(104.48, 38.48, 104.484, 38.484), lng=104.49, lat=38.49)
    with pytest.raises(services.NoPlace):
        compound("没有位置", lng=None, lat=None)
    with pytest.raises(BadShape):
        compound("一条线", outline={"type": "LineString", "coordinates": [[104.48, 38.48], [104.49, 38.49]]})


def test_coordinates_of_another_system_are_converted():
    lng, lat = wgs84_to_gcj02(104.485, 38.485)
    made = compound(lng=lng, lat=lat, crs=Crs.GCJ02)
    assert (made.lng, made.lat) == (pytest.approx(104.485, abs=1e-6), pytest.approx(38.485, abs=1e-6))


@pytest.mark.parametrize("text", ["云栖", "yql", "yunqi", "YQ", "横街", " 栖 "])
def test_one_finds_it_by_name_pinyin_initials_or_address(text):
    compound("云栖里", address="枫林横街 3 号")
    compound("半亩园", lng=104.49, lat=38.49)
    assert names(queries.search_compounds(text)) == ["云栖里"]


def test_names_that_begin_so_come_first_and_those_out_of_use_not_at_all(community_worker):
    compound("新云栖里", lng=104.482, lat=38.482)
    compound("云栖里")
    off = compound("云栖苑")
    services.update_compound(
        actor=community_worker, public_id=off.public_id, data=data("云栖苑", is_active=False), now=NOW
    )
    assert names(queries.search_compounds("云栖")) == ["云栖里", "新云栖里"]
    assert names(queries.search_compounds("云栖", within=OTHER_STREET)) == []
    assert queries.search_compounds("%") == queries.search_compounds("") == []
    with pytest.raises(queries.CompoundNotFound):
        queries.compound(off.pk)


def test_the_nearest_come_first_with_their_distance():
    compound("近", lng=104.4851, lat=38.4851)
    compound("远", lng=104.492, lat=38.485)
    compound("太远", lng=104.515, lat=38.485)
    compound("里面", outline=square(104.484, 38.484, 104.486, 38.486))
    found = queries.nearest_compounds(104.4855, 38.4855)
    assert names(found) == ["里面", "近", "远"]
    assert found[0].distance_m == 0
    assert found[1].distance_m == pytest.approx(56, abs=5)
    assert names(queries.nearest_compounds(104.4855, 38.4855, limit=1)) == ["里面"]
    assert queries.nearest_compounds(100.0, 30.0) == []


def test_the_compound_around_a_point(django_assert_num_queries):
    big = compound("大", outline=square(104.48, 38.48, 104.49, 38.49))
    small = compound("小", outline=square(104.481, 38.481, 104.483, 38.483))
    assert queries.compound_at(104.482, 38.482) == small
    assert queries.compound_at(104.488, 38.488) == big
    with django_assert_num_queries(0):
        assert queries.compound_at(104.51, 38.51) is None


def test_lists_of_a_territory_are_by_pinyin():
    compound("云栖里")
    compound("半亩园", lng=104.489, lat=38.489)
    compound("青麦新居", scope_code=VILLAGE, lng=104.51, lat=38.5)
    assert names(queries.compounds_in(STREET)) == ["半亩园", "云栖里"]
    assert names(queries.compounds_in(DISTRICT)) == ["半亩园", "青麦新居", "云栖里"]


def test_a_change_reaches_the_site_and_the_log(community_worker, manager):
    made = compound("云栖里")
    later = NOW + timedelta(hours=1)
    changed = data("云栖新里", manager_id=manager.pk)
    assert services.update_compound(actor=community_worker, public_id=made.public_id, data=changed, now=later)
    made = Compound.objects.get(pk=made.pk)
    assert (made.name, made.initials, made.updated_at) == ("云栖新里", "yqxl", later)
    assert (made.site.name, made.site.operator) == ("云栖新里", manager)
    detail = AuditEntry.objects.get(action="compounds.update").detail
    assert detail == {"changed": ["initials", "manager_id", "name", "pinyin"]}
    assert not services.update_compound(
        actor=community_worker, public_id=made.public_id, data=changed, now=later
    )


def test_nobody_writes_in_another_area(community_worker):
    with pytest.raises(services.NotYours):
        compound("别处", actor=community_worker, scope_code=VILLAGE, lng=104.51, lat=38.5)
    assert not Compound.objects.exists()
    other = compound("别处", scope_code=VILLAGE, lng=104.51, lat=38.5)
    with pytest.raises(queries.CompoundNotFound):
        services.update_compound(
            actor=community_worker, public_id=other.public_id, data=data("改"), now=NOW
        )  # fmt: skip


def test_a_property_manager_changes_the_own_site_only(manager):
    mine, other = compound("我的", manager_id=manager.pk), compound("邻居", lng=104.489, lat=38.489)
    actor = people.actor(people.staff("property", site=mine.site, organisation=manager))
    assert queries.editable_compound(actor, mine.public_id) == mine
    with pytest.raises(queries.CompoundNotFound):
        queries.editable_compound(actor, other.public_id)


def test_an_import_may_be_repeated(manager):
    source = collection(
        (
            {"id": "a1", "name": "云栖里", "manager_uscc": manager.uscc, "households": "300"},
            square(104.48, 38.48, 104.484, 38.484),
        ),
        ({"name": "半亩园"}, {"type": "Point", "coordinates": [104.485, 38.51]}),
        ({"id": "a3"}, {"type": "Point", "coordinates": [104.485, 38.51]}),
        ({"id": "a4", "name": "海上"}, {"type": "Point", "coordinates": [120.0, 30.0]}),
    )
    report = services.import_compounds(source=source, origin="民政局", now=NOW)
    assert (report.created, report.changed, report.unchanged) == (2, 0, 0)
    assert [(error.index, error.code) for error in report.errors] == [(2, "a3"), (3, "a4")]
    first = Compound.objects.get(external_id="a1")
    assert (first.manager, first.households, first.scope_code) == (manager, 300, COMMUNITY)
    again = services.import_compounds(source=source, origin="民政局", now=NOW + timedelta(days=1))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)
    source["features"][0]["properties"]["name"] = "云栖新里"
    assert services.import_compounds(source=source, origin="民政局", now=NOW).changed == 1
    assert Compound.objects.count() == 2
