import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_what_it_reveals"),
        ("practices", "0005_how_telling"),
    ]

    operations = [
        migrations.AlterField(
            model_name="recipientrow",
            name="campaign",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="campaigns.campaignrow",
            ),
        ),
        migrations.AlterField(
            model_name="recipientrow",
            name="practice",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="practices.practice",
            ),
        ),
    ]
