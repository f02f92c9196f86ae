"""The tables behind the calendar: notices, office hours, snapshots, and how little the hot path asks."""

from datetime import date, datetime

import pytest
from django.db import transaction

from nuanxin.kernel.cached import Stamp
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.worktime import SHANGHAI, InvalidHours, Limit, due_at
from nuanxin.kernel.worktime import tables as worktime_tables
from nuanxin.kernel.worktime.checks import check_calendar
from nuanxin.kernel.worktime.models import CalendarSnapshot, Holiday, WorkingHours
from nuanxin.kernel.worktime.notices import InvalidNotice, library_rules
from nuanxin.kernel.worktime.services import (
    calendar_for,
    calendar_of,
    import_holidays,
    import_shipped_holidays,
    set_working_hours,
    snapshot_for,
)
from tests.kernel.worktime_cases import CALENDAR, at

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=SHANGHAI)
TODAY = NOW.date()
COMMUNITY = "990101001001"
DISTRICT = "990101000000"
SUMMER = [["08:30", "12:00"], ["15:00", "18:30"]]
NOTICE_2027 = "date,kind,name\n2027-01-01,off,元旦\n2027-01-02,work,元旦\n"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_process():
    worktime_tables.forget()
    yield
    worktime_tables.forget()


def load(text, source="通知", now=NOW):
    return import_holidays(csv_text=text, source=source, now=now)


class TestNotices:
    def test_the_shipped_notices_are_the_handbook(self):
        first = import_shipped_holidays(now=NOW)
        assert [(r.created, r.years) for r in first] == [(33, (2025,)), (39, (2026,))]
        assert calendar_for("", TODAY).days == CALENDAR.days
        assert Holiday.objects.get(date="2026-10-10").name == "国庆节"

    def test_the_same_notice_again_changes_nothing(self):
        import_shipped_holidays(now=NOW)
        stamp = Stamp.objects.get(name="worktime")
        again = import_shipped_holidays(now=NOW)
        assert [(r.created, r.updated, r.removed, r.unchanged) for r in again] == [
            (0, 0, 0, 33),
            (0, 0, 0, 39),
        ]
        assert Stamp.objects.get(name="worktime").token == stamp.token

    def test_a_corrected_notice_replaces_its_own_days_only(self):
        import_shipped_holidays(now=NOW)
        load(NOTICE_2027 + "2027-02-06,off,春节\n2027-02-07,off,春节\n")
        result = load(NOTICE_2027 + "2027-02-07,off,新春\n2026-12-31,off,元旦\n")
        assert (result.created, result.updated, result.removed, result.unchanged) == (1, 1, 1, 2)
        assert Holiday.objects.filter(date__year=2026).count() == 40

    def test_a_supplement_for_a_published_year_need_not_repeat_it(self):
        import_shipped_holidays(now=NOW)
        load("date,kind,name\n2026-10-08,off,国庆节\n", source="关于延长假期的通知")
        assert due_at(at("2026-09-30 10:00"), Limit.work_days(1), calendar_for("", TODAY)).at == at(
            "2026-10-09 17:30"
        )

    def test_a_spreadsheet_mark_and_blank_lines_are_no_fault(self):
        assert load("\ufeff" + NOTICE_2027 + "\n , ,\n").created == 2

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ("", "第 1 行"),
            ("date,kind,name\n", "第 1 行"),
            ("日期,类型,名称\n2027-01-01,off,元旦\n", "第 1 行"),
            (NOTICE_2027 + "2027-02-30,off,春节\n", "第 4 行"),
            (NOTICE_2027 + "2027-02-06,free,春节\n", "第 4 行"),
            (NOTICE_2027 + "2027-02-06,off\n", "第 4 行"),
            (NOTICE_2027 + "2027-02-06,off,\n", "第 4 行"),
            (NOTICE_2027 + f"2027-02-06,off,{'春' * 41}\n", "第 4 行"),
            (NOTICE_2027 + "2027-01-01,off,元旦\n", "第 4 行"),
            (NOTICE_2027 + "2027-02-05,work,春节\n", "第 4 行"),
            (NOTICE_2027 + "2028-02-05,off,春节\n", "2028 年"),
            ("date,kind,name\n2027-02-06,off,春节\n", "2027 年"),
            (NOTICE_2027 + "2026-11-30,off,元旦\n", "2026 年"),
        ],
    )
    def test_a_faulty_file_names_its_lines_and_stores_nothing(self, text, where):
        with pytest.raises(InvalidNotice) as refused:
            load(text)
        assert list(refused.value.fields) == [where]
        assert not Holiday.objects.exists()

    def test_all_faults_are_told_at_once(self):
        with pytest.raises(InvalidNotice) as refused:
            load("date,kind,name\nx,off,元旦\n2027-01-02,y,元旦\n")
        assert list(refused.value.fields) == ["第 2 行", "第 3 行"]

    def test_a_notice_needs_its_title(self):
        with pytest.raises(Invalid):
            load(NOTICE_2027, source=" ")

    def test_our_notices_agree_with_the_library(self):
        import_shipped_holidays(now=NOW)
        library = library_rules()
        for year in (2025, 2026):
            ours = {(h.date, h.is_workday) for h in Holiday.objects.filter(date__year=year)}
            assert ours == {(rule.on, rule.is_workday) for rule in library[year]}


class TestCalendarFor:
    def test_without_our_table_the_library_answers(self):
        calendar = calendar_for("", TODAY)
        assert {rule.on for rule in calendar.days} == {rule.on for rule in CALENDAR.days}
        assert calendar.published_years == {2025, 2026}
        assert {rule.name for rule in calendar.days} == {
            "元旦",
            "春节",
            "清明节",
            "劳动节",
            "端午节",
            "中秋节",
            "国庆节",
        }

    def test_our_table_goes_before_the_library(self):
        load("date,kind,name\n2026-01-01,off,元旦\n2026-09-21,off,城市节\n")
        calendar = calendar_for("", TODAY)
        assert [rule.name for rule in calendar.days if rule.on.year == 2026] == ["元旦", "城市节"]
        assert calendar.is_workday(date(2026, 10, 1))
        assert not calendar.is_workday(date(2025, 10, 1))

    def test_a_new_notice_publishes_its_year(self):
        assert due_at(at("2026-12-31 10:00"), Limit.work_days(1), calendar_for("", TODAY)).provisional
        load(NOTICE_2027)
        due = due_at(at("2026-12-31 10:00"), Limit.work_days(1), calendar_for("", TODAY))
        assert due.at == at("2027-01-02 17:30")
        assert not due.provisional

    def test_only_this_year_the_one_before_and_what_follows(self):
        load("date,kind,name\n2024-01-01,off,元旦\n")
        assert min(calendar_for("", TODAY).published_years) == 2025
        assert min(calendar_for("", date(2025, 6, 1)).published_years) == 2024


class TestWorkingHours:
    def hours(self, scope_code, day):
        calendar = calendar_for(scope_code, TODAY)
        (rows,) = {calendar.spans_on(date.fromisoformat(day).toordinal())}
        return [(a // 60_000_000, b // 60_000_000) for a, b in rows]

    def test_the_smallest_territory_that_has_hours_decides(self):
        set_working_hours(
            scope_code=DISTRICT, valid_from=date(2026, 1, 1), intervals=[["08:00", "16:00"]], now=NOW
        )
        set_working_hours(
            scope_code="990101001000", valid_from=date(2026, 6, 1), intervals=[["10:00", "18:00"]], now=NOW
        )
        assert WorkingHours.objects.filter(scope_code__in=["990101", "990101001"]).count() == 2
        assert self.hours(DISTRICT, "2026-09-21") == [(480, 960)]
        assert self.hours(COMMUNITY, "2026-05-20") == [(480, 960)]
        assert self.hours(COMMUNITY, "2026-09-21") == [(600, 1080)]
        assert self.hours(COMMUNITY + "001", "2026-09-21") == [(600, 1080)]
        assert self.hours("990102001001", "2026-09-21") == [(540, 720), (810, 1050)]
        assert self.hours("", "2026-09-21") == [(540, 720), (810, 1050)]

    def test_hours_that_begin_later_are_known_before(self):
        set_working_hours(scope_code="", valid_from=date(2026, 5, 1), intervals=SUMMER, now=NOW)
        assert self.hours(COMMUNITY, "2026-04-30") == [(540, 720), (810, 1050)]
        assert self.hours(COMMUNITY, "2026-05-06") == [(510, 720), (900, 1110)]

    def test_the_same_date_again_replaces(self):
        for intervals in (SUMMER, [["08:00", "16:00"]]):
            set_working_hours(scope_code="", valid_from=date(2026, 5, 1), intervals=intervals, now=NOW)
        assert self.hours("", "2026-09-21") == [(480, 960)]

    def test_what_cannot_be_is_refused(self):
        with pytest.raises(InvalidHours):
            set_working_hours(scope_code="", valid_from=TODAY, intervals=[], now=NOW)
        with pytest.raises(Invalid) as refused:
            set_working_hours(scope_code="9901", valid_from=TODAY, intervals=SUMMER, now=NOW)
        assert "scope_code" in refused.value.fields
        assert not WorkingHours.objects.exists()


class TestSnapshots:
    def test_a_clock_keeps_the_calendar_it_started_with(self):
        start, limit = at("2026-12-31 10:00"), Limit.work_days(1)
        snapshot = snapshot_for(COMMUNITY, TODAY)
        before = due_at(start, limit, calendar_of(snapshot))
        load(NOTICE_2027)
        set_working_hours(scope_code="", valid_from=date(2026, 1, 1), intervals=SUMMER, now=NOW)
        stored = CalendarSnapshot.objects.defer("data").get(pk=snapshot.pk)
        worktime_tables._parsed.clear()  # as another process would read it
        assert due_at(start, limit, calendar_of(stored)) == before
        assert snapshot_for(COMMUNITY, TODAY).pk != snapshot.pk

    def test_equal_calendars_are_one_row(self):
        set_working_hours(scope_code=DISTRICT, valid_from=date(2026, 1, 1), intervals=SUMMER, now=NOW)
        assert (
            snapshot_for(COMMUNITY, TODAY).pk
            == snapshot_for(DISTRICT, TODAY).pk
            != snapshot_for("", TODAY).pk
        )
        assert CalendarSnapshot.objects.count() == 2

    def test_it_is_never_changed(self):
        snapshot = CalendarSnapshot.objects.get(pk=snapshot_for("", TODAY).pk)
        with pytest.raises(TypeError, match="changed"):
            snapshot.save()
        with pytest.raises(TypeError, match="deleted"):
            snapshot.delete()


class TestCost:
    def test_inside_a_transaction_that_may_be_undone_it_asks_once(self, django_assert_num_queries):
        snapshot_for(COMMUNITY, TODAY)
        with django_assert_num_queries(1):
            snapshot_for("990102002002", TODAY)
        with django_assert_num_queries(0):
            calendar_for(COMMUNITY, TODAY)

    @pytest.mark.django_db(transaction=True)
    def test_once_committed_it_asks_nothing(self, django_assert_num_queries):
        with transaction.atomic():
            snapshot_for(COMMUNITY, TODAY)
        with transaction.atomic(), django_assert_num_queries(0):
            assert calendar_of(snapshot_for(COMMUNITY, TODAY)) == calendar_for(COMMUNITY, TODAY)

    @pytest.mark.django_db(transaction=True)
    def test_what_was_rolled_back_is_not_handed_out(self):
        with transaction.atomic():
            gone = snapshot_for(COMMUNITY, TODAY)
            transaction.set_rollback(True)
        snapshot = snapshot_for(COMMUNITY, TODAY)
        assert snapshot.digest == gone.digest
        assert CalendarSnapshot.objects.filter(pk=snapshot.pk, digest=snapshot.digest).exists()

    @pytest.mark.django_db(transaction=True)
    def test_a_change_shows_at_once_where_it_was_made(self):
        before = snapshot_for(COMMUNITY, TODAY)
        set_working_hours(scope_code="", valid_from=date(2026, 1, 1), intervals=SUMMER, now=NOW)
        assert snapshot_for(COMMUNITY, TODAY).digest != before.digest


class TestCheck:
    def test_all_is_well_before_november(self):
        import_shipped_holidays(now=NOW)
        assert check_calendar(date(2026, 10, 31)) == []

    def test_from_november_on_the_next_year_is_missed(self):
        import_shipped_holidays(now=NOW)
        (warning,) = check_calendar(date(2026, 11, 1))
        assert "2027" in warning
        load(NOTICE_2027)
        assert check_calendar(date(2026, 11, 1)) == []

    def test_a_year_that_only_the_library_knows(self):
        (warning,) = check_calendar(date(2026, 3, 1))
        assert "自带" in warning

    def test_a_year_that_nobody_knows(self):
        (warning,) = check_calendar(date(2027, 3, 1))
        assert "暂定" in warning
