"""A ledger that cannot be written, as after a mistaken grant or with a full disk."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def ledger_unwritable(*, database: str = "") -> Iterator[None]:
    """Takes the runtime role's right to add entries, for as long as the block lasts: in this test's database, or
    in that of the processes a test starts.
    """
    from django.conf import settings
    from django.db import connection

    from bedside.ground.postgres.target import Login, connect
    from bedside.ground.rowsecurity import insert_grants

    target = replace(settings.DATABASE_TARGET, name=database or str(connection.settings_dict["NAME"]))
    role = target.app_user
    with connect(target, login=Login.OWNER) as owner:
        owner.execute(f'REVOKE INSERT ON audit_entry FROM "{role}"')
        owner.commit()
        try:
            yield
        finally:
            for statement in insert_grants("audit_entry", role=role):
                owner.execute(statement)
            owner.commit()
