"""Draft to sealed columns and back."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import orjson

from bedside.decisions.composer.rules.branding import brand_from_json, brand_to_json
from bedside.decisions.composer.rules.content import Draft
from bedside.decisions.composer.rules.document.stored import from_json, to_json
from bedside.decisions.gate.rules.classes import MessageClass

if TYPE_CHECKING:
    from uuid import UUID

    from bedside.decisions.composer.rules.document.dress import Brand
    from bedside.safeguards.vault.keys import PracticeKeys

_TABLE = "composer_revision"
_BRANDS = "composer_brand"


def heading_bytes(draft: Draft) -> bytes:
    return orjson.dumps({"name": draft.name, "subject": draft.subject, "preheader": draft.preheader})


def body_bytes(draft: Draft) -> bytes:
    if draft.document is not None:
        return orjson.dumps({"document": to_json(draft.document)})
    return orjson.dumps({"mjml": draft.mjml})


def draft_hash(draft: Draft) -> bytes:
    """SHA-256 of everything written; equal for equal drafts, so an edit that changes nothing is noticed."""
    parts = (heading_bytes(draft), body_bytes(draft), (draft.message_class or "").encode())
    digest = hashlib.sha256(b"bedside message draft 1\n")
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.digest()


def seal(keys: PracticeKeys, plain: bytes, *, message_id: UUID, column: str, number: int) -> bytes:
    return keys.seal(plain, table=_TABLE, row=str(message_id), column=column, version=number)


def open_heading(keys: PracticeKeys, sealed: bytes, *, message_id: UUID, number: int) -> dict[str, str]:
    """Name, subject and preheader. Raises Unsealable."""
    plain = keys.open(sealed, table=_TABLE, row=str(message_id), column="heading", version=number)
    heading: dict[str, str] = orjson.loads(plain)
    return heading


def open_draft(
    keys: PracticeKeys,
    *,
    heading: bytes,
    body: bytes,
    message_class: str | None,
    message_id: UUID,
    number: int,
) -> Draft:
    """Raises Unsealable if a column was changed, swapped or rolled back."""
    head = open_heading(keys, heading, message_id=message_id, number=number)
    written = orjson.loads(keys.open(body, table=_TABLE, row=str(message_id), column="body", version=number))
    # What was written before documents had versions stands under another name.
    document = written.get("document", written.get("blocks"))
    return Draft(
        name=head["name"],
        subject=head["subject"],
        preheader=head["preheader"],
        message_class=MessageClass(message_class) if message_class else None,
        mjml=written.get("mjml", ""),
        document=from_json(document) if document is not None else None,
    )


def seal_brand(keys: PracticeKeys, brand: Brand, *, practice_id: UUID, number: int) -> bytes:
    plain = orjson.dumps(brand_to_json(brand))
    return keys.seal(plain, table=_BRANDS, row=str(practice_id), column="brand", version=number)


def open_brand(keys: PracticeKeys, sealed: bytes, *, practice_id: UUID, number: int) -> Brand:
    """Raises Unsealable if the state was changed, swapped or rolled back."""
    plain = keys.open(sealed, table=_BRANDS, row=str(practice_id), column="brand", version=number)
    return brand_from_json(orjson.loads(plain))
