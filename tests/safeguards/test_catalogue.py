"""The database itself keeps practices apart: asked of PostgreSQL's own catalogue (promise P6)."""

from __future__ import annotations

from django.db import connection

# Tables with a practice's column that are rightly without row-level security, each with its reason.
EXEMPT: dict[str, str] = {}

# Tables that hold nothing of one practice, each with its reason. A new table stands here or is protected.
WITHOUT_PRACTICE = {
    "practices_practice": "the directory of tenants: a name and nothing about patients",
    "staff_account": "an account may work in several practices; its memberships are protected",
    "mfa_authenticator": "belongs to an account; the secret is sealed under the installation key",
    "account_emailaddress": "allauth's table, never written",
    "account_emailconfirmation": "allauth's table, never written",
    "auth_group": "Django's table, never written: rights come from roles",
    "auth_group_permissions": "Django's table, never written",
    "auth_permission": "Django's list of models",
    "django_content_type": "Django's list of models",
    "django_migrations": "what was migrated; not writable by the product",
    "django_session": "sealed sessions, found by a random key",
    "vault_recoverykey": "the public half of a key pair of the whole installation, under a mark",
    "ground_cache": "counters of sign-in attempts",
}
JOB_QUEUE = "procrastinate_"  # job arguments are ids only; a job opens its practice's scope itself


def ask(sql: str, parameters: list[object] | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or [])
        return cursor.fetchall()


def tables() -> dict[str, tuple[bool, bool, bool, int]]:
    """(has a practice column, row security on, forced, number of policies) of each table."""
    rows = ask(
        """
        SELECT c.relname,
               EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'practice_id'),
               c.relrowsecurity, c.relforcerowsecurity,
               (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
        """
    )
    return {name: tuple(rest) for name, *rest in rows}


def test_every_table_with_a_practice_is_protected(db):
    open_tables = {
        name
        for name, (has_practice, on, forced, policies) in tables().items()
        if has_practice and name not in EXEMPT and not (on and forced and policies)
    }
    assert open_tables == set()


def test_every_table_without_a_practice_has_its_reason(db):
    unexplained = {
        name
        for name, (has_practice, *_) in tables().items()
        if not has_practice and name not in WITHOUT_PRACTICE and not name.startswith(JOB_QUEUE)
    }
    assert unexplained == set()


def test_no_policy_lets_rows_of_another_practice_be_written(db):
    """Each policy that allows writing checks the practice of the transaction."""
    rows = ask(
        "SELECT tablename, policyname, cmd, coalesce(with_check, qual) FROM pg_policies WHERE schemaname = 'public'"
    )
    loose = [
        (table, policy)
        for table, policy, command, check in rows
        if command != "SELECT" and "bedside.practice" not in (check or "")
    ]
    assert rows
    assert loose == []


def test_every_protected_table_is_empty_outside_a_scope(scope, cast):
    seen = {
        name: count
        for name, (has_practice, *_) in tables().items()
        if has_practice and (count := ask(f'SELECT count(*) FROM "{name}"')[0][0])  # noqa: S608
    }
    assert seen == {}


def test_the_runtime_role_can_go_round_nothing(db):
    role = ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    assert role == [(False, False, False, False)]
    owned = ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    assert owned == []


def test_views_and_functions_do_not_run_as_their_owner(db):
    views = ask(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')"
    )
    assert views == []
    functions = ask(
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = 'public' AND p.prosecdef"
    )
    assert functions == []
