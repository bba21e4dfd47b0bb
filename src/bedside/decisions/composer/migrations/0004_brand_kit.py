from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from bedside.ground.rowsecurity import protect, resealable


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("composer", "0003_resealable"),
        ("practices", "0002_row_security"),
    ]
    operations: ClassVar = [
        migrations.AddField(
            model_name="revisionrow",
            name="brand_number",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="BrandRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
                ("author_kind", models.CharField(max_length=10)),
                ("author_id", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "practice",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="practices.practice"),
                ),
            ],
            options={"db_table": "composer_brand"},
        ),
        migrations.AddConstraint(
            model_name="brandrow",
            constraint=models.UniqueConstraint(fields=("practice", "number"), name="one_brand_per_number"),
        ),
        protect("composer_brand"),
        resealable("composer_brand", "sealed"),
    ]
