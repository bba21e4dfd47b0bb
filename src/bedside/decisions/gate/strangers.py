"""Asking the gate about an address that is no patient's present one: of a pending sign-up, or one just given up.

What is known of a patient says nothing about whoever reads that mailbox, so only what belongs to the address counts:
its form and every suppression that covers the message, besides all rules about the message itself. What we agreed with
a patient counts all the same: whom we promised not to write to by email gets none, at their present address because a
stranger typed it, nor at the one they gave up (45 CFR 164.522).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from bedside.decisions.gate.cleared import Cleared, issue
from bedside.decisions.gate.queries import Answered
from bedside.decisions.gate.rules import Decision, Facts, PersonFacts, decide
from bedside.ground.scope import Scope, reading
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent.queries import permissions_of, suppressed_keys
from bedside.records.consent.rules import Answer
from bedside.records.patients.queries import ids_by_address
from bedside.records.patients.rules import Patient, Relationship
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.gate.rules import MessageFacts
    from bedside.records.consent.rules import SuppressionReason

__all__ = ["Stranger", "ask_about", "clear_address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Whoever reads one mailbox. `id` stands for them in the facts: of the sign-up, the letter, or a patient."""

    id: UUID
    address: str

    def __repr__(self) -> str:
        return f"Stranger({self.id})"  # never the address


def ask_about(scope: Scope, message: MessageFacts, stranger: Stranger, *, at: datetime) -> Answered:
    """The answer for one mailbox. Suppressions are read now, in the present transaction. Writes nothing."""
    facts = Facts(
        patient_id=stranger.id,
        message=message,
        person=_facts_of(scope, message, stranger),
        asked_at=at.astimezone(UTC),
        today=at.astimezone(profile(scope).zone).date(),
    )
    return Answered(patient_id=stranger.id, facts=facts, verdict=decide(facts))


def clear_address(
    scope: Scope, message: MessageFacts, stranger: Stranger, *, at: datetime
) -> Cleared | Answered:
    """The clearance to write there now, or the answer that says why not."""
    answered = ask_about(scope, message, stranger, at=at)
    if answered.verdict.decision is not Decision.ALLOW:
        return answered
    nobody = Patient(id=stranger.id, email=stranger.address, relationship=Relationship.PROSPECT)
    return issue(patient=nobody, facts=answered.facts, verdict=answered.verdict)


def _facts_of(scope: Scope, message: MessageFacts, stranger: Stranger) -> PersonFacts:
    try:
        key = parse_address(stranger.address).lookup_key
    except InvalidAddress:
        key = ""
    return PersonFacts(
        address_usable=bool(key),
        deceased=False,
        minor=None,
        representative_recorded=False,
        prescription=None,
        answer=Answer.UNKNOWN,
        stopped_everything=False,
        email_restricted=_agreed_not_to(scope, message, stranger),
        suppression=_suppression(scope, message, stranger, key),
        authorization=None,
        relationship=Relationship.PROSPECT,
        jurisdiction="",
        paused_until=None,
        monthly_max=None,
        mailed=None,
        address_proven=False,
        other_way=None,
        part2_record=message.part2_program,
        part2_consent=None,
        collection_consented=False,
    )


def _agreed_not_to(scope: Scope, message: MessageFacts, stranger: Stranger) -> bool:
    """A restriction of whoever has this address on record, or of the patient the letter is about.

    Who is to be reached another way is not written to at an old address of theirs either.
    """
    with reading(scope):
        held = permissions_of(scope, {stranger.id, *ids_by_address(scope, stranger.address)})
    restricted = any(one.email_restricted or message.category in one.restricted_from for one in held.values())
    return restricted or held[stranger.id].other_way is not None


def _suppression(
    scope: Scope, message: MessageFacts, stranger: Stranger, key: str
) -> SuppressionReason | None:
    if not key:
        return None
    with reading(scope):
        held = suppressed_keys(scope, {stranger.id: key}).get(stranger.id)
    return held.reason if held is not None and held.covers(message.category) else None
