"""What is kept from mail outlives the record of whoever has the address (CON-24)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from bedside.oversight.backups.rules import is_left_out, is_living
from bedside.oversight.retention.actions import erase
from bedside.oversight.retention.rules import ErasureReason
from bedside.records.consent import actions, queries
from bedside.records.consent.rules import Category, SuppressionReason, SuppressionScope
from bedside.records.consent.suppressing import suppress_domain
from tests.records.consent.people import add_patient
from tests.records.consent.test_suppressing import covers
from tests.records.consent.test_suppression_lists import take

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.ground.scope import Scope

ADDRESS = "sam.poe@example.org"


@pytest.mark.row("CON-24")
def test_a_no_to_an_address_meets_whoever_is_put_on_record_again(scope: Scope, at: datetime) -> None:
    sam = add_patient(scope, at=at, email=ADDRESS)
    actions.suppress_address(
        scope, ADDRESS, reason=SuppressionReason.ASKED, covers=SuppressionScope.OFFERS, at=at
    )
    erase(scope, sam.id, reason=ErasureReason.PERSON_ASKED, at=at)
    again = add_patient(scope, at=at, email="SAM.POE@example.org")
    assert covers(scope, again.email) == frozenset(Category)  # the erasure itself keeps the address away
    assert {row.reason for row in queries.suppressions_of(scope, ADDRESS)} == {"asked", "erased"}


@pytest.mark.row("CON-24")
def test_a_domain_and_a_hash_survive_the_erasure_of_everybody_they_cover(scope: Scope, at: datetime) -> None:
    sam = add_patient(scope, at=at, email=ADDRESS)
    suppress_domain(scope, "example.org", covers=SuppressionScope.OFFERS, at=at, is_public_meant=False)
    take(scope, hashlib.sha256(b"ann@example.net").hexdigest(), at, covered="newsletter")
    ann = add_patient(scope, at=at, email="ann@example.net")
    before = {row.id for row in queries.recent_suppressions(scope, offset=0, limit=9)}
    for person in (sam, ann):
        erase(scope, person.id, reason=ErasureReason.PERSON_ASKED, at=at)
    after = {row.id for row in queries.recent_suppressions(scope, offset=0, limit=9)}
    assert before < after
    assert covers(scope, "someone.else@example.org") == {Category.OFFERS}
    kinds = {(row.of, row.scope) for row in queries.suppressions_of(scope, "ann@example.net")}
    assert ("hash", "newsletter") in kinds


@pytest.mark.row("CON-24")
def test_a_restore_brings_no_older_list_back_and_no_file_at_all() -> None:
    assert is_living("consent_suppression")
    assert is_living("consent_suppression_list")
    assert is_left_out("consent_suppression_lines")
