"""How one act is stored: who may, about whom, with what evidence."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db import connection

from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.scope import ActorKind, Scope
from bedside.records.consent import entries
from bedside.records.consent.models import ConsentEvent
from bedside.records.consent.queries import evidence_row, permissions_of
from bedside.records.consent.rules import DOCUMENTED
from bedside.records.patients import queries as patients
from bedside.records.patients.queries import survivors
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import person_keys, practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules import Category, EventKind, Evidence, Paper, PersonPermissions, Terms

_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,59}\Z")
TEXT_MAX = 500


def begin(scope: Scope, patient_id: UUID) -> tuple[PersonPermissions, str]:
    """Checks that the actor may record this, waits for other acts about the person.

    Gives the present state and the person's address (empty without one).

    A patient acts for nobody but themselves. Raises NotAllowed, NotFound, and Refusal for a record that was joined to
    another: said of what is left of it, it would hold for no mail.
    """
    scope.require(Right.RECORD_CONSENT)
    if scope.actor.kind is ActorKind.PATIENT and scope.actor.id != str(patient_id):
        raise NotAllowed
    wait_for_others(patient_id)
    if survivors(scope, [patient_id]):
        raise Refusal("joined_record", "This record was joined to another; open the patient's page anew.")
    address = patients.get(scope, patient_id).email
    return permissions_of(scope, [patient_id])[patient_id], address


def wait_for_others(patient_id: UUID) -> None:
    """Holds the person until the transaction ends.

    Otherwise two acts at once would both read the state before the other and both be written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [str(patient_id)])


def note_seen(scope: Scope, patient_id: UUID, *, at: datetime) -> None:
    """Records that somebody looked at a person's permissions."""
    scope.require(Right.SEE_PATIENTS)
    record(scope, entries.PERMISSIONS_SEEN, at=at, subject=patient_id)


def add_event(
    scope: Scope,
    patient_id: UUID,
    kind: EventKind,
    *,
    source: str,
    at: datetime,
    evidence: Evidence | None,
    category: Category | None = None,
    paper: Paper | None = None,
    terms: Terms | None = None,
) -> None:
    """Stores one verified act. Raises Refusal for a source that is no code, and for terms that are none."""
    check_source(source)
    row = ConsentEvent(
        practice_id=scope.practice_id,
        patient_id=patient_id,
        kind=kind.value,
        category=category.value if category else "",
        at=at,
        source=source,
        actor_kind=scope.actor.kind.value,
        actor_id=scope.actor.id,
        verified=True,
        terms=terms.stored() if terms else {},
        evidence=seal_evidence(scope, patient_id, kind, at, evidence),
    )
    if paper is not None:
        row.signed_on = paper.signed_on
        row.expires_on = paper.expires_on
        row.expires_event = paper.expires_event.value if paper.expires_event else ""
        row.remuneration_stated = paper.remuneration_stated
        row.sender_covered = paper.sender_covered
    row.save(force_insert=True)


def check_source(source: str) -> None:
    """Raises Refusal unless `source` is a code; free text could hold anything."""
    if not _SOURCE.match(source):
        raise Refusal("source", "Say how this reached you: choose one from the list.")


def seal_evidence(
    scope: Scope, patient_id: UUID, kind: EventKind, at: datetime, evidence: Evidence | None
) -> bytes | None:
    if evidence is None:
        return None
    plain = json.dumps({name: text[:TEXT_MAX] for name, text in asdict(evidence).items()}).encode()
    keys, row = practice_keys(scope), evidence_row(patient_id, kind.value, at)
    if kind in DOCUMENTED:
        return keys.seal(plain, table="consent_event", row=row, column="evidence")
    own = person_keys(scope, [patient_id])[patient_id]
    return own.seal(plain, place=keys.place(table="consent_event", row=row, column="evidence", version=1))
