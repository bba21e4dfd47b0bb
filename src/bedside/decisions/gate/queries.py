"""Asking the gate: it gathers the facts itself, so that nobody can tell it what it wants to hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING
from uuid import UUID

from bedside.decisions.gate.cleared import Cleared, issue
from bedside.decisions.gate.rules import (
    CLASS_RULES,
    AuthorizationFacts,
    Decision,
    Facts,
    MessageClass,
    MessageFacts,
    Part2Facts,
    PersonFacts,
    Verdict,
    best_authorization,
    decide,
    jurisdiction_of,
)
from bedside.ground.scope import Scope, reading
from bedside.kit.mail.addresses import InvalidAddress, parse_address
from bedside.records.consent.queries import permissions_of, suppressed_keys
from bedside.safeguards.practices.queries import profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from bedside.records.consent.rules import PersonPermissions, Suppression
    from bedside.records.patients.rules import Patient

__all__ = ["Answered", "Cleared", "ask", "clear", "explain"]

_NO_CAMPAIGN = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The gate's answer about one person, with the facts it rests on."""

    patient_id: UUID
    facts: Facts
    verdict: Verdict


def ask(scope: Scope, message: MessageFacts, patients: Sequence[Patient], *, at: datetime) -> list[Answered]:
    """The answer for each patient, in the order given. Two or three queries for up to 2,000 people.

    Permissions and suppressions are read now, in the present transaction. Writes nothing.
    """
    today = at.astimezone(profile(scope).zone).date()
    asked_at = at.astimezone(UTC)
    return [
        Answered(patient_id=facts.person.patient_id, facts=facts, verdict=decide(facts))
        for facts in (
            Facts(message=message, person=person, asked_at=asked_at, today=today)
            for person in _people(scope, message, patients, today)
        )
    ]


def clear(
    scope: Scope, message: MessageFacts, patients: Sequence[Patient], *, at: datetime
) -> tuple[list[Cleared], list[Answered]]:
    """(those to whom the message may go now, the answers about everybody else), each in the order given."""
    cleared: list[Cleared] = []
    others: list[Answered] = []
    for patient, answered in zip(patients, ask(scope, message, patients, at=at), strict=True):
        if answered.verdict.decision is Decision.ALLOW:
            cleared.append(issue(patient=patient, facts=answered.facts, verdict=answered.verdict))
        else:
            others.append(answered)
    return cleared, others


def explain(
    scope: Scope, patient: Patient, message_class: MessageClass, *, remuneration: bool, at: datetime
) -> Answered:
    """What the gate would say about this person if a message of the class were ready to go, for showing only."""
    ready = MessageFacts(
        campaign_id=_NO_CAMPAIGN,
        message_class=message_class,
        category=CLASS_RULES[message_class].category,
        remuneration=remuneration,
        opt_in_required=profile(scope).opt_in_required,
        approved=True,
        postal_address_present=True,
        unsubscribe_present=True,
        encrypted_route=True,
        research_basis_recorded=True,
        fundraising_notice_recorded=True,
    )
    (answered,) = ask(scope, ready, [patient], at=at)
    return answered


def _people(
    scope: Scope, message: MessageFacts, patients: Sequence[Patient], today: date
) -> list[PersonFacts]:
    keys = _lookup_keys(patients)
    with reading(scope):
        permissions = permissions_of(scope, [patient.id for patient in patients])
        suppressed = suppressed_keys(scope, keys)
    return [
        _person(
            message,
            patient,
            permissions[patient.id],
            suppressed.get(patient.id),
            address_usable=patient.id in keys,
            today=today,
        )
        for patient in patients
    ]


def _lookup_keys(patients: Sequence[Patient]) -> dict[UUID, str]:
    """Of every patient with a usable address."""
    keys: dict[UUID, str] = {}
    for patient in patients:
        if patient.email:
            try:
                keys[patient.id] = parse_address(patient.email).lookup_key
            except InvalidAddress:
                continue
    return keys


def _person(
    message: MessageFacts,
    patient: Patient,
    held: PersonPermissions,
    suppression: Suppression | None,
    *,
    address_usable: bool,
    today: date,
) -> PersonFacts:
    category = message.category
    suppressed = suppression is not None and suppression.covers(category)
    refill = message.message_class is MessageClass.REFILL
    authorization = best_authorization(held.authorizations, message, today=today)
    return PersonFacts(
        patient_id=patient.id,
        address_usable=address_usable,
        deceased=patient.deceased,
        minor=patient.is_minor_on(today),
        representative_recorded=held.represented_on(today),
        prescription=bool(patient.medications) if refill else None,
        answer=held.permissions[category].answer,
        stopped_everything=held.stopped_everything_at is not None,
        email_restricted=held.email_restricted or category in held.restricted_from,
        suppression=suppression.reason if suppressed and suppression is not None else None,
        authorization=None if authorization is None else AuthorizationFacts.of(authorization),
        relationship=patient.relationship,
        jurisdiction=jurisdiction_of(patient.state),
        paused_until=held.paused_until.get(category),
        monthly_max=held.monthly_max.get(category),
        mailed=None,
        address_proven=False,
        other_way=held.other_way,
        part2_record=patient.part2 or message.part2_program,
        part2_consent=None if held.part2 is None else Part2Facts.of(held.part2),
        collection_consented=held.collection,
    )
