import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("consent", "0011_access_requests_row_security"),
        ("practices", "0005_how_telling"),
    ]

    operations = [
        migrations.AlterField(
            model_name="consentevent",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="practices.practice",
            ),
        ),
    ]
