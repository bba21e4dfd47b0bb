"""Keeping a signed document: sealed, hashed, in the record of permissions and the ledger; and deleting it in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.authorizations import entries
from bedside.records.authorizations.models import DocumentRow, ReminderRow, RequestRow, ScanRow
from bedside.records.authorizations.queries import facts_of, register
from bedside.records.authorizations.rules import (
    DocumentKind,
    Part,
    SignatureKind,
    SignerKind,
    last_day,
    sha256_of,
)
from bedside.records.authorizations.rules.nouns import PurposeKind
from bedside.records.authorizations.sealed import bundle_to_bytes, seal_of_document, seal_scan
from bedside.records.consent.actions import record_document
from bedside.records.consent.queries import permissions_of
from bedside.records.consent.rules import ExpiryEvent, Paper, Sensitivity, StateProfile, Terms
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime
    from uuid import UUID

    from bedside.records.authorizations.rules import Bundle, Content, Signature

KEPT_YEARS = 6
_PURGED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What of a document stands in clear. `missing` and `combined` are of papers only."""

    document_id: UUID
    kind: DocumentKind
    profile: StateProfile
    purposes: tuple[str, ...]
    sensitivities: tuple[Sensitivity, ...]
    remuneration: bool
    sender_covered: bool
    signed_on: date
    expires_on: date | None
    expires_event: ExpiryEvent | None
    never_expires: bool
    signature: SignatureKind
    signer: SignerKind
    authority_given: bool
    missing: tuple[Part, ...] = ()
    combined: bool = False

    @classmethod
    def of_content(
        cls, content: Content, *, document_id: UUID, signed_on: date, signature: Signature
    ) -> Kept:
        """For a form of ours: published, so complete and naming us."""
        expires_on = last_day(content.expiry, signed_on=signed_on)
        return cls(
            document_id=document_id,
            kind=content.kind,
            profile=content.profile,
            purposes=content.purposes,
            sensitivities=content.sensitivities,
            remuneration=content.remuneration,
            sender_covered=True,
            signed_on=signed_on,
            expires_on=expires_on,
            expires_event=content.expiry.event,
            never_expires=expires_on is None and content.expiry.event is None,
            signature=signature.kind,
            signer=signature.signer,
            authority_given=signature.signer is SignerKind.SELF or bool(signature.authority.strip()),
        )

    @property
    def counts(self) -> bool:
        """Complete, alone and naming us: only then does the gate hear of it."""
        return (
            not self.missing
            and not self.combined
            and self.authority_given
            and self.sender_covered
            and (self.never_expires or self.expires_on is not None or self.expires_event is not None)
        )


def keep(
    scope: Scope,
    patient_id: UUID,
    kept: Kept,
    *,
    version_id: UUID | None,
    rendering: bytes,
    bundle: Bundle,
    source: str,
    at: datetime,
    scan: tuple[str, bytes] | None = None,
) -> None:
    """Stores a document and, if it counts, the act; in the caller's transaction. Raises Refusal, NotFound."""
    with in_scope(scope):
        row = _row(scope, patient_id, kept, version_id=version_id, rendering=rendering, bundle=bundle, at=at)
        row.save(force_insert=True)
        scan_sha256 = _keep_scan(scope, kept.document_id, scan) if scan else ""
        if kept.counts:
            _record(scope, patient_id, kept, source=source, at=at)
        record(
            scope,
            entries.SIGNED,
            at=at,
            subject=patient_id,
            document_id=kept.document_id,
            sha256=bundle.rendering_sha256,
            source=source,
            scan_sha256=scan_sha256,
        )


def purge(scope: Scope, *, held: Container[UUID], at: datetime) -> int:
    """Deletes documents whose six years are over, counted from when they were last in force, or made if later.

    `held`: people under a legal hold, whose documents stay. Gives how many (AUT-19), at most 500 at once. The act
    stays in the record of permissions. Raises NotAllowed.
    """
    scope.require(Right.ERASE_PATIENTS)
    gone = 0
    with in_scope(scope):
        today = at.astimezone(profile(scope).zone).date()
        rows = DocumentRow.objects.filter(practice_id=scope.practice_id, signed_on__lt=_years_before(today))
        for row in rows.defer("rendering", "evidence").order_by("signed_on", "id").iterator():
            if gone == _PURGED_AT_ONCE:
                break
            # Those that have to stay are passed by, and must not hide the ones behind them.
            if row.patient_id in held or kept_until(scope, row) >= today:
                continue
            RequestRow.objects.filter(practice_id=scope.practice_id, document_id=row.id).delete()
            ReminderRow.objects.filter(practice_id=scope.practice_id, document_id=row.id).delete()
            ScanRow.objects.filter(practice_id=scope.practice_id, document_id=row.id).delete()
            DocumentRow.objects.filter(practice_id=scope.practice_id, id=row.id).delete()
            record(scope, entries.PURGED, at=at, subject=row.patient_id, document_id=row.id)
            gone += 1
    return gone


def kept_until(scope: Scope, row: DocumentRow) -> date:
    """The last day on which it must be there; `date.max` for one that has never ended (45 CFR 164.530(j)(2))."""
    with reading(scope):
        held = permissions_of(scope, [row.patient_id])[row.patient_id]
        facts, zone = facts_of(scope, row, held), profile(scope).zone
    ends = [day for day in (facts.expires_on, _day_of(facts.revoked_at, zone)) if day is not None]
    if not ends and facts.verified and not facts.missing:
        return date.max
    last = max([row.recorded_at.astimezone(zone).date(), *([min(ends)] if ends else [])])
    return _years_after(last)


def forget_requests(scope: Scope, patient_id: UUID) -> int:
    """Takes back what a person who is being erased was asked to sign; what they signed has to stay. Gives how many."""
    scope.require(Right.ERASE_PATIENTS)
    with in_scope(scope):
        rows = RequestRow.objects.filter(practice_id=scope.practice_id, patient_id=patient_id)
        gone, _ = rows.exclude(state="signed").delete()
    return gone


def _day_of(moment: datetime | None, zone: object) -> date | None:
    return moment.astimezone(zone).date() if moment is not None else None  # type: ignore[arg-type]


def _years_after(day: date) -> date:
    """29 February six years on is 1 March."""
    try:
        return day.replace(year=day.year + KEPT_YEARS)
    except ValueError:
        return date(day.year + KEPT_YEARS, 3, 1)


def _years_before(day: date) -> date:
    try:
        return day.replace(year=day.year - KEPT_YEARS)
    except ValueError:
        return date(day.year - KEPT_YEARS, 2, 28)


def _row(
    scope: Scope,
    patient_id: UUID,
    kept: Kept,
    *,
    version_id: UUID | None,
    rendering: bytes,
    bundle: Bundle,
    at: datetime,
) -> DocumentRow:
    keys, document_id = practice_keys(scope), kept.document_id
    sealed = bundle_to_bytes(bundle)
    return DocumentRow(
        id=document_id,
        practice_id=scope.practice_id,
        patient_id=patient_id,
        version_id=version_id,
        request_id=bundle.request_id,
        kind=kept.kind.value,
        signature=kept.signature.value,
        language=bundle.language.value,
        signed_on=kept.signed_on,
        expires_on=kept.expires_on,
        expires_event=kept.expires_event.value if kept.expires_event else "",
        never_expires=kept.never_expires,
        signer=kept.signer.value,
        authority_given=kept.authority_given,
        combined=kept.combined,
        missing=[part.value for part in kept.missing],
        rendering=seal_of_document(keys, rendering, document_id=document_id, column="rendering"),
        rendering_sha256=bytes.fromhex(bundle.rendering_sha256),
        evidence=seal_of_document(keys, sealed, document_id=document_id, column="evidence"),
        recorded_at=at,
        recorded_by=scope.actor.id,
    )


def _keep_scan(scope: Scope, document_id: UUID, scan: tuple[str, bytes]) -> str:
    media_type, content = scan
    sha256 = sha256_of(content)
    ScanRow.objects.create(
        document_id=document_id,
        practice_id=scope.practice_id,
        media_type=media_type,
        size_bytes=len(content),
        sealed=seal_scan(practice_keys(scope), content, document_id=document_id),
        sha256=bytes.fromhex(sha256),
    )
    return sha256


def _record(scope: Scope, patient_id: UUID, kept: Kept, *, source: str, at: datetime) -> None:
    known = register(scope)
    care_only = all(known[code].kind is PurposeKind.CARE for code in kept.purposes if code in known) and bool(
        kept.purposes
    )
    part2 = kept.kind is DocumentKind.PART2_CONSENT
    record_document(
        scope,
        patient_id,
        paper=Paper(
            signed_on=kept.signed_on,
            expires_on=kept.expires_on,
            expires_event=kept.expires_event,
            remuneration_stated=kept.remuneration,
            sender_covered=kept.sender_covered,
        ),
        terms=Terms(
            document_id=kept.document_id,
            purposes=kept.purposes,
            sensitivities=kept.sensitivities,
            profile=kept.profile,
            care_only=part2 and care_only,
        ),
        part2=part2,
        source=source,
        at=at,
    )
