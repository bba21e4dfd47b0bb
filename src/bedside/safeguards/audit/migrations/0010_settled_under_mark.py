from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Checkpoints from before have no mark: the next sealer looks at everything once and writes the first."""

    dependencies: ClassVar = [("audit", "0009_forget_unsealed_findings")]
    operations: ClassVar = [
        migrations.AddField("checkpoint", "mark", models.BinaryField(max_length=32, db_default=b"")),
    ]
