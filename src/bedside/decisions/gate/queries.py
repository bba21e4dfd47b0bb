"""Asking the gate: it gathers the facts itself, so that nobody can tell it what it wants to hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from bedside.decisions.gate.addresses import with_addresses
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
from bedside.decisions.gate.rules.frequency import window_start
from bedside.decisions.gate.sources import mails_to
from bedside.ground.scope import Scope, reading
from bedside.kit.mail.addresses import InvalidAddress, lookup_key_of
from bedside.records.consent.links import address_mark
from bedside.records.consent.queries import permissions_of, suppressed_keys
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from bedside.records.consent.rules import (
        PersonPermissions,
        Sensitivity,
        Suppression,
        SuppressionReason,
    )
    from bedside.records.patients.rules import Patient, Relationship

__all__ = ["Answered", "Cleared", "ask", "clear", "explain"]

_NO_CAMPAIGN = UUID(int=0)
_UNNAMED_PURPOSE = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The gate's answer about one person, with the facts it rests on."""

    patient_id: UUID
    facts: Facts
    verdict: Verdict


def ask(scope: Scope, message: MessageFacts, patients: Sequence[Patient], *, at: datetime) -> list[Answered]:
    """The answer for each patient, in the order given. Two to five queries for up to 2,000 people.

    Permissions and suppressions are read now, in the present transaction. Writes nothing.
    """
    _, answers = _ask(scope, message, patients, at=at)
    return answers


def clear(
    scope: Scope, message: MessageFacts, patients: Sequence[Patient], *, at: datetime
) -> tuple[list[Cleared], list[Answered]]:
    """(those to whom the message may go now, the answers about everybody else), each in the order given.

    A cleared patient has the address that counts, which may be another than the one on record (`addresses`).
    """
    cleared: list[Cleared] = []
    others: list[Answered] = []
    for patient, answered in zip(*_ask(scope, message, patients, at=at), strict=True):
        if answered.verdict.decision is Decision.ALLOW:
            cleared.append(issue(patient=patient, facts=answered.facts, verdict=answered.verdict))
        else:
            others.append(answered)
    return cleared, others


def _ask(
    scope: Scope, message: MessageFacts, patients: Sequence[Patient], *, at: datetime
) -> tuple[list[Patient], list[Answered]]:
    """The people as they are reached, and the answers about them."""
    zone = profile(scope).zone
    today, asked_at = at.astimezone(zone).date(), at.astimezone(UTC)
    with reading(scope):
        held = permissions_of(scope, [patient.id for patient in patients])
        reached = with_addresses(scope, patients, held)
        known = _look_up(scope, message, reached, held, since=window_start(today, zone=zone))
    alike = _Alike(message, known, asked_at=asked_at, today=today)
    return reached, [alike.answer(patient, held[patient.id]) for patient in reached]


def explain(
    scope: Scope,
    patient: Patient,
    message_class: MessageClass,
    *,
    remuneration: bool,
    at: datetime,
    authorization_purpose: str = "",
    sensitivities: Collection[Sensitivity] = (),
) -> Answered:
    """What the gate would say about this person if a message of the class were ready to go, for showing only.

    Without a purpose, the first that their own authorization names: the best that could be said.
    """
    sender = profile(scope)
    ready = MessageFacts(
        campaign_id=_NO_CAMPAIGN,
        message_class=message_class,
        category=CLASS_RULES[message_class].category,
        remuneration=remuneration,
        opt_in_required=sender.opt_in_required,
        approved=True,
        postal_address_present=True,
        unsubscribe_present=True,
        encrypted_route=True,
        research_basis_recorded=True,
        fundraising_notice_recorded=True,
        sensitivities=tuple(sorted(sensitivities)),
        authorization_purpose=authorization_purpose or _any_purpose(scope, patient),
        advertising_labelled=True,
        monthly_cap=sender.monthly_caps.get(CLASS_RULES[message_class].category.value),
        part2_program=sender.part2_program,
        address_proof_required=sender.address_proof_required,
    )
    (answered,) = ask(scope, ready, [patient], at=at)
    return answered


def _any_purpose(scope: Scope, patient: Patient) -> str:
    held = permissions_of(scope, [patient.id])[patient.id]
    named = [purpose for one in reversed(held.authorizations) for purpose in one.purposes]
    named += held.part2.purposes if held.part2 is not None else ()
    return named[0] if named else _UNNAMED_PURPOSE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was looked up for many people at once. `mailed` is None while nobody can count, or nothing has to be."""

    usable: Mapping[UUID, str]  # the lookup key of every address that is one
    suppressed: Mapping[UUID, Suppression]
    proven: Collection[UUID]
    mailed: Mapping[UUID, int] | None


def _look_up(
    scope: Scope,
    message: MessageFacts,
    patients: Sequence[Patient],
    held: Mapping[UUID, PersonPermissions],
    *,
    since: datetime,
) -> _Known:
    usable = _lookup_keys(patients)
    return _Known(
        usable=usable,
        suppressed=suppressed_keys(scope, usable),
        proven=_proven(scope, held, usable),
        mailed=_mailed(scope, message, held, since=since),
    )


def _lookup_keys(patients: Sequence[Patient]) -> dict[UUID, str]:
    """Of every patient with a usable address."""
    keys: dict[UUID, str] = {}
    for patient in patients:
        if patient.email:
            try:
                keys[patient.id] = lookup_key_of(patient.email)
            except InvalidAddress:
                continue
    return keys


def _proven(
    scope: Scope, held: Mapping[UUID, PersonPermissions], usable: Mapping[UUID, str]
) -> frozenset[UUID]:
    """Whose present address is the one that was shown to be theirs (CON-18, CON-19)."""
    marked = [(patient_id, one.proven_mark) for patient_id, one in held.items() if one.proven_mark]
    if not marked:
        return frozenset()
    keys = practice_keys(scope)
    return frozenset(
        patient_id
        for patient_id, mark in marked
        if patient_id in usable and address_mark(keys, usable[patient_id]).hex() == mark
    )


def _mailed(
    scope: Scope, message: MessageFacts, held: Mapping[UUID, PersonPermissions], *, since: datetime
) -> Mapping[UUID, int] | None:
    """Counted only for people for whom there is a limit."""
    category = message.category
    limited = [
        patient_id
        for patient_id, one in held.items()
        if message.monthly_cap is not None or category in one.monthly_max
    ]
    if not limited:
        return None
    counted = mails_to(scope, limited, category=category, since=since, apart_from=message.campaign_id)
    return None if counted is None else {patient_id: counted[patient_id] for patient_id in limited}


class _Alike:
    """Answers about one message at one moment. About whom the same is known, the same is decided: once for all of them.

    An audience of a million has some hundred kinds of people.
    """

    def __init__(self, message: MessageFacts, known: _Known, *, asked_at: datetime, today: date) -> None:
        self._message, self._known = message, known
        self._asked_at, self._today = asked_at, today
        self._decided: dict[tuple[object, ...], tuple[PersonFacts, Verdict]] = {}
        self._refill = message.message_class is MessageClass.REFILL

    def answer(self, patient: Patient, held: PersonPermissions) -> Answered:
        who, known = patient.id, self._known
        own = _Own(
            usable=who in known.usable,
            suppression=self._suppression(who),
            deceased=patient.deceased,
            minor=patient.is_minor_on(self._today),
            relationship=patient.relationship,
            state=patient.state,
            part2=patient.part2,
            prescription=bool(patient.medications) if self._refill else None,
            mailed=None if known.mailed is None else known.mailed.get(who),
            proven=who in known.proven,
        )
        kind = (id(held), *own)
        decided = self._decided.get(kind)
        if decided is None:
            person = self._person(own, held)
            decided = self._decided[kind] = person, decide(self._facts(who, person))
        person, verdict = decided
        return Answered(patient_id=who, facts=self._facts(who, person), verdict=verdict)

    def _facts(self, who: UUID, person: PersonFacts) -> Facts:
        return Facts(
            patient_id=who, message=self._message, person=person, asked_at=self._asked_at, today=self._today
        )

    def _suppression(self, who: UUID) -> SuppressionReason | None:
        found = self._known.suppressed.get(who)
        return found.reason if found is not None and found.covers(self._message.category) else None

    def _person(self, own: _Own, held: PersonPermissions) -> PersonFacts:
        message, today, category = self._message, self._today, self._message.category
        authorization = best_authorization(held.authorizations, message, today=today)
        return PersonFacts(
            address_usable=own.usable,
            deceased=own.deceased,
            minor=own.minor,
            representative_recorded=held.represented_on(today),
            prescription=own.prescription,
            answer=held.permissions[category].answer,
            stopped_everything=held.stopped_everything_at is not None,
            email_restricted=held.email_restricted or category in held.restricted_from,
            suppression=own.suppression,
            authorization=None if authorization is None else AuthorizationFacts.of(authorization),
            relationship=own.relationship,
            jurisdiction=jurisdiction_of(own.state),
            paused_until=held.paused_until.get(category),
            monthly_max=held.monthly_max.get(category),
            mailed=own.mailed,
            address_proven=own.proven,
            other_way=held.other_way,
            part2_record=own.part2 or message.part2_program,
            part2_consent=None if held.part2 is None else Part2Facts.of(held.part2),
            collection_consented=held.collection,
        )


class _Own(NamedTuple):
    """What is known of one person apart from what they said; people who share a history and this are alike."""

    usable: bool
    suppression: SuppressionReason | None
    deceased: bool
    minor: bool | None
    relationship: Relationship
    state: str
    part2: bool
    prescription: bool | None
    mailed: int | None
    proven: bool
