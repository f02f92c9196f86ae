"""After a new key was put in front of `NUANXIN_KEYS`, or the algorithms were changed: write everything anew.

`nuanxin rotate-keys` does it, batch by batch beside the running service; stopped, it goes on where it was, because
what is written already names the new key. An old key may leave the ring once `keys_in_use` does not name it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, Q, TextField
from django.db.models.functions import Cast, Substr

from nuanxin.kernel.privacy.fields import BlindIndexField, EncryptedTextField
from nuanxin.kernel.privacy.keys import current_prefix

BATCH = 200
PREFIX = len("intl.01234567")  # as much of a ciphertext as names its algorithm and its key
Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Ciphertexts that are in no `EncryptedTextField`: `held` names them by key, `renew` writes one anew."""

    name: str
    held: Callable[[], Iterable[tuple[int, str]]]
    renew: Callable[[int], None]


_elsewhere: list[Elsewhere] = []


def also_encrypted(place: Elsewhere) -> None:
    """A context declares, beside its personal tables, what rotation would otherwise not see."""
    _elsewhere.append(place)


def reencrypt(*, batch_size: int = BATCH, told: Told = lambda _table, _rows: None) -> dict[str, int]:
    """Bring every encrypted value to the current key: where → rows written. `told` hears of each batch.

    Works in short transactions with the rows locked, so it may run beside the service and be interrupted.
    """
    written = {
        model._meta.label: _reencrypt_table(model, batch_size, told)
        for model in _tables()
        if _encrypted(model)
    }
    return written | {place.name: _renew(place, told) for place in _elsewhere}


def outdated_rows() -> dict[str, int]:
    """Where → how many rows are under an older key or algorithm; what has none is not named."""
    found = {model._meta.label: _outdated(model).count() for model in _tables() if _encrypted(model)}
    found |= {place.name: sum(1 for _ in _outdated_in(place)) for place in _elsewhere}
    return {where: rows for where, rows in found.items() if rows}


def keys_in_use() -> Counter[str]:
    """`provider.key` → how many values it encrypts. Reads every encrypted column once."""
    uses: Counter[str] = Counter()
    for model in _tables():
        for column in _encrypted(model):
            rows = model._base_manager.annotate(stored=Cast(column, TextField())).filter(stored__gt="")
            heads = rows.annotate(head=Substr("stored", 1, PREFIX)).values("head").order_by("head")
            for head, rows_of_it in heads.annotate(many=Count("pk")).values_list("head", "many"):
                uses[_mark(head)] += rows_of_it
    for place in _elsewhere:
        uses.update(_mark(text) for _pk, text in place.held())
    return uses


def _mark(text: str) -> str:
    return ".".join(text.split(".")[:2])


def _tables() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)


def _encrypted(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]


def _outdated(model: type[models.Model]) -> "models.QuerySet[models.Model]":
    columns = _encrypted(model)
    outdated = Q()
    for column in columns:
        outdated |= ~Q(**{f"{column}_stored__startswith": current_prefix()}) & Q(
            **{f"{column}_stored__gt": ""}
        )
    stored = {f"{column}_stored": Cast(column, TextField()) for column in columns}
    rows: models.QuerySet[models.Model] = model._base_manager.annotate(**stored).filter(outdated)
    return rows


def _reencrypt_table(model: type[models.Model], batch_size: int, told: Told) -> int:
    """In the order of the keys, so that a large table is read once and not once for each batch."""
    indexes = [field.name for field in model._meta.local_fields if isinstance(field, BlindIndexField)]
    names = [*_encrypted(model), *indexes]
    written, last = 0, None
    while True:
        with transaction.atomic():
            rows = _outdated(model) if last is None else _outdated(model).filter(pk__gt=last)
            batch = list(rows.select_for_update(of=("self",)).order_by("pk")[:batch_size])
            for row in batch:
                row.save(update_fields=names)
        written += len(batch)
        if batch:
            last = batch[-1].pk
            told(model._meta.label, written)
        if len(batch) < batch_size:
            return written


def _outdated_in(place: Elsewhere) -> Iterator[int]:
    return (pk for pk, text in place.held() if text and not text.startswith(current_prefix()))


def _renew(place: Elsewhere, told: Told) -> int:
    written = 0
    for pk in list(_outdated_in(place)):
        place.renew(pk)
        written += 1
    if written:
        told(place.name, written)
    return written
