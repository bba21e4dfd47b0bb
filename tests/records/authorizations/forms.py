"""Forms, people and signatures for the tests of authorizations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bedside.records.authorizations import actions, asking, queries
from bedside.records.authorizations.links import open_signing_link
from bedside.records.authorizations.rules import (
    Content,
    Language,
    Part,
    Signature,
    SignatureKind,
    SignerKind,
    starters,
)
from bedside.records.authorizations.signing import shown_text
from tests.records.consent.people import as_patient

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.ground.scope import Scope

PRACTICE = "Maple Street Family Practice"
BORN = date(1980, 5, 4)
FILLED = {
    Language.ENGLISH: {
        Part.INFORMATION: "Your name, your mail address, and which of our services you have used.",
        Part.RECIPIENT: f"{PRACTICE} and nobody else.",
        Part.REASON: "So that we can write to you about services that may suit you.",
        Part.REMUNERATION: "Acme Care pays us for each mail we send.",
    },
    Language.SPANISH: {
        Part.INFORMATION: "Su nombre, su correo y qué servicios nuestros ha usado.",
        Part.RECIPIENT: f"{PRACTICE} y nadie más.",
        Part.REASON: "Para escribirle sobre servicios que le pueden servir.",
        Part.REMUNERATION: "Acme Care nos paga por cada correo.",
    },
}
DRAWING = "M10 10" + "".join(f"L{10 + step * 5} {20 + (step % 7) * 9}" for step in range(1, 40))
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def form(starter: str = "marketing", *, practice: str = PRACTICE, **changes: Any) -> Content:
    """A complete form; `changes` are of the content."""
    content = starters(practice)[starter].content
    texts = {language: {**content.texts[language], **FILLED[language]} for language in Language}
    return replace(content, **{"texts": texts, **changes})


def without(
    content: Content, part: Part, *, language: Language = Language.ENGLISH, text: str = ""
) -> Content:
    return replace(content, texts={**content.texts, language: {**content.texts[language], part: text}})


def published(scope: Scope, content: Content, *, at: datetime) -> UUID:
    """The id of the version."""
    template_id = actions.save_template(scope, None, content, at=at)
    return actions.publish_version(scope, template_id, based_on=1, at=at)


def typed(name: str = "Jane Roe", **changes: Any) -> Signature:
    return replace(
        Signature(
            kind=SignatureKind.TYPED, name=name, signer=SignerKind.SELF, intended=True, electronic_agreed=True
        ),
        **changes,
    )


def request_of(token: str) -> UUID:
    link = open_signing_link(token)
    assert link is not None
    return link.request_id


def signed(
    scope: Scope,
    patient_id: UUID,
    version_id: UUID,
    *,
    at: datetime,
    signature: Signature | None = None,
    language: Language = Language.ENGLISH,
) -> UUID:
    """Asks and signs as the patient; gives the number of the document."""
    request_id = request_of(actions.ask_to_sign(scope, patient_id, version_id, at=at))
    return sign_request(scope, patient_id, request_id, at=at, signature=signature, language=language)


def sign_request(
    scope: Scope,
    patient_id: UUID,
    request_id: UUID,
    *,
    at: datetime,
    signature: Signature | None = None,
    language: Language = Language.ENGLISH,
) -> UUID:
    own = as_patient(scope, patient_id)
    today = local_day(scope, at)
    _, sha256 = shown_text(own, asking.request(own, request_id), language, today=today)
    done = actions.sign(
        own,
        request_id,
        signature=signature or typed(),
        language=language,
        shown_sha256=sha256,
        visitor=actions.Visitor(network_address="192.0.2.7", user_agent="Tablet"),
        at=at,
    )
    return done.document_id


def local_day(scope: Scope, at: datetime) -> date:
    from bedside.safeguards.practices.queries import profile

    return at.astimezone(profile(scope).zone).date()


def keyed(**changes: Any) -> actions.KeyedPaper:
    """A paper of another hand with everything on it."""
    paper = actions.KeyedPaper(
        signed_on=date(2026, 11, 1),
        signer_name="Jane Roe",
        purposes=("own_services",),
        expires_on=date(2027, 10, 31),
        names_us=True,
        seen=frozenset(Part),
    )
    return replace(paper, **changes)


def view(scope: Scope, document_id: UUID, *, today: date) -> queries.DocumentView:
    return queries.document(scope, document_id, today=today)
