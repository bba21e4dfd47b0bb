from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect, resealable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("preflight", "0001_initial")]
    operations: ClassVar = [
        protect("preflight_statement"),
        protect("preflight_word"),
        protect("preflight_sheet"),
        resealable("preflight_statement", "words_sealed"),
        resealable("preflight_word", "words_sealed"),
    ]
