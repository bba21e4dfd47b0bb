"""Verbs on API keys: make, revoke, and let a caller in by one.

Threat not covered: whoever holds a key can send records for its system until it is revoked; they can read nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bedside.ground import logs
from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose, Scope, in_scope, system_scope
from bedside.safeguards.apikeys import entries
from bedside.safeguards.apikeys.models import ApiKeyRow
from bedside.safeguards.apikeys.rules import (
    CALLS_PER_MINUTE_MAX,
    GRANTABLE,
    NAME,
    SECRET_BYTES,
    ApiKey,
    read,
    written,
)
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.refusals import note_refused
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

KEYS_MAX: Final = 50
_PAGE: Final = "api"
_REVOKED: Final = "key_revoked"
_FORGED: Final = "key_secret"

log = logs.logger("apikeys")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCaller:
    """Who calls. `scope` has the one right of the key; `made_by` is in whose name the key acts."""

    scope: Scope
    key_id: UUID
    source_id: UUID
    made_by: str


def make_api_key(scope: Scope, *, name: str, right: Right, source_id: UUID, at: datetime) -> str:
    """The new key's text, which nobody can see again. Raises Refusal, NotAllowed.

    Nobody gives a key what they may not do themselves. The caller checks that the system exists.
    """
    scope.require(Right.MANAGE_PRACTICE)
    scope.require(right)
    if right not in GRANTABLE:
        raise Refusal("key_right", "No key can be made for this.")
    if not NAME.match(name):
        raise Refusal(
            "key_name", "Name the key with small letters, digits and hyphens, such as hospital-feed."
        )
    key = ApiKey(practice_id=scope.practice_id, key_id=new_id(), secret=os.urandom(SECRET_BYTES))
    with in_scope(scope):
        held = ApiKeyRow.objects.filter(practice_id=scope.practice_id, revoked_at=None)
        if held.filter(name=name).exists():
            raise Refusal("key_taken", "There is a key of this name; revoke it first or choose another name.")
        if held.count() >= KEYS_MAX:
            raise Refusal("too_many_keys", "There are as many keys as Bedside holds; revoke one first.")
        ApiKeyRow.objects.create(
            id=key.key_id,
            practice_id=scope.practice_id,
            name=name,
            right=right.value,
            source_id=source_id,
            secret_sha256=hashlib.sha256(key.secret).digest(),
            made_at=at,
            made_by=scope.actor.id,
        )
        record(
            scope, entries.MADE, at=at, subject=key.key_id, name=name, right=right.value, source_id=source_id
        )
    return written(key)


def revoke_api_key(scope: Scope, key_id: UUID, *, at: datetime) -> None:
    """Ends a key at once. Raises NotFound, NotAllowed."""
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        rows = ApiKeyRow.objects.filter(practice_id=scope.practice_id, id=key_id, revoked_at=None)
        row = rows.select_for_update().first()
        if row is None:
            raise NotFound("There is no such API key in force.")
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        record(scope, entries.REVOKED, at=at, subject=row.id, name=row.name)


def api_caller(text: str, *, origin: str, at: datetime) -> ApiCaller | None:
    """None for a key that is not in force. Raises Refusal "too_many" for one that comes too often.

    A key of ours that was revoked, or that came with another secret, leaves an entry in the ledger, at most one a
    minute of each; what was never a key only a line in the log.
    """
    key = read(text)
    row = None if key is None else _row_of(key, origin=origin, at=at)
    if key is None or row is None:
        log.warning("apikey.refused")
        return None
    if row.count > CALLS_PER_MINUTE_MAX:
        raise Refusal("too_many", f"Call at most {CALLS_PER_MINUTE_MAX} times a minute; wait a minute.")
    return ApiCaller(
        scope=_scope(key, row.right, origin), key_id=row.id, source_id=row.source_id, made_by=row.made_by
    )


def note_ended(caller: ApiCaller, *, at: datetime) -> None:
    """Records that a key was revoked while what it sent was still coming."""
    note_refused(caller.scope, page=_PAGE, reason=_REVOKED, at=at)


def _row_of(key: ApiKey, *, origin: str, at: datetime) -> ApiKeyRow | None:
    """The key in force, its call counted; None, and noted, for any other."""
    scope = _scope(key, "", origin)
    try:
        with in_scope(scope):
            row = (
                ApiKeyRow.objects.select_for_update()
                .filter(practice_id=key.practice_id, id=key.key_id)
                .first()
            )
            if row is None:
                return None
            told = hashlib.sha256(key.secret).digest()
            if not hmac.compare_digest(bytes(row.secret_sha256), told):
                note_refused(scope, page=_PAGE, reason=_FORGED, at=at)
                return None
            if row.revoked_at is not None:
                note_refused(scope, page=_PAGE, reason=_REVOKED, at=at)
                return None
            _note(scope, row, at=at)
            return row
    except NotFound:  # of a practice that is not here
        return None


def _note(scope: Scope, row: ApiKeyRow, *, at: datetime) -> None:
    """Counts the call in its minute; the day's first is in the ledger."""
    minute = at.replace(second=0, microsecond=0)
    if row.used_at is None or row.used_at.date() != at.date():
        record(scope, entries.USED, at=at, subject=row.id, name=row.name)
    row.count = row.count + 1 if row.window == minute else 1
    row.window, row.used_at = minute, at
    row.save(update_fields=["count", "window", "used_at"])


def _scope(key: ApiKey, right: str, origin: str) -> Scope:
    made = system_scope(
        key.practice_id,
        name=f"api:{key.key_id}",
        purpose=Purpose.OPERATIONS,
        rights=frozenset({right} - {""}),
    )
    return replace(made, origin=origin)
