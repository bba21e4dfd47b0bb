"""Erasing one person: all of it in one transaction, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.correspondence.campaigns import forgetting as campaigns
from bedside.decisions.gate.addresses import reached_at
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope
from bedside.kit.ledger.statement import statement_hash
from bedside.oversight.backups.actions import refresh_keys_soon
from bedside.oversight.retention import entries
from bedside.oversight.retention.certificate import Told, body_of, sign_certificate
from bedside.oversight.retention.holds import holds_on, lift_hold, place_hold
from bedside.oversight.retention.models import ErasureRow
from bedside.oversight.retention.purging import purge_documents
from bedside.oversight.retention.queries import preview
from bedside.oversight.retention.rules import ErasureReason, Kept, State, Thing, may_erase
from bedside.oversight.retention.verifying import verify_erased
from bedside.records.authorizations.actions import forget_requests
from bedside.records.charts import forgetting as charts
from bedside.records.consent import forgetting as consent
from bedside.records.consent.queries import events_kept
from bedside.records.intake import forgetting as intake
from bedside.records.media import forgetting as media
from bedside.records.patients import erasing
from bedside.records.patients.merging import forget_joined
from bedside.records.signups.forgetting import forget_pending
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.actions import destroy_person_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from bedside.oversight.retention.queries import Preview
    from bedside.records.patients.rules import Patient

__all__ = [
    "Erased",
    "erase",
    "erase_again",
    "lift_hold",
    "look",
    "note_certificate_seen",
    "place_hold",
    "purge_documents",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure came to. `certificate` is the signed statement."""

    erasure_id: UUID
    destroyed: Mapping[Thing, int]
    kept: Mapping[Kept, int]
    certificate: bytes


def erase(scope: Scope, patient_id: UUID, *, reason: ErasureReason, at: datetime) -> Erased:
    """Destroys a person's key and removes what is left of them; gives the certificate.

    A record that does not open, since somebody changed it or its key, is erased by its number; the certificate says so.
    One transaction: whatever dies in the middle, either all of it has happened or nothing. Raises NotFound;
    Refusal "legal_hold", "imports_open", "handing_over" (`rules.may_erase`) or "already_erased"; NotErased, with
    everything undone, if the person could still be found afterwards.
    """
    scope.require(Right.ERASE_PATIENTS)
    erasure_id = new_id()
    with in_scope(scope):
        sealed, version = _take(scope, patient_id)
        patient, opened = erasing.as_far_as_it_opens(scope, patient_id)
        index = None if opened else erasing.address_index(scope, patient_id)
        documents = events_kept(scope, patient_id)
        destroyed = _destroy(scope, patient, index, at=at)
        checks = verify_erased(scope, patient, sealed=sealed, version=version)
        kept = _kept(scope, patient, documents, keeps_away=bool(patient.email or index))
        told = Told(
            erasure_id=erasure_id,
            patient_id=patient_id,
            reason=reason,
            destroyed=destroyed,
            kept=kept,
            checks=checks,
            record_opened=opened,
        )
        certificate = _certify(scope, told, at=at)
        # The columns leave the person out at once; this job writes them anew without them.
        enqueue("segments.refresh", practice_id=scope.practice_id)
        refresh_keys_soon()
    return Erased(erasure_id=erasure_id, destroyed=destroyed, kept=kept, certificate=certificate)


def _take(scope: Scope, patient_id: UUID) -> tuple[bytes, int]:
    """Waits for everybody who is at work on the person and keeps others out; gives the record as `lock_record`."""
    consent.begin_forgetting(scope, patient_id)
    intake.begin_forgetting(scope)
    try:
        record_as_stored = erasing.lock_record(scope, patient_id)
    except NotFound:
        if not ErasureRow.objects.filter(practice_id=scope.practice_id, patient_id=patient_id).exists():
            raise
        raise Refusal(
            "already_erased", "This person was erased before; the certificate is in the list of erasures."
        ) from None
    state = State(
        imports_open=intake.imports_not_over(scope),
        handing_over=campaigns.begin_forgetting(scope, patient_id),
    )
    for obstacle in may_erase(holds_on(scope, patient_id), state):
        raise Refusal(obstacle.code, obstacle.sentence)
    return record_as_stored


def _destroy(
    scope: Scope, patient: Patient, address_index: bytes | None, *, at: datetime
) -> dict[Thing, int]:
    """`address_index` is given where the record did not open."""
    mail = campaigns.forget_person(scope, patient.id)
    rows = intake.forget_person(scope, patient)
    forget_requests(scope, patient.id)
    # Where they asked to be written to instead is theirs as well, and is known when the record does not open too.
    (reached,) = reached_at(scope, [patient])
    for address in sorted({patient.email, reached.email} - {""}):
        forget_pending(scope, address, at=at)
        consent.keep_away(scope, address, at=at)
    if address_index:
        consent.keep_index_away(scope, address_index, at=at)
    # Of records that were joined to this one only the number and old acts are left; their key opens these.
    everybody = [patient.id, *forget_joined(scope, patient.id)]
    return {
        Thing.RECORDS: sum(erasing.forget_person(scope, one, at=at) for one in everybody),
        Thing.CHART_PARTS: sum(charts.forget_person(scope, one) for one in everybody),
        Thing.PICTURES: sum(media.forget_person(scope, one, at=at) for one in everybody),
        Thing.PERSON_KEYS: destroy_person_keys(scope, everybody, at=at),
        Thing.CAMPAIGN_FACTS: mail.rows,
        Thing.MAILS_STOPPED: mail.stopped,
        Thing.IMPORT_FILES: rows.files,
        Thing.REJECTED_ROWS: rows.rejects,
        Thing.IMPORT_TRACES: rows.likenesses + rows.stops,
    }


def _kept(scope: Scope, patient: Patient, documents: tuple[int, int], *, keeps_away: bool) -> dict[Kept, int]:
    acts, documented = documents
    return {
        Kept.DOCUMENTS: documented,
        Kept.CONSENT_ACTS: acts - documented,
        Kept.SUPPRESSIONS: 1 if keeps_away else 0,
        Kept.CAMPAIGN_ROWS: campaigns.traces(scope, patient.id)[0],
        Kept.LEDGER: 1,
        Kept.CERTIFICATE: 1,
    }


def _certify(scope: Scope, told: Told, *, at: datetime) -> bytes:
    body = body_of(scope, told, at=at)
    certificate = sign_certificate(scope, body, at=at)
    ErasureRow.objects.create(
        id=told.erasure_id,
        practice_id=scope.practice_id,
        patient_id=told.patient_id,
        reason=told.reason.value,
        actor_kind=scope.actor.kind.value,
        actor_id=scope.actor.id,
        at=at,
        destroyed={thing.value: count for thing, count in told.destroyed.items()},
        kept={what.value: count for what, count in told.kept.items()},
        certificate=certificate,
    )
    record(
        scope,
        entries.ERASED,
        at=at,
        subject=told.patient_id,
        reason=told.reason.value,
        erasure=str(told.erasure_id),
        keys=told.destroyed[Thing.PERSON_KEYS],
        records=told.destroyed[Thing.RECORDS],
        certificate_sha256=statement_hash(body),
    )
    return certificate


def erase_again(scope: Scope, *, at: datetime) -> int:
    """After an older backup was put back: removes the records of everybody erased since. Gives how many there were.

    They could not be opened anyway; without their rows nobody counts them or finds that they were ever here.
    """
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        rows = ErasureRow.objects.filter(practice_id=scope.practice_id)
        removed = 0
        for patient_id in rows.order_by("id").values_list("patient_id", flat=True):
            campaigns.begin_forgetting(scope, patient_id)
            campaigns.forget_person(scope, patient_id)
            intake.forget_id(scope, patient_id)
            destroy_person_keys(scope, [patient_id], at=at)
            removed += erasing.forget_person(scope, patient_id, at=at)
            charts.forget_person(scope, patient_id)
            media.forget_person(scope, patient_id, at=at)
        record(scope, entries.ERASED_AGAIN, at=at, records=removed)
        enqueue("segments.refresh", practice_id=scope.practice_id)
    return removed


def look(scope: Scope, patient_id: UUID, *, at: datetime) -> Preview:
    """What erasing would do, before anything is done; that somebody looked is in the ledger. Raises NotFound."""
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        found = preview(scope, patient_id)
        record(scope, entries.PREVIEWED, at=at, subject=patient_id)
    return found


def note_certificate_seen(scope: Scope, patient_id: UUID, *, at: datetime) -> None:
    """Records that the actor opened the certificate of this person's erasure."""
    with in_scope(scope):
        record(scope, entries.CERTIFICATE_SEEN, at=at, subject=patient_id)
