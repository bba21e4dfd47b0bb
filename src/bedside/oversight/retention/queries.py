"""Questions about erasures: what one would do, which there were, and their certificates."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedside.correspondence.campaigns import forgetting as campaigns
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.scope import Scope, reading
from bedside.kit.ledger.export import proof_of_entry
from bedside.kit.ledger.statement import BadStatement, attach_proof, open_statement, statement_hash
from bedside.oversight.retention.entries import ERASED
from bedside.oversight.retention.holds import holds_on
from bedside.oversight.retention.models import ErasureRow
from bedside.oversight.retention.rules import ErasureReason, Kept, Obstacle, State, Thing, may_erase
from bedside.records.consent.queries import events_kept
from bedside.records.intake import forgetting as intake
from bedside.records.patients import erasing
from bedside.records.patients import queries as patients
from bedside.safeguards.audit import queries as ledger
from bedside.safeguards.audit.signing import public_keys
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.oversight.retention.rules import Hold
    from bedside.records.patients.rules import Patient

PAGE_ERASURES_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What erasing one person would do now. `sharing`: other people on record with the same address.

    `opens`: whether their record does; if not, `patient` is nothing but a number.
    """

    patient: Patient
    opens: bool
    obstacles: tuple[Obstacle, ...]
    holds: Sequence[Hold]
    sharing: int
    campaigns: int
    acts: int
    documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One person who was erased, by number."""

    id: UUID
    patient_id: UUID
    reason: ErasureReason
    actor_kind: str
    actor_id: str
    at: datetime
    destroyed: Mapping[Thing, int]
    kept: Mapping[Kept, int]


def preview(scope: Scope, patient_id: UUID) -> Preview:
    """Raises NotFound."""
    scope.require(Right.ERASE_PATIENTS)
    with reading(scope):
        patient, opens = erasing.as_far_as_it_opens(scope, patient_id)
        held = holds_on(scope, patient_id)
        state = State(
            imports_open=intake.imports_not_over(scope),
            handing_over=campaigns.being_handed_over(scope, patient_id),
        )
        acts, documents = events_kept(scope, patient_id)
        near = patients.ids_by_address(scope, patient.email) if patient.email else []
        return Preview(
            patient=patient,
            opens=opens,
            obstacles=may_erase(held, state),
            holds=held,
            sharing=len(set(near) - {patient_id}),
            campaigns=campaigns.traces(scope, patient_id)[0],
            acts=acts - documents,
            documents=documents,
        )


def erasures(
    scope: Scope, *, since: datetime | None, until: datetime | None, offset: int, limit: int
) -> tuple[list[Erasure], int]:
    """A page of erasures, newest first, and how many there are; `until` is not included."""
    scope.require(Right.SEE_LEDGER)
    with reading(scope):
        rows = ErasureRow.objects.filter(practice_id=scope.practice_id)
        if since is not None:
            rows = rows.filter(at__gte=since)
        if until is not None:
            rows = rows.filter(at__lt=until)
        page = rows.order_by("-at", "id")[offset : offset + min(limit, PAGE_ERASURES_MAX)]
        return [_erasure(row) for row in page.defer("certificate")], rows.count()


def erasure(scope: Scope, erasure_id: UUID) -> Erasure:
    """Raises NotFound."""
    return _erasure(_row(scope, erasure_id))


def certificate(scope: Scope, erasure_id: UUID) -> bytes:
    """The signed statement, with the ledger's proof of it once its entry is sealed.

    Raises NotFound, Refusal as `statement_of`.
    """
    with reading(scope):
        row = _row(scope, erasure_id)
        body, statement = _vouched(scope, row), bytes(row.certificate)
        proof = _proof(scope, row, sha256=statement_hash(body))
    return statement if proof is None else attach_proof(statement, proof=proof)


def statement_of(scope: Scope, erasure_id: UUID) -> dict[str, Any]:
    """What the certificate states.

    Raises NotFound; Refusal when this practice did not sign it, or not about this erasure and this person.
    """
    with reading(scope):
        return dict(_vouched(scope, _row(scope, erasure_id)))


def _row(scope: Scope, erasure_id: UUID) -> ErasureRow:
    scope.require(Right.SEE_LEDGER)
    with reading(scope):
        row = ErasureRow.objects.filter(practice_id=scope.practice_id, id=erasure_id).first()
    if row is None:
        raise NotFound("There is no such certificate.")
    return row


def _vouched(scope: Scope, row: ErasureRow) -> Mapping[str, Any]:
    """Whoever can write the database could put another certificate, or one of their own, into the row."""
    keys = {key.name: key.key for key in public_keys(scope)}
    about = {"certificate": row.id, "practice": row.practice_id, "person": row.patient_id}
    try:
        body = open_statement(bytes(row.certificate), keys=keys)
    except BadStatement:
        body = _of_lost_key(bytes(row.certificate), keys)
    if any(body.get(name) != str(value) for name, value in about.items()):
        raise _not_vouched()
    return body


def _of_lost_key(statement: bytes, known: Iterable[str]) -> Mapping[str, Any]:
    """What an older backup brought back has no signing key made since: such a signature cannot be checked here."""
    try:
        told = json.loads(statement)
        note, body = str(told["note"]), dict(told["certificate"])
    except (ValueError, KeyError, TypeError):
        raise _not_vouched() from None
    if any(f" {name} " in note for name in known):
        raise _not_vouched()
    return body


def _not_vouched() -> Refusal:
    return Refusal(
        "certificate_changed",
        "This certificate was changed in the database or belongs to another erasure; take it from a backup, and "
        "have the ledger verified.",
    )


def _proof(scope: Scope, row: ErasureRow, *, sha256: str) -> Mapping[str, Any] | None:
    found = ledger.entries(
        scope,
        before_id=None,
        kind=ERASED.name,
        actor_id="",
        subject=str(row.patient_id),
        limit=1,
    )
    if not found or found[0].details.get("certificate_sha256") != sha256:
        return None
    proof = ledger.proof(scope, found[0].id, person=None)
    if proof is None:
        return None
    return proof_of_entry(
        index=proof.index, size=proof.size, path=proof.path, body=proof.body, note=proof.note
    )


def _erasure(row: ErasureRow) -> Erasure:
    return Erasure(
        id=row.id,
        patient_id=row.patient_id,
        reason=ErasureReason(row.reason),
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        at=row.at,
        destroyed={Thing(code): count for code, count in row.destroyed.items()},
        kept={Kept(code): count for code, count in row.kept.items()},
    )
