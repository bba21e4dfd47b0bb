from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("campaigns", "0001_initial")]
    operations: ClassVar = [
        protect("campaigns_campaign"),
        protect("campaigns_approval"),
        protect("campaigns_recipient"),
    ]
