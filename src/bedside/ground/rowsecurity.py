"""Row-level security and grants as migration operations.

Each table with practice data gets `ENABLE` and `FORCE ROW LEVEL SECURITY` and one policy: a row is there only
when its practice is the one set for the transaction (`ground.scope.in_scope`). With nothing set, nothing is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from django.db import migrations

if TYPE_CHECKING:
    from collections.abc import Iterable

CURRENT_PRACTICE: LiteralString = "NULLIF(current_setting('bedside.practice', true), '')::uuid"

# Tables whose rows may be added and read and never changed, by grant (DESIGN section 6).
APPEND_ONLY: set[str] = {
    "audit_anchoring", "audit_checkpoint", "audit_entry", "audit_mention", "audit_tile", "audit_verification",
    "campaigns_approval", "campaigns_message_facts", "composer_brand", "composer_revision", "consent_event",
    "preflight_sheet", "preflight_statement", "preflight_word", "retention_erasure", "vault_destruction",
}  # fmt: skip


# Rows that nothing in the product ever deletes: without them a dispute could not be settled, or nothing opened.
NEVER_DELETED: set[str] = {
    "apikeys_key", "audit_signingkey", "campaigns_campaign", "composer_message", "consent_confirmation",
    "consent_letter", "consent_request", "consent_suppression", "consent_suppression_list", "delivery_claim",
    "delivery_dkimkey", "intake_import", "media_picture", "patients_field", "patients_gone", "practices_practice",
    "practices_practiceprofile", "retention_hold", "signups_form", "signups_key", "signups_version",
    "staff_account", "staff_membership", "vault_practicekey",
}  # fmt: skip


# Of tables whose rows are never changed, the columns that may be sealed anew when a key is followed by another: the
# same content under another key. A trigger (`resealable`) lets nothing but a seal take the place of a seal.
RESEALED: dict[str, tuple[str, ...]] = {
    "campaigns_approval": ("comment_sealed",),
    "composer_brand": ("sealed",),
    "composer_revision": ("sealed_heading", "sealed_body"),
    "consent_event": ("evidence",),
    "preflight_statement": ("words_sealed",),
    "preflight_word": ("words_sealed",),
}


# What the runtime role fills in of a new row; the number is the database's alone to give. Who could choose one would
# put a row where the sealer has long been, or so far ahead that it hides those that come after.
NUMBERED_BY_DATABASE: dict[str, tuple[str, ...]] = {
    "audit_anchoring": ("practice_id", "place", "size", "root", "at", "outcome", "mark"),
    "audit_checkpoint": (
        "practice_id", "start", "size", "at", "root", "key_version", "note", "entries", "first_id", "last_id",
        "settled_id", "seen_id", "seen_xid", "seen_at", "mark",
    ),
    "audit_entry": (
        "practice_id", "at", "kind", "actor_kind", "actor_id", "purpose", "subject", "count", "body",
    ),
    "audit_verification": (
        "practice_id", "at", "from_size", "size", "root", "sound", "finding", "first_bad_index", "entry_id", "mark",
    ),
}  # fmt: skip


def protect(table: LiteralString, *, column: LiteralString = "practice_id") -> migrations.RunSQL:
    """Migration operation that puts `table` under row-level security by `column`."""
    forward = f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY {table}_practice ON {table}
            USING ({column} = {CURRENT_PRACTICE}) WITH CHECK ({column} = {CURRENT_PRACTICE});
    """
    backward = f"""
        DROP POLICY {table}_practice ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
    """
    return migrations.RunSQL(forward, backward)


def resealable(table: LiteralString, *columns: LiteralString) -> migrations.RunSQL:
    """Migration operation: of these columns nothing may be changed but the seal around the same number of bytes.

    The first byte of a sealed value is its format, the next four say which version of a key: never an older one.
    """
    refused = " OR ".join(
        f"octet_length(NEW.{column}) IS DISTINCT FROM octet_length(OLD.{column})"
        f" OR substring(NEW.{column} FROM 1 FOR 1) IS DISTINCT FROM substring(OLD.{column} FROM 1 FOR 1)"
        f" OR substring(NEW.{column} FROM 2 FOR 4) < substring(OLD.{column} FROM 2 FOR 4)"
        for column in columns
    )
    forward = f"""
        CREATE FUNCTION {table}_resealed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {refused} THEN
                RAISE EXCEPTION 'only the seal of {table} may change' USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {table}_resealed BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_resealed();
    """
    backward = f"DROP TRIGGER {table}_resealed ON {table}; DROP FUNCTION {table}_resealed();"
    return migrations.RunSQL(forward, backward)


def runtime_grants(role: str, *, append_only: Iterable[str] = frozenset(APPEND_ONLY)) -> list[str]:
    """Statements that give the runtime role what it needs and no more; run by the owner after each migration.

    To be run in one transaction: some take back what an earlier one gives.
    """
    quoted = '"' + role.replace('"', '""') + '"'
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {quoted}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quoted}",
    ]
    statements += [
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {quoted}" for table in sorted(append_only)
    ]
    # After the revoke, which takes the right to each column, too.
    statements += [
        f"GRANT UPDATE ({', '.join(RESEALED[table])}) ON {table} TO {quoted}" for table in sorted(RESEALED)
    ]
    statements += [f"REVOKE DELETE ON {table} FROM {quoted}" for table in sorted(NEVER_DELETED)]
    statements.append(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {quoted}")
    return statements + [
        statement for table in sorted(NUMBERED_BY_DATABASE) for statement in insert_grants(table, role=role)
    ]


def insert_grants(table: str, *, role: str) -> list[str]:
    """Statements that let the role add rows to a table of NUMBERED_BY_DATABASE, but not choose their numbers."""
    quoted = '"' + role.replace('"', '""') + '"'
    columns = ", ".join(NUMBERED_BY_DATABASE[table])
    # Taking the right to a whole table takes that to each of its columns, too; so this order and no other.
    return [f"REVOKE INSERT ON {table} FROM {quoted}", f"GRANT INSERT ({columns}) ON {table} TO {quoted}"]
