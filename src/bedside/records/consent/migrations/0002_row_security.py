from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("consent", "0001_initial")]
    operations: ClassVar = [protect("consent_event"), protect("consent_suppression")]
