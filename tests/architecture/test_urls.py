"""Every address says who may ask it: each page, each action, each API operation. And nobody who is not signed in
gets past that, which is tried on all of them.
"""

import functools
import re
import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from ninja.operation import PathView

from nuanxin.config.api import api
from nuanxin.kernel.access import policy

SPECIAL = {"public", "signed_in"}
ISSUED_BY_NINJA = {"openapi-json", "openapi-view", "api-root"}  # the API's own description


def walk(patterns, route=""):
    for entry in patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, here)
        elif isinstance(entry, URLPattern):
            yield here, entry


def pages():
    for route, entry in walk(get_resolver().url_patterns):
        if not isinstance(getattr(entry.callback, "__self__", None), PathView) and not _is_api(entry):
            yield route, entry


def _is_api(entry):
    module = getattr(entry.callback, "__module__", "")
    return module.startswith("ninja") or isinstance(entry.callback, functools.partial)


def operations():
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield f"/api/v1{prefix}{path}", operation


PAGES = list(pages())
GUARDED = [
    (route, entry) for route, entry in PAGES if "public" not in getattr(entry.callback, "permissions", ())
]


@pytest.mark.parametrize(("route", "entry"), PAGES, ids=[route or "/" for route, _ in PAGES])
def test_every_page_declares_who_may_ask(route, entry):
    declared = getattr(entry.callback, "permissions", ())
    assert declared, (
        f"decorate {entry.callback.__module__}.{entry.callback.__name__} with @requires, @signed_in or @public"
    )
    unknown = set(declared) - SPECIAL - set(policy.permissions())
    assert not unknown
    if "public" in declared:
        assert entry.callback.public_reason


def test_every_operation_declares_who_may_ask():
    found = list(operations())
    assert found
    open_ones = [path for path, operation in found if not getattr(operation.view_func, "permissions", ())]
    assert not open_ones
    for _path, operation in found:
        assert set(operation.view_func.permissions) <= set(policy.permissions())


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "entry"), GUARDED, ids=[route for route, _ in GUARDED])
def test_a_stranger_gets_no_further_than_the_door(route, entry, client):
    for method in (client.get, client.post):
        answer = method("/" + _filled(route, entry))
        assert answer.status_code in {302, 403, 404, 405}, answer.status_code
        if answer.status_code == 302:
            assert "/sign-in" in answer["Location"]


@pytest.mark.django_db
def test_the_api_answers_no_stranger(client):
    for path, operation in operations():
        address = "/api/v1/cases" + re.sub(r"\{[^}]*\}", "1", path)
        for method in operation.methods:
            answer = client.generic(method, address)
            assert answer.status_code in {401, 404, 405, 422}, (method, address, answer.status_code)


def _filled(route, entry):
    """The route with something of the right kind for each of its parameters."""
    converters = {**entry.pattern.converters}

    def value(match):
        name = match.group(0).strip("<>").rpartition(":")[2]
        converter = converters.get(name)
        if isinstance(converter, UUIDConverter) or "uuid" in match.group(0):
            return str(uuid.UUID(int=7))
        return "1" if isinstance(converter, IntConverter) or "int" in match.group(0) else "x"

    return re.sub(r"<[^>]+>", value, route).replace("^", "").replace("$", "")
