"""How many rows get into the database at once, and what is there afterwards."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from nuanxin.cases.models import Case, Reporter
from nuanxin.demo import bulk
from nuanxin.demo.bulk import places
from nuanxin.kernel.geo.cells import cell_of
from nuanxin.people.models import Site
from nuanxin.places.models import Place
from nuanxin.places.queries import Filters, near_places, public_places
from tests.factories.town import COMMUNITY, DISTRICT, LAT, LNG, build_town

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


@pytest.mark.django_db(transaction=True)
def test_places_in_bulk_are_ones_that_the_services_could_have_made(monkeypatch):
    """The same seed makes the same, found by words and by place, with or without indexes while they are loaded."""
    monkeypatch.setattr(places, "MANY", 0)
    build_town()
    ground = places.Ground(LNG, LAT, 0.02, 0.02, (COMMUNITY,))
    told = []
    for _time in range(2):
        places.write_places(ground=ground, count=30, now=NOW, seed=5)
        rows = Place.objects.order_by("pk")
        for each in rows:
            each.full_clean(exclude={"checked_on"})  # a form never asks for it
        told.append([(each.public_id, each.opening, each.lng, each.h3) for each in rows])
        first = rows[0]
        assert first.h3 == cell_of(first.lng, first.lat)
        assert (first.scope_street, first.site.name) == (COMMUNITY[:9], first.name_zh)
        assert len(near_places(LNG + 0.01, LAT + 0.01, now=NOW, limit=50)) == 30
        assert first in [place for place, _hours in public_places(Filters(text=first.name_zh), now=NOW).rows]
        rows.delete()
        Site.objects.filter(name__startswith="第 ").delete()
    assert told[0] == told[1]
