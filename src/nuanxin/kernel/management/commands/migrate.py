"""Django's own command, in a small part of the time where it builds every table from nothing.

Django renders anew whatever a changed model is related to, by however long a way: 14,000 classes for our 300 tables.
But a new model or field adds reverse relations to its neighbours and changes nothing else, an index or a constraint
not even that, and rendering the one model does just that. What runs Python code sees all of them rendered together.
"""

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import NOT_PROVIDED, Field


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with _changed_models_alone(), _without_collecting():
            super().handle(*args, **options)


@contextlib.contextmanager
def _changed_models_alone() -> Iterator[None]:
    ours = {"add_model": _add_model, "add_field": _add_field, "_append_option": _append_option}
    of_django = {name: getattr(ProjectState, name) for name in ours}
    try:
        for name, method in ours.items():
            setattr(ProjectState, name, method)
        yield
    finally:
        for name, method in of_django.items():
            setattr(ProjectState, name, method)


def _add_model(self: ProjectState, model_state: ModelState) -> None:
    """Django's, but for the last line."""
    key = model_state.app_label, model_state.name_lower
    self.models[key] = model_state
    if self._relations is not None:  # type: ignore[attr-defined]
        self.resolve_model_relations(key)
    if "apps" in self.__dict__:  # asking for it would render everything
        self.apps.render_multiple([model_state])


def _add_field(
    self: ProjectState,
    app_label: str,
    model_name: str,
    name: str,
    field: "Field[Any, Any]",
    preserve_default: bool,  # noqa: FBT001 -- as Django calls it
) -> None:
    """Django's, but for the last line."""
    if not preserve_default:
        field = field.clone()
        field.default = NOT_PROVIDED
    key = app_label, model_name
    self.models[key].fields[name] = field
    if self._relations is not None:  # type: ignore[attr-defined]
        self.resolve_model_field_relations(key, name, field)
    _render_alone(self, key)


def _append_option(self: ProjectState, app_label: str, model_name: str, option: str, added: Any) -> None:
    """Django's, but for the last line: an index or a constraint more."""
    key = app_label, model_name
    self.models[key].options[option] = [*self.models[key].options[option], added]
    _render_alone(self, key)


def _render_alone(state: ProjectState, key: tuple[str, str]) -> None:
    """Its neighbours go on referring to the model as it was, by its name: enough for tables, not for Python code."""
    if "apps" not in state.__dict__:
        return
    if any(base == ".".join(key) for other in state.models.values() for base in other.bases):
        state.reload_model(*key, delay=True)  # what inherits from it changes as well
        return
    state.is_delayed = True  # before Python code runs, all are rendered together
    with state.apps.bulk_update():
        state.apps.unregister_model(*key)
    state.apps.render_multiple([state.models[key]])


@contextlib.contextmanager
def _without_collecting() -> Iterator[None]:
    """Thousands of classes come within seconds; to look for cycles among them again and again is a third of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
