"""The look-up of suppressed addresses fails or takes too long: nobody is cleared (SUP-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, ProgrammingError, connection

from bedside.decisions.gate import queries as gate
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import suppressed
from tests.decisions.gate.test_asking import OFFER, REMINDER, willing

if TYPE_CHECKING:
    from datetime import datetime


@pytest.mark.row("SUP-02")
def test_a_look_up_that_times_out_clears_nobody(
    scope: Scope, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = willing(scope, at)
    assert gate.clear(scope, OFFER, [person], at=at)[0]
    # The database itself gives up, as it does when it is overloaded.
    waiting = "SELECT kind FROM unnest(%s::text[]) AS kind, pg_sleep(5) WHERE %s::uuid IS NOT NULL"
    monkeypatch.setattr(suppressed, "_KINDS_IN_FORCE", waiting)
    with pytest.raises(OperationalError, match="timeout"), in_scope(scope):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")
        gate.clear(scope, REMINDER, [person], at=at)


@pytest.mark.row("SUP-02")
@pytest.mark.parametrize("statement", ["_KINDS_IN_FORCE", "_IN_FORCE"])
def test_a_look_up_that_fails_clears_nobody(
    scope: Scope, at: datetime, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    from bedside.records.consent.actions import suppress_address
    from bedside.records.consent.rules import SuppressionReason

    person = willing(scope, at)
    suppress_address(scope, "else@example.org", reason=SuppressionReason.STAFF, at=at)
    assert gate.clear(scope, OFFER, [person], at=at)[0]
    broken = getattr(suppressed, statement).replace("consent_suppression", "no_such_table")
    monkeypatch.setattr(suppressed, statement, broken)
    with pytest.raises(ProgrammingError), in_scope(scope):
        gate.clear(scope, OFFER, [person], at=at)
