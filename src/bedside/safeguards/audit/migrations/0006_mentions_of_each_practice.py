from typing import ClassVar

from django.db import migrations, models

_KEY = """
    ALTER TABLE audit_mention DROP CONSTRAINT audit_mention_pkey;
    ALTER TABLE audit_mention ADD CONSTRAINT audit_mention_pkey PRIMARY KEY ({columns});
"""


class Migration(migrations.Migration):
    """With the practice in the key, a row of one practice cannot stand in the way of another's."""

    dependencies: ClassVar = [("audit", "0005_for_readers")]
    operations: ClassVar = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    _KEY.format(columns="practice_id, subject, entry_id"),
                    _KEY.format(columns="subject, entry_id"),
                )
            ],
            state_operations=[
                migrations.AlterField(
                    "mention",
                    "pk",
                    models.CompositePrimaryKey(
                        "practice_id",
                        "subject",
                        "entry_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
        )
    ]
