"""A paper signed by hand: scanned, keyed by somebody who has it before them, and kept like any other document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.records.authorizations.keeping import Kept, keep
from bedside.records.authorizations.queries import register, version
from bedside.records.authorizations.rules import (
    Bundle,
    Content,
    DocumentKind,
    IdentityProof,
    Language,
    Part,
    Signature,
    SignatureKind,
    SignerKind,
    check_signature,
    media_type_of,
    missing_of,
    sha256_of,
    wanted_parts,
)
from bedside.records.consent.rules import ExpiryEvent, Source, StateProfile
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.consent.rules import Sensitivity

NOTE_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedPaper:
    """What staff read off a paper. `version_id` for one of our own forms, printed: then the form says the rest.

    `seen`: the elements that stand on a form of another hand. `names_us`: it names this practice. `combined`: the same
    signature also covers something else.
    """

    signed_on: date
    signer_name: str
    signer: SignerKind = SignerKind.SELF
    authority: str = ""
    language: Language = Language.ENGLISH
    version_id: UUID | None = None
    kind: DocumentKind = DocumentKind.AUTHORIZATION
    purposes: tuple[str, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()
    expires_on: date | None = None
    expires_event: ExpiryEvent | None = None
    remuneration: bool = False
    names_us: bool = False
    seen: frozenset[Part] = frozenset()
    combined: bool = False
    note: str = ""


def sign_on_paper(scope: Scope, patient_id: UUID, *, paper: KeyedPaper, scan: bytes, at: datetime) -> UUID:
    """Keeps a scanned paper and gives its number. A defective one is kept, too, and admits nothing.

    Who keyed it is the actor; the method is paper (CON-22). Raises Refusal without a scan that opens, for days that
    cannot be and for a name that is none; NotFound, NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    if scope.actor.kind is ActorKind.PATIENT:
        raise NotAllowed
    media_type = media_type_of(scan)
    signature = Signature(
        kind=SignatureKind.PAPER, name=paper.signer_name, signer=paper.signer, authority=paper.authority
    )
    _check_name(signature)
    with in_scope(scope):
        patient, practice = patients.get(scope, patient_id), profile(scope)
        local = at.astimezone(practice.zone)
        _check_days(paper, today=local.date())
        document_id = new_id()
        kept = _kept(scope, paper, signature, document_id=document_id)
        rendering = _sheet(paper, kept, person=patient.full_name, scan_sha256=sha256_of(scan))
        bundle = Bundle(
            signature=signature,
            signed_at=local,
            zone=practice.time_zone,
            language=paper.language,
            version=version(scope, paper.version_id).number if paper.version_id else 0,
            shown_sha256="",
            rendering_sha256=sha256_of(rendering),
            identity=IdentityProof.IN_PERSON,
            network_address=scope.origin,
            note=paper.note[:NOTE_LENGTH_MAX],
        )
        keep(
            scope,
            patient_id,
            kept,
            version_id=paper.version_id,
            rendering=rendering,
            bundle=bundle,
            source=Source.PAPER,
            at=at,
            scan=(media_type, scan),
        )
    return document_id


def _check_name(signature: Signature) -> None:
    """As on a screen, but that a missing authority is kept as a defect: the paper is what it is."""
    try:
        check_signature(signature)
    except Refusal as refusal:
        if refusal.code != "signature_authority":
            raise


def _check_days(paper: KeyedPaper, *, today: date) -> None:
    if paper.signed_on > today:
        raise Refusal("signed_in_future", "The day of the signature is in the future; check the paper.")
    if paper.expires_on is not None and paper.expires_on < paper.signed_on:
        raise Refusal("expires_before_signed", "It ends before it was signed; check the dates.")


def _kept(scope: Scope, paper: KeyedPaper, signature: Signature, *, document_id: UUID) -> Kept:
    if paper.version_id is not None:
        content = version(scope, paper.version_id).content
        kept = Kept.of_content(
            content, document_id=document_id, signed_on=paper.signed_on, signature=signature
        )
        return replace(kept, combined=paper.combined)
    known = register(scope)
    if not paper.purposes or any(code not in known for code in paper.purposes):
        raise Refusal("purpose", "Choose from the list what the paper lets us use the information for.")
    return Kept(
        document_id=document_id,
        kind=paper.kind,
        profile=StateProfile.FEDERAL,
        purposes=paper.purposes,
        sensitivities=paper.sensitivities,
        remuneration=paper.remuneration,
        sender_covered=paper.names_us,
        signed_on=paper.signed_on,
        expires_on=paper.expires_on,
        expires_event=paper.expires_event,
        never_expires=False,
        signature=signature.kind,
        signer=signature.signer,
        authority_given=signature.signer is SignerKind.SELF or bool(signature.authority.strip()),
        missing=_missing(paper),
        combined=paper.combined,
    )


def _missing(paper: KeyedPaper) -> tuple[Part, ...]:
    """What the paper lacks; that it does not name us is the lack of who may use the information."""
    wanted = tuple(
        part
        for part in wanted_parts(Content(kind=paper.kind, remuneration=paper.remuneration))
        if part is not Part.TITLE
    )
    seen = set(paper.seen) if paper.names_us else set(paper.seen) - {Part.DISCLOSER}
    return missing_of(seen, wanted=wanted)


def _sheet(paper: KeyedPaper, kept: Kept, *, person: str, scan_sha256: str) -> bytes:
    """A sheet about the paper, in place of a rendering: what was keyed, and which scan it belongs to."""
    lines = [
        f"Patient: {person}",
        f"Signed by: {paper.signer_name} ({paper.signer.value})",
        f"Authority: {paper.authority}" if paper.authority else "",
        f"Signed on: {paper.signed_on.isoformat()}",
        f"Ends on: {kept.expires_on.isoformat()}" if kept.expires_on else "",
        f"Ends with: {kept.expires_event.value}" if kept.expires_event else "",
        f"Purposes: {', '.join(kept.purposes)}",
        f"Says that somebody pays: {'yes' if kept.remuneration else 'no'}",
        f"Not on the paper: {', '.join(part.value for part in kept.missing)}" if kept.missing else "",
        "Shares its signature with another document" if kept.combined else "",
        f"SHA-256 of the scan: {scan_sha256}",
        f"Number of this document: {kept.document_id}",
    ]
    rows = "\n".join(f"<p>{escape(line)}</p>" for line in lines if line)
    head = '<meta charset="utf-8"><title>Signed on paper</title>'
    style = (
        "<style>body{font:12pt/1.5 sans-serif;max-width:42em;margin:2em auto;padding:0 1em;color:#111;"
        "background:#fff;overflow-wrap:anywhere}</style>"
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>{head}{style}</head>\n<body>\n<h1>Signed on paper</h1>\n{rows}\n'
        "</body>\n</html>\n"
    ).encode()
