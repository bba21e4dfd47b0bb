"""A mark on each stored version of a practice's key, so that nobody with the tables alone changes how it stands.

Promise: a version whose state, dates or wrapped bytes were changed past Bedside, or that was never Bedside's, is used
for nothing. The mark is an HMAC under a key derived from the installation key, which is not in the database.
Not covered by the mark alone: a whole older row put back with the mark it had. The ledger remembers which versions
were marked compromised, followed or destroyed (`remembered`), and a row that says otherwise is as wrong as one without.
Compatibility pledge: the marked text is JSON of the fields below, its form first; another form gets another name.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from typing import TYPE_CHECKING

from django.conf import settings

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.vault.installation import installation_key
from bedside.safeguards.vault.models import PracticeKey
from bedside.safeguards.vault.remembered import Remembered, remembered
from bedside.safeguards.vault.rules import INDEX_VERSION, KeyState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_FORM = "bedside practice key mark 1"


class KeyChanged(Refusal):
    """A stored version is not as Bedside left it."""

    def __init__(self, version: int) -> None:
        which = "The look-up key" if version == INDEX_VERSION else f"Version {version} of the practice's key"
        super().__init__(
            "practice_key_changed",
            f"{which} was changed in the database past Bedside, so it is not used; "
            "find out who did it, then let the ledger say how it stands: bedside keys repair",
        )
        self.version = version


def is_genuine(row: PracticeKey, told: Remembered) -> bool:
    """Whether the row carries the mark of what stands in it, and the ledger does not remember it otherwise."""
    return has_right_mark(row) and not contradicts(row, told)


def has_right_mark(row: PracticeKey) -> bool:
    return hmac.compare_digest(bytes(row.mark), _mark(row))


def contradicts(row: PracticeKey, told: Remembered) -> bool:
    state = KeyState(row.state)
    return told.forbids(row.version, state, marked_compromised=row.compromised_at is not None)


def locked(scope: Scope) -> list[PracticeKey]:
    """Every version, oldest first, held until the transaction ends. Raises KeyChanged: no changed row gets a new mark.

    Call it inside the caller's scope.
    """
    told = remembered(scope)
    with in_scope(scope):
        rows = _rows(scope)
    for row in rows:
        if not is_genuine(row, told):
            raise KeyChanged(row.version)
    return rows


def unchecked(scope: Scope) -> list[PracticeKey]:
    """As `locked`, whatever the marks: for whoever makes the missing ones and repairs."""
    with in_scope(scope):
        return _rows(scope)


def put(row: PracticeKey, fields: Sequence[str]) -> None:
    """Stores these fields with the mark that fits them; the row is locked by the caller."""
    row.mark = _mark(row)
    row.save(update_fields=[*fields, "mark"])


def add(row: PracticeKey) -> None:
    """Stores a new row: its number, which the mark covers, is given by the database first."""
    row.save(force_insert=True)
    put(row, [])


def _rows(scope: Scope) -> list[PracticeKey]:
    rows = PracticeKey.objects.select_for_update().filter(practice_id=scope.practice_id)
    return list(rows.order_by("version"))


def _mark(row: PracticeKey) -> bytes:
    key = installation_key(settings.BEDSIDE_ROOT).derive("practice key marks")
    return hmac.digest(key, _text(row), "sha256")


def _text(row: PracticeKey) -> bytes:
    moments = (row.created_at, row.active_at, row.deactivated_at, row.compromised_at, row.destroyed_at)
    said = [
        _FORM, str(row.practice_id), "practice", row.id, row.version, str(KeyState(row.state)),
        *map(_moment, moments), row.wrapped_by, _hash(row.wrapped), _hash(row.recovery_copy), row.recovery_id,
    ]  # fmt: skip
    return json.dumps(said, separators=(",", ":")).encode()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _hash(content: bytes | memoryview) -> str:
    return hashlib.sha256(bytes(content)).hexdigest()
