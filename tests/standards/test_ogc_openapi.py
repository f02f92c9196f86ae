"""OGC API – Features keeps the promises of its own description, whatever is asked."""

import logging

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from nuanxin.gateway.ogc.description import openapi
from tests.factories import territories as city
from tests.factories.places import LAT, place
from tests.standards.test_open311_openapi import (  # the fixture keeps the test's connection
    PROMISES,
    THOROUGH,
    connection_of_this_test,
)

__all__ = ["connection_of_this_test"]
SCHEMA = schemathesis.openapi.from_dict(openapi("/ogc/"))
SCHEMA.app = get_wsgi_application()
OPERATIONS = [operation.ok() for operation in SCHEMA.get_all_operations()]


@pytest.fixture
def key(db, settings):
    logging.getLogger("django.request").setLevel(logging.ERROR)
    settings.NUANXIN_LIMITS = ["public=off"]
    city.put_city()
    made = [place(f"站{number}", lat=LAT + number / 1000, facilities=["toilet"]) for number in range(3)]
    return str(made[0].public_id)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_ogc_keeps_its_promises(operation, key):
    @given(
        example=st.one_of(operation.as_strategy(), operation.as_strategy(GenerationMode.NEGATIVE)),
        known=st.booleans(),
    )
    @settings(
        max_examples=200 if THOROUGH else 20,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def ask(example, known):
        if known and example.path_parameters:
            example.path_parameters = {"featureId": key}
        answer = example.call(headers={"Accept-Encoding": "identity"})
        example.validate_response(answer, checks=list(PROMISES))

    ask()
