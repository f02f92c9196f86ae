"""Columns for S2 and S3 data: unreadable without the key ring, found only by an exact value's blind index."""

import unicodedata
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models import Lookup

from nuanxin.kernel.privacy.keys import decrypt, encrypt, keyed_digests


def blind_index(value: str, purpose: str) -> str:
    """The keyed digest by which an encrypted value is stored for look-up, with the current key."""
    return blind_indexes(value, purpose)[0]


def blind_indexes(value: str, purpose: str) -> list[str]:
    """The digests under every key of the ring: rows written before a rotation are found too."""
    return keyed_digests(_comparable(value), purpose)


def _comparable(value: str) -> str:
    """Full-width or not, upper or lower case, with or without spaces around: the same value."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """Text encrypted in the database, plain in Python. Empty text stays empty: that there is none is no secret.

    `purpose` (`"people.phone"`) is part of the encryption: a value copied to another column cannot be read there.
    It is written out so that renaming a model or a column loses nothing. Look-ups go by a `BlindIndexField`.
    """

    def __init__(self, *args: Any, purpose: str, **kwargs: Any) -> None:
        self.purpose = purpose
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "purpose": self.purpose}

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        prepared = super().get_db_prep_save(value, connection)
        return encrypt(prepared, self.purpose) if isinstance(prepared, str) and prepared else prepared

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value, self.purpose) if value else value

    def get_lookup(self, lookup_name: str) -> "type[Lookup[Any]] | None":
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: look it up by its blind index")
        return super().get_lookup(lookup_name)


class BlindIndexField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """The blind index of another field of the row, kept by saving: `filter(phone_index__holds="13812345678")`.

    Empty values have no index (NULL), so the column may be unique. `save(update_fields=…)` names both fields.
    """

    def __init__(self, *args: Any, source: str, purpose: str, **kwargs: Any) -> None:
        self.source = source
        self.purpose = purpose
        super().__init__(
            *args, **{"max_length": 64, "null": True, "editable": False, "db_index": True} | kwargs
        )

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source, "purpose": self.purpose}

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:  # noqa: FBT001  -- Django's signature
        value = getattr(model_instance, self.source)
        index = blind_index(value, self.purpose) if value else None
        setattr(model_instance, self.attname, index)
        return index


@BlindIndexField.register_lookup
class Holds(Lookup):
    """Equality with the plain value, whenever its row was written."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        field: BlindIndexField = self.lhs.output_field
        wanted = blind_indexes(str(self.rhs), field.purpose)
        return f"{left} IN ({', '.join(['%s'] * len(wanted))})", (*params, *wanted)
