from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models

_KNOWN = [
    "substance_use", "mental_health", "reproductive", "gender_affirming", "hiv_sti", "genetic", "minor_consented",
    "domestic_violence",
]  # fmt: skip
# The code before this one knows neither column and has to go on writing campaigns for a while.
_DEFAULTS = """
    ALTER TABLE campaigns_campaign ALTER COLUMN authorization_purpose SET DEFAULT '';
    ALTER TABLE campaigns_campaign ALTER COLUMN sensitivities SET DEFAULT '{}';
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("campaigns", "0004_resealable")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="campaignrow",
            name="authorization_purpose",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="campaignrow",
            name="sensitivities",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=30), default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignrow",
            constraint=models.CheckConstraint(
                condition=models.Q(sensitivities__contained_by=_KNOWN), name="campaign_sensitivities_known"
            ),
        ),
        migrations.RunSQL(_DEFAULTS, migrations.RunSQL.noop),
    ]
