"""Writing sign-up forms and publishing them. What was published never changes; a new version is a new row."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import orjson

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.records.signups import entries
from bedside.records.signups.models import FormRow, FormVersionRow
from bedside.records.signups.rules import (
    Content,
    Definition,
    Promises,
    check_definition,
    check_publishable,
    content_to_bytes,
    definition_from_plain,
    definition_to_plain,
    own_frequencies,
    statement,
    wording_text,
)
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

FORMS_MAX: Final = 100


def promises_of(scope: Scope, definition: Definition) -> Promises:
    """What the practice says of itself now, as a form repeats it."""
    own = profile(scope)
    return Promises(
        practice=own.name,
        monthly=own_frequencies(own.monthly_caps, definition.categories),
        notice_url=own.notice_url,
        notice_version=own.notice_version,
        consumer_policy_url=own.consumer_policy_url,
    )


def save_form(
    scope: Scope, form_id: UUID | None, definition: Definition, *, based_on: int = 0, at: datetime
) -> UUID:
    """Saves a draft; None makes a new form. `based_on` is the number of the draft that was edited.

    Raises Refusal, also if somebody saved meanwhile (`saved_meanwhile`), NotFound, NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    check_definition(definition)
    with in_scope(scope):
        row = _new(scope, at) if form_id is None else _locked(scope, form_id)
        if form_id is not None:
            _require_newest(row, based_on)
            row.draft_number += 1
        row.sealed = practice_keys(scope).seal(
            orjson.dumps(definition_to_plain(definition)),
            table="signups_form", row=str(row.id), column="sealed", version=row.draft_number,
        )  # fmt: skip
        row.changed, row.updated_at = True, at
        row.save()
        record(scope, entries.FORM_SAVED, at=at, subject=row.id, draft=row.draft_number)
    return row.id


def publish_form(scope: Scope, form_id: UUID, *, based_on: int, at: datetime) -> int:
    """Publishes the draft as the next version and gives its number; published once, it never changes.

    Publishing again is allowed without a change of the draft: the practice's promises may be others by now.
    Raises Refusal with the first thing that the form could not truthfully say, NotFound, NotAllowed.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = _locked(scope, form_id)
        _require_newest(row, based_on)
        definition = open_draft(scope, row)
        promises = promises_of(scope, definition)
        check_publishable(definition, promises)
        wordings = {
            language: wording_text(statement(definition, promises, language=language))
            for language in definition.languages
        }
        content = Content(definition=definition, promises=promises, wordings=wordings)
        made = _publish(scope, row, content, at=at)
        row.published, row.changed, row.updated_at = made.number, False, at
        row.save(update_fields=["published", "changed", "updated_at"])
        sha256 = bytes(made.content_sha256).hex()
        record(scope, entries.FORM_PUBLISHED, at=at, subject=row.id, version=made.number, sha256=sha256)
    return made.number


def retire_form(scope: Scope, form_id: UUID, *, at: datetime) -> None:
    """Takes a form out of use; links that are on their way can still be confirmed. Raises NotFound, NotAllowed."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = _locked(scope, form_id)
        row.retired_at = at
        row.save(update_fields=["retired_at"])
        record(scope, entries.FORM_RETIRED, at=at, subject=row.id)


def open_draft(scope: Scope, row: FormRow) -> Definition:
    """Raises Unsealable."""
    plain = practice_keys(scope).open(
        bytes(row.sealed), table="signups_form", row=str(row.id), column="sealed", version=row.draft_number
    )
    return definition_from_plain(orjson.loads(plain))


def _publish(scope: Scope, row: FormRow, content: Content, *, at: datetime) -> FormVersionRow:
    plain, version_id = content_to_bytes(content), new_id()
    sealed = practice_keys(scope).seal(plain, table="signups_version", row=str(version_id), column="sealed")
    return FormVersionRow.objects.create(
        id=version_id,
        practice_id=scope.practice_id,
        form_id=row.id,
        number=row.published + 1,
        sealed=sealed,
        content_sha256=hashlib.sha256(plain).digest(),
        wordings={
            language.value: hashlib.sha256(text.encode()).hexdigest()
            for language, text in content.wordings.items()
        },
        published_at=at,
        published_by=scope.actor.id,
    )


def _new(scope: Scope, at: datetime) -> FormRow:
    if FormRow.objects.filter(practice_id=scope.practice_id, retired_at=None).count() >= FORMS_MAX:
        raise Refusal(
            "too_many_forms", "There are as many sign-up forms as Bedside holds; change one instead."
        )
    return FormRow(id=new_id(), practice_id=scope.practice_id, created_at=at, updated_at=at)


def _locked(scope: Scope, form_id: UUID) -> FormRow:
    row = FormRow.objects.select_for_update().filter(practice_id=scope.practice_id, id=form_id).first()
    if row is None:
        raise NotFound
    if row.retired_at is not None:
        raise Refusal("form_retired", "This form is retired; make a new one.")
    return row


def _require_newest(row: FormRow, based_on: int) -> None:
    if row.draft_number != based_on:
        raise Refusal("saved_meanwhile", "Somebody saved this form meanwhile; open it again, then change it.")
