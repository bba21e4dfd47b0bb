"""Writing forms and publishing them. What was published never changes; a new version is a new row."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.records.authorizations import entries
from bedside.records.authorizations.models import PurposeRow, TemplateRow, VersionRow
from bedside.records.authorizations.queries import judged
from bedside.records.authorizations.rules import Content, Purpose, check_purpose
from bedside.records.authorizations.sealed import (
    content_to_bytes,
    open_draft,
    seal_draft,
    seal_purpose,
    seal_version,
)
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

NAME_LENGTH_MAX = 80
TEMPLATES_MAX = 200
CONTENT_BYTES_MAX = 100_000


class SavedMeanwhile(Refusal):
    """Somebody else saved the draft; `number` is the present one."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "saved_meanwhile", "Somebody saved this form meanwhile; look at their words, then save yours."
        )
        self.number = number


def save_purpose(scope: Scope, purpose: Purpose, *, at: datetime) -> None:
    """Adds a purpose of the practice's own, or gives one other names. Raises Refusal, NotAllowed.

    The kind of one that exists cannot change: forms were published by it.
    """
    scope.require(Right.RECORD_CONSENT)
    check_purpose(purpose)
    with in_scope(scope):
        row = PurposeRow.objects.filter(practice_id=scope.practice_id, code=purpose.code).first()
        if row is not None and row.kind != purpose.kind.value:
            raise Refusal(
                "purpose_kind", "This code is taken by a purpose of another sort; choose another code."
            )
        if row is None:
            row = PurposeRow(
                id=new_id(),
                practice_id=scope.practice_id,
                code=purpose.code,
                kind=purpose.kind.value,
                at=at,
            )
        row.sealed = seal_purpose(practice_keys(scope), purpose, purpose_id=row.id)
        row.save()
        record(scope, entries.PURPOSE_SAVED, at=at, code=purpose.code)


def save_template(
    scope: Scope, template_id: UUID | None, content: Content, *, based_on: int = 0, at: datetime
) -> UUID:
    """Saves a draft, incomplete or not; None makes a new form. Gives its id.

    `based_on` is the number of the draft that was edited. Raises SavedMeanwhile, Refusal, NotFound, NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    _check(content)
    with in_scope(scope):
        row = _new(scope, at) if template_id is None else _locked(scope, template_id)
        if template_id is not None and row.draft_number != based_on:
            raise SavedMeanwhile(row.draft_number)
        if template_id is not None:
            row.draft_number += 1
        row.sealed = seal_draft(practice_keys(scope), content, template_id=row.id, number=row.draft_number)
        row.changed, row.updated_at = True, at
        row.save()
        record(scope, entries.DRAFT_SAVED, at=at, subject=row.id, draft=row.draft_number)
    return row.id


def publish_version(scope: Scope, template_id: UUID, *, based_on: int, at: datetime) -> UUID:
    """Publishes the draft as the next version and gives its id. Published once, it never changes.

    Raises Refusal with the first thing that is missing (`rules.problems`), SavedMeanwhile, NotFound, NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = _locked(scope, template_id)
        if row.draft_number != based_on:
            raise SavedMeanwhile(row.draft_number)
        if not row.changed:
            raise Refusal("nothing_new", "This is what the newest version says already.")
        content = open_draft(practice_keys(scope), row)
        made = _publish(scope, row, content, at=at)
        row.published, row.changed, row.updated_at = made.number, False, at
        row.save(update_fields=["published", "changed", "updated_at"])
        sha256 = bytes(made.content_sha256).hex()
        record(scope, entries.PUBLISHED, at=at, subject=made.id, version=made.number, sha256=sha256)
    return made.id


def retire(scope: Scope, template_id: UUID, *, at: datetime) -> None:
    """Takes a form out of use: nobody is asked to sign it any more, and what was signed stays. Raises NotFound."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = _locked(scope, template_id)
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        record(scope, entries.RETIRED, at=at, subject=row.id)


def _publish(scope: Scope, row: TemplateRow, content: Content, *, at: datetime) -> VersionRow:
    found = judged(scope, content)
    if found.problems:
        first = found.problems[0]
        raise Refusal(first.code, f"{first.sentence} ({first.citation})")
    plain, version_id = content_to_bytes(content), new_id()
    return VersionRow.objects.create(
        id=version_id,
        practice_id=scope.practice_id,
        template_id=row.id,
        number=row.published + 1,
        sealed=seal_version(practice_keys(scope), plain, version_id=version_id),
        content_sha256=hashlib.sha256(plain).digest(),
        grades={language.value: years for language, years in found.grades.items()},
        published_at=at,
        published_by=scope.actor.id,
    )


def _check(content: Content) -> None:
    if not content.name.strip() or len(content.name) > NAME_LENGTH_MAX:
        raise Refusal(
            "form_name", f"Give the form a name of at most {NAME_LENGTH_MAX} letters, for your staff."
        )
    if len(content_to_bytes(content)) > CONTENT_BYTES_MAX:
        raise Refusal("form_too_long", "This form is too long; nobody would read it.")


def _new(scope: Scope, at: datetime) -> TemplateRow:
    if TemplateRow.objects.filter(practice_id=scope.practice_id).count() >= TEMPLATES_MAX:
        raise Refusal("too_many_forms", "There are as many forms as Bedside holds; change one instead.")
    return TemplateRow(id=new_id(), practice_id=scope.practice_id, created_at=at, updated_at=at)


def _locked(scope: Scope, template_id: UUID) -> TemplateRow:
    rows = TemplateRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=template_id)
    row = rows.first()
    if row is None:
        raise NotFound
    if row.retired_at is not None:
        raise Refusal("form_retired", "This form is retired; start a new one from it.")
    return row
