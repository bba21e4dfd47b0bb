from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vault", "0001_initial")]
    operations: ClassVar = [
        protect("vault_practicekey"),
        protect("vault_personkey"),
    ]
