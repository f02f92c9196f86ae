"""How many rows get into the database at once, and what is there afterwards."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from nuanxin.cases.models import Case, Reporter
from nuanxin.demo import bulk
from tests.factories.town import DISTRICT, build_town

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_writes_the_same_and_indexes_come_back(monkeypatch):
    """Many rows are loaded without indexes and foreign keys, which are made again afterwards."""
    monkeypatch.setattr(bulk, "MANY", 0)
    build_town()
    before = definitions()
    bulk.write_history(area=DISTRICT, count=40, now=NOW, seed=3)
    first = list(Case.objects.order_by("pk").values_list("public_id", "state", "reported_at", "text", "lng"))
    assert len(first) == 40
    assert definitions() == before
    for model in (Case, Reporter):
        model.objects.all().delete()
    bulk.write_history(area=DISTRICT, count=40, now=NOW, seed=3)
    again = Case.objects.order_by("pk").values_list("public_id", "state", "reported_at", "text", "lng")
    assert list(again) == first


def definitions():
    """Every index and constraint of the cases tables; on SQLite none is ever taken away."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        return {
            table: {
                name: {key: value for key, value in found.items() if key != "definition"}
                for name, found in connection.introspection.get_constraints(cursor, table).items()
            }
            for table in connection.introspection.table_names(cursor)
            if table.startswith("cases_") and "search" not in table
        }


def test_a_district_without_offices_says_so(db):
    with pytest.raises(bulk.NotEnoughGround):
        bulk.write_history(area=DISTRICT, count=1, now=NOW)
