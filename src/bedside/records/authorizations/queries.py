"""Questions about forms, requests and signed documents."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.kit.sealing import Unsealable
from bedside.records.authorizations.models import (
    DocumentRow,
    PurposeRow,
    RequestRow,
    ScanRow,
    TemplateRow,
    VersionRow,
)
from bedside.records.authorizations.rules import (
    DocumentKind,
    Language,
    Part,
    SignatureKind,
    SignedFacts,
    SignerKind,
    content_grade,
    form_text,
    problems,
    register_of,
    sha256_of,
    validity,
)
from bedside.records.authorizations.sealed import (
    bundle_from_bytes,
    content_from_bytes,
    open_draft,
    open_of_document,
    open_purpose,
    open_scan,
    open_version,
)
from bedside.records.consent.queries import history, permissions_of
from bedside.records.consent.rules import EventKind, ExpiryEvent
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.authorizations.rules import Bundle, Content, Defect, Problem, Purpose
    from bedside.records.consent.rules import PersonPermissions

TEMPLATES_MAX = 200
DOCUMENTS_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """One form. `draft` is what is being written; `published` the newest version's number, 0 before any."""

    id: UUID
    draft: Content
    draft_number: int
    published: int
    changed: bool
    updated_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One published version; `grades` by language."""

    id: UUID
    template_id: UUID
    number: int
    content: Content
    content_sha256: str
    grades: Mapping[Language, float]
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is known about a draft: what keeps it from being published, and how hard it is to read."""

    problems: tuple[Problem, ...]
    grades: Mapping[Language, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """One signed document without its text. `defect` is None while it counts."""

    id: UUID
    patient_id: UUID
    kind: DocumentKind
    signature: SignatureKind
    language: Language
    version_id: UUID | None
    signed_on: date
    expires_on: date | None
    expires_event: ExpiryEvent | None
    signer: SignerKind
    rendering_sha256: str
    recorded_at: datetime
    recorded_by: str
    facts: SignedFacts
    defect: Defect | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Whether the stored document is the one that was signed: each check with its answer."""

    opens: bool
    rendering_sha256: str
    same_as_recorded: bool
    same_as_signed: bool
    scan_same: bool | None  # None without a scan

    @property
    def sound(self) -> bool:
        return self.opens and self.same_as_recorded and self.same_as_signed and self.scan_same is not False


def purposes(scope: Scope) -> list[Purpose]:
    """Those that come with Bedside and the practice's own, in a fixed order."""
    return list(register(scope).values())


def register(scope: Scope) -> Mapping[str, Purpose]:
    """By code."""
    with reading(scope):
        rows = PurposeRow.objects.filter(practice_id=scope.practice_id).order_by("at", "code")
        return register_of([open_purpose(practice_keys(scope), row) for row in rows])


def templates(scope: Scope) -> list[TemplateView]:
    """Every form, those in use first, the newest change first."""
    with reading(scope):
        rows = TemplateRow.objects.filter(practice_id=scope.practice_id).order_by("-updated_at", "id")
        views = [_template(scope, row) for row in rows[:TEMPLATES_MAX]]
    return sorted(views, key=lambda view: view.retired_at is not None)


def template(scope: Scope, template_id: UUID) -> TemplateView:
    """Raises NotFound."""
    with reading(scope):
        row = TemplateRow.objects.filter(practice_id=scope.practice_id, id=template_id).first()
        if row is None:
            raise NotFound
        return _template(scope, row)


def versions(scope: Scope, template_id: UUID) -> list[VersionView]:
    """The newest first."""
    with reading(scope):
        rows = VersionRow.objects.filter(practice_id=scope.practice_id, template_id=template_id)
        return [_version(scope, row) for row in rows.order_by("-number")]


def version(scope: Scope, version_id: UUID) -> VersionView:
    """Raises NotFound."""
    with reading(scope):
        row = VersionRow.objects.filter(practice_id=scope.practice_id, id=version_id).first()
        if row is None:
            raise NotFound
        return _version(scope, row)


def offered(scope: Scope) -> list[VersionView]:
    """The newest version of each form in use, by name: what a person may be asked to sign."""
    with reading(scope):
        rows = TemplateRow.objects.filter(practice_id=scope.practice_id, retired_at=None, published__gt=0)
        found = [versions(scope, row.id)[0] for row in rows[:TEMPLATES_MAX]]
    return sorted(found, key=lambda view: view.content.name.casefold())


def judged(scope: Scope, content: Content) -> Draft:
    """Whether this content could be published, saved or not."""
    with reading(scope):
        found = problems(content, purposes=register(scope), practice_name=profile(scope).name)
    return Draft(problems=found, grades={one: content_grade(content, one) for one in content.languages})


def text_of(scope: Scope, content: Content, language: Language, *, signed_on: date) -> str:
    """The form as it would be read for signing on this day, as HTML without style."""
    with reading(scope):
        practice, known = profile(scope), register(scope)
    known_here = [code for code in content.purposes if code in known]
    return form_text(
        content if len(known_here) == len(content.purposes) else _without_unknown(content, known_here),
        language,
        purposes=known,
        practice=practice.name,
        postal_address=practice.postal_address,
        signed_on=signed_on,
    )


def documents_of(scope: Scope, patient_id: UUID, *, today: date) -> list[DocumentView]:
    """The newest first, whatever became of them."""
    with reading(scope):
        rows = DocumentRow.objects.filter(practice_id=scope.practice_id, patient_id=patient_id)
        found = rows.defer("rendering", "evidence").order_by("-recorded_at", "id")[:DOCUMENTS_MAX]
        held = permissions_of(scope, [patient_id])[patient_id]
        return [_document(scope, row, held, today=today) for row in found]


def document(scope: Scope, document_id: UUID, *, today: date) -> DocumentView:
    """Raises NotFound."""
    with reading(scope):
        row = document_row(scope, document_id)
        held = permissions_of(scope, [row.patient_id])[row.patient_id]
        return _document(scope, row, held, today=today)


def rendering(scope: Scope, document_id: UUID) -> bytes:
    """The exact document as it was signed, for ever the same bytes. Raises NotFound, Unsealable."""
    with reading(scope):
        row = document_row(scope, document_id)
        return open_of_document(
            practice_keys(scope), bytes(row.rendering), document_id=row.id, column="rendering"
        )


def evidence(scope: Scope, document_id: UUID) -> Bundle:
    """The bundle of the signature. Raises NotFound, Unsealable."""
    with reading(scope):
        row = document_row(scope, document_id)
        return bundle_from_bytes(
            open_of_document(practice_keys(scope), bytes(row.evidence), document_id=row.id, column="evidence")
        )


def scan(scope: Scope, document_id: UUID) -> tuple[str, bytes]:
    """(media type, the scanned paper). Raises NotFound, also for a document that was signed on a screen."""
    with reading(scope):
        row = ScanRow.objects.filter(practice_id=scope.practice_id, document_id=document_id).first()
        if row is None:
            raise NotFound
        return row.media_type, open_scan(practice_keys(scope), bytes(row.sealed), document_id=document_id)


def verify_document(scope: Scope, document_id: UUID) -> Verified:
    """Computes everything anew from what is stored (AUT-17). Raises NotFound."""
    with reading(scope):
        row = document_row(scope, document_id)
        try:
            found = sha256_of(rendering(scope, document_id))
            signed = evidence(scope, document_id).rendering_sha256
        except Unsealable:
            return Verified(
                opens=False, rendering_sha256="", same_as_recorded=False, same_as_signed=False, scan_same=None
            )
        return Verified(
            opens=True,
            rendering_sha256=found,
            same_as_recorded=found == bytes(row.rendering_sha256).hex(),
            same_as_signed=found == signed,
            scan_same=_scan_same(scope, document_id),
        )


def has_scan(scope: Scope, document_id: UUID) -> bool:
    with reading(scope):
        return ScanRow.objects.filter(practice_id=scope.practice_id, document_id=document_id).exists()


def open_requests(scope: Scope, patient_id: UUID, *, at: datetime) -> list[RequestRow]:
    """Requests that a person could still answer, newest first."""
    with reading(scope):
        rows = RequestRow.objects.filter(practice_id=scope.practice_id, patient_id=patient_id, state="open")
        return list(rows.filter(expires_at__gt=at).select_related("version").order_by("-asked_at"))


def document_row(scope: Scope, document_id: UUID) -> DocumentRow:
    """Raises NotFound."""
    row = DocumentRow.objects.filter(practice_id=scope.practice_id, id=document_id).first()
    if row is None:
        raise NotFound
    return row


def facts_of(scope: Scope, row: DocumentRow, held: PersonPermissions) -> SignedFacts:
    """What validity depends on: the document, and what happened to it since."""
    facts = SignedFacts(
        signed_on=row.signed_on,
        expires_on=row.expires_on,
        expires_event=ExpiryEvent(row.expires_event) if row.expires_event else None,
        never_expires=row.never_expires,
        signer=SignerKind(row.signer),
        authority_given=row.authority_given,
        missing=tuple(Part(one) for one in row.missing),
        combined=row.combined,
    )
    if row.kind == DocumentKind.PART2_CONSENT:
        return _since_part2(scope, row, facts)
    act = next((one for one in held.authorizations if one.document_id == row.id), None)
    if act is None:
        return replace(facts, verified=False)
    return replace(facts, expires_on=act.expires_on, revoked_at=act.revoked_at, found_false=act.found_false)


def _since_part2(scope: Scope, row: DocumentRow, facts: SignedFacts) -> SignedFacts:
    """A consent on substance use records: from the acts themselves, since the newest of them hides the others."""
    mine = [
        view
        for view in history(scope, row.patient_id)
        if view.event.terms.get("document") in {None, str(row.id)}
    ]
    revoked = [view.at for view in mine if view.event.kind == EventKind.PART2_REVOKED]
    false = any(
        view.event.kind == EventKind.AUTHORIZATION_FOUND_FALSE and view.event.terms.get("document")
        for view in mine
    )
    since = [at for at in revoked if at >= row.recorded_at]
    return replace(facts, revoked_at=min(since) if since and not false else None, found_false=false)


def _document(scope: Scope, row: DocumentRow, held: PersonPermissions, *, today: date) -> DocumentView:
    facts = facts_of(scope, row, held)
    return DocumentView(
        id=row.id,
        patient_id=row.patient_id,
        kind=DocumentKind(row.kind),
        signature=SignatureKind(row.signature),
        language=Language(row.language),
        version_id=row.version_id,
        signed_on=row.signed_on,
        expires_on=facts.expires_on,
        expires_event=facts.expires_event,
        signer=SignerKind(row.signer),
        rendering_sha256=bytes(row.rendering_sha256).hex(),
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        facts=facts,
        defect=validity(facts, today=today),
    )


def _scan_same(scope: Scope, document_id: UUID) -> bool | None:
    row = ScanRow.objects.filter(practice_id=scope.practice_id, document_id=document_id).first()
    if row is None:
        return None
    try:
        held = open_scan(practice_keys(scope), bytes(row.sealed), document_id=document_id)
    except Unsealable:
        return False
    return sha256_of(held) == bytes(row.sha256).hex()


def _template(scope: Scope, row: TemplateRow) -> TemplateView:
    return TemplateView(
        id=row.id,
        draft=open_draft(practice_keys(scope), row),
        draft_number=row.draft_number,
        published=row.published,
        changed=row.changed,
        updated_at=row.updated_at,
        retired_at=row.retired_at,
    )


def _version(scope: Scope, row: VersionRow) -> VersionView:
    return VersionView(
        id=row.id,
        template_id=row.template_id,
        number=row.number,
        content=content_from_bytes(open_version(practice_keys(scope), row)),
        content_sha256=bytes(row.content_sha256).hex(),
        grades={Language(one): float(years) for one, years in row.grades.items()},
        published_at=row.published_at,
        published_by=row.published_by,
    )


def _without_unknown(content: Content, known: list[str]) -> Content:
    return replace(content, purposes=tuple(known))
