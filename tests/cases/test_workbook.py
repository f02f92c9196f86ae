"""The workbook, opened by a reader that is not the one who wrote it, and compared with the queue."""

import io
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from nuanxin.cases.queries import queue
from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.cases.services import exporting
from nuanxin.kernel.audit.models import AuditEntry
from tests.factories.desks import client_of, dispatched, reported


@pytest.fixture
def town(town_of):
    return town_of(timezone.now() - timedelta(hours=2))


def exported(town, who="dispatcher", **query):
    address = "&".join(f"{name}={value}" for name, value in {"tab": "open", "form": "xlsx", **query}.items())
    response = client_of(town, who).post(f"/cases/export/?{address}")
    assert response.status_code == 200, response.content
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.getvalue()))
    return response, book


def rows_of(book):
    heading, *rows = book.get_sheet_by_index(0).to_python()
    return [dict(zip(heading, row, strict=True)) for row in rows]


def notes_of(book):
    return {row[0]: row[1] for row in book.get_sheet_by_index(1).to_python()}


def test_it_holds_what_the_queue_shows_typed_and_masked(town):
    cases = {case.number: case for case in (reported(town), reported(town, "0302"), dispatched(town))}
    response, book = exported(town)
    rows = rows_of(book)
    actor = town["dispatcher"]
    shown = queue.queue_page(actor, queue.tab_named(actor, "open"), queue.Filters(), now=timezone.now())
    assert [row["案卷号"] for row in rows] == [case.number for case in shown.rows]
    for row in rows:
        case = cases[row["案卷号"]]
        assert isinstance(row["上报时间"], datetime)
        assert row["上报时间"] == pytest.approx(
            timezone.localtime(case.reported_at).replace(tzinfo=None), abs=timedelta(seconds=1)
        )
        assert isinstance(row["退回次数"], float | int)
        assert row["位置（脱敏）"] == "云栖里 5 号楼***"
        assert case.text not in str(row)
    assert response["Content-Disposition"].startswith('attachment; filename="cases-open-')
    assert response["Content-Disposition"].endswith('.xlsx"')


def test_it_says_what_it_is(town):
    reported(town)
    _response, book = exported(town, kind="04", words="路面")
    notes = notes_of(book)
    assert notes["范围"] == "枫林街道"
    assert notes["队列"] == "全部在办"
    assert "道路交通" in notes["条件"]
    assert "路面" not in notes["条件"]  # it may have been somebody's name
    assert "审计" in notes["谁可以看"]
    assert int(notes["行数"]) == 1


def test_the_results_of_a_search_are_exported_alone(town):
    found, _other = reported(town, text="井盖碎了一半"), reported(town, text="树枝断了")
    _response, book = exported(town, tab="all", words="井盖")
    assert [row["案卷号"] for row in rows_of(book)] == [found.number]
    record = AuditEntry.objects.get(action="cases.export")
    assert "井盖" not in str(record.detail)
    assert record.detail["form"] == "xlsx"


def test_no_cell_becomes_a_formula(town):
    for sign in "=+-@":
        reported(town, address=f"{sign}HYPERLINK(1)")
    _response, book = exported(town)
    assert {row["位置（脱敏）"][:2] for row in rows_of(book)} == {"'=", "'+", "'-", "'@"}


def test_confidential_cases_stay_here(town):
    code = next(kind.code for kind in CATALOGUE.get().values() if kind.is_confidential)
    reported(town, code)
    _response, book = exported(town)
    assert rows_of(book) == []


def test_more_than_fits_is_refused_and_not_cut_off(town, monkeypatch):
    for _ in range(3):
        reported(town)
    monkeypatch.setattr(queue, "EXPORT_MOST", 2)
    for form in ("xlsx", "csv"):
        answer = client_of(town, "dispatcher").post(f"/cases/export/?tab=open&form={form}")
        assert answer.status_code == 422
        assert "分几次导出" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="cases.export").exists()


def test_reading_the_rows_is_the_same_work_however_many(town, django_assert_max_num_queries):
    for _ in range(20):
        reported(town)
    actor = town["dispatcher"]
    tab = queue.tab_named(actor, "open")
    with django_assert_max_num_queries(2):
        rows = list(exporting._rows(actor, tab, queue.Filters(), now=timezone.now()))
    assert len(rows) == 20
