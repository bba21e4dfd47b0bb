"""The certificate of an erasure: what it says (pure), and its signature.

NIST SP 800-88r2 asks a record of sanitization to say what, how, when, by whom and how it was verified. It holds
numbers and codes; names are put beside them on the page only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from bedside import __version__
from bedside.kit.ledger.statement import ERASURE_FORMAT, sign_statement
from bedside.oversight.retention.rules import (
    KEPT_RULES,
    NOT_COVERED,
    NOT_COVERED_UNOPENED,
    REASON_NAMES,
    Thing,
)
from bedside.safeguards.audit.signing import make_first_key, signer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.oversight.retention.rules import Check, ErasureReason, Kept

METHOD: Final[Mapping[str, Any]] = {
    "standard": "NIST SP 800-88r2",
    "technique": "cryptographic erase",
    "algorithm": "AES-256-GCM",
    "key_bits": 256,
    "key_was_stored": "wrapped by the practice key (AES-256-GCM), which is wrapped by the root key",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything a certificate states."""

    erasure_id: UUID
    patient_id: UUID
    reason: ErasureReason
    destroyed: Mapping[Thing, int]
    kept: Mapping[Kept, int]
    checks: Sequence[Check]  # each was made and passed; one that fails undoes the erasure
    record_opened: bool


def body_of(scope: Scope, told: Told, *, at: datetime) -> dict[str, Any]:
    """Plain values in a fixed form; the same erasure gives the same certificate."""
    body: dict[str, Any] = {
        "format": ERASURE_FORMAT,
        "certificate": str(told.erasure_id),
        "practice": str(scope.practice_id),
        "person": str(told.patient_id),
        "at": at.astimezone(UTC).isoformat(),
        "reason": told.reason.value,
        "reason_in_words": REASON_NAMES[told.reason],
        "done_by": {"kind": scope.actor.kind.value, "id": scope.actor.id},
        "method": dict(METHOD),
        "keys_destroyed": [{"kind": "person", "id": str(told.patient_id)}]
        * told.destroyed[Thing.PERSON_KEYS],
        "destroyed": {thing.value: count for thing, count in told.destroyed.items()},
        "kept": [_kept(what, count) for what, count in told.kept.items()],
        "verified": [check.value for check in told.checks],
        "not_covered": sorted(NOT_COVERED),
        "tool": {"name": "Bedside", "version": __version__},
    }
    if not told.record_opened:
        body["record_opened"] = False
        body["not_covered"] = sorted({*NOT_COVERED, *NOT_COVERED_UNOPENED})
    return body


def _kept(what: Kept, count: int) -> dict[str, Any]:
    rule = KEPT_RULES[what]
    return {"what": what.value, "count": count, "citation": rule.citation}


def sign_certificate(scope: Scope, body: Mapping[str, Any], *, at: datetime) -> bytes:
    """Signed with the key that signs the ledger's checkpoints; a practice without one gets its first.

    Call it inside the scope of the erasure. Raises Refusal or Fault when the vault cannot be opened.
    """
    found = signer(scope)
    if found is None:
        make_first_key(scope, at=at)
        found = signer(scope)
    assert found is not None  # noqa: S101  just made
    return sign_statement(body, key=found.private, name=found.name)
