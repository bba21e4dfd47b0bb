from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import resealable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("consent", "0004_terms_of_acts")]
    operations: ClassVar = [resealable("consent_event", "evidence")]
