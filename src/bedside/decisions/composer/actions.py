"""Verbs on messages: the only place that writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from bedside.decisions.composer import entries
from bedside.decisions.composer.brands import brand, brand_number
from bedside.decisions.composer.models import BrandRow, MessageRow, RevisionRow
from bedside.decisions.composer.queries import draft_of
from bedside.decisions.composer.rules.branding import BrandRefused, check_brand
from bedside.decisions.composer.rules.drafts import check_storable
from bedside.decisions.composer.rules.starters import starter_draft
from bedside.decisions.composer.sealed import body_bytes, draft_hash, heading_bytes, seal, seal_brand
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.records.media.queries import picture, unusable
from bedside.records.media.rules import People
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from bedside.decisions.composer.rules.content import Draft
    from bedside.decisions.composer.rules.document.dress import Brand


class SavedMeanwhile(Refusal):
    """Somebody else saved a newer revision; `revision` is its number."""

    def __init__(self, revision: int) -> None:
        super().__init__(
            "saved_meanwhile",
            "Somebody else saved this message while you were writing; compare both before you save yours.",
        )
        self.revision = revision


def create(scope: Scope, *, name: str, starter: str, at: datetime) -> UUID:
    """A new message from a starter (`rules.starters`), in the words of the practice's specialty.

    An empty name becomes the starter's. Raises Refusal.
    """
    scope.require(Right.WRITE_MESSAGES)
    draft = starter_draft(starter, name=name, specialty=profile(scope).specialty)
    check_storable(draft)
    message_id = new_id()
    with in_scope(scope):
        MessageRow.objects.create(
            id=message_id, practice_id=scope.practice_id, revision=1, created_at=at, updated_at=at
        )
        _add_revision(scope, message_id, draft, number=1, at=at)
        record(scope, entries.MESSAGE_CREATED, at=at, subject=message_id, starter=starter)
    return message_id


def edit(scope: Scope, message_id: UUID, draft: Draft, *, based_on_revision: int, at: datetime) -> int:
    """Saves a new revision and gives its number; an edit that changes nothing gives the present one.

    A revision is drawn with the brand kit as it is now, whatever becomes of the kit later. A draft with problems may be
    saved: it is the compiled content that must have none.
    Raises NotFound, SavedMeanwhile, and Refusal for what cannot be stored at all.
    """
    scope.require(Right.WRITE_MESSAGES)
    check_storable(draft)
    with in_scope(scope):
        row = _locked(scope, message_id)
        _check_editable(row, based_on_revision)
        if _is_present(scope, row, draft):
            return row.revision
        row.revision += 1
        row.updated_at = at
        row.save(update_fields=["revision", "updated_at"])
        _add_revision(scope, message_id, draft, number=row.revision, at=at)
        record(
            scope,
            entries.MESSAGE_REVISED,
            at=at,
            subject=message_id,
            revision=row.revision,
            content=draft_hash(draft).hex(),
            simple=draft.document is not None,
        )
    return row.revision


def restore_revision(
    scope: Scope, message_id: UUID, *, revision: int, based_on_revision: int, at: datetime
) -> int:
    """Saves an older revision again as the newest. Raises NotFound, SavedMeanwhile."""
    draft = draft_of(scope, message_id, revision=revision)
    return edit(scope, message_id, draft, based_on_revision=based_on_revision, at=at)


def copy(scope: Scope, message_id: UUID, *, at: datetime) -> UUID:
    """A new message that begins as the present revision of another. Raises NotFound."""
    from dataclasses import replace

    scope.require(Right.WRITE_MESSAGES)
    draft = draft_of(scope, message_id, revision=None)
    copied = replace(draft, name=f"{draft.name[:100]} (copy)")
    new_message_id = new_id()
    with in_scope(scope):
        MessageRow.objects.create(
            id=new_message_id, practice_id=scope.practice_id, revision=1, created_at=at, updated_at=at
        )
        _add_revision(scope, new_message_id, copied, number=1, at=at)
        record(scope, entries.MESSAGE_CREATED, at=at, subject=new_message_id, starter="copy")
    return new_message_id


def save_brand(scope: Scope, changed: Brand, *, based_on: int | None, at: datetime) -> int:
    """Saves a new state of the brand kit and gives its number; one that changes nothing gives the present one.

    Messages are drawn with it from when they are saved next. Raises BrandRefused, SavedMeanwhile.
    """
    scope.require(Right.WRITE_MESSAGES)
    check_brand(changed)
    with in_scope(scope):
        _check_logo(scope, changed.logo, at=at)
        _lock_brand(scope)
        present = brand_number(scope)
        if present != based_on:
            raise SavedMeanwhile(present or 0)
        if present is not None and brand(scope, number=present) == changed:
            return present
        number = (present or 0) + 1
        BrandRow.objects.create(
            practice_id=scope.practice_id,
            number=number,
            sealed=seal_brand(practice_keys(scope), changed, practice_id=scope.practice_id, number=number),
            author_kind=scope.actor.kind.value,
            author_id=scope.actor.id,
            at=at,
        )
        record(scope, entries.BRAND_CHANGED, at=at, subject=scope.practice_id, revision=number)
    return number


def archive(scope: Scope, message_id: UUID, *, at: datetime) -> None:
    """Takes a message out of the lists; campaigns that use it keep it. Raises NotFound."""
    scope.require(Right.WRITE_MESSAGES)
    with in_scope(scope):
        row = _locked(scope, message_id)
        if row.archived_at is None:
            row.archived_at = at
            row.save(update_fields=["archived_at"])
            record(scope, entries.MESSAGE_ARCHIVED, at=at, subject=message_id)


def restore(scope: Scope, message_id: UUID, *, at: datetime) -> None:
    """Undoes `archive`. Raises NotFound."""
    scope.require(Right.WRITE_MESSAGES)
    with in_scope(scope):
        row = _locked(scope, message_id)
        if row.archived_at is not None:
            row.archived_at = None
            row.save(update_fields=["archived_at"])
            record(scope, entries.MESSAGE_RESTORED, at=at, subject=message_id)


def _check_logo(scope: Scope, logo: UUID | None, *, at: datetime) -> None:
    """Raises BrandRefused for one that may not go out, or that shows a patient: leave for that ends."""
    if logo is None:
        return
    refused = unusable(scope, [logo], today=at.astimezone(profile(scope).zone).date())
    if logo in refused:
        raise BrandRefused("logo", refused[logo].sentence)
    if picture(scope, logo).shows_people is People.PATIENT:
        raise BrandRefused("logo", "A picture of a patient cannot be the logo; choose another one.")


def _lock_brand(scope: Scope) -> None:
    """Two who save at once follow each other; there may be no row yet to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 31))", [str(scope.practice_id)])


def _locked(scope: Scope, message_id: UUID) -> MessageRow:
    rows = MessageRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=message_id)
    row = rows.first()
    if row is None:
        raise NotFound
    return row


def _check_editable(row: MessageRow, based_on_revision: int) -> None:
    if row.archived_at is not None:
        raise Refusal("message_archived", "This message is in the archive; restore it before you change it.")
    if row.revision != based_on_revision:
        raise SavedMeanwhile(row.revision)


def _is_present(scope: Scope, row: MessageRow, draft: Draft) -> bool:
    revisions = RevisionRow.objects.filter(
        practice_id=row.practice_id, message_id=row.id, number=row.revision
    )
    newest, drawn_with = revisions.values_list("content_hash", "brand_number").get()
    if draft.document is not None and drawn_with != brand_number(scope):
        return False
    # The hash is over the form in which it was stored, which may be older than ours.
    return bytes(newest) == draft_hash(draft) or draft_of(scope, row.id, revision=row.revision) == draft


def _add_revision(scope: Scope, message_id: UUID, draft: Draft, *, number: int, at: datetime) -> None:
    keys = practice_keys(scope)
    RevisionRow.objects.create(
        practice_id=scope.practice_id,
        message_id=message_id,
        number=number,
        message_class=draft.message_class.value if draft.message_class else None,
        sealed_heading=seal(
            keys, heading_bytes(draft), message_id=message_id, column="heading", number=number
        ),
        sealed_body=seal(keys, body_bytes(draft), message_id=message_id, column="body", number=number),
        content_hash=draft_hash(draft),
        brand_number=brand_number(scope),
        author_kind=scope.actor.kind.value,
        author_id=scope.actor.id,
        at=at,
    )
