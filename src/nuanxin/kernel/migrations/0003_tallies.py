from django.db import migrations, models


def leave_out_of_the_log(apps, schema_editor):
    """Counts of the last minutes need not outlive a crash, so none of them waits for the disk."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE kernel_tally SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_audit_guard"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("bucket", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("uses", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunPython(leave_out_of_the_log, migrations.RunPython.noop),
    ]
