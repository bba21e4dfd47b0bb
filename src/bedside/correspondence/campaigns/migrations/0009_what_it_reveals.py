from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("campaigns", "0008_part_security")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="campaignrow",
            name="reveal_sealed",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="campaignrow",
            name="reveal_level",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddConstraint(
            model_name="campaignrow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reveal_level", ""), ("reveal_sealed__isnull", True)),
                    models.Q(
                        ("reveal_level__in", ("nothing", "warning", "phi", "special")),
                        ("reveal_sealed__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="campaign_reveal_known",
            ),
        ),
    ]
