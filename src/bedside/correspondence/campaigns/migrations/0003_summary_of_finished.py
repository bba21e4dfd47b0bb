from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("campaigns", "0002_row_security")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="campaignrow", name="summary", field=models.JSONField(null=True)
        ),
    ]
