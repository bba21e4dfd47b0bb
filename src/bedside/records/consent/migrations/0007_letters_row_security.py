from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("consent", "0006_letters")]
    operations: ClassVar = [protect("consent_letter"), protect("consent_confirmation")]
