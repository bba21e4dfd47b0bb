"""All that proves what one person agreed to, as one file that the practice signs (CON-16).

Whoever says that a mail was allowed has to show it (45 CFR 164.414(b), 164.530(j)). The file holds every act with what
was shown, every signed document word for word, and what holds of both now. Its signature is that of the ledger, so
that `bedside-verify consent` checks it without Bedside; the ledger keeps the hash of what was given away.
"""

from __future__ import annotations

import base64
from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from bedside import __version__
from bedside.ground.scope import Scope, in_scope
from bedside.kit.ledger.statement import CONSENT_FORMAT, sign_statement, statement_hash
from bedside.kit.mail.addresses import InvalidAddress
from bedside.oversight.evidence.entries import CONSENT_EXPORTED
from bedside.records.authorizations import queries as documents
from bedside.records.consent.kept import kept_acts
from bedside.records.consent.letter_claims import letters_of
from bedside.records.consent.suppressed import suppressions_of
from bedside.records.patients import queries as patients
from bedside.safeguards.audit.actions import record
from bedside.safeguards.audit.signing import make_first_key, signer
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.queries import names_of
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.authorizations.queries import DocumentView
    from bedside.records.consent.kept import KeptAct
    from bedside.records.consent.letter_claims import ShownLetter
    from bedside.records.patients.rules import Patient

_STATES: Final = {(True, True): "here", (True, False): "does_not_open", (False, False): "none_kept"}


def export_evidence(scope: Scope, patient_id: UUID, *, at: datetime) -> bytes:
    """The signed file. Recorded on the person before the first byte leaves.

    Raises NotAllowed, NotFound; Refusal or Fault when the vault cannot be opened.
    """
    scope.require(Right.SEE_PATIENTS)
    scope.require(Right.EXPORT_PATIENTS)
    with in_scope(scope):
        body = body_of(scope, patient_id, at=at)
        found = signer(scope)
        if found is None:
            make_first_key(scope, at=at)
            found = signer(scope)
        assert found is not None  # noqa: S101  just made
        signed = sign_statement(body, key=found.private, name=found.name)
        record(
            scope, CONSENT_EXPORTED, at=at, subject=patient_id, acts=len(body["acts"]),
            documents=len(body["documents"]), certificate_sha256=statement_hash(body),
        )  # fmt: skip
    return signed


def body_of(scope: Scope, patient_id: UUID, *, at: datetime) -> dict[str, Any]:
    """Plain values in a fixed form: texts, whole numbers, lists and mappings. Times are UTC with offset."""
    patient, practice = patients.get(scope, patient_id), profile(scope)
    acts, letters = kept_acts(scope, patient_id), letters_of(scope, patient_id=patient_id, at=at)
    today = at.astimezone(practice.zone).date()
    signed = documents.documents_of(scope, patient_id, today=today)
    staff = {one.view.actor_id for one in acts if one.view.actor_kind == "staff"} | {scope.actor.id}
    return {
        "format": CONSENT_FORMAT,
        "practice": str(scope.practice_id),
        "practice_name": practice.name,
        "time_zone": practice.time_zone,
        "at": _moment(at),
        "made_by": {"kind": scope.actor.kind.value, "id": scope.actor.id},
        "person": _person(patient),
        "acts": [_act(one) for one in acts],
        "documents": [_document(scope, one) for one in reversed(signed)],
        "letters": [_letter(one) for one in reversed(letters)],
        "suppressions": _suppressions(scope, patient),
        "staff": names_of(scope, {one for one in staff if not one.startswith("cli:")}),
        "tool": {"name": "Bedside", "version": __version__},
    }


def _person(patient: Patient) -> dict[str, Any]:
    return {
        "id": str(patient.id),
        "name": patient.full_name,
        "record_number": patient.mrn,
        "birth_date": _day(patient.birth_date),
        "email": patient.email,
    }


def _act(one: KeptAct) -> dict[str, Any]:
    view, event = one.view, one.view.event
    return {
        "number": one.number,
        "at": _moment(view.at),
        "kind": event.kind,
        "in_words": view.sentence,
        "channel": one.channel,
        "category": event.category,
        "source": event.source,
        "actor": {"kind": view.actor_kind, "id": view.actor_id},
        "verified": event.verified,
        "signed_on": _day(event.signed_on),
        "expires_on": _day(event.expires_on),
        "expires_event": event.expires_event,
        "remuneration_stated": event.remuneration_stated,
        "terms": dict(event.terms),
        "evidence": asdict(view.evidence) if view.evidence else {},
        "evidence_state": _STATES[one.has_evidence, view.evidence is not None],
    }


def _document(scope: Scope, one: DocumentView) -> dict[str, Any]:
    scanned = documents.has_scan(scope, one.id)
    return {
        "id": str(one.id),
        "kind": one.kind.value,
        "signature": one.signature.value,
        "signer": one.signer.value,
        "language": one.language.value,
        "signed_on": _day(one.signed_on),
        "expires_on": _day(one.expires_on),
        "expires_event": one.expires_event.value if one.expires_event else "",
        "recorded_at": _moment(one.recorded_at),
        "recorded_by": one.recorded_by,
        "counts": one.defect is None,
        "defect": one.defect.code.value if one.defect else "",
        "rendering_sha256": one.rendering_sha256,
        "rendering": base64.b64encode(documents.rendering(scope, one.id)).decode(),
        "scanned": scanned,
    }


def _letter(one: ShownLetter) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "kind": one.kind.value,
        "state": one.state.value,
        "language": one.language,
        "owed_at": _moment(one.owed_at),
        "ended_at": _moment(one.ended_at) if one.ended_at else "",
        "wording": one.wording,
    }


def _suppressions(scope: Scope, patient: Patient) -> list[dict[str, Any]]:
    """Those of the address on record now."""
    try:
        found = suppressions_of(scope, patient.email) if patient.email else []
    except InvalidAddress:
        found = []
    return [
        {
            "covers": one.scope.value,
            "reason": one.reason.value,
            "at": _moment(one.at),
            "lifted_at": _moment(one.lifted_at) if one.lifted_at else "",
            "lifted_because": one.lifted_because,
        }
        for one in found
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
