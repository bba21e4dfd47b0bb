from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("intake", "0001_initial")]
    operations: ClassVar = [
        protect("intake_import"),
        protect("intake_piece"),
        protect("intake_reject"),
        protect("intake_likeness"),
        protect("intake_stop"),
    ]
