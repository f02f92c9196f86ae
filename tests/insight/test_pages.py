"""The pages: what stands beside every figure, who sees which, and the cases behind."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import load_workbook

from nuanxin.cases import services
from nuanxin.cases.models import Case, Rating
from nuanxin.insight.indicators import INDICATORS
from nuanxin.insight.models import Figure
from nuanxin.insight.services import refresh_figures
from nuanxin.kernel.audit.models import AuditEntry
from tests.factories.desks import client_of, dispatched, handed_in, reported, task_of
from tests.factories.town import COMMUNITY, DISTRICT, OTHER_STREET, STREET

pytestmark = pytest.mark.django_db
LATELY = {"period": "days30"}  # what happened an hour ago is in it, also in a month's first hour
PAGES = ["/insight/", "/insight/print/", *(f"/insight/{each.identifier}/" for each in INDICATORS)]


@pytest.fixture
def town(town_of):
    return town_of(timezone.now() - timedelta(minutes=50))


@pytest.mark.parametrize("who", ["dispatcher", "street_lead", "community_head", "swd", "gas_lead"])
def test_those_who_answer_for_a_place_see_its_figures(town, who):
    dispatched(town)
    client = client_of(town, who)
    for path in PAGES:
        for query in ("", "?period=year&by=major", "?by=unit&sort=-value"):
            assert client.get(path + query).status_code == 200, path


@pytest.mark.parametrize(
    "who", ["worker", "grid", "community", "gas", "property", "platform", "system_admin"]
)
def test_nobody_else_does(town, who):
    client = client_of(town, who)
    for path in (*PAGES, "/insight/filing_rate/cases/"):
        assert client.get(path).status_code == 404, path
    assert client.post("/insight/export/").status_code == 404


def test_only_what_lies_inside_ones_own_territory(town):
    lead = client_of(town, "street_lead")
    assert lead.get("/insight/", {"area": COMMUNITY}).status_code == 200
    for code in (DISTRICT, OTHER_STREET, "x", "990101002001"):
        assert lead.get("/insight/", {"area": code}).status_code == 404
        assert lead.get("/insight/filing_rate/cases/", {"area": code}).status_code == 404
    assert client_of(town, "swd").get("/insight/", {"area": OTHER_STREET}).status_code == 200


def test_a_unit_sees_its_own_work_wherever_it_asks(town):
    dispatched(town, lead="city_management")
    gas = client_of(town, "gas_lead")
    page = gas.get("/insight/return_rate/", {"by": "unit", "area": DISTRICT})
    assert page.context["card"].value.denominator == 0
    assert "城管局" not in page.content.decode()


def card(client, identifier, **query):
    groups = client.get("/insight/", LATELY | query).context["page"].groups
    return next(each for _name, cards in groups for each in cards if each.indicator.identifier == identifier)


def test_every_card_says_where_when_and_how(town):
    text = client_of(town, "dispatcher").get("/insight/", {"period": "today"}).content.decode()
    today = timezone.localdate(timezone.now()).isoformat()
    assert text.count(f'枫林街道 · <span class="nowrap">{today}') >= len(INDICATORS)
    for each in INDICATORS:
        assert str(each.name) in text
        assert str(each.formula) in text


def test_a_figure_without_a_denominator_is_a_dash(town):
    client = client_of(town, "dispatcher")
    for each in INDICATORS:
        if each.kind != "count":
            assert card(client, each.identifier).value.text == "—", each.identifier


def test_explained_is_not_solved(town, photo):
    case = handed_in(town, photo)
    client = client_of(town, "dispatcher")
    client.post(f"/cases/{case.number}/steps/pass/", {"outcome": "explained", "opinion": "已说明"})
    case.refresh_from_db()
    assert case.outcome == "explained"
    assert card(client, "solved_rate").value.text == "0.0%"
    parts = {part.measure: part.count for part in card(client, "closure_composition").value.parts}
    assert parts == {"solved": 0, "explained": 1, "transferred": 0, "shelved": 0}


def test_few_answers_are_not_shown_at_all(town, settings):
    for number in range(4):
        case = reported(town)
        Rating.objects.create(
            case=case,
            contacted=True,
            solved=number > 0,
            satisfied=True,
            at=timezone.now() - timedelta(minutes=1),
        )
    client = client_of(town, "dispatcher")
    assert card(client, "resolution_rate").value.text == "—（样本少于 5）"
    page = client.get("/insight/resolution_rate/", LATELY).content.decode()
    assert "75.0%" not in page
    assert "/resolution_rate/cases/" not in page
    settings.NUANXIN_SMALLEST_SAMPLE = 3
    assert card(client, "resolution_rate").value.text == "75.0%"


def test_behind_every_count_are_its_cases(town):
    first, second = dispatched(town), reported(town, who="other_worker")
    client = client_of(town, "dispatcher")
    page = client.get("/insight/reported_count/cases/", LATELY | {"measure": "numerator"}).content.decode()
    assert first.number in page
    assert second.number in page
    page = client.get("/insight/filing_rate/cases/", LATELY | {"measure": "numerator"}).content.decode()
    assert first.number in page
    assert second.number not in page
    line = LATELY | {"measure": "numerator", "by": "territory", "key": first.scope_community}
    assert first.number in client.get("/insight/filing_rate/cases/", line).content.decode()
    assert client.get("/insight/filing_rate/cases/", line | {"key": "1"}).context["page"].lines == []


def test_confidential_cases_are_counted_and_not_listed(town):
    case = reported(town)
    Case.objects.filter(pk=case.pk).update(visibility="confidential")
    assert card(client_of(town, "swd"), "reported_count").value.numerator == 1
    page = client_of(town, "swd").get("/insight/reported_count/cases/", LATELY)
    assert page.context["page"].hidden == 1
    assert case.number not in page.content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"period": "range"}, "自选时间要填开始和结束两个日期。"),
        (
            {"period": "range", "since": "2026-02-03", "until": "2026-02-01"},
            "开始日期在结束日期之后，请对调。",
        ),
        ({"period": "range", "since": "2000-01-01", "until": "2020-01-01"}, "一次最多看三年，请把时间缩短。"),
        (
            {"period": "range", "since": "2199-01-01", "until": "2199-01-02"},
            "开始日期在今天之后，还没有数据。",
        ),
    ],
)
def test_a_range_that_cannot_be_says_why(town, query, words):
    assert words in client_of(town, "dispatcher").get("/insight/", query).content.decode()


@pytest.mark.parametrize("value", ["9" * 30, "-1", "0", "x", "１", " ", "%"])
def test_forged_addresses_are_no_fault(town, value):
    client = client_of(town, "dispatcher")
    for path in (
        f"/insight/?period={value}&since={value}&until={value}&unit={value}",
        f"/insight/?area={value}",
        f"/insight/filing_rate/?by={value}&sort={value}",
        f"/insight/filing_rate/cases/?measure={value}&by=unit&key={value}&before={value}",
        f"/insight/filing_rate/cases/?by=territory&key={value}&before={value}",
        f"/insight/{value}/",
    ):
        assert client.get(path).status_code < 500, path


def table(answer):
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_the_table_that_leaves_is_written_down_and_names_no_case(town):
    case = dispatched(town)
    client = client_of(town, "dispatcher")
    rows = table(client.post("/insight/export/?period=week"))
    assert {each.identifier for each in INDICATORS} <= {cell for row in rows for cell in row}
    lines = table(client.post("/insight/dispatch_accuracy/export/?by=unit&period=days30"))
    assert any("城管" in row[0] for row in lines)
    assert not any(case.number in cell for row in [*rows, *lines] for cell in row)
    assert AuditEntry.objects.filter(action="insight.export").count() == 2


def sheets(answer):
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert re.search(r'filename="indicators-\w+-\d{8}-\d{4}\.xlsx"', answer["Content-Disposition"])
    book = load_workbook(io.BytesIO(answer.getvalue()))
    return [book.get_sheet_by_name(name).to_python() for name in ("指标", "说明")]


def test_the_workbook_holds_the_same_figures_as_numbers_and_says_what_they_are(town):
    case = dispatched(town)
    client = client_of(town, "dispatcher")
    rows, notes = sheets(client.post("/insight/export/?period=week&form=xlsx"))
    by_name = {row[2]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert set(by_name) == {each.identifier for each in INDICATORS}
    text = {row[1]: row for row in table(client.post("/insight/export/?period=week")) if len(row) > 4}
    for identifier, row in by_name.items():
        shown = text[identifier][2]
        if row["单位"] == "%" and isinstance(row["数值"], float | int):
            assert f"{row['数值'] * 100:.1f}%" == shown
            assert row["数值"] == pytest.approx(row["分子"] / row["分母"])
        elif row["单位"] == "个":
            assert f"{row['数值']:.0f}" == shown
        assert row["口径"]
    told = dict(notes)
    assert told["范围"] == "枫林街道"
    assert {"时段", "数据截至", "导出时间", "谁可以看"} <= set(told)
    lines, about = sheets(client.post("/insight/dispatch_accuracy/export/?by=unit&period=days30&form=xlsx"))
    assert lines[0][0] == "名称"
    assert any("城管" in row[0] for row in lines[1:])
    assert dict(about)["分开看"] == "按单位"
    everything = str([rows, notes, lines, about])
    assert case.number not in everything
    assert town.persons["worker"].name not in everything
    forms = AuditEntry.objects.filter(action="insight.export").values_list("detail", flat=True)
    assert sorted(detail["form"] for detail in forms) == ["csv", "xlsx", "xlsx"]


def test_statements_do_not_grow_with_what_there_is(town):
    client = client_of(town, "swd")
    pages = (
        "/insight/",
        "/insight/return_rate/?by=unit",
        "/insight/return_rate/cases/",
        "/insight/filing_rate/",
    )

    def asked() -> list[int]:
        counts = []
        for path in pages:
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))
        return counts

    for _ in range(2):
        dispatched(town)
    asked()  # what a process holds, it holds from now on
    first = asked()
    assert max(first[1:]) <= 30
    for _ in range(3):
        dispatched(town, lead="water")
    assert asked() == first


# --- Kept figures ---------------------------------------------------------------------------------
def test_a_big_place_is_counted_before_somebody_asks(town, settings, django_assert_max_num_queries):
    """Kept and live figures are the same figures; the page needs one statement for all of them, and says as of when."""
    case = dispatched(town)
    live = {each.identifier: card(client_of(town, "swd"), each.identifier).value for each in INDICATORS}
    settings.NUANXIN_LIVE_FIGURES_UP_TO = 0
    now = timezone.now()
    while refresh_figures(now=now, most=50):
        pass
    client = client_of(town, "swd")
    for each in INDICATORS:
        assert card(client, each.identifier).value == live[each.identifier]
    with django_assert_max_num_queries(10):
        text = client.get("/insight/", LATELY).content.decode()
    assert f"数据截至 {timezone.localtime(now):%Y-%m-%d %H:%M}" in text
    lines = client.get("/insight/filing_rate/", LATELY).context["lines"]
    assert {line.name: line.value.denominator for line, _links in lines} == {"枫林街道": 1, "云溪街道": 0}
    assert case.number in client.get("/insight/filing_rate/cases/", LATELY).content.decode()
    settings.NUANXIN_LIVE_FIGURES_UP_TO = 10
    assert refresh_figures(now=now) == 0
    assert not Figure.objects.exists()


def test_kept_lines_add_up_even_with_what_lies_in_no_community(town, settings):
    settings.NUANXIN_LIVE_FIGURES_UP_TO = 0
    dispatched(town)
    Case.objects.filter(pk=reported(town).pk).update(scope_code=STREET)
    live = lines(town)
    refresh_figures(now=timezone.now(), most=1000)
    assert lines(town) == live == {"枫桥社区": 1, "枫叶社区": 0, "没有细分到下一级": 1}


def lines(town) -> dict[str, int]:
    answer = client_of(town, "street_lead").get("/insight/reported_count/", LATELY)
    return {line.name: line.value.numerator for line, _links in answer.context["lines"]}


def test_what_was_kept_too_long_ago_is_counted_anew(town, settings):
    settings.NUANXIN_LIVE_FIGURES_UP_TO = 0
    dispatched(town)
    assert refresh_figures(now=timezone.now() - timedelta(hours=4), most=1000) > 100
    dispatched(town)
    assert card(client_of(town, "swd"), "reported_count").value.numerator == 2
    assert not client_of(town, "swd").get("/insight/").context["page"].is_kept
    refresh_figures(now=timezone.now(), most=1000)
    assert client_of(town, "swd").get("/insight/").context["page"].is_kept


def test_a_return_counts_for_the_unit_that_returned(town):
    case = dispatched(town, lead="water")
    services.return_task(
        actor=town["water"], task=task_of(case, "lead"), reason="R1", opinion="不归我们", now=timezone.now()
    )
    page = client_of(town, "street_lead").get("/insight/return_rate/", LATELY | {"by": "unit"})
    assert {line.name: line.value.text for line, _ in page.context["lines"]}["云川水务"] == "100.0%"
    assert card(client_of(town, "street_lead"), "dispatch_accuracy").value.text == "50.0%"
