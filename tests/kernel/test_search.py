import random

import pytest
from django.db import connection
from django.db.migrations.state import ProjectState
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.kernel.ids import Serial
from nuanxin.kernel.search import CreateSearchTable, SearchIndex, spaced
from nuanxin.kernel.search.text import phrases, tokens

INDEX = SearchIndex("test_search")
CASES = [
    "北门井盖坏了，晚上没有灯",
    "小区3栋2单元门口电动车堵路",
    "井 盖 丢 失",
    "盖井的水泥板翘起",
    "NX20261122 充电桩 ABC-12 故障",
    "Ｗｉ－Ｆｉ坏了（全角）",
    "𬭸字少见，鿏也少见",
    "",
]


@pytest.fixture(scope="module")
def table(django_db_setup, django_db_blocker):
    """The table as a migration makes it, outside any test's transaction."""
    operation, state = CreateSearchTable(INDEX.table), ProjectState()
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            operation.database_forwards("kernel", editor, state, state)
        yield INDEX
        with connection.schema_editor() as editor:
            operation.database_backwards("kernel", editor, state, state)


@pytest.fixture
def filled(db, table):
    """Search any model's rows: here the kernel's smallest, keyed by number."""
    table.index_many(enumerate(CASES, start=1))
    return table


def found(index, query):
    expression = dict(index.matching(query).children)["pk__in"]
    if not expression:
        return set()
    sql, params = expression.as_sql(None, connection)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {sql} AS hits", params)
        return {row[0] for row in cursor.fetchall()}


def test_characters_stand_alone_and_words_stay_whole():
    assert spaced("井盖B2坏了") == "井 盖 b2 坏 了"
    assert spaced("ABC-12号楼 ３栋") == "abc 12 号 楼 3 栋"
    assert spaced("阿卜杜·热") == "阿 卜 杜 热"


def test_a_query_is_words_of_tokens():
    assert phrases('井盖 "北门*" OR') == [["井", "盖"], ["北", "门"], ["or"]]
    assert phrases(" ·*\"' ") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("井盖", {1, 3}),
        ("盖井", {4}),
        ("井盖 北门", {1}),
        ("北门　灯", {1}),
        ("灯", {1}),
        ("3栋", {2}),
        ("２单元", {2}),
        ("nx2026", {5}),
        ("NX20261122", {5}),
        ("20261122", set()),
        ("abc-12", {5}),
        ("wi-fi", {6}),
        ("𬭸", {7}),
        ("鿏也", {7}),
        ("没有的词", set()),
        ("", set()),
        ("***", set()),
    ],
)
def test_two_characters_find_what_they_should(filled, query, expected):
    assert found(filled, query) == expected


@pytest.mark.parametrize(
    "query",
    [
        '" OR body:*',
        "井' OR 1=1 --",
        "NEAR(井 盖)",
        "body : 井",
        "井 & | ! <-> :*",
        "a\x00b",
        "^井",
        "\\'井",
        "{井 盖}",
        "%s %(x)s",
        "井" * 5_000,
        "a " * 5_000,
        "\ud800井",
    ],
)
def test_no_query_is_a_syntax_error(filled, query):
    found(filled, query)


def test_indexing_again_replaces_and_removing_removes(filled):
    filled.index(1, "路灯不亮")
    assert found(filled, "井盖") == {3}
    assert found(filled, "路灯") == {1}
    filled.remove(1)
    filled.remove(999)
    assert found(filled, "路灯") == set()


def test_one_statement_indexes_a_row(filled, django_assert_num_queries):
    with django_assert_num_queries(1):
        filled.index(1, "路灯不亮")


def test_it_joins_a_queryset(filled):
    rows = Serial.objects.filter(INDEX.matching("井盖", field="next_value"))
    Serial.objects.bulk_create(Serial(name=f"s{number}", next_value=number) for number in range(1, 9))
    assert set(rows.values_list("next_value", flat=True)) == {1, 3}
    assert Serial.objects.exclude(INDEX.matching("井盖", field="next_value")).count() == 6
    assert not Serial.objects.filter(INDEX.matching("", field="next_value")).exists()


def test_a_table_name_is_not_a_statement():
    with pytest.raises(ValueError, match="table name"):
        SearchIndex("x; DROP TABLE y")


def holds(text, query):
    """Brute force over the tokens: each word's tokens follow one another, the last one perhaps cut short."""
    have = tokens(text)
    for phrase in phrases(query):
        size = len(phrase)
        windows = (have[start : start + size] for start in range(len(have) - size + 1))
        last_open = phrase[-1].isascii() and len(phrase[-1]) > 1
        if not any(
            window[:-1] == phrase[:-1]
            and (window[-1].startswith(phrase[-1]) if last_open else window[-1] == phrase[-1])
            for window in windows
        ):
            return False
    return True


words = st.text(alphabet="井盖北门坏灯ab12 ·-㐀鿿", min_size=1, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(query=words.filter(lambda text: bool(phrases(text))))
def test_it_equals_brute_force(db, table, query):
    seeded = random.Random(3)
    texts = ["".join(seeded.choices("井盖北门坏灯ab12 ·-㐀鿿", k=12)) for _ in range(60)]
    table.index_many(enumerate(texts, start=1))
    assert found(table, query) == {pk for pk, text in enumerate(texts, start=1) if holds(text, query)}


def test_the_index_is_used(filled):
    sql, params = dict(filled.matching("井盖").children)["pk__in"].as_sql(None, connection)
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    statement = f"{explain} SELECT * FROM {sql} AS hits"
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(statement, params)
            assert "VIRTUAL TABLE INDEX" in str(cursor.fetchall())
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(statement, params)
            assert "Bitmap Index Scan on test_search_body" in str(cursor.fetchall())
