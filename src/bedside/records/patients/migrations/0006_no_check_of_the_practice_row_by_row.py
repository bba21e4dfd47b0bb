import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0005_own_fields_and_merged"),
        ("practices", "0005_how_telling"),
    ]

    operations = [
        migrations.AlterField(
            model_name="patientrow",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="practices.practice",
            ),
        ),
    ]
