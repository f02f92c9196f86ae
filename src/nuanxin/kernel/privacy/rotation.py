"""After a new key was put in front of `NUANXIN_KEYS`, or the algorithms were changed: write everything anew.

When it reports zero rows, the old key may be taken out of the ring.
"""

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from nuanxin.kernel.privacy.fields import BlindIndexField, EncryptedTextField
from nuanxin.kernel.privacy.keys import current_prefix


def reencrypt(*, batch_size: int = 200) -> dict[str, int]:
    """Bring every encrypted column of every table to the current key: table label → rows written.

    Works in short transactions with the rows locked, so it may run beside the service and be interrupted.
    """
    return {
        model._meta.label: _reencrypt_table(model, batch_size)
        for model in apps.get_models()
        if model._meta.managed and _encrypted(model)
    }


def _encrypted(model: type[models.Model]) -> list[str]:
    return [field.name for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]


def _reencrypt_table(model: type[models.Model], batch_size: int) -> int:
    columns = _encrypted(model)
    indexes = [field.name for field in model._meta.local_fields if isinstance(field, BlindIndexField)]
    outdated = Q()
    for column in columns:
        outdated |= ~Q(**{f"{column}_stored__startswith": current_prefix()}) & Q(
            **{f"{column}_stored__gt": ""}
        )
    stored = {f"{column}_stored": Cast(column, TextField()) for column in columns}
    written = 0
    while True:
        with transaction.atomic():
            rows = model._base_manager.annotate(**stored).filter(outdated)
            batch = list(rows.select_for_update(of=("self",)).order_by("pk")[:batch_size])
            for row in batch:
                row.save(update_fields=[*columns, *indexes])
        written += len(batch)
        if len(batch) < batch_size:
            return written
