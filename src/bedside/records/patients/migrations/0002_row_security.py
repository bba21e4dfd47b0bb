from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("patients", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL("CREATE SEQUENCE patients_change_no", "DROP SEQUENCE patients_change_no"),
        protect("patients_patient"),
    ]
