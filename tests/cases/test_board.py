"""The wall: counts, urgent cases, the map, the news; nobody's address, and no session kept alive by it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.cases.queries.board import board_for, board_points
from nuanxin.cases.queries.catalogue import CATALOGUE
from tests.factories.desks import HTMX, client_of, dispatched, reported
from tests.factories.town import LNG

BOARD = "/board/"


@pytest.fixture
def town(town_of):
    return town_of(timezone.now() - timedelta(hours=2))


def test_it_counts_the_desks_and_tells_what_is_urgent(town):
    reported(town)
    dispatched(town)
    gas = reported(town, "0101")
    board = board_for(town["dispatcher"], now=timezone.now())
    counts = {name: count for name, _label, count in board.desks}
    assert (counts["screen"], counts["handle"]) == (1, 2)
    assert [each.number for each in board.urgent] == [gas.number]
    assert board.area == "枫林街道"
    said = {(each.what, each.category) for each in board.news}
    assert ("收到上报", "燃气泄漏") in said or any(what == "收到上报" for what, _category in said)


def test_a_wall_has_other_readers_than_a_desk(town):
    code = next(kind.code for kind in CATALOGUE.get().values() if kind.is_confidential)
    secret = reported(town, code)
    reported(town, "0101", text="王师傅家煤气味很大", address="云栖里 5 号楼 3 单元 502")
    street = client_of(town, "dispatcher")
    page = street.get(BOARD).content.decode()
    points = street.get("/board/points.geojson").json()
    assert "王师傅" not in page
    assert "单元" not in page
    assert secret.number not in page
    kind = CATALOGUE.get()[code]
    assert kind.name_zh not in page
    assert len(points["features"]) == 1
    assert "number" not in points["features"][0]["properties"]
    lng, _lat = points["features"][0]["geometry"]["coordinates"]
    assert lng == round(LNG + 0.002, 3)


def test_it_fetches_itself_and_says_that_nobody_is_working(town):
    street = client_of(town, "dispatcher")
    page = street.get(BOARD).content.decode()
    assert 'hx-trigger="every 15s"' in page
    assert "&quot;X-Poll&quot;" in page or '"X-Poll"' in page
    part = street.get(BOARD, HTTP_X_POLL="1", **HTMX).content.decode()
    assert "<html" not in part
    assert "没有紧急的事" in part


@pytest.mark.parametrize("rows", [1, 40])
def test_it_takes_few_statements_however_much_is_open(town, rows):
    for index in range(rows):
        reported(town, "0202" if index % 2 else "0401")
    actor, now = town["dispatcher"], timezone.now()
    CATALOGUE.get()
    with CaptureQueriesContext(connection) as made:
        board_for(actor, now=now)
    assert len(made) <= 6, [query["sql"][:100] for query in made.captured_queries]
    with CaptureQueriesContext(connection) as made:
        board_points(actor, now=now)
    assert len(made) == 1


@pytest.mark.parametrize("who", ["worker", "community", "city_management", "system_admin", "grid"])
def test_others_have_no_board(town, who):
    client = client_of(town, who)
    assert client.get(BOARD).status_code == 404
    assert client.get("/board/points.geojson").status_code == 404


def test_another_street_is_not_on_it(town):
    reported(town, "0101")
    board = board_for(town["other_dispatcher"], now=timezone.now())
    assert not board.urgent
    assert not board.news
    assert not board_points(town["other_dispatcher"], now=timezone.now())["features"]
