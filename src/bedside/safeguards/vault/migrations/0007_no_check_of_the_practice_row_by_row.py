import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("practices", "0005_how_telling"),
        ("vault", "0006_marks_and_resealing"),
    ]

    operations = [
        migrations.AlterField(
            model_name="personkey",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="practices.practice",
            ),
        ),
    ]
