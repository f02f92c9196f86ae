"""A queue's page and its counts come from one index in its order, whatever else the table holds."""

import pytest
from django.db import connection

from nuanxin.cases import services
from nuanxin.cases.api.drawing import case_row
from nuanxin.cases.models import Case
from nuanxin.cases.queries import queue
from nuanxin.cases.queries.lines import queue_lines
from nuanxin.cases.services import Draft
from tests.factories.town import LAT, LNG

POSTGRES = connection.vendor == "postgresql"
ALL_OPEN = {
    "dispatcher": "cases_street_open",
    "swd": "cases_dist_open",
    "community": "cases_comm_open",
}
BY_DESK = {"dispatcher": "cases_street_desk", "swd": "cases_dist_desk"}


@pytest.fixture
def reports(town):
    for number in range(12):
        draft = Draft(category="0401", text="路面一个大坑", lng=LNG + 0.002, lat=LAT + 0.002)
        services.report_case(actor=town["worker"], draft=draft, key=f"plan-{number:04d}", now=town.now)
    return town


def plan(rows):
    """How the database answers where the table is too large to be read as a whole."""
    if not POSTGRES:
        return rows.explain()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    return rows.explain()


def rows_of(town, who, tab):
    actor = town[who]
    return queue.cases_in(actor, queue.tab_named(actor, tab), queue.Filters(), now=town.now)


@pytest.mark.parametrize("who", ALL_OPEN)
def test_a_page_is_read_in_the_order_of_its_index(reports, who):
    said = plan(rows_of(reports, who, "open")[:51])
    assert ALL_OPEN[who] in said
    assert "TEMP B-TREE" not in said
    assert "Sort" not in said


@pytest.mark.parametrize("who", ALL_OPEN)
@pytest.mark.parametrize("tab", ["open", "overdue"])
def test_a_count_reads_the_same_index(reports, who, tab):
    """On PostgreSQL nothing but the index; SQLite looks at the rows, a thousand at most."""
    said = plan(rows_of(reports, who, tab).values_list("pk")[: queue.COUNT_CAP])
    assert ALL_OPEN[who] in said
    assert "Index Only Scan" in said or not POSTGRES


@pytest.mark.parametrize("who", BY_DESK)
@pytest.mark.parametrize("tab", ["screen", "dispatch", "handle", "verify"])
def test_each_desk_is_one_stretch_of_its_index(reports, who, tab):
    said = plan(rows_of(reports, who, tab)[:51])
    few_enough = POSTGRES and ALL_OPEN[who] in said  # among a dozen rows both cost the same
    assert BY_DESK[who] in said or few_enough
    assert "TEMP B-TREE" not in said
    assert "Sort" not in said


@pytest.mark.parametrize("who", ["dispatcher", "swd", "community"])
def test_a_row_brings_along_all_that_is_shown(reports, who, django_assert_num_queries):
    """Columns left out would be fetched row by row."""
    actor = reports[who]
    tab = queue.tab_named(actor, "open")
    with django_assert_num_queries(1):
        page = queue.queue_page(actor, tab, queue.Filters(), now=reports.now, size=5)
        assert len([case_row(actor, case) for case in page.rows]) == 5
        assert page.cursor
    with django_assert_num_queries(1):  # the names of the communities
        assert queue_lines(actor, page.rows)


def test_what_a_unit_has_handed_back_has_left_its_queue(town):
    now = town.now
    draft = Draft(category="0101", text="楼道里很大煤气味", lng=LNG + 0.002, lat=LAT + 0.002)
    case = services.report_case(actor=town["worker"], draft=draft, key="plan-back", now=now).case
    for tab in ("new", "open"):
        assert rows_of(town, "gas", tab).get() == case
    assert not rows_of(town, "gas", "mine").exists()
    task = case.tasks.get(organisation=town["gas"].organisation_id)
    services.return_task(actor=town["gas"], task=task, reason="R1", opinion="不在我的辖区", now=now)
    for tab in ("new", "mine", "open", "overdue"):
        assert not rows_of(town, "gas", tab).exists()
    assert rows_of(town, "gas", "all").get() == Case.objects.get()
