import django.db.models.deletion
from django.db import migrations, models

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):

    dependencies = [
        ('practices', '0003_one_practice_per_sender'),
        ('patients', '0003_no_index_on_practice_alone'),
    ]

    operations = [
        migrations.CreateModel(
            name='GoneRow',
            fields=[
                ('patient_id', models.UUIDField(primary_key=True, serialize=False)),
                ('change_no', models.BigIntegerField()),
                ('gone_at', models.DateTimeField()),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='practices.practice')),
            ],
            options={
                'db_table': 'patients_gone',
                'indexes': [models.Index(fields=['practice', 'change_no'], name='gone_changes')],
            },
        ),
        protect("patients_gone"),
    ]
