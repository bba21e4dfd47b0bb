from typing import ClassVar

from django.db import migrations, models

# The code before this one does not know the column and has to go on writing campaigns for a while.
_DEFAULT = "ALTER TABLE campaigns_campaign ALTER COLUMN revealed SET DEFAULT '';"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("campaigns", "0005_purpose_and_sensitivities")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="campaignrow",
            name="revealed",
            field=models.CharField(blank=True, default="", max_length=12),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="campaignrow",
            constraint=models.CheckConstraint(
                condition=models.Q(revealed__in=("", "condition"))
                | models.Q(revealed="nothing", sensitivities=[]),
                name="campaign_revealed_known",
            ),
        ),
        migrations.RunSQL(_DEFAULT, migrations.RunSQL.noop),
    ]
