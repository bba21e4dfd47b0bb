from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect


class Migration(migrations.Migration):
    dependencies: ClassVar = [("media", "0001_initial")]
    operations: ClassVar = [
        protect("media_picture"),
        protect("media_rendition"),
        # What is sealed does not get shorter by packing it.
        migrations.RunSQL(
            "ALTER TABLE media_rendition ALTER COLUMN sealed SET STORAGE EXTERNAL;", migrations.RunSQL.noop
        ),
    ]
