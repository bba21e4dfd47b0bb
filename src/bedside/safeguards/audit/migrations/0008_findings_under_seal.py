from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Results without a mark count for nothing from now on, so the next look is at the whole ledger."""

    dependencies: ClassVar = [("audit", "0007_mentions_by_person")]
    operations: ClassVar = [
        migrations.AddField("verification", "mark", models.BinaryField(default=b"", max_length=32)),
        migrations.AddField("anchoring", "mark", models.BinaryField(default=b"", max_length=32)),
    ]
