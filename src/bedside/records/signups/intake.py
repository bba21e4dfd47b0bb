"""Taking people over from another system, such as an EHR or a form on the practice's own website.

Unverified like a line of an import unless it is told what the person was shown; a no always stands, and an
authorization never comes in this way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, LiteralString
from uuid import UUID

from django.db import connection

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent import actions as consent
from bedside.records.consent.queries import suppressed_addresses
from bedside.records.consent.recording import begin, wait_for_others
from bedside.records.consent.rules import Answer, Category, Evidence, ImportedPermission, Source
from bedside.records.signups import entries
from bedside.records.signups.limits import is_key_busy
from bedside.records.signups.models import IntakeRequestRow
from bedside.records.signups.whom import Newcomer, match_or_add
from bedside.safeguards.audit.actions import record
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime

    from bedside.records.signups.intake_keys import Caller
    from bedside.records.signups.rules import IntakeAnswer, IntakePerson

REPEAT_KEY_MAX: Final = 255
_BEGIN: LiteralString = """
    INSERT INTO signups_request (practice_id, key_id, repeat_index, body_index, at) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (key_id, repeat_index) DO NOTHING
"""
_SENT: Final = UUID(int=0)  # stands for the address that was sent, beside that of the record
TAKEN: Final = "taken"  # the same for somebody new and somebody known: a key reads nothing


@dataclass(slots=True, kw_only=True)
class _Counts:
    granted: int = 0
    refused: int = 0
    kept: int = 0


def take_person(caller: Caller, person: IntakePerson, *, repeat_key: str, body: bytes, at: datetime) -> str:
    """Puts a person and their answers on record, once per `repeat_key`; gives `TAKEN`.

    Raises Refusal for another body under the same key (`repeated_differently`), and for too many (`too_many`).
    """
    scope = caller.scope
    if not repeat_key or len(repeat_key) > REPEAT_KEY_MAX:
        raise Refusal("repeat_key", f"Give an Idempotency-Key of 1 to {REPEAT_KEY_MAX} letters.")
    with in_scope(scope):
        if is_key_busy(scope, caller.key_id, at=at):
            raise Refusal("too_many", "Too many people in one hour; send the rest later.")
    with in_scope(scope):
        if _begin(caller, repeat_key, body, at=at):
            _take(caller, person, at=at)
    return TAKEN


def _begin(caller: Caller, repeat_key: str, body: bytes, *, at: datetime) -> bool:
    """False if just this was answered before. Waits for the same request if that is under way."""
    keys, scope = practice_keys(caller.scope), caller.scope
    repeat_index = keys.blind_index("intake repeat", f"{caller.key_id}/{repeat_key}")
    body_index = keys.blind_index("intake body", hashlib.sha256(body).hexdigest())
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [scope.practice_id, caller.key_id, repeat_index, body_index, at])
        if cursor.rowcount == 1:
            return True
    held = IntakeRequestRow.objects.get(
        practice_id=scope.practice_id, key_id=caller.key_id, repeat_index=repeat_index
    )
    if bytes(held.body_index) != body_index:
        raise Refusal(
            "repeated_differently", "This Idempotency-Key was used for something else; use a new one."
        )
    return False


def _take(caller: Caller, person: IntakePerson, *, at: datetime) -> None:
    scope, counts = caller.scope, _Counts()
    patient_id, is_new = match_or_add(scope, _newcomer(person), at=at)
    wait_for_others(patient_id)  # a no that is being recorded right now counts as well
    unverified: list[ImportedPermission] = []
    for answer in person.answers:
        if not answer.granted:
            _refuse(scope, patient_id, answer, counts, at=at)
        elif answer.evidence is None or answer.category is None:
            unverified.append(
                ImportedPermission(
                    patient_id=patient_id, category=answer.category, granted=True, source=Source.INTAKE_API
                )
            )
        else:
            _grant(scope, patient_id, person.email, answer.category, answer, counts, at=at)
    if unverified:
        told = consent.record_imported(scope, unverified, [], at=at)
        counts.granted, counts.kept = counts.granted + told.granted, counts.kept + told.kept
    record(
        scope, entries.TAKEN, at=at, subject=patient_id, key_id=caller.key_id, is_new=is_new,
        granted=counts.granted, refused=counts.refused, kept=counts.kept,
    )  # fmt: skip


def _newcomer(person: IntakePerson) -> Newcomer:
    return Newcomer(
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        mrn=person.mrn,
        phone=person.phone,
        state=person.state,
        language=person.language,
        birth_date=person.birth_date,
        relationship=person.relationship,
    )


def _refuse(scope: Scope, patient_id: UUID, answer: IntakeAnswer, counts: _Counts, *, at: datetime) -> None:
    evidence = _evidence(answer)
    if answer.category is None:
        changed = consent.stop_everything(
            scope, patient_id, source=Source.INTAKE_API, at=at, evidence=evidence
        )
    else:
        changed = consent.refuse(
            scope, patient_id, category=answer.category, source=Source.INTAKE_API, at=at, evidence=evidence
        )
    counts.refused += changed


def _grant(
    scope: Scope,
    patient_id: UUID,
    email: str,
    category: Category,
    answer: IntakeAnswer,
    counts: _Counts,
    *,
    at: datetime,
) -> None:
    """A yes from another system never outweighs a no, wherever that came from (SUP-03).

    The address sent may be another than the one on record, of somebody found by their number. A no at either counts.
    """
    held, on_record = begin(scope, patient_id)
    kept_from = suppressed_addresses(scope, {patient_id: on_record, _SENT: email}).values()
    said_no = held.permissions[category].answer is Answer.REFUSED or held.stopped_everything_at is not None
    if said_no or any(one.covers(category) for one in kept_from):
        counts.kept += 1
        return
    counts.granted += consent.grant(
        scope, patient_id, category=category, source=Source.INTAKE_API, at=at, evidence=_evidence(answer)
    )


def _evidence(answer: IntakeAnswer) -> Evidence | None:
    told = answer.evidence
    if told is None:
        return None
    return Evidence(
        wording=told.wording,
        network_address=told.ip,
        page_url=told.page,
        presented_at=told.shown_at.isoformat(),
    )
