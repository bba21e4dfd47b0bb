"""Keys with which another system may send people, and do nothing else. Shown once; only a hash is kept.

Threat not covered: whoever holds the key can send people and answers until it is revoked; they can read nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.scope import Purpose, Scope, in_scope, system_scope
from bedside.records.signups import entries
from bedside.records.signups.models import IntakeKeyRow
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right

if TYPE_CHECKING:
    from datetime import datetime

KEYS_MAX: Final = 20
_PREFIX: Final = "bedside_intake_"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
_SECRET_BYTES: Final = 32
_BYTES: Final = 32 + _SECRET_BYTES
_NOTED_EVERY: Final = timedelta(minutes=10)  # that a key is used; not one write per person


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who sends people. `scope` may put people and their answers on record, and read nothing."""

    scope: Scope
    key_id: UUID


def make_key(scope: Scope, *, name: str, at: datetime) -> str:
    """The new key, which nobody can see again. Raises Refusal, NotAllowed."""
    scope.require(Right.MANAGE_PRACTICE)
    if not _NAME.match(name):
        raise Refusal("key_name", "Name the key with small letters, digits and hyphens, such as website.")
    key_id, secret = new_id(), os.urandom(_SECRET_BYTES)
    with in_scope(scope):
        held = IntakeKeyRow.objects.filter(practice_id=scope.practice_id, revoked_at=None)
        if held.filter(name=name).exists():
            raise Refusal("key_taken", "There is a key of this name; revoke it first or choose another name.")
        if held.count() >= KEYS_MAX:
            raise Refusal("too_many_keys", "There are as many keys as Bedside holds; revoke one first.")
        IntakeKeyRow.objects.create(
            id=key_id,
            practice_id=scope.practice_id,
            name=name,
            secret_sha256=hashlib.sha256(secret).digest(),
            made_at=at,
            made_by=scope.actor.id,
        )
        record(scope, entries.KEY_MADE, at=at, subject=key_id, name=name)
    raw = scope.practice_id.bytes + key_id.bytes + secret
    return _PREFIX + urlsafe_b64encode(raw).rstrip(b"=").decode()


def revoke_key(scope: Scope, *, name: str, at: datetime) -> None:
    """Ends a key at once. Raises NotFound, NotAllowed."""
    scope.require(Right.MANAGE_PRACTICE)
    with in_scope(scope):
        rows = IntakeKeyRow.objects.filter(practice_id=scope.practice_id, name=name, revoked_at=None)
        row = rows.select_for_update().first()
        if row is None:
            raise NotFound("There is no intake key of this name.")
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        record(scope, entries.KEY_REVOKED, at=at, subject=row.id, name=name)


def caller(key: str, *, origin: str, at: datetime) -> Caller | None:
    """None for a key that was never made, was revoked, or is another practice's."""
    opened = _open(key)
    if opened is None:
        return None
    practice_id, key_id, secret = opened
    scope = _scope(practice_id, key_id, origin)
    try:
        with in_scope(scope):
            row = IntakeKeyRow.objects.filter(practice_id=practice_id, id=key_id, revoked_at=None).first()
            if row is None or not hmac.compare_digest(
                bytes(row.secret_sha256), hashlib.sha256(secret).digest()
            ):
                return None
            if row.used_at is None or at - row.used_at > _NOTED_EVERY:
                IntakeKeyRow.objects.filter(practice_id=practice_id, id=key_id).update(used_at=at)
    except NotFound:
        return None
    return Caller(scope=scope, key_id=key_id)


def _open(key: str) -> tuple[UUID, UUID, bytes] | None:
    if not key.startswith(_PREFIX) or not key.isascii():
        return None
    text = key.removeprefix(_PREFIX)
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    if len(raw) != _BYTES or urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        return None
    return UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), raw[32:]


def _scope(practice_id: UUID, key_id: UUID, origin: str) -> Scope:
    rights = frozenset({Right.EDIT_PATIENTS.value, Right.RECORD_CONSENT.value, Right.IMPORT_PATIENTS.value})
    made = system_scope(practice_id, name=f"intake:{key_id}", purpose=Purpose.OPERATIONS, rights=rights)
    return replace(made, origin=origin)
