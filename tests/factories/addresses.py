"""Every address of the product with sensible arguments: pages by the resolver, operations by the API's own schema."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import resolve

from nuanxin.config.api import api
from nuanxin.kernel.access import Actor, policy
from tests.architecture.test_urls import PAGES

STATIC_ANSWERS = {"ui:gallery", "ui:gallery_workbench", "ui:gallery_print", "ui:sample_map"}


@dataclass(frozen=True)
class Address:
    name: str
    path: str
    permissions: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        return "public" in self.permissions

    def is_open_to(self, actor: Actor | None) -> bool:
        """Whether the door is more than the page that nothing is here; a visitor is asked to sign in, which is more."""
        return actor is None or _opens(actor, self.permissions)


def opens(path: str, actor: Actor | None) -> bool:
    """The same of any path, with whatever it asks for."""
    declared = getattr(resolve(path.partition("?")[0]).func, "permissions", ())
    return actor is None or not declared or _opens(actor, declared)


def _opens(actor: Actor, permissions: tuple[str, ...]) -> bool:
    if {"public", "signed_in"} & set(permissions):
        return True
    return any(policy.permits(actor, permission) for permission in permissions)


def pages(values: dict[str, list[Any]]) -> list[Address]:
    """All pages. `values`: for `name:parameter` (or the parameter alone) what to fill in; a page with a parameter
    that is not in the table fails, so that nobody adds an address that the walks do not know.
    """
    found = []
    for route, entry in PAGES:
        name = f"{_namespace(entry)}:{entry.name}"
        for path in _filled(name, "/" + route, values):
            found.append(Address(name, path, tuple(entry.callback.permissions)))
    return found


def _namespace(entry: Any) -> str:
    return entry.callback.__module__.split(".")[1]


def _filled(name: str, route: str, values: dict[str, list[Any]]) -> Iterator[str]:
    route = re.sub(r"\^|\$", "", route)
    route = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", route)
    yield from _expand(name, route, r"<(?:\w+:)?(\w+)>", values)


def _expand(name: str, route: str, pattern: str, values: dict[str, list[Any]]) -> Iterator[str]:
    hole = re.search(pattern, route)
    if hole is None:
        yield route
        return
    key = f"{name}:{hole[1]}"
    table = values.get(key) or values.get(hole[1])
    assert table is not None, f"say in the walk's table what {hole[1]} is in {route} ({key})"
    for value in table:
        yield from _expand(name, route.replace(hole[0], str(value), 1), pattern, values)


def operations(values: dict[str, list[Any]]) -> list[tuple[str, str]]:
    """(method, path) of every API operation."""
    found = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            name = f"{method.upper()} {path}"
            found += [(method.upper(), filled) for filled in _expand(name, path, r"\{(\w+)\}", values)]
    return found
