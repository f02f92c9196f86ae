"""Privacy is structure: every table with personal data is in the register, with purpose, retention and erasure."""

from django.apps import apps

from nuanxin.kernel.privacy.fields import BlindIndexField, EncryptedTextField
from nuanxin.kernel.privacy.register import (
    DataClass,
    exemptions,
    registered,
    unregistered_personal_models,
)


def test_every_personal_table_is_registered():
    missing = unregistered_personal_models()
    assert not missing, (
        "These tables hold personal data. Register each in its context's personal.py with purpose, classes, "
        f"retention, erase and export, or exempt it with a reason: {', '.join(missing)}"
    )


def test_every_registered_table_says_why_and_how_long():
    for table in registered():
        assert str(table.purpose), table.label
        assert str(table.retention), table.label
        assert table.fields, table.label


def test_every_encrypted_column_of_a_registered_table_is_classified():
    for table in registered():
        hidden = {
            field.name
            for field in table.model._meta.local_fields
            if isinstance(field, EncryptedTextField | BlindIndexField)
        }
        open_or_missing = {name for name in hidden if table.fields.get(name, DataClass.S1) is DataClass.S1}
        assert not open_or_missing, f"{table.label}: classify {sorted(open_or_missing)} as S2 or S3"


def test_every_sensitive_column_is_encrypted():
    """S3 is stored encrypted (`design.md` §8); a registered S3 column in clear is a leak waiting for a backup."""
    in_clear = [
        f"{table.label}.{name}"
        for table in registered()
        for name, value in table.fields.items()
        if value is DataClass.S3
        and not isinstance(table.model._meta.get_field(name), EncryptedTextField | BlindIndexField)
    ]
    assert not in_clear, in_clear


def test_every_exemption_names_a_table():
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert not set(exemptions()) - labels
