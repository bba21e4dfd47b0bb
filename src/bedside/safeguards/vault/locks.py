"""Storing a key and changing the root key wait for each other, so that no key is left under the old root key."""

from __future__ import annotations

from django.db import connection, transaction

_ROOT = 7_205_771


def hold_root_still() -> None:
    """Until the caller's transaction ends the root key is not changed; asked for after this, it is the one to use.

    Many may hold it still at once. Ask before any row is locked, or two could wait for each other.
    """
    _ask("SELECT pg_advisory_xact_lock_shared(%s)")


def change_root_alone() -> None:
    """Waits for whoever stores a key by the old root key, and lets none begin until the transaction ends."""
    _ask("SELECT pg_advisory_xact_lock(%s)")


def wait_for_keys_being_stored() -> None:
    """What is stored after this was wrapped by the root key that is in place now, and is seen by whoever looks."""
    with transaction.atomic():
        change_root_alone()


def _ask(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_ROOT])
