import django.db.models.deletion
import nuanxin.kernel.audit.models
import nuanxin.kernel.ids
import nuanxin.kernel.privacy.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('data', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('worker', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField()),
                ('alive_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('name', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('next_run_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(null=True)),
                ('last_run_at', models.DateTimeField(null=True)),
                ('last_duration_ms', models.PositiveIntegerField(null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name='Serial',
            fields=[
                ('name', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('next_value', models.BigIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='Stamp',
            fields=[
                ('name', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('token', models.UUIDField(default=uuid.uuid4)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('xid', nuanxin.kernel.audit.models.TransactionIdField(db_default=nuanxin.kernel.audit.models.CurrentTransaction(output_field=models.BigIntegerField()), editable=False)),
                ('at', models.DateTimeField()),
                ('actor_subject_id', models.UUIDField(null=True)),
                ('assignment_id', models.BigIntegerField(null=True)),
                ('role', models.CharField(max_length=32)),
                ('action', models.CharField(max_length=80)),
                ('object_type', models.CharField(blank=True, max_length=60)),
                ('object_id', models.CharField(blank=True, max_length=64)),
                ('scope_code', models.CharField(blank=True, max_length=15)),
                ('result', models.CharField(default='ok', max_length=16)),
                ('detail', models.JSONField(default=dict)),
                ('digest', models.BinaryField(max_length=32)),
            ],
            options={
                'indexes': [models.Index(fields=['object_type', 'object_id'], name='kernel_audit_object'), models.Index(fields=['xid', 'id'], name='kernel_audit_order')],
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(unique=True)),
                ('sealed_at', models.DateTimeField()),
                ('last_xid', models.BigIntegerField()),
                ('last_id', models.BigIntegerField()),
                ('count', models.PositiveIntegerField()),
                ('algorithm', models.CharField(default='sha256', max_length=16)),
                ('root', models.BinaryField(max_length=64)),
                ('previous', models.BinaryField(max_length=64)),
                ('digest', models.BinaryField(max_length=64)),
                ('cut_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='kernel_auditseal_numbered'), models.CheckConstraint(condition=models.Q(('cut_at', None), ('cut_at__gte', models.F('sealed_at')), _connector='OR'), name='kernel_auditseal_cut')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=nuanxin.kernel.ids.uuid7, editable=False, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('payload', models.JSONField()),
                ('subject_id', models.UUIDField(null=True)),
                ('scope_code', models.CharField(blank=True, max_length=15)),
                ('occurred_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['occurred_at'], name='kernel_event_occurred')],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(unique=True)),
                ('is_workday', models.BooleanField()),
                ('name', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=120)),
                ('imported_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='kernel_holiday_named')],
            },
        ),
        migrations.CreateModel(
            name='OutgoingMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('sms', '短信'), ('mail', '邮件')], max_length=8)),
                ('key', models.CharField(max_length=200)),
                ('provider', models.CharField(max_length=32)),
                ('template', models.CharField(blank=True, max_length=64)),
                ('claimed_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=1)),
                ('reference', models.CharField(blank=True, max_length=128)),
                ('last_error', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'indexes': [models.Index(fields=['claimed_at'], name='kernel_outgoing_claimed')],
                'constraints': [models.UniqueConstraint(fields=('channel', 'key'), name='kernel_outgoing_once')],
            },
        ),
        migrations.CreateModel(
            name='RecordedMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('sms', '短信'), ('mail', '邮件')], max_length=8)),
                ('to_masked', models.CharField(max_length=100)),
                ('to', nuanxin.kernel.privacy.fields.EncryptedTextField(purpose='kernel.recorded_message.to')),
                ('to_index', nuanxin.kernel.privacy.fields.BlindIndexField(db_index=True, editable=False, max_length=64, null=True, purpose='kernel.recorded_message.to', source='to')),
                ('subject_id', models.UUIDField(null=True)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['-at', '-id'], name='kernel_recorded_at'), models.Index(condition=models.Q(('subject_id__isnull', False)), fields=['subject_id'], name='kernel_recorded_subject')],
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=nuanxin.kernel.ids.uuid7, editable=False, unique=True)),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('source_sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.PositiveIntegerField()),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('lng', models.FloatField(null=True)),
                ('lat', models.FloatField(null=True)),
                ('created_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lat', None), ('lng', None)), models.Q(('lat__isnull', False), ('lng__isnull', False)), _connector='OR'), name='kernel_storedfile_whole_point')],
            },
        ),
        migrations.CreateModel(
            name='WorkingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope_code', models.CharField(blank=True, max_length=15)),
                ('valid_from', models.DateField()),
                ('intervals', models.JSONField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('scope_code', 'valid_from'), name='kernel_hours_scope_from')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subscriber', models.CharField(max_length=120)),
                ('state', models.CharField(choices=[('pending', '待送'), ('done', '已送'), ('dead', '送不出去')], default='pending', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('available_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='kernel.event')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'pending')), fields=['available_at', 'id'], name='kernel_delivery_pending'), models.Index(condition=models.Q(('state', 'dead')), fields=['id'], name='kernel_delivery_dead')],
                'constraints': [models.UniqueConstraint(fields=('event', 'subscriber'), name='kernel_delivery_once')],
            },
        ),
    ]
