"""Questions about sign-up forms, sign-ups and intake keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.records.signups.forms import open_draft, promises_of
from bedside.records.signups.links import FormLink, form_address, seal_form_link
from bedside.records.signups.models import FormRow, FormVersionRow, IntakeKeyRow, PendingRow
from bedside.records.signups.rules import Content, Definition, Language, content_from_bytes, is_outdated
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One version of a form. `wordings`: SHA-256 as hex of its words by language."""

    form_id: UUID
    version_id: UUID
    number: int
    content: Content
    wordings: Mapping[Language, str]
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form as staff see it. `published` is 0 before any version; `is_open`: people can sign up by it now."""

    id: UUID
    definition: Definition
    draft_number: int
    published: int
    changed: bool
    is_open: bool
    is_retired: bool
    updated_at: datetime
    pending: int
    confirmed: int
    expired: int
    token: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    id: UUID
    name: str
    made_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def forms(scope: Scope) -> list[FormView]:
    """All forms, the one changed last first, retired ones at the end."""
    with reading(scope):
        rows = list(FormRow.objects.filter(practice_id=scope.practice_id).order_by("-updated_at"))
        counts = _counts(scope)
        found = [_view(scope, row, counts.get(row.id, {})) for row in rows]
    return sorted(found, key=lambda one: one.is_retired)


def form(scope: Scope, form_id: UUID) -> FormView:
    """Raises NotFound."""
    with reading(scope):
        row = FormRow.objects.filter(practice_id=scope.practice_id, id=form_id).first()
        if row is None:
            raise NotFound
        return _view(scope, row, _counts(scope, form_id=form_id).get(form_id, {}))


def open_form(scope: Scope, form_id: UUID) -> Published | None:
    """The newest version, if people can sign up by it: None if it promises what does not hold any more.

    Raises NotFound for a form that was never published or is retired.
    """
    with reading(scope):
        rows = FormRow.objects.filter(practice_id=scope.practice_id, id=form_id, retired_at=None)
        if not rows.exists():
            raise NotFound
        found = _newest(scope, form_id)
        if found is None:
            raise NotFound
        now = promises_of(scope, found.content.definition)
        return None if is_outdated(found.content, now) else found


def newest_version(scope: Scope, form_id: UUID) -> Published | None:
    """What was published last, open or not; None before any."""
    with reading(scope):
        return _newest(scope, form_id)


def published_version(scope: Scope, version_id: UUID) -> Published:
    """Raises NotFound."""
    with reading(scope):
        row = FormVersionRow.objects.filter(practice_id=scope.practice_id, id=version_id).first()
        if row is None:
            raise NotFound
        return _published(scope, row)


def wording_of(scope: Scope, sha256: str) -> str:
    """The exact words behind a yes, by the hash in its evidence (CON-03). Raises NotFound."""
    with reading(scope):
        rows = FormVersionRow.objects.filter(practice_id=scope.practice_id)
        for row in rows.order_by("-published_at"):
            if sha256 in row.wordings.values():
                found = _published(scope, row)
                for text in found.content.wordings.values():
                    if hashlib.sha256(text.encode()).hexdigest() == sha256:
                        return text
    raise NotFound


def intake_keys(scope: Scope) -> list[KeyView]:
    """All keys, the newest first; never a secret, which nobody has any more."""
    with reading(scope):
        rows = IntakeKeyRow.objects.filter(practice_id=scope.practice_id).order_by("-made_at")
        return [
            KeyView(
                id=row.id, name=row.name, made_at=row.made_at, used_at=row.used_at, revoked_at=row.revoked_at
            )
            for row in rows
        ]


def _counts(scope: Scope, *, form_id: UUID | None = None) -> dict[UUID, dict[str, int]]:
    rows = PendingRow.objects.filter(practice_id=scope.practice_id)
    if form_id is not None:
        rows = rows.filter(form_id=form_id)
    found: dict[UUID, dict[str, int]] = {}
    for which, state, count in rows.values_list("form_id", "state").annotate(Count("id")):
        found.setdefault(which, {})[state] = count
    return found


def _view(scope: Scope, row: FormRow, counts: Mapping[str, int]) -> FormView:
    token = seal_form_link(FormLink(practice_id=scope.practice_id, form_id=row.id))
    newest = _newest(scope, row.id) if row.published and row.retired_at is None else None
    is_open = newest is not None and not is_outdated(
        newest.content, promises_of(scope, newest.content.definition)
    )
    return FormView(
        id=row.id,
        definition=open_draft(scope, row),
        draft_number=row.draft_number,
        published=row.published,
        changed=row.changed,
        is_open=is_open,
        is_retired=row.retired_at is not None,
        updated_at=row.updated_at,
        pending=counts.get("pending", 0),
        confirmed=counts.get("confirmed", 0),
        expired=counts.get("expired", 0),
        token=token,
        address=form_address(token),
    )


def _newest(scope: Scope, form_id: UUID) -> Published | None:
    rows = FormVersionRow.objects.filter(practice_id=scope.practice_id, form_id=form_id)
    row = rows.order_by("-number").first()
    return None if row is None else _published(scope, row)


def _published(scope: Scope, row: FormVersionRow) -> Published:
    plain = practice_keys(scope).open(
        bytes(row.sealed), table="signups_version", row=str(row.id), column="sealed"
    )
    return Published(
        form_id=row.form_id,
        version_id=row.id,
        number=row.number,
        content=content_from_bytes(plain),
        wordings={Language(code): sha256 for code, sha256 in row.wordings.items()},
        published_at=row.published_at,
    )
