from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("segments", "0001_initial")]
    operations: ClassVar = [
        protect("segments_segment"),
        protect("segments_index"),
        protect("segments_shard"),
        migrations.RunSQL(
            "ALTER TABLE segments_shard ALTER COLUMN sealed SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
    ]
