from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import resealable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("composer", "0002_row_security")]
    operations: ClassVar = [resealable("composer_revision", "sealed_heading", "sealed_body")]
