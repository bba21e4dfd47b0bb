from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import resealable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("campaigns", "0003_summary_of_finished")]
    operations: ClassVar = [resealable("campaigns_approval", "comment_sealed")]
