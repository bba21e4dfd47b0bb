import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("charts", "0002_row_security"),
        ("practices", "0005_how_telling"),
    ]

    operations = [
        migrations.AlterField(
            model_name="chartpart",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="practices.practice",
            ),
        ),
    ]
