import django.db.models.deletion
from django.db import migrations, models

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):

    dependencies = [
        ('practices', '0003_one_practice_per_sender'),
        ('vault', '0005_key_states'),
    ]

    operations = [
        # Marks of rows that are there are made after all migrations (`vault.marking`): they need the ledger's tables.
        migrations.AddField(
            model_name='practicekey',
            name='mark',
            field=models.BinaryField(default=bytes),
        ),
        migrations.CreateModel(
            name='Resealing',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('from_version', models.PositiveIntegerField()),
                ('total', models.PositiveIntegerField()),
                ('done', models.PositiveIntegerField(default=0)),
                ('left', models.PositiveIntegerField(default=0)),
                ('began_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('practice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='practices.practice')),
            ],
            options={
                'indexes': [models.Index(fields=['practice', 'began_at'], name='resealing_of_practice')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at', None)), fields=('practice',), name='one_resealing_at_a_time')],
            },
        ),
        protect("vault_resealing"),
    ]
