"""The audit log is append-only in the database itself (`kernel/audit/guard.py`)."""

from django.db import migrations

from nuanxin.kernel.audit import guard


def install(apps, schema_editor):
    guard.install(schema_editor.connection)


def remove(apps, schema_editor):
    guard.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
