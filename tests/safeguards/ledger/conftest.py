"""Tests of the sealed ledger: nothing a process remembers goes from one to the next."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.correspondence.conftest import post_office

__all__ = ["post_office"]


@pytest.fixture(autouse=True)
def fresh_memory():
    from bedside.safeguards.audit import sealing

    sealing.forget()
    yield
    sealing.forget()


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A practice in a database of its own, where what is written stays written.

    `environment` is for processes of the product; `owner` may do what no process of the product may.
    """

    scope: Any
    environment: dict[str, str]
    owner: Any

    def tamper(self, statement: str, parameters: tuple[Any, ...] = ()) -> int:
        """As somebody with the owner's rights over the tables; gives how many rows it changed."""
        cursor = self.owner.execute(statement, parameters)
        assert cursor.rowcount > 0, "nothing was changed, so nothing can be found"
        return cursor.rowcount


@pytest.fixture
def committed(own_database, django_db_blocker):
    """For tests that commit: other connections and processes see what is written."""
    from django.db import connection

    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.postgres.target import Login, connect, embedded_target
    from bedside.ground.scope import Purpose
    from bedside.safeguards.vault.queries import forget_keys
    from tests.conftest import make_practice

    name = own_database["BEDSIDE_DATABASE_NAME"]
    target = replace(embedded_target(Path(os.environ["BEDSIDE_HOME"])), name=name)
    with django_db_blocker.unblock(), connect(target, login=Login.OWNER) as owner:
        usual = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = name
        forget_keys()
        try:
            practice_id = make_practice("maple", "Maple Street Family Practice")
            owner.execute("SELECT set_config('bedside.practice', %s, false)", (str(practice_id),))
            scope = administrator_scope(practice_id, purpose=Purpose.OPERATIONS)
            yield Committed(scope=scope, environment=own_database, owner=owner)
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            forget_keys()


@pytest.fixture
def nothing_else_runs(monkeypatch):
    """Lets no transaction of another test, in another database of the same server, hold the mark back."""
    from dataclasses import replace as changed

    from bedside.safeguards.audit import sealing, tail

    def alone(practice_id, *, at):
        seen = tail.observe(practice_id, at=at)
        return changed(seen, oldest_xid=seen.now.next_xid)

    monkeypatch.setattr(sealing, "observe", alone)
