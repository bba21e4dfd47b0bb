import django.db.models.deletion
from django.db import migrations, models

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('practices', '0003_one_practice_per_sender'),
    ]

    operations = [
        migrations.CreateModel(
            name='HoldRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('patient_id', models.UUIDField()),
                ('code', models.CharField(max_length=20)),
                ('reason_sealed', models.BinaryField()),
                ('placed_at', models.DateTimeField()),
                ('placed_by', models.CharField(max_length=60)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.CharField(blank=True, max_length=60)),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='practices.practice')),
            ],
            options={
                'db_table': 'retention_hold',
                'indexes': [models.Index(fields=['practice', 'patient_id'], name='hold_of_person')],
                'constraints': [models.CheckConstraint(condition=models.Q(('code__in', ['litigation', 'investigation', 'audit', 'complaint'])), name='hold_code_known')],
            },
        ),
        migrations.CreateModel(
            name='ErasureRow',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('patient_id', models.UUIDField()),
                ('reason', models.CharField(max_length=30)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('destroyed', models.JSONField()),
                ('kept', models.JSONField()),
                ('certificate', models.BinaryField()),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='practices.practice')),
            ],
            options={
                'db_table': 'retention_erasure',
                'indexes': [models.Index(fields=['practice', '-at'], name='erasure_newest')],
                'constraints': [models.UniqueConstraint(fields=('practice', 'patient_id'), name='erased_once'), models.CheckConstraint(condition=models.Q(('reason__in', ['person_asked', 'representative_asked', 'authority_ordered', 'period_over', 'entered_by_mistake'])), name='erasure_reason_known')],
            },
        ),
        protect("retention_hold"),
        protect("retention_erasure"),
    ]
