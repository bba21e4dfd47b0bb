from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("authorizations", "0003_rounds")]
    operations: ClassVar = [protect("authorizations_round")]
