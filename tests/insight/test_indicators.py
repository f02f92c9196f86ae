"""The figures are right: the compiled SQL, ibis itself and a count by hand agree, on whichever database this runs."""

from datetime import UTC, datetime, timedelta

import ibis
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.insight import compiling
from nuanxin.insight.indicators import INDICATORS, RELATIONS, Kind, column
from nuanxin.insight.periods import Period, Span
from nuanxin.insight.queries.running import Place, _parameters, case_ids, figures
from tests.architecture.source import ROOT
from tests.factories.town import COMMUNITY, DISTRICT, STREET
from tests.insight import naive
from tests.insight.histories import FIRST, tell

pytestmark = pytest.mark.django_db
COMPILED = ROOT / "src" / "nuanxin" / "insight" / "compiled"
DAY = timedelta(days=1)
MEASURES = [(each, name) for each in INDICATORS for name in each.measures]


def span(first: int = 0, days: int = 60) -> Span:
    start = FIRST + first * DAY
    return Span(Period.RANGE, start, start + days * DAY)


# --- The files ------------------------------------------------------------------------------------
@pytest.mark.parametrize("dialect", compiling.DIALECTS)
def test_the_compiled_files_are_current(dialect):
    kept = {path.name: path.read_text(encoding="utf-8") for path in (COMPILED / dialect).glob("*.sql")}
    assert kept == compiling.compiled(dialect), "run `nuanxin indicators compile`"


@pytest.mark.parametrize("dialect", compiling.DIALECTS)
def test_only_placeholders_are_left_of_the_parameters(dialect):
    for text in compiling.compiled(dialect).values():
        assert compiling.MARK.lower() not in text.lower()
        assert str(compiling.PAGE_MARK) not in text
        assert "_ibis" not in text.lower()  # no function that only a connection of ibis has
        text % dict.fromkeys(compiling.PARAMETERS, "")  # every other percent sign is doubled


# --- Three ways of counting -----------------------------------------------------------------------
def counted(place: Place, asked: Span) -> dict[str, int]:
    found: dict[str, int] = {}
    for relation in RELATIONS:
        found |= figures(relation, place, asked).get("", {})
    return found


def agree(place: Place, asked: Span, inside) -> None:
    by_hand = naive.count(asked.start, asked.end, inside=inside)
    found = counted(place, asked)
    for indicator, measure in MEASURES:
        name = column(indicator, measure)
        if name == "avg_handling_minutes__numerator":
            assert int(found.get(name) or 0) == sum(by_hand.seconds)
            assert found.get("avg_handling_minutes__median") == (
                pytest.approx(naive.middle(by_hand.seconds)) if by_hand.seconds else None
            )
            continue
        expected = by_hand.cases[name]
        assert (found.get(name) or 0) == len(expected), name
        ids = case_ids(indicator.relation.name, place, asked, measure=name, size=1000)
        assert ids == sorted(set(expected), reverse=True), name


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), first=st.integers(-2, 40), days=st.integers(1, 50))
def test_the_sql_counts_what_a_person_would(town, seed, first, days):
    with transaction.atomic():
        tell(seed, town, cases=25)
        asked = span(first, days)
        unit = town.organisations["water"].pk
        agree(Place(DISTRICT), asked, lambda case, unit: True)
        agree(Place(STREET), asked, lambda case, unit: case.scope_code.startswith("990101001"))
        agree(Place(COMMUNITY), asked, lambda case, unit: case.scope_code == COMMUNITY)
        agree(Place("", unit), asked, lambda case, its: its == unit)
        transaction.set_rollback(True)


@pytest.mark.parametrize("relation", RELATIONS)
def test_the_sql_says_what_ibis_says(town, relation):
    """The very expressions, asked by ibis itself on the same connection, with literals for the parameters."""
    tell(7, town, cases=60)
    backend = {"sqlite": "sqlite", "postgresql": "postgres"}[connection.vendor]
    connection.ensure_connection()
    own = getattr(ibis, backend).from_connection(connection.connection)
    for by in ("", "street", "community", "major", "unit"):
        asked = span(5, 20)
        given = _parameters(Place(DISTRICT), asked, by=by) | {"start": asked.start, "end": asked.end}
        expression = compiling.figures(
            RELATIONS[relation], compiling.live_tables, compiling.Question.literals(**given)
        )
        frame = own.execute(expression)
        rows = [{name: _plain(value) for name, value in row.items()} for row in frame.to_dict("records")]
        expected = {row.pop("key"): row for row in rows}
        assert expected
        assert figures(relation, Place(DISTRICT), asked, by=by) == expected


def _plain(value):
    return None if value is None or value != value else value  # noqa: PLR0124  -- a frame's way to say nothing


@pytest.mark.parametrize("by", ["street", "community", "major", "unit"])
def test_the_lines_of_a_breakdown_add_up_and_open(town, by):
    tell(11, town, cases=60)
    asked = span()
    for relation in RELATIONS:
        total = figures(relation, Place(DISTRICT), asked).get("", {})
        lines = figures(relation, Place(DISTRICT), asked, by=by)
        for indicator in (each for each in INDICATORS if each.relation.name == relation):
            for measure in indicator.measures:
                name = column(indicator, measure)
                assert sum(line[name] for line in lines.values()) == total[name]
                if indicator.kind == Kind.MINUTES:
                    continue
                for key in lines:
                    ids = case_ids(relation, Place(DISTRICT), asked, measure=name, by=by, key=key, size=1000)
                    assert bool(ids) == bool(lines[key][name])


def test_pages_of_cases_follow_each_other(town):
    tell(3, town, cases=30)
    asked, name = span(), "reported_count__numerator"
    everything = case_ids("reports", Place(DISTRICT), asked, measure=name, size=100)
    first = case_ids("reports", Place(DISTRICT), asked, measure=name, size=7)
    second = case_ids("reports", Place(DISTRICT), asked, measure=name, before=first[-1], size=7)
    assert everything[:14] == first + second


def test_an_empty_span_has_no_lines(town):
    tell(5, town, cases=5)
    asked = Span(Period.RANGE, datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))
    for relation in RELATIONS:
        if relation != "endings":
            assert figures(relation, Place(DISTRICT), asked) == {}
