"""Writing to the ledger: inside the transaction of the act it records, so neither stands without the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.rules import Detail, EntryKind, canonical_body, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

_ROWS_PER_STATEMENT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to be recorded. `subject` is the id it is about; `details` as its kind declares."""

    kind: EntryKind
    subject: UUID | str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)


def record(
    scope: Scope, kind: EntryKind, *, at: datetime, subject: UUID | str = "", **details: Detail
) -> None:
    """Adds one entry. Raises BadEntry for details its kind does not declare.

    Never opens a transaction of its own outside one: call it inside the action's `in_scope`.
    """
    record_many(scope, [Act(kind=kind, subject=subject, details=details)], at=at)


def record_many(scope: Scope, acts: Iterable[Act], *, at: datetime) -> None:
    """Adds entries in order, in one statement per thousand."""
    rows = [_entry(scope, act, at) for act in acts]
    with in_scope(scope):
        Entry.objects.bulk_create(rows, batch_size=_ROWS_PER_STATEMENT)


def _entry(scope: Scope, act: Act, at: datetime) -> Entry:
    head: dict[str, Detail] = {
        "practice": scope.practice_id,
        "at": at,
        "actor_kind": scope.actor.kind.value,
        "actor": scope.actor.id,
        "purpose": scope.purpose.value,
        "origin": scope.origin,
        "subject": str(act.subject),
    }
    body = canonical_body(act.kind, head, act.details)
    return Entry(
        practice_id=scope.practice_id,
        at=at,
        kind=act.kind.name,
        actor_kind=scope.actor.kind.value,
        actor_id=scope.actor.id,
        purpose=scope.purpose.value,
        subject=str(act.subject),
        body=body,
        leaf_hash=leaf_hash(body),
    )
