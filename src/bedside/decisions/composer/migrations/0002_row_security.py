from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("composer", "0001_initial")]
    operations: ClassVar = [protect("composer_message"), protect("composer_revision")]
