"""Domains and hashes that are kept from mail, and how a suppression ends."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from bedside.ground.errors import Refusal
from bedside.records.consent import actions, queries
from bedside.records.consent.rules import Category, LiftReason, SuppressionReason, SuppressionScope
from bedside.records.consent.rules.suppressions import SuppressionKind, address_hash, domains_of
from bedside.records.consent.suppressing import keep_index_from, lift_what_was_asked, suppress_domain
from bedside.safeguards.vault.queries import practice_keys
from tests.records.consent.test_suppressing import covers

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.ground.scope import Scope

ADDRESS = "sam.poe@mail.example.org"
EVERYTHING = SuppressionScope.EVERYTHING


def keep_hash(scope: Scope, address: str, *, at: datetime, reason: SuppressionReason) -> None:
    hashed = hashlib.sha256(address.encode()).hexdigest()
    index = practice_keys(scope).blind_index("address sha256", hashed)
    keep_index_from(scope, index, covers=EVERYTHING, reason=reason, at=at, of=SuppressionKind.HASH)


@pytest.mark.row("SUP-01")
def test_a_domain_keeps_all_its_addresses_and_those_below_it(scope: Scope, at: datetime) -> None:
    covered = SuppressionScope.MARKETING
    assert suppress_domain(scope, "@Example.ORG", covers=covered, at=at, is_public_meant=False)
    assert not suppress_domain(scope, "example.org", covers=covered, at=at, is_public_meant=False)
    assert Category.OFFERS in covers(scope, "anybody@example.org")
    assert Category.OFFERS in covers(scope, ADDRESS)
    assert Category.REMINDERS not in covers(scope, ADDRESS)
    assert covers(scope, "anybody@notexample.org") == frozenset()
    assert covers(scope, "anybody@example.net") == frozenset()


def test_a_domain_and_an_address_count_together(scope: Scope, at: datetime) -> None:
    covered = SuppressionScope.OFFERS
    suppress_domain(scope, "example.org", covers=covered, at=at, is_public_meant=False)
    actions.suppress_address(
        scope, ADDRESS, reason=SuppressionReason.ASKED, covers=SuppressionScope.FUNDRAISING, at=at
    )
    assert covers(scope, ADDRESS) == {Category.OFFERS, Category.FUNDRAISING}
    assert {row.of for row in queries.suppressions_of(scope, ADDRESS)} == {"address", "domain"}


@pytest.mark.parametrize("typed", ["", "example", "jo@example.org", "192.0.2.1", "ex ample.org"])
def test_refuses_what_is_no_domain(scope: Scope, at: datetime, typed: str) -> None:
    with pytest.raises(Refusal, match="domain"):
        suppress_domain(scope, typed, covers=EVERYTHING, at=at, is_public_meant=False)


def test_a_domain_where_anybody_has_a_mailbox_needs_a_second_word(scope: Scope, at: datetime) -> None:
    with pytest.raises(Refusal, match="Anybody can have a mailbox"):
        suppress_domain(scope, "gmail.com", covers=EVERYTHING, at=at, is_public_meant=False)
    assert suppress_domain(scope, "gmail.com", covers=EVERYTHING, at=at, is_public_meant=True)


@pytest.mark.row("SUP-01")
def test_a_hash_from_another_sender_keeps_its_address(scope: Scope, at: datetime) -> None:
    keep_hash(scope, "sam.poe@example.org", at=at, reason=SuppressionReason.IMPORTED)
    assert covers(scope, "Sam.Poe@Example.org") == frozenset(Category)
    assert covers(scope, "else@example.org") == frozenset()


def test_a_new_yes_ends_a_no_by_hash_and_leaves_the_domain(scope: Scope, at: datetime) -> None:
    keep_hash(scope, "sam.poe@example.org", at=at, reason=SuppressionReason.ERASED)
    suppress_domain(scope, "example.org", covers=SuppressionScope.OFFERS, at=at, is_public_meant=False)
    lift_what_was_asked(scope, "sam.poe@example.org", category=None, at=at)
    assert covers(scope, "sam.poe@example.org") == {Category.OFFERS}


def test_practices_do_not_share_domains(scope: Scope, stranger_scope: Scope, at: datetime) -> None:
    suppress_domain(scope, "example.org", covers=EVERYTHING, at=at, is_public_meant=False)
    assert covers(stranger_scope, ADDRESS) == frozenset()


def test_remembers_how_a_suppression_came_about(scope: Scope, at: datetime) -> None:
    for reason in SuppressionReason:
        actions.suppress_address(scope, ADDRESS, reason=reason, at=at)
    told = {row.reason: row.source for row in queries.suppressions_of(scope, ADDRESS)}
    assert told[SuppressionReason.BOUNCED] == "bounce"
    assert told[SuppressionReason.COMPLAINED] == "complaint"
    assert told[SuppressionReason.ERASED] == "erased"
    assert told[SuppressionReason.ASKED] == "staff"
    only = queries.Wanted(source="bounce")
    assert [row.source for row in queries.recent_suppressions(scope, offset=0, limit=9, wanted=only)] == [
        "bounce"
    ]


@pytest.mark.row("SUP-03")
def test_staff_lift_for_a_persons_word_only_when_they_say_how_it_came(scope: Scope, at: datetime) -> None:
    actions.suppress_address(scope, ADDRESS, reason=SuppressionReason.ASKED, at=at)
    (row,) = queries.suppressions_of(scope, ADDRESS)
    for source in ("", "command_line", "import:1"):
        with pytest.raises(Refusal, match="how the person told you"):
            actions.lift_suppression(
                scope, row.id, because=LiftReason.ASKED_AGAIN, at=at, source=source, note="They want it."
            )
    assert covers(scope, ADDRESS)
    actions.lift_suppression(
        scope, row.id, because=LiftReason.ASKED_AGAIN, at=at, source="phone", note=" Called at noon. "
    )
    (row,) = queries.suppressions_of(scope, ADDRESS)
    assert (row.lifted_source, row.note) == ("phone", "Called at noon.")
    assert covers(scope, ADDRESS) == frozenset()


def test_indexes_of_a_domain_are_none_of_an_address(scope: Scope) -> None:
    keys = practice_keys(scope)
    assert keys.blind_index("address", "example.org") != keys.blind_index("suppressed domain", "example.org")


def test_every_domain_above_an_address_has_a_dot() -> None:
    assert list(domains_of("jo@a.b.example.org")) == ["a.b.example.org", "b.example.org", "example.org"]


def test_a_hash_is_that_of_the_lower_case_address() -> None:
    assert address_hash("jo@example.org") == hashlib.sha256(b"jo@example.org").hexdigest()
