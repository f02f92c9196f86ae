"""The queue as its readers see it: tabs, filters, pages, refreshing, the case beside it, the file to take away."""

import csv
import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.kernel.audit.models import AuditEntry
from tests.factories.desks import HTMX, MINUTE, client_of, dispatched, handed_in, reported
from tests.factories.town import COMMUNITY, LNG, NEXT_COMMUNITY

QUEUE = "/cases/"
CATALOGUE_PAGE = "/cases/categories/"
MOST_STATEMENTS = 8


@pytest.fixture
def town(town_of):
    """The pages read the clock of the wall, so the town lives now."""
    return town_of(timezone.now() - timedelta(hours=2))


@pytest.fixture
def street(town):
    return client_of(town, "dispatcher")


def rows_of(response):
    return [line.case.number for line in response.context["lines"]]


def test_a_new_report_waits_in_the_first_tab(town, street):
    case = reported(town)
    response = street.get(QUEUE)
    assert rows_of(response) == [case.number]
    page = response.content.decode()
    assert "道路破损坑洼" in page
    assert "云栖里 5 号楼 3 单元 502 · 枫桥社区" in page
    assert [tab["count"] for tab in response.context["tabs"]][:2] == [1, 0]


@pytest.mark.parametrize("rows", [1, 60])
def test_a_page_takes_few_statements_however_many_rows(town, street, rows):
    for _ in range(rows):
        reported(town)
    street.get(QUEUE)
    CATALOGUE.get()
    with CaptureQueriesContext(connection) as made:
        response = street.get(QUEUE)
    assert len(response.context["lines"]) == min(rows, 50)
    assert len(made) <= MOST_STATEMENTS, [query["sql"][:120] for query in made.captured_queries]


def test_two_chinese_characters_find_it_from_the_header_too(town, street):
    found, _other = reported(town, text="井盖碎了一半"), reported(town, text="树枝断了")
    assert rows_of(street.get(QUEUE, {"words": "井盖"})) == [found.number]
    assert rows_of(street.get(QUEUE, {"q": "井盖"})) == [found.number]
    nothing = street.get(QUEUE, {"words": "路灯"})
    assert "没有符合条件的" in nothing.content.decode()


def test_filters_narrow_the_list_and_its_counts(town, street):
    here = reported(town, "0401")
    there = reported(town, "0701", lng=LNG + 0.012)
    assert rows_of(street.get(QUEUE, {"kind": "04"})) == [here.number]
    assert rows_of(street.get(QUEUE, {"kind": "0701"})) == [there.number]
    assert rows_of(street.get(QUEUE, {"community": NEXT_COMMUNITY})) == [there.number]
    assert rows_of(street.get(QUEUE, {"source": "resident"})) == []
    today = timezone.localtime(town.now).date()
    assert rows_of(street.get(QUEUE, {"since": (today + timedelta(days=2)).isoformat()})) == []
    response = street.get(QUEUE, {"kind": "04", "until": today.isoformat()})
    assert response.context["tabs"][0]["count"] == 1
    assert [label for label, _value, _url in response.context["applied"]] == ["类别", "到"]


def test_what_a_filter_does_not_understand_narrows_nothing(town, street):
    case = reported(town)
    odd = {"kind": "9999", "urgency": "U9", "since": "gestern", "cursor": "%%%", "tab": "nowhere"}
    assert rows_of(street.get(QUEUE, odd)) == [case.number]


def test_pages_follow_one_another_without_gap_or_repeat(town, street):
    numbers = [reported(town, now=town.now + index * timedelta(seconds=1)).number for index in range(60)]
    first = street.get(QUEUE)
    second = street.get(first.context["next"], **HTMX)
    assert second.templates[0].name == "cases/workbench/queue_panel.html"
    assert sorted(rows_of(first) + rows_of(second)) == sorted(numbers)
    assert second.context["next"] == ""
    assert "cursor" not in second.context["first"]


def test_htmx_gets_the_panel_and_the_way_back_the_whole_page(town, street):
    reported(town)
    panel = street.get(QUEUE, **HTMX).content.decode()
    assert "<html" not in panel
    assert 'data-poll="/cases/?tab=screen"' in panel
    whole = street.get(QUEUE, HTTP_HX_HISTORY_RESTORE_REQUEST="true", **HTMX).content.decode()
    assert "<html" in whole


def test_the_case_stands_beside_the_list_after_a_reload(town, street):
    case = reported(town)
    page = street.get(QUEUE, {"case": case.number}).content.decode()
    assert f'id="case" data-number="{case.number}"' in page
    assert "queue__row--current" in page
    assert 'id="case"' not in street.get(QUEUE, {"case": "9" * 19}).content.decode()


def test_each_desk_has_its_own_tabs(town, photo):
    case = dispatched(town)
    community = client_of(town, "community").get(QUEUE)
    assert [tab.name for tab in (community.context["tab"],)] == ["new"]
    assert rows_of(community) == [case.number]
    assert rows_of(client_of(town, "city_management").get(QUEUE)) == [case.number]
    assert rows_of(client_of(town, "water").get(QUEUE)) == []
    handed_in(town, photo)
    assert len(rows_of(client_of(town, "dispatcher").get(QUEUE, {"tab": "verify"}))) == 1


def test_another_street_sees_an_empty_queue(town):
    reported(town)
    response = client_of(town, "other_dispatcher").get(QUEUE)
    assert rows_of(response) == []
    assert "没有等核实的上报" in response.content.decode()


@pytest.mark.parametrize("who", ["worker", "resident", "guard", "platform", "system_admin"])
def test_who_does_not_work_on_cases_finds_no_queue(town, who):
    assert client_of(town, who).get(QUEUE).status_code == 404


def test_nobody_signed_in_is_asked_to_sign_in(client, db):
    assert client.get(QUEUE).status_code == 302


def test_masked_roles_read_the_place_down_to_the_building(town):
    reported(town)
    page = client_of(town, "grid_part").get(QUEUE).content.decode()
    assert "云栖里 5 号楼***" in page
    assert "3 单元 502" not in page


def test_who_may_not_search_gets_no_field_and_no_answer(town):
    """A masked list is not searched: the search would unmask it word by word."""
    case = reported(town)
    response = client_of(town, "grid_part").get(QUEUE, {"words": "路灯"})
    assert rows_of(response) == [case.number]
    assert "words" not in response.context["form"].fields


def exported(client, query=""):
    response = client.post(f"/cases/export/?tab=open{query}")
    body = response.getvalue().decode()
    assert body.startswith("\ufeff")
    return response, list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))


def test_the_export_is_masked_audited_and_opens_in_a_spreadsheet(town, street):
    case = reported(town, address="=HYPERLINK(1)")
    response, rows = exported(street)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert rows[0][0] == "案卷号"
    assert rows[1][0] == f"\t{case.number}"
    assert rows[1][7].startswith("'=")
    assert case.text not in "".join(map("".join, rows))
    record = AuditEntry.objects.get(action="cases.export")
    assert record.scope_code == town["dispatcher"].scope_code


def test_the_export_leaves_confidential_cases_here(town, street):
    code = next(kind.code for kind in CATALOGUE.get().values() if kind.is_confidential)
    reported(town, code)
    assert len(rows_of(street.get(QUEUE, {"tab": "open"}))) == 1
    _response, rows = exported(street)
    assert len(rows) == 1


def test_the_export_needs_its_permission_and_a_post(town, street):
    assert street.get("/cases/export/").status_code == 405
    assert client_of(town, "city_management").post("/cases/export/").status_code == 404


def test_a_row_turns_red_when_its_time_is_over(town, street):
    reported(town, "0202", now=town.now - 60 * MINUTE)
    response = street.get(QUEUE, {"tab": "overdue"})
    assert len(rows_of(response)) == 1
    assert "clock--overdue" in response.content.decode()


def test_the_community_filter_offers_only_the_own_street(town, street):
    choices = dict(street.get(QUEUE).context["form"].fields["community"].choices)
    assert set(choices) == {"", COMMUNITY, NEXT_COMMUNITY}
    assert "community" not in client_of(town, "community").get(QUEUE).context["form"].fields


def test_the_search_field_of_every_workbench_page_leads_to_the_queue(town, street):
    for url in ("/cases/new/", CATALOGUE_PAGE):
        assert 'role="search" action="/cases/"' in street.get(url).content.decode()
    assert "bench-search" not in client_of(town, "grid_part").get(QUEUE).content.decode()


def test_the_catalogue_is_read_in_the_language_of_its_reader(street):
    kind = CATALOGUE.get()["0301"]
    for language, name in (("zh-hans", kind.name_zh), ("en", kind.name_en.capitalize())):
        street.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = street.get(CATALOGUE_PAGE).content.decode()
        assert f"<strong>{name}</strong>" in page
