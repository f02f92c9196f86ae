"""The town behind `tests/standards/test_clients.py`: `python -m tests.gateway.clients_town`.

Builds it in the database of the environment, with one published case, two areas and three places; prints a key and
the number of the case.
"""

import json
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402  -- after setup

from tests.factories.places import place  # noqa: E402  -- after setup
from tests.factories.town import COMMUNITY, LAT, LNG, OTHER_STREET, build_town  # noqa: E402  -- after setup
from tests.gateway.open311 import jurisdiction, key_of, published  # noqa: E402  -- after setup


def build() -> dict[str, str]:
    town = build_town(timezone.now() - timedelta(hours=3))
    jurisdiction(town, "fenglin.example")
    jurisdiction(town, "yunxi.example", OTHER_STREET)
    for number, kind in enumerate(("station", "station", "canteen")):
        place(
            f"地方{number}",
            type=kind,
            lng=LNG + number / 1000,
            lat=LAT,
            scope_code=COMMUNITY,
            facilities=["toilet", "seats"],
        )
    return {"number": published(town).number, "key": key_of(town, update=True).text}


if __name__ == "__main__":
    print(json.dumps(build()))  # noqa: T201  -- the test reads it
