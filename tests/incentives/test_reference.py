"""What a city fills in: in its own language what is wrong, a row of what was changed, and nothing of the past moves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from nuanxin.incentives.models import HoldRule, Honour, HonourKind, RatingLevel, ReferenceChange, TipProgramme
from nuanxin.incentives.queries import reference_data as queries
from nuanxin.incentives.services import holds
from nuanxin.incentives.services import reference_data as services
from nuanxin.incentives.services.reference_data import KindData, LevelData, ProgrammeData
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from tests.factories import people
from tests.factories.desks import client_of
from tests.factories.honours import awarded, nominated
from tests.factories.town import START

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
KIND = KindData(
    name_zh="暖邻居", name_en="Warm neighbour", about_zh="楼道里的好事。", about_en="Good things on the stairs.",
    icon="heart", is_nomination_only=False, publicity_days=5, display_months=12, sort=100, is_active=True,
)  # fmt: skip


@pytest.fixture
def town(town_of):
    return town_of(START)


def put_kind(town, code="warm_neighbour", *, is_new=True, who="swd", **other):
    return services.put_honour_kind(
        actor=town[who], code=code, data=replace(KIND, **other), is_new=is_new, now=town.now
    )


class TestHoldRules:
    def test_a_limit_is_for_awards_from_now_on(self, town):
        made = [
            awarded(town, source=f"s{number}", amount=2, now=town.now + number * MINUTE)
            for number in range(6)
        ]
        held = holds.look_at_award(posting_id=made[5].pk, case_number="", now=town.now)
        services.set_hold_rule(actor=town["swd"], reason="burst", is_on=True, limit=7, now=town.now)
        held.refresh_from_db()
        assert held.state == "held"  # what waits is decided by a person
        assert holds.look_at_award(posting_id=made[4].pk, case_number="", now=town.now) is None
        (change,) = queries.changes_of("hold_rule", "burst")
        assert (change.before["limit"], change.after["limit"], change.by_id) == (
            6,
            7,
            town["swd"].assignment_id,
        )
        assert AuditEntry.objects.filter(action="incentives.hold_rule").count() == 1

    def test_who_may_and_within_which_bounds(self, town):
        given = {"reason": "travel", "is_on": True, "now": town.now}
        with pytest.raises(NotAllowed):
            services.set_hold_rule(actor=town["street_lead"], limit=60, **given)
        for limit in (29, 201):
            with pytest.raises(Invalid) as refused:
                services.set_hold_rule(actor=town["swd"], limit=limit, **given)
            assert "30" in str(refused.value.fields["limit"])
        with pytest.raises(NotFound):
            services.set_hold_rule(actor=town["swd"], **{**given, "reason": "nothing"})

    def test_the_same_again_changes_nothing(self, town):
        for _time in range(2):
            services.set_hold_rule(
                actor=town["system_admin"], reason="device", is_on=False, limit=4, now=town.now
            )
        assert ReferenceChange.objects.count() == 1

    def test_trying_counts_and_writes_nothing(self, town):
        for number in range(6):
            awarded(town, source=f"s{number}", amount=2, now=town.now + number * MINUTE)
        tried = queries.try_hold_rule("burst", 5, now=town.now + 10 * MINUTE)
        assert (tried.looked, tried.held, tried.is_all) == (6, 2, True)
        assert queries.try_hold_rule("burst", 6, now=town.now + 10 * MINUTE).held == 1
        assert queries.try_hold_rule("self_redeem", 1, now=town.now).held == 0
        assert (ReferenceChange.objects.count(), HoldRule.objects.get(reason="burst").limit) == (0, 6)


class TestOtherTables:
    def test_a_kind_of_honour(self, town):
        assert put_kind(town).name_zh == "暖邻居"
        for wrong in ({"publicity_days": 4}, {"display_months": 0}, {"name_en": " "}):
            with pytest.raises(Invalid):
                put_kind(town, is_new=False, **wrong)
        for code in ("warm_neighbour", "new"):
            with pytest.raises(Invalid):
                put_kind(town, code)
        with pytest.raises(NotFound):
            put_kind(town, "nobody_has_it", is_new=False)
        put_kind(town, is_new=False, is_active=False)
        assert not HonourKind.objects.get(pk="warm_neighbour").is_active

    def test_what_is_in_hand_is_finished_under_the_kind_that_it_began_with(self, town):
        nominated(town)
        row = HonourKind.objects.get(pk="good_deeds")
        data = KindData(**{name: getattr(row, name) for name in queries.KIND_COLUMNS})
        given = {"actor": town["swd"], "code": "good_deeds", "is_new": False, "now": town.now}
        with pytest.raises(Invalid):
            services.put_honour_kind(data=replace(data, is_nomination_only=True), **given)
        Honour.objects.update(state="refused", state_reason="不属实")
        assert services.put_honour_kind(data=replace(data, is_nomination_only=True), **given)

    def test_levels_of_the_rating_rise(self, town):
        def put(level, minutes, courses):
            data = LevelData(minutes=minutes, courses=courses, name_zh="档", name_en="Level")
            return services.put_rating_level(actor=town["swd"], level=level, data=data, now=town.now)

        assert put(2, 300, 0).minutes == 300
        for level, minutes, courses in ((2, 600, 0), (2, 0, 0), (3, 599, 9), (1, 10, 0)):
            with pytest.raises(Invalid):
                put(level, minutes, courses)
        with pytest.raises(NotFound):
            put(9, 1, 1)
        assert RatingLevel.objects.get(level=2).minutes == 300

    def test_a_tip_off_is_a_departments_and_never_points(self, town):
        people.staff("dept", organisation=town.organisations["city_management"], now=town.now)
        department = town.organisations["city_management"]
        assert department in queries.departments()
        data = ProgrammeData(
            name_zh="食品安全举报", name_en="Food safety", department_id=department.pk, reward="每条 50 元",
            how="带领奖码到窗口", is_active=True,
        )  # fmt: skip
        given = {"actor": town["swd"], "code": "food_safety", "is_new": True, "now": town.now}
        for wrong in ({"reward": "每条 50 积分"}, {"department_id": town.organisations["platform"].pk}):
            with pytest.raises(Invalid):
                services.put_tip_programme(data=replace(data, **wrong), **given)
        services.put_tip_programme(data=data, **given)
        services.put_tip_programme(data=replace(data, is_active=False), **{**given, "is_new": False})
        assert not TipProgramme.objects.get(code="food_safety").is_active
        assert [bool(each.before) for each in queries.changes_of("tip_programme")] == [True, False]


def test_the_pages(town, django_assert_max_num_queries):
    swd, here = client_of(town, "swd"), reverse("incentives:reference")
    people.staff("dept", organisation=town.organisations["city_management"], now=town.now)
    for kind in queries.TABLES:
        with django_assert_max_num_queries(10):
            assert swd.get(here, {"kind": kind}).status_code == 200
        file = swd.post(reverse("incentives:reference_export"), {"kind": kind, "form": "csv"})
        assert file.status_code == 200
    edit = reverse("incentives:reference_edit", args=["hold_rule", "travel"])
    tried = swd.post(edit, {"limit": "80", "is_on": "on", "try": "1"}).content.decode()
    assert "会留下 0 笔" in tried
    assert HoldRule.objects.get(reason="travel").limit == 60
    assert swd.post(edit, {"limit": "999", "is_on": "on"}).status_code == 422
    assert swd.post(edit, {"limit": "80", "is_on": "on"}).status_code == 302
    assert "60 → 80" in swd.get(edit).content.decode()
    level = reverse("incentives:reference_edit", args=["rating_level", "2"])
    given = {"minutes": "300", "courses": "0", "name_zh": "二档", "name_en": "Two"}
    assert swd.post(level, given).status_code == 302
    new = reverse("incentives:reference_new", args=["tip_programme"])
    given = {
        "code": "food_safety", "name_zh": "食品安全举报", "name_en": "Food safety", "reward": "每条 50 元",
        "how": "带领奖码到窗口", "is_active": "on", "department_id": str(queries.departments()[0].pk),
    }  # fmt: skip
    assert swd.post(new, {**given, "code": "Food Safety!"}).status_code == 422
    assert swd.post(new, given).status_code == 302
    assert swd.post(new, given).status_code == 422
    assert "食品安全举报" in swd.get(here, {"kind": "tip_programme"}).content.decode()
    for path in (
        edit.replace("travel", "nothing"),
        reverse("incentives:reference_edit", args=["x", "y"]),
        reverse("incentives:reference_new", args=["hold_rule"]),
    ):
        assert swd.get(path).status_code == 404
    assert client_of(town, "street_lead").get(here).status_code == 404
    assert client_of(town, "system_admin").get(here).status_code == 200
