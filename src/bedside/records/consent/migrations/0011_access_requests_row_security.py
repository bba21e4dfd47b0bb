from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("consent", "0010_access_requests")]
    operations: ClassVar = [protect("consent_request")]
