from typing import ClassVar

from django.db import migrations

# An empty mark is of a look from before there were marks. Left where they are, each later look would take them for a
# forger's. The next look is at the whole ledger anyway. Row security binds the owner, too, so it is let go meanwhile.
FORGET = """
    ALTER TABLE audit_verification NO FORCE ROW LEVEL SECURITY;
    DELETE FROM audit_verification WHERE mark = ''::bytea;
    ALTER TABLE audit_verification FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """An installation that was verified before 0008 gives no false alarm after it."""

    dependencies: ClassVar = [("audit", "0008_findings_under_seal")]
    operations: ClassVar = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
