from typing import ClassVar

from django.db import migrations

_BY_PERSON = """
    ALTER TABLE audit_mention DROP CONSTRAINT audit_mention_pkey;
    CREATE INDEX audit_mention_subject ON audit_mention (subject);
"""
_BY_KEY = """
    DROP INDEX audit_mention_subject;
    ALTER TABLE audit_mention ADD CONSTRAINT audit_mention_pkey PRIMARY KEY (practice_id, subject, entry_id);
"""


class Migration(migrations.Migration):
    """An index by person alone takes half the space, and less for people who are written to again.

    Nothing need be unique: a mention too many is found by verification, hides nobody and stands in nobody's way.
    """

    dependencies: ClassVar = [("audit", "0006_mentions_of_each_practice")]
    operations: ClassVar = [migrations.RunSQL(_BY_PERSON, _BY_KEY)]
