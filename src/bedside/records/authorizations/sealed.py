"""How contents, names of purposes, renderings, scans and evidence are sealed, and for which place."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from bedside.records.authorizations.rules import (
    Bundle,
    Content,
    DocumentKind,
    Expiry,
    ExpiryException,
    IdentityProof,
    Language,
    Part,
    Purpose,
    PurposeKind,
    Signature,
    SignatureKind,
    SignaturePurpose,
    SignerKind,
)
from bedside.records.consent.rules import ExpiryEvent, Sensitivity, StateProfile

if TYPE_CHECKING:
    from bedside.records.authorizations.models import PurposeRow, TemplateRow, VersionRow
    from bedside.safeguards.vault.keys import PracticeKeys


def content_to_bytes(content: Content) -> bytes:
    """The same bytes for the same content."""
    plain = {
        "name": content.name,
        "kind": content.kind.value,
        "profile": content.profile.value,
        "purposes": list(content.purposes),
        "sensitivities": [one.value for one in content.sensitivities],
        "psychotherapy_notes": content.psychotherapy_notes,
        "remuneration": content.remuneration,
        "conditioned": content.conditioned,
        "days": content.expiry.days,
        "event": content.expiry.event.value if content.expiry.event else None,
        "exception": content.expiry.exception.value if content.expiry.exception else None,
        "also_signs": sorted(one.value for one in content.also_signs),
        "texts": {
            language.value: {part.value: text for part, text in texts.items()}
            for language, texts in content.texts.items()
        },
    }
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def content_from_bytes(plain: bytes) -> Content:
    """The inverse of `content_to_bytes`."""
    held: dict[str, Any] = orjson.loads(plain)
    return Content(
        name=held["name"],
        kind=DocumentKind(held["kind"]),
        profile=StateProfile(held["profile"]),
        purposes=tuple(held["purposes"]),
        sensitivities=tuple(Sensitivity(one) for one in held["sensitivities"]),
        psychotherapy_notes=held["psychotherapy_notes"],
        remuneration=held["remuneration"],
        conditioned=held["conditioned"],
        expiry=Expiry(
            days=held["days"],
            event=ExpiryEvent(held["event"]) if held["event"] else None,
            exception=ExpiryException(held["exception"]) if held["exception"] else None,
        ),
        also_signs=frozenset(SignaturePurpose(one) for one in held["also_signs"]),
        texts={
            Language(language): {Part(part): text for part, text in texts.items()}
            for language, texts in held["texts"].items()
        },
    )


def bundle_to_bytes(bundle: Bundle) -> bytes:
    return orjson.dumps(bundle, option=orjson.OPT_SORT_KEYS)


def bundle_from_bytes(plain: bytes) -> Bundle:
    """The inverse of `bundle_to_bytes`."""
    held: dict[str, Any] = orjson.loads(plain)
    written = held.pop("signature")
    written["kind"], written["signer"] = SignatureKind(written["kind"]), SignerKind(written["signer"])
    request = held.pop("request_id")
    return Bundle(
        **{
            **held,
            "signature": Signature(**written),
            "signed_at": datetime.fromisoformat(held["signed_at"]),
            "language": Language(held["language"]),
            "identity": IdentityProof(held["identity"]),
            "request_id": UUID(request) if request else None,
        }
    )


def seal_draft(keys: PracticeKeys, content: Content, *, template_id: UUID, number: int) -> bytes:
    return keys.seal(
        content_to_bytes(content),
        table="authorizations_template",
        row=str(template_id),
        column="sealed",
        version=number,
    )


def open_draft(keys: PracticeKeys, row: TemplateRow) -> Content:
    """Raises Unsealable."""
    return content_from_bytes(
        keys.open(
            bytes(row.sealed),
            table="authorizations_template",
            row=str(row.id),
            column="sealed",
            version=row.draft_number,
        )
    )


def seal_version(keys: PracticeKeys, plain: bytes, *, version_id: UUID) -> bytes:
    return keys.seal(plain, table="authorizations_version", row=str(version_id), column="sealed")


def open_version(keys: PracticeKeys, row: VersionRow) -> bytes:
    """The content's bytes. Raises Unsealable."""
    return keys.open(bytes(row.sealed), table="authorizations_version", row=str(row.id), column="sealed")


def seal_purpose(keys: PracticeKeys, purpose: Purpose, *, purpose_id: UUID) -> bytes:
    plain = orjson.dumps({language.value: name for language, name in purpose.names.items()})
    return keys.seal(plain, table="authorizations_purpose", row=str(purpose_id), column="sealed")


def open_purpose(keys: PracticeKeys, row: PurposeRow) -> Purpose:
    """Raises Unsealable."""
    plain = keys.open(bytes(row.sealed), table="authorizations_purpose", row=str(row.id), column="sealed")
    names = {Language(language): name for language, name in orjson.loads(plain).items()}
    return Purpose(code=row.code, kind=PurposeKind(row.kind), names=names, own=True)


def seal_of_document(keys: PracticeKeys, plain: bytes, *, document_id: UUID, column: str) -> bytes:
    """`column` is `rendering` or `evidence`."""
    return keys.seal(plain, table="authorizations_document", row=str(document_id), column=column)


def open_of_document(keys: PracticeKeys, sealed: bytes, *, document_id: UUID, column: str) -> bytes:
    """Raises Unsealable, also for a value of another document."""
    return keys.open(sealed, table="authorizations_document", row=str(document_id), column=column)


def seal_scan(keys: PracticeKeys, scan: bytes, *, document_id: UUID) -> bytes:
    return keys.seal(scan, table="authorizations_scan", row=str(document_id), column="sealed")


def open_scan(keys: PracticeKeys, sealed: bytes, *, document_id: UUID) -> bytes:
    """Raises Unsealable."""
    return keys.open(sealed, table="authorizations_scan", row=str(document_id), column="sealed")
