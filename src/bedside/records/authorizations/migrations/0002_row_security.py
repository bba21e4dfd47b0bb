from typing import ClassVar

from django.db import migrations

from bedside.ground.rowsecurity import protect

# A version and a document never say anything else than on the day they were made: nothing but a seal may take the
# place of a seal of the same length. A version is never deleted; a document and its scan not before six years after
# the signature, the least that 45 CFR 164.530(j) allows (the verb that deletes counts from when it last was in force).
FORWARD = """
    CREATE FUNCTION authorizations_version_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a published form is never deleted' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF (to_jsonb(NEW) - 'sealed') IS DISTINCT FROM (to_jsonb(OLD) - 'sealed')
            OR octet_length(NEW.sealed) <> octet_length(OLD.sealed) THEN
            RAISE EXCEPTION 'a published form never changes' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER authorizations_version_kept BEFORE UPDATE OR DELETE ON authorizations_version
        FOR EACH ROW EXECUTE FUNCTION authorizations_version_kept();

    CREATE FUNCTION authorizations_document_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.signed_on > current_date - interval '6 years' THEN
                RAISE EXCEPTION 'a signed document is kept for six years' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN OLD;
        END IF;
        IF (to_jsonb(NEW) - 'rendering' - 'evidence') IS DISTINCT FROM (to_jsonb(OLD) - 'rendering' - 'evidence')
            OR octet_length(NEW.rendering) <> octet_length(OLD.rendering)
            OR octet_length(NEW.evidence) <> octet_length(OLD.evidence) THEN
            RAISE EXCEPTION 'a signed document never changes' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER authorizations_document_kept BEFORE UPDATE OR DELETE ON authorizations_document
        FOR EACH ROW EXECUTE FUNCTION authorizations_document_kept();

    CREATE FUNCTION authorizations_scan_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE signed date;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            SELECT signed_on INTO signed FROM authorizations_document WHERE id = OLD.document_id;
            IF signed > current_date - interval '6 years' THEN
                RAISE EXCEPTION 'a signed document is kept for six years' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN OLD;
        END IF;
        IF NEW.document_id <> OLD.document_id OR NEW.practice_id <> OLD.practice_id OR NEW.sha256 <> OLD.sha256
            OR NEW.media_type <> OLD.media_type OR NEW.size_bytes <> OLD.size_bytes
            OR octet_length(NEW.sealed) <> octet_length(OLD.sealed) THEN
            RAISE EXCEPTION 'a signed document never changes' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER authorizations_scan_kept BEFORE UPDATE OR DELETE ON authorizations_scan
        FOR EACH ROW EXECUTE FUNCTION authorizations_scan_kept();
"""
BACKWARD = """
    DROP TRIGGER authorizations_scan_kept ON authorizations_scan;
    DROP TRIGGER authorizations_document_kept ON authorizations_document;
    DROP TRIGGER authorizations_version_kept ON authorizations_version;
    DROP FUNCTION authorizations_scan_kept();
    DROP FUNCTION authorizations_document_kept();
    DROP FUNCTION authorizations_version_kept();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("authorizations", "0001_initial")]
    operations: ClassVar = [
        protect("authorizations_purpose"),
        protect("authorizations_template"),
        protect("authorizations_version"),
        protect("authorizations_request"),
        protect("authorizations_document"),
        protect("authorizations_scan"),
        protect("authorizations_reminder"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
