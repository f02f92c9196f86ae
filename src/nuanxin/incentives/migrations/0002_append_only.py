"""Deeds, postings and draws are written once, in the database itself (`incentives/models/guard.py`)."""

from django.db import migrations

from nuanxin.incentives.models import guard


def install(apps, schema_editor):
    guard.install(schema_editor.connection)


def remove(apps, schema_editor):
    guard.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("incentives", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
