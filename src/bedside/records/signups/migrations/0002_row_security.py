from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect

# The words behind a yes never say anything else than on the day they were shown: nothing but a seal may take the
# place of a seal of the same length, and a published version is never deleted.
FORWARD = """
    CREATE FUNCTION signups_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a published sign-up form is never deleted' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF (to_jsonb(NEW) - 'sealed') IS DISTINCT FROM (to_jsonb(OLD) - 'sealed')
            OR octet_length(NEW.sealed) <> octet_length(OLD.sealed) THEN
            RAISE EXCEPTION 'a published sign-up form never changes' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER signups_version_kept BEFORE UPDATE OR DELETE ON signups_version
        FOR EACH ROW EXECUTE FUNCTION signups_version_kept();
"""
BACKWARD = """
    DROP TRIGGER signups_version_kept ON signups_version;
    DROP FUNCTION signups_version_kept();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("signups", "0001_initial")]
    operations: ClassVar = [
        protect("signups_form"),
        protect("signups_version"),
        protect("signups_pending"),
        protect("signups_stamp"),
        protect("signups_rate"),
        protect("signups_key"),
        protect("signups_request"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
