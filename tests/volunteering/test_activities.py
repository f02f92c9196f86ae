"""Activities from the draft to the archive: who approves, what a risk asks for, who may come, who hears of what."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.events.models import Event
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.kernel.worktime.services import import_shipped_holidays
from nuanxin.places.services.warning import publish_warning
from nuanxin.volunteering.models import Activity, Shift, SignUp
from nuanxin.volunteering.queries.activities import Wanted, activity_page, find_shifts, public_activity
from nuanxin.volunteering.queries.organising import (
    ActivityFilters,
    activity_figures,
    listed_activities,
    managed_page,
    month_of,
)
from nuanxin.volunteering.services import activities, activity_rounds, shifts, signing_up
from nuanxin.volunteering.services.activities_many import BadPlan, Planned, create_many
from nuanxin.volunteering.services.activity_rules import ActivityData
from nuanxin.volunteering.services.record_confirming import mark_absent
from tests.factories.activities import DAY, HOUR, assert_sound, at, drafted, published, sign_up, someone
from tests.factories.town import COMMUNITY, NEXT_COMMUNITY, STREET


def happened(name):
    return [each.payload for each in Event.objects.filter(name=f"volunteering.{name}").order_by("pk")]


INSURED = {"insurer": "云川财险", "policy_number": "YC-2026-1"}


def test_a_draft_is_its_organisers_until_it_is_published(town):
    key = uuid4()
    data = ActivityData(title="清扫楼道", kind="duty_keeping", where="社区门口")
    made = activities.make_activity(actor=town["community_head"], data=data, key=key, now=town.now)
    again = activities.make_activity(actor=town["community_head"], data=data, key=key, now=town.now)
    assert again.pk == made.pk
    with pytest.raises(NotFound):
        public_activity(made.public_id)
    with pytest.raises(activities.NoShifts):
        activities.publish_activity(actor=town["community_head"], public_id=made.public_id, now=town.now)
    with pytest.raises(NotFound):
        activities.publish_activity(actor=town["next_community"], public_id=made.public_id, now=town.now)
    shifts.add_shift(
        actor=town["community_head"], public_id=made.public_id, starts_at=at(town, 2, 9),
        ends_at=at(town, 2, 11), capacity=5, now=town.now,
    )  # fmt: skip
    activities.publish_activity(actor=town["community_head"], public_id=made.public_id, now=town.now)
    assert public_activity(made.public_id).organiser.name == "枫桥社区居委会"
    assert happened("ActivityPublished")[0]["activity_id"] == made.pk
    with pytest.raises(IllegalMove):
        activities.publish_activity(actor=town["community_head"], public_id=made.public_id, now=town.now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "一"}, {"kind": "castle"}, {"where": ""}, {"link": "javascript:alert(1)"}, {"mode": "race"},
        {"audience_types": ["king"]}, {"scope_code": NEXT_COMMUNITY}, {"with_children": True},
        {"with_children": True, "min_age": 12, "max_age": 6},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_beside_its_field(town, wrong):
    with pytest.raises(Invalid) as found:
        drafted(town, **wrong)
    assert found.value.fields


def test_no_risk_without_an_insurance_for_all_of_its_days(town):
    made = drafted(town, kind="night_patrol")
    lead = {"actor": town["community_head"], "public_id": made.public_id, "now": town.now}
    with pytest.raises(activities.StreetDecides):
        activities.publish_activity(**lead)
    with pytest.raises(activities.NotInsured):
        activities.propose_activity(**lead)
    day = at(town, 3, 12).date()
    data = ActivityData(
        title="夜巡", kind="night_patrol", where="社区门口", **INSURED, insured_from=day, insured_until=day
    )
    activities.edit_activity(**lead, data=data)
    shifts.add_shift(
        actor=town["community_head"], public_id=made.public_id, starts_at=at(town, 5, 19),
        ends_at=at(town, 5, 21), capacity=5, now=town.now,
    )  # fmt: skip
    with pytest.raises(activities.NotInsured):  # the second night is not covered
        activities.propose_activity(**lead)
    late = day + timedelta(days=9)
    data = ActivityData(
        title="夜巡", kind="night_patrol", where="社区门口", **INSURED, insured_from=day, insured_until=late
    )
    activities.edit_activity(**lead, data=data)
    activities.propose_activity(**lead)
    with pytest.raises(NotFound):
        activities.approve_activity(**{**lead, "actor": town["other_dispatcher"]})
    street = {**lead, "actor": town["street_lead"]}
    activities.return_activity(**street, reason="写清楚集合地点")
    activities.propose_activity(**lead)
    activities.approve_activity(**street)
    assert public_activity(made.public_id).state == "published"
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=made.pk).update(policy_number="")


def test_no_risk_is_added_or_moved_out_of_its_insurance(town):
    day = at(town, 3, 12).date()
    words = {"title": "夜巡", "kind": "night_patrol", "where": "社区门口", **INSURED, "insured_from": day}
    street = {"actor": town["street_lead"], "now": town.now}
    made = drafted(town, kind="night_patrol")
    activities.edit_activity(
        **street, public_id=made.public_id, data=ActivityData(**words, insured_until=day + timedelta(days=7))
    )
    activities.publish_activity(**street, public_id=made.public_id)
    shift = made.shifts.get()
    late = {"starts_at": at(town, 20, 19), "ends_at": at(town, 20, 21)}
    with pytest.raises(activities.NotInsured):
        shifts.add_shift(**street, public_id=made.public_id, capacity=5, **late)
    with pytest.raises(activities.NotInsured):
        shifts.move_shift(**street, shift_id=shift.public_id, **late)
    rule = shifts.Weekly(
        days=(1, 2, 3), first=day, last=day + timedelta(days=30), start=time(19, 30), minutes=60, capacity=6
    )
    with pytest.raises(activities.NotInsured):
        shifts.repeat_weekly(**street, public_id=made.public_id, rule=rule)
    activity_rounds.open_sign_ups(now=town.now + 2 * DAY)
    later = words | {"insured_from": day + timedelta(days=1), "insured_until": day + timedelta(days=7)}
    with pytest.raises(activities.NotInsured):
        activities.edit_activity(**street, public_id=made.public_id, data=ActivityData(**later))
    week = replace(rule, last=day + timedelta(days=7))
    assert shifts.repeat_weekly(**street, public_id=made.public_id, rule=week)
    assert made.shifts.count() > 1


def test_sign_up_never_opens_at_the_peak(town):
    with pytest.raises(Invalid) as found:
        drafted(town, opens_at=at(town, 1, 12))
    assert "opens_at" in found.value.fields
    made = drafted(town)
    noon = at(town, 1, 11, 30)
    activities.publish_activity(actor=town["community_head"], public_id=made.public_id, now=noon)
    made.refresh_from_db()
    assert made.opens_at == at(town, 1, 13)
    with pytest.raises(signing_up.NotOpenYet):
        sign_up(town, made, someone(), now=noon)
    activity_rounds.open_sign_ups(now=at(town, 1, 13))
    assert sign_up(town, made, someone(), now=at(town, 1, 13, 5)).state == "confirmed"


def test_what_people_signed_up_for_stays_what_it_is(town):
    made = published(town)
    data = ActivityData(title="清扫楼道和车棚", kind="duty_keeping", where="东门")
    given = {"actor": town["community_head"], "public_id": made.public_id, "now": town.now}
    activities.edit_activity(**given, data=data)
    with pytest.raises(activities.TooLateToChange):
        activities.edit_activity(**given, data=ActivityData(title="夜巡", kind="night_patrol", where="东门"))


def test_cancelled_all_who_were_to_come_are_counted_and_free_again(town):
    made = published(town)
    for name in ("甲", "乙", "丙"):
        sign_up(town, made, someone(name), wait=True)
    given = {"actor": town["community_head"], "public_id": made.public_id, "now": town.now}
    with pytest.raises(Invalid):
        activities.cancel_activity(**given, reason=" ")
    activities.cancel_activity(**given, reason="下大雨")
    assert set(SignUp.objects.values_list("state", flat=True)) == {"cancelled"}
    assert happened("ShiftCancelled")[0]["sign_ups"] == 3
    assert len(happened("ActivityCancelled")) == 1


def test_a_weekly_rule_makes_shifts_and_leaves_out_holidays(town):
    made = drafted(town, spans=[(at(town, 1, 9), at(town, 1, 10))])
    rule = shifts.Weekly(
        days=(2, 4), first=at(town, 7, 9).date(), last=at(town, 200, 9).date(),
        start=time(19, 30), minutes=90, capacity=6,
    )  # fmt: skip
    given = {"actor": town["community_head"], "public_id": made.public_id, "rule": rule, "now": town.now}
    import_shipped_holidays(now=town.now)
    first = shifts.repeat_weekly(**given)
    assert shifts.repeat_weekly(**given) == []
    days = {each.starts_at.date() for each in first}
    assert {each.isoweekday() for each in days} == {2, 4}
    assert not {day for day in days if day.month == 10 and day.day <= 7}  # the week of the national holiday
    assert max(each.starts_at for each in first) <= town.now + shifts.HORIZON + DAY
    activities.publish_activity(actor=town["community_head"], public_id=made.public_id, now=town.now)
    later = town.now + timedelta(weeks=3)
    assert activity_rounds.extend_weekly(now=later) > 0


def test_moved_made_larger_called_off(town):
    made = published(town, capacity=1)
    shift = made.shifts.get()
    one, two = someone("甲"), someone("乙")
    sign_up(town, made, one)
    waiting = sign_up(town, made, two, wait=True)
    given = {"actor": town["community_head"], "shift_id": shift.public_id, "now": town.now}
    shifts.resize_shift(**given, capacity=2)
    waiting.refresh_from_db()
    assert waiting.state == "held"
    with pytest.raises(shifts.NoRoomLeft):
        shifts.resize_shift(**given, capacity=1)
    shifts.move_shift(**given, starts_at=at(town, 4, 14), ends_at=at(town, 4, 16))
    shift.refresh_from_db()
    assert (shift.sequence, len(happened("ShiftMoved"))) == (1, 1)
    assert_sound(shift)
    shifts.cancel_shift(**given, reason="场地有事")
    assert set(SignUp.objects.values_list("state", flat=True)) == {"cancelled"}


def test_time_opens_begins_ends_and_the_organiser_archives(town):
    made = published(town)
    shift = made.shifts.get()
    sign_up(town, made, someone())
    activity_rounds.begin_and_end(now=shift.starts_at + HOUR)
    made.refresh_from_db()
    assert made.state == "running"
    given = {"actor": town["community_head"], "public_id": made.public_id}
    with pytest.raises(Exception, match="没办完"):
        activities.finish_activity(**given, now=shift.starts_at + HOUR)
    for now, shown in (
        (shift.starts_at + HOUR, False),
        (shift.ends_at, True),
    ):  # no button that is only refused
        page = managed_page(town["community_head"], made.public_id, now=now)
        assert ("finish" in {each.name for each in page.moves}) == shown
    activity_rounds.begin_and_end(now=shift.ends_at)
    made.refresh_from_db()
    assert made.state == "done"
    activities.archive_activity(**given, beneficiaries=120, now=shift.ends_at + DAY)
    figures = activity_figures(town["street_lead"], now=shift.ends_at + DAY)
    assert (figures.activities, figures.person_times, figures.beneficiaries) == (1, 1, 120)
    mark_absent(now=shift.ends_at + DAY, since=shift.starts_at, until=shift.ends_at + HOUR)
    assert activity_figures(town["street_lead"], now=shift.ends_at + DAY).person_times == 0


def test_weather_flags_an_outdoor_shift_once_and_asks_nobody_out(town):
    made = published(town, kind="clean_up", capacity=1, spans=[(at(town, 1, 14), at(town, 1, 16))])
    first, second = someone("甲"), someone("乙")
    coming = sign_up(town, made, first)
    waiting = sign_up(town, made, second, wait=True)
    publish_warning(
        actor=SYSTEM,
        scope_code=STREET,
        kind="storm",
        starts_at=town.now,
        ends_at=at(town, 1, 20),
        now=town.now,
    )
    assert (activity_rounds.watch_weather(now=town.now), activity_rounds.watch_weather(now=town.now)) == (
        1,
        0,
    )
    assert happened("ShiftInWeather")[0]["warning"] == "storm"
    signing_up.call_off(actor=first, public_id=coming.public_id, now=town.now + HOUR)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    SignUp.objects.update(remind_at=town.now)
    activity_rounds.remind_of_shifts(now=town.now + 2 * HOUR - timedelta(minutes=1))
    assert not happened("ShiftSoon")


def test_found_by_line_day_area_and_children_in_two_statements(town, django_assert_num_queries):
    for number in range(3):
        published(town, title=f"值守 {number}", spans=[(at(town, 2 + number, 9), at(town, 2 + number, 10))])
    published(town, title="消防课", kind="fire_safety", for_families=True)
    one = someone()
    sign_up(town, Shift.objects.first(), one)
    with django_assert_num_queries(2):
        days = find_shifts(one, Wanted(), now=town.now)
    assert [len(each.found) for each in days] == [1, 2, 1]
    assert days[0].found[0].own == "confirmed"
    assert sum(len(each.found) for each in find_shifts(one, Wanted(line="safety"), now=town.now)) == 1
    assert sum(len(each.found) for each in find_shifts(one, Wanted(with_children=True), now=town.now)) == 1
    assert sum(len(each.found) for each in find_shifts(one, Wanted(within=COMMUNITY), now=town.now)) == 4
    assert find_shifts(one, Wanted(within=NEXT_COMMUNITY), now=town.now) == []
    page = activity_page(one, Shift.objects.first().activity.public_id, now=town.now)
    assert page.shifts[0].own is not None


def test_the_list_and_the_month_of_staff(town, django_assert_num_queries):
    for number in range(3):
        published(town, title=f"值守 {number}", spans=[(at(town, 2 + number, 9), at(town, 2 + number, 10))])
    drafted(town, title="草稿")
    with django_assert_num_queries(1):
        rows, more = listed_activities(town["street_lead"], ActivityFilters())
    assert ([each.title for each in rows], more) == (["值守 2", "值守 1", "值守 0"], False)
    assert listed_activities(town["next_community"], ActivityFilters(tab="all"))[0] == []
    with django_assert_num_queries(1):
        month = month_of(town["street_lead"], on=town.now.date(), now=town.now)
    assert month.total == 4  # the draft is there for those who plan


# --- Many at once ------------------------------
class TestPlan:
    def line(self, town, **given):
        begins = given.pop("begins", at(town, 3, 14))
        plain = {name: given.pop(name) for name in ("people", "beneficiaries", "made_at") if name in given}
        spans = given.pop("spans", [(begins, begins + 2 * HOUR)])
        capacity = given.pop("capacity", 2)
        words = {"title": "清扫楼道", "kind": "duty_keeping", "where": "社区门口", **given}
        plain.setdefault("made_at", town.now - DAY)
        return Planned(key=uuid4(), data=ActivityData(**words), spans=spans, capacity=capacity, **plain)

    def test_a_line_says_the_same_as_the_form_and_comes_in_once(self, town):
        office = town.organisations["community"]
        said = {
            "organiser": office.public_id, "title": " 直播课 ", "lng": 104.48, "lat": 38.48, "collect_minutes": 60,
            "audience_area": COMMUNITY, "required": "急救培训", "tags": ["nobody_knows"],
        }  # fmt: skip
        plans = [self.line(town, **said), self.line(town, begins=at(town, -3, 14), beneficiaries=9)]
        made = create_many(actor=town["street_lead"], plans=plans, now=town.now)
        assert [each.state for each in made] == ["open", "archived"]
        one = Activity.objects.get(key=plans[0].key)
        assert (one.title, one.lng, one.collect_minutes, one.audience_area) == (
            "直播课",
            104.48,
            60,
            COMMUNITY,
        )
        assert create_many(actor=town["street_lead"], plans=plans, now=town.now) == []
        assert Activity.objects.count() == 2
        assert Event.objects.filter(name="volunteering.ActivityPublished").count() == 2

    def test_whoever_is_on_a_list_made_at_lunch_found_it_open(self, town):
        lunch = at(town, -1, 12)
        plans = [
            self.line(town, made_at=lunch, people=[town["worker"].person_id]),
            self.line(town, made_at=lunch, begins=at(town, 4, 14)),
        ]
        now = lunch + timedelta(minutes=10)
        made = create_many(actor=town["street_lead"], plans=plans, now=now)
        assert [(each.state, each.opens_at == lunch) for each in made] == [
            ("open", True),
            ("published", False),
        ]

    @pytest.mark.parametrize(
        ("field", "given"),
        [
            ("title", {"title": "x"}),
            ("kind", {"kind": "nobody_knows"}),
            ("where", {"where": ""}),
            ("organiser", {"organiser": uuid4()}),
            ("place", {"place": uuid4()}),
            ("scope_code", {"scope_code": "990101002000"}),
            ("min_age", {"with_children": True}),
            ("opens_at", {"opens_at": datetime(2026, 9, 16, 4, 0, tzinfo=UTC)}),
            ("capacity", {"capacity": 0}),
            ("beneficiaries", {"beneficiaries": -1}),
            ("made_at", {"made_at": datetime(2030, 1, 1, tzinfo=UTC)}),
            ("required_post", {"required_post": "nobody_knows"}),
        ],
    )
    def test_one_wrong_line_is_named_and_nothing_is_made(self, town, field, given):
        plans = [self.line(town), self.line(town, **given)]
        with pytest.raises(BadPlan) as refused:
            create_many(actor=town["street_lead"], plans=plans, now=town.now)
        assert (refused.value.line, set(refused.value.fields)) == (2, {field})
        assert "第 2 条" in str(refused.value.message)
        assert not Activity.objects.exists()

    def test_times_insurance_and_the_own_area_are_looked_at_too(self, town):
        begins = at(town, 3, 14)
        for given in (
            {"spans": []},
            {"spans": [(begins, begins + 13 * HOUR)]},
            {"spans": [(begins, begins + HOUR), (begins, begins + 2 * HOUR)]},
            {"kind": "night_patrol"},
            {
                "kind": "night_patrol",
                "insurer": "云川财险",
                "policy_number": "1",
                "insured_from": begins.date(),
                "insured_until": begins.date(),
                "spans": [(begins, begins + HOUR), (begins + DAY, begins + DAY + HOUR)],
            },
        ):
            with pytest.raises(BadPlan):
                create_many(actor=town["street_lead"], plans=[self.line(town, **given)], now=town.now)
        with pytest.raises(NotAllowed):
            create_many(actor=town["worker"], plans=[self.line(town)], now=town.now)
        assert not Activity.objects.exists()

    def test_people_rest_and_belong_as_when_they_sign_up_themselves(self, town):
        person = town.persons["worker"].pk
        earlier = published(town, spans=[(at(town, 3, 13), at(town, 3, 15))])
        sign_up(town, earlier, town["worker"])
        plans = [self.line(town, people=[person]), self.line(town, begins=at(town, 4, 14), people=[person])]
        create_many(actor=town["street_lead"], plans=plans, now=town.now)
        taken = SignUp.objects.filter(person=person).exclude(shift__activity=earlier)
        assert [each.shift.activity.key for each in taken] == [plans[1].key], "not twice at once"
        for given in (
            {"mode": "draw"},
            {"with_children": True, "min_age": 6, "max_age": 9},
            {"required_post": "part_time_grid_worker"},
            {"audience_types": ["courier"]},
        ):
            line = self.line(town, begins=at(town, 9, 14), people=[town.persons["resident"].pk], **given)
            with pytest.raises(BadPlan) as refused:
                create_many(actor=town["street_lead"], plans=[line], now=town.now)
            assert set(refused.value.fields) == {"people"}

    def test_a_draw_among_many_is_prepared(self, town):
        line = self.line(town, mode="draw", begins=at(town, 9, 14))
        create_many(actor=town["street_lead"], plans=[line], now=town.now)
        shift = Shift.objects.get()
        assert shift.draw_secret
        assert shift.draw_at > town.now - DAY
