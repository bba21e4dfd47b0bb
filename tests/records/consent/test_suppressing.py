"""Suppressed addresses: known by index only, lifted for a reason only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import actions, queries
from bedside.records.consent.rules import Category, LiftReason, SuppressionReason, SuppressionScope

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

ADDRESS = "sam.poe@example.org"


def covers(scope: Scope, address: str) -> frozenset[Category]:
    key = new_id()
    found = queries.suppressed_addresses(scope, {key: address})
    return found[key].covered if key in found else frozenset()


def test_a_bounce_keeps_from_everything_and_a_complaint_from_advertising(scope: Scope, at: datetime) -> None:
    actions.suppress_address(scope, "gone@example.org", reason=SuppressionReason.BOUNCED, at=at)
    actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.COMPLAINED, at=at)
    assert covers(scope, "gone@example.org") == frozenset(Category)
    assert covers(scope, "GONE@example.ORG") == frozenset(Category)
    assert covers(scope, ADDRESS) == frozenset(Category) - {Category.REMINDERS, Category.NOTICES}
    assert covers(scope, "else@example.org") == frozenset()


def test_several_suppressions_of_one_address_count_together(scope: Scope, at: datetime) -> None:
    for scope_covered in (SuppressionScope.OFFERS, SuppressionScope.REMINDERS):
        actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.STAFF, covers=scope_covered, at=at)
    assert covers(scope, ADDRESS) == {Category.OFFERS, Category.REMINDERS}


def test_suppresses_once_and_lifts_for_a_reason(scope: Scope, at: datetime) -> None:
    assert actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.STAFF, at=at)
    assert not actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.STAFF, at=at)
    (row,) = queries.suppressions_of(scope, ADDRESS)
    actions.lift_suppression(scope, row.id, because=LiftReason.ENTERED_BY_MISTAKE, at=at)
    assert covers(scope, ADDRESS) == frozenset()
    (row,) = queries.suppressions_of(scope, ADDRESS)
    assert (row.lifted_at, row.lifted_because) == (at, "entered_by_mistake")
    with pytest.raises(NotFound):
        actions.lift_suppression(scope, row.id, because=LiftReason.ENTERED_BY_MISTAKE, at=at)
    assert actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.STAFF, at=at)


def test_the_table_never_holds_the_address(scope: Scope, at: datetime) -> None:
    actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.STAFF, at=at)
    with in_scope(scope), connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM consent_suppression s")
        assert "sam.poe" not in cursor.fetchone()[0]


def test_counts_by_reason(scope: Scope, at: datetime) -> None:
    actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.BOUNCED, at=at)
    counts = queries.suppression_counts(scope)
    assert counts[SuppressionReason.BOUNCED] == 1
    assert counts[SuppressionReason.STAFF] == 0
    assert len(queries.recent_suppressions(scope, offset=0, limit=10)) == 1


def test_refuses_what_is_no_address(scope: Scope, at: datetime) -> None:
    with pytest.raises(Refusal, match="@"):
        actions.suppress_address(scope, "sam at example", reason=SuppressionReason.STAFF, at=at)


def test_auditors_change_nothing(scope_of: Callable[[str], Scope], at: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.suppress_address(scope_of("abe"), ADDRESS, reason=SuppressionReason.STAFF, at=at)


def test_strangers_do_not_lift(scope: Scope, stranger_scope: Scope, at: datetime) -> None:
    actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.STAFF, at=at)
    (row,) = queries.suppressions_of(scope, ADDRESS)
    with pytest.raises(NotFound):
        actions.lift_suppression(stranger_scope, row.id, because=LiftReason.MAILBOX_WORKS, at=at)
