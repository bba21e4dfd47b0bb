from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("charts", "0001_initial"), ("patients", "0002_row_security")]
    operations: ClassVar = [
        protect("charts_part"),
        protect("charts_names"),
        # What is sealed does not get shorter by packing it.
        migrations.RunSQL(
            "ALTER TABLE charts_part ALTER COLUMN sealed SET STORAGE EXTERNAL;"
            "ALTER TABLE charts_names ALTER COLUMN sealed SET STORAGE EXTERNAL;",
            migrations.RunSQL.noop,
        ),
    ]
