from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("consent", "0008_suppression_lists")]
    operations: ClassVar = [protect("consent_suppression_list"), protect("consent_suppression_lines")]
