"""The register of tables that hold personal data: purpose, data classes, retention, export and erasure.

Each context registers its tables in its `personal.py`, which the kernel loads at start. What has the marks
of a personal table and is not registered fails `tests/architecture/test_personal_tables.py`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.functional import Promise

from nuanxin.kernel.privacy.fields import BlindIndexField, EncryptedTextField

Text = str | Promise

# Columns that name or reach a person. A bare `name` is not among them: places and teams have names too.
PERSONAL_COLUMN = re.compile(
    r"(?:^|_)(?:subject_id|person_id|phone|mobile|email|id_number|plate|openid|nickname|ip_address"
    r"|(?:real|full|person|contact|reporter|owner|legal)_name)$",
)


class DataClass(StrEnum):
    """The sensitivity register of `domain.md` §8."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an export or erasure is about: by key for tables that know the person, by subject for the
    others.
    """

    person_id: int | None
    subject_id: UUID | None


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did in one table. Rows that stay need a reason that the person is told."""

    removed: int = 0
    anonymised: int = 0
    kept: int = 0
    reason: Text = ""

    def __post_init__(self) -> None:
        if self.kept and not self.reason:
            raise ValueError("rows that stay after an erasure need a reason")


class Erase(Protocol):
    def __call__(self, subject: Subject, *, now: datetime) -> Erased: ...


class Export(Protocol):
    def __call__(self, subject: Subject) -> Iterable[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class PersonalTable:
    model: type[models.Model]
    purpose: Text
    fields: Mapping[str, DataClass]
    retention: Text
    erase: Erase
    export: Export

    @property
    def label(self) -> str:
        return self.model._meta.label


_tables: dict[str, PersonalTable] = {}
_exempt: dict[str, str] = {}


def register(
    model: type[models.Model],
    *,
    purpose: Text,
    fields: Mapping[str, DataClass | str],
    retention: Text,
    erase: Erase,
    export: Export,
) -> None:
    """Register a table. Raises `ValueError` for a column that it does not have, `LookupError` when done
    twice.
    """
    label = model._meta.label
    if label in _tables:
        raise LookupError(f"{label} is registered already")
    columns = {field.name for field in model._meta.get_fields()} | {
        field.attname for field in model._meta.concrete_fields
    }
    if missing := set(fields) - columns:
        raise ValueError(f"{label} has no {', '.join(sorted(missing))}")
    classes = {name: DataClass(value) for name, value in fields.items()}
    _tables[label] = PersonalTable(model, purpose, classes, retention, erase, export)


_warnings: list[Callable[[Subject], Iterable[Text]]] = []


def tell_before_erasing(sentences: Callable[[Subject], Iterable[Text]]) -> None:
    """A context says what an erasure will have to leave, and why: before the button, and with the account after it."""
    _warnings.append(sentences)


def told_before_erasing(subject: Subject) -> list[Text]:
    return [sentence for sentences in _warnings for sentence in sentences(subject)]


def exempt(label: str, *, reason: str) -> None:
    """Say why a table that has the marks of a personal one is not (`"places.Place"`: a station's public
    number).
    """
    if not reason:
        raise ValueError(f"{label}: an exemption needs its reason")
    _exempt[label] = reason


def registered() -> list[PersonalTable]:
    """In the order of INSTALLED_APPS and of the models in them: lower contexts first."""
    return [
        _tables[model._meta.label]
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label in _tables
    ]


def exemptions() -> dict[str, str]:
    return dict(_exempt)


def unregistered_personal_models() -> list[str]:
    """Labels of the tables that have a mark of personal data and are neither registered nor exempt."""
    return [
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if is_personal(model) and model._meta.label not in {**_tables, **_exempt}
    ]


def is_personal(model: type[models.Model]) -> bool:
    """Whether the table is the account itself or has a key to it, an encrypted column or a telling name."""
    if model._meta.proxy or not model._meta.managed:
        return False
    return model._meta.label == settings.AUTH_USER_MODEL or any(
        _is_mark(field) for field in model._meta.concrete_fields
    )


def _is_mark(field: "models.Field[Any, Any]") -> bool:
    if isinstance(field, EncryptedTextField | BlindIndexField):
        return True
    return _target_of(field) == settings.AUTH_USER_MODEL or bool(PERSONAL_COLUMN.search(field.attname))


def _target_of(field: "models.Field[Any, Any]") -> str:
    """The label of the table that a foreign key leads to, resolved or not; empty for any other field."""
    relation: Any = field.remote_field
    if relation is None:
        return ""
    return relation.model if isinstance(relation.model, str) else relation.model._meta.label


def no_rows(subject: Subject) -> list[dict[str, Any]]:
    """Export of a table that repeats nothing a person would not find in another one."""
    return []


def stays(model: type[models.Model], lookup: str, reason: Text) -> Erase:
    """Erasure of a table whose rows stay, with the reason: a ledger, an audit trail, a legal hold.

    `lookup` is the column that holds the person's key (`"person_id"`) or the subject (`"subject_id"`).
    """

    def erase(subject: Subject, *, now: datetime) -> Erased:
        count = _rows_of(model, lookup, subject).count()
        return Erased(kept=count, reason=reason if count else "")

    return erase


def deletes(model: type[models.Model], lookup: str) -> Erase:
    """Erasure of a table whose rows simply go."""

    def erase(subject: Subject, *, now: datetime) -> Erased:
        _total, by_model = _rows_of(model, lookup, subject).delete()
        return Erased(removed=by_model.get(model._meta.label, 0))

    return erase


def columns(model: type[models.Model], lookup: str, *names: str) -> Export:
    """Export of the named columns of the person's rows."""

    def export(subject: Subject) -> Iterable[Mapping[str, Any]]:
        return _rows_of(model, lookup, subject).order_by("pk").values(*names)

    return export


def _rows_of(model: type[models.Model], lookup: str, subject: Subject) -> "models.QuerySet[Any]":
    value: object = subject.subject_id if lookup.endswith("subject_id") else subject.person_id
    return model._base_manager.none() if value is None else model._base_manager.filter(**{lookup: value})
