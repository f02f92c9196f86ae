"""Open311 keeps the promises of its own description, whatever is sent and with whatever key."""

import logging
import os
from datetime import timedelta

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from tests.factories.town import build_town
from tests.gateway.open311 import jurisdiction, key_of, published

THOROUGH = os.environ.get("NUANXIN_HYPOTHESIS") == "thorough"
PROMISES = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
)
SCHEMA = schemathesis.openapi.from_wsgi("/open311/v2/openapi.json", get_wsgi_application())
OPERATIONS = [operation.ok() for operation in SCHEMA.get_all_operations()]


@pytest.fixture(autouse=True)
def connection_of_this_test():
    """A real request ends with its connection; here it is the test's, with the test's transaction in it."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.fixture
def city(db, settings, tmp_path):
    logging.getLogger("django.request").setLevel(logging.ERROR)
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.NUANXIN_LIMITS = ["public=off", "reports=off"]
    town = build_town(timezone.now() - timedelta(hours=3))
    jurisdiction(town, "fenglin.example")
    return published(town).number, key_of(town, update=True).text


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_open311_keeps_its_promises(operation, city):
    """Each example in a savepoint of its own: what one did, the next does not meet."""
    number, key = city
    real = {"service_request_id": number, "service_code": "0401", "token": number}

    @given(
        example=st.one_of(operation.as_strategy(), operation.as_strategy(GenerationMode.NEGATIVE)),
        known=st.booleans(),
    )
    @settings(
        max_examples=150 if THOROUGH else 12,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    def ask(example, known):
        if known and example.path_parameters:
            here = {name: real[name] for name in example.path_parameters if name in real}
            example.path_parameters = {**example.path_parameters, **here}
        for headers in ({}, {"X-Api-Key": key}, {"X-Api-Key": "nx311_no_such_key"}):
            with transaction.atomic():
                answer = example.call(headers={**headers, "Accept-Encoding": "identity"})
                example.validate_response(answer, checks=list(PROMISES))
                transaction.set_rollback(True)

    ask()
