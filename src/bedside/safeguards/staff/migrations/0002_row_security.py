from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import CURRENT_PRACTICE

# At sign-in no practice is known yet: then an account may see its own memberships, and only see them.
FORWARD = f"""
    ALTER TABLE staff_membership ENABLE ROW LEVEL SECURITY;
    ALTER TABLE staff_membership FORCE ROW LEVEL SECURITY;
    CREATE POLICY staff_membership_practice ON staff_membership
        USING (practice_id = {CURRENT_PRACTICE}) WITH CHECK (practice_id = {CURRENT_PRACTICE});
    CREATE POLICY staff_membership_own ON staff_membership FOR SELECT
        USING (account_id = NULLIF(current_setting('bedside.account', true), '')::uuid);
"""
BACKWARD = """
    DROP POLICY staff_membership_own ON staff_membership;
    DROP POLICY staff_membership_practice ON staff_membership;
    ALTER TABLE staff_membership NO FORCE ROW LEVEL SECURITY;
    ALTER TABLE staff_membership DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("staff", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
