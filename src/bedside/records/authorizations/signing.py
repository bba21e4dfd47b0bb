"""Signing on a screen: the exact document, its evidence, the act that the gate reads, and the copy, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bedside.ground.errors import NotAllowed, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import ActorKind, Scope, in_scope
from bedside.records.authorizations.asking import RequestState, locked_request, request
from bedside.records.authorizations.keeping import Kept, keep
from bedside.records.authorizations.links import seal_signing_link, signing_path
from bedside.records.authorizations.queries import text_of
from bedside.records.authorizations.rules import WORDS as WORDS_OF_FORMS
from bedside.records.authorizations.rules import (
    Bundle,
    IdentityProof,
    Language,
    Part,
    Signed,
    check_signature,
    document_bytes,
    sha256_of,
)
from bedside.records.consent.owing import owe_letter
from bedside.records.consent.rules import LetterKind, Source, StateProfile
from bedside.records.patients import queries as patients
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from bedside.records.authorizations.asking import Asked
    from bedside.records.authorizations.rules import Signature

USER_AGENT_MAX = 200


class ShownAnew(Refusal):
    """What was read is not what would be signed: it has to be read once more."""

    def __init__(self) -> None:
        super().__init__("shown_anew", "The form has changed since you opened it. Please read it once more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever signs, as their browser came: kept sealed with the signature."""

    network_address: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNow:
    """`again` is True for a second press of the button: nothing was done twice."""

    document_id: UUID
    again: bool


def shown_text(scope: Scope, asked: Asked, language: Language, *, today: date) -> tuple[str, str]:
    """The form as the person reads it before signing, and the SHA-256 of that in hexadecimal."""
    text = text_of(scope, asked.version.content, language, signed_on=today)
    return text, sha256_of(text.encode())


def sign(
    scope: Scope,
    request_id: UUID,
    *,
    signature: Signature,
    language: Language,
    shown_sha256: str,
    visitor: Visitor,
    at: datetime,
) -> SignedNow:
    """Signs once, whatever is pressed twice. All in one transaction; a copy is owed to the person (AUT-11).

    The caller has asked for the day of birth (`asking.check_birth_date`). Raises ShownAnew, Refusal for a signature
    that is none and for a request that is over, NotFound.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = locked_request(scope, request_id)
        if row.state == RequestState.SIGNED and row.document_id is not None:
            return SignedNow(document_id=row.document_id, again=True)
        asked = request(scope, request_id)
        _require_open(scope, asked, language, at=at)
        check_signature(signature)
        document_id = _sign(
            scope, asked, signature, language=language, shown_sha256=shown_sha256, visitor=visitor, at=at
        )
        row.state, row.document_id, row.answered_at = RequestState.SIGNED, document_id, at
        row.save(update_fields=["state", "document_id", "answered_at"])
        token = seal_signing_link(practice_id=scope.practice_id, request_id=request_id)
        owe_letter(
            scope,
            LetterKind.AUTHORIZATION_COPY,
            patient_id=asked.patient_id,
            about=document_id,
            language=language.value,
            at=at,
            link=signing_path(token),
        )
    return SignedNow(document_id=document_id, again=False)


def _require_open(scope: Scope, asked: Asked, language: Language, *, at: datetime) -> None:
    if scope.actor.kind is ActorKind.PATIENT and scope.actor.id != str(asked.patient_id):
        raise NotAllowed
    if not asked.may_sign(at=at):
        raise Refusal("request_over", "This link is closed. Please ask us for a new one.")
    if language not in asked.version.content.languages:
        raise Refusal("language", "Please choose one of the languages of the form.")


def _sign(
    scope: Scope,
    asked: Asked,
    signature: Signature,
    *,
    language: Language,
    shown_sha256: str,
    visitor: Visitor,
    at: datetime,
) -> UUID:
    practice = profile(scope)
    local = at.astimezone(practice.zone)
    text, sha256 = shown_text(scope, asked, language, today=local.date())
    if sha256 != shown_sha256:
        raise ShownAnew
    patient = patients.get(scope, asked.patient_id)
    document_id, content = new_id(), asked.version.content
    rendering = document_bytes(
        text,
        language,
        signed=Signed(
            document_id=document_id,
            person=patient.full_name or signature.name,
            signature=signature,
            signed_at=local,
            zone=practice.time_zone,
        ),
        large=content.profile is StateProfile.CALIFORNIA,
        title=content.text(language, Part.TITLE),
    )
    words = WORDS_OF_FORMS[language]
    bundle = Bundle(
        signature=signature,
        signed_at=local,
        zone=practice.time_zone,
        language=language,
        version=asked.version.number,
        shown_sha256=sha256,
        rendering_sha256=sha256_of(rendering),
        identity=_identity(asked, knows_birth_date=patient.birth_date is not None),
        identity_tries=asked.tries,
        intent_words=words["intent"],
        electronic_words=words["electronic"],
        network_address=visitor.network_address,
        user_agent=visitor.user_agent[:USER_AGENT_MAX],
        request_id=asked.id,
    )
    kept = Kept.of_content(content, document_id=document_id, signed_on=local.date(), signature=signature)
    keep(
        scope,
        asked.patient_id,
        kept,
        version_id=asked.version.id,
        rendering=rendering,
        bundle=bundle,
        source=Source.SIGNING_PAGE,
        at=at,
    )
    return document_id


def _identity(asked: Asked, *, knows_birth_date: bool) -> IdentityProof:
    if asked.in_person:
        return IdentityProof.IN_PERSON
    return IdentityProof.BIRTH_DATE if knows_birth_date else IdentityProof.LINK
