from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("campaigns", "0007_parts")]
    operations: ClassVar = [protect("campaigns_message_facts"), protect("campaigns_part")]
