from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("delivery", "0003_trialrow")]
    operations: ClassVar = [protect("delivery_trial")]
