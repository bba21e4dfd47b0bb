from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from bedside.ground.rowsecurity import protect

OUTCOMES = [
    "works", "moved", "gone", "shut", "broken", "silent", "certificate", "unencrypted", "inside", "no_picture",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("composer", "0004_brand_kit"),
        ("practices", "0002_row_security"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="LinkCheckRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("mark", models.BinaryField(max_length=32)),
                ("outcome", models.CharField(max_length=20)),
                ("status", models.PositiveSmallIntegerField()),
                ("size_bytes", models.PositiveIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="composer.messagerow"
                    ),
                ),
                (
                    "practice",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="practices.practice"),
                ),
            ],
            options={"db_table": "composer_link_check"},
        ),
        migrations.AddConstraint(
            model_name="linkcheckrow",
            constraint=models.UniqueConstraint(fields=("message", "mark"), name="one_check_per_target"),
        ),
        migrations.AddConstraint(
            model_name="linkcheckrow",
            constraint=models.CheckConstraint(
                condition=models.Q(outcome__in=OUTCOMES), name="link_outcome_known"
            ),
        ),
        protect("composer_link_check"),
    ]
