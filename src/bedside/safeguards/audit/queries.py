"""Reading the ledger, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.models import Entry
from bedside.safeguards.audit.rules import kinds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PAGE_ENTRIES_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One entry for reading. `details` are ids, counts and codes; `sentence` is made from them."""

    id: int
    at: datetime
    kind: str
    sentence: str
    actor_kind: str
    actor_id: str
    purpose: str
    subject: str
    origin: str
    details: Mapping[str, Any]
    leaf_hash: str


def entries(
    scope: Scope,
    *,
    before_id: int | None,
    kind: str,
    actor_id: str,
    subject: str,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[LedgerEntry]:
    """A page of entries older than `before_id`, filtered by whatever is not empty; `until` is not included."""
    wanted = {"kind": kind, "actor_id": actor_id, "subject": subject}
    filters: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    if before_id is not None:
        filters["id__lt"] = before_id
    if since is not None:
        filters["at__gte"] = since
    if until is not None:
        filters["at__lt"] = until
    with reading(scope):
        rows = Entry.objects.filter(practice_id=scope.practice_id, **filters).order_by("-id")
        return [_read(row) for row in rows[: min(limit, PAGE_ENTRIES_MAX)]]


def _read(row: Entry) -> LedgerEntry:
    body = json.loads(bytes(row.body))
    return LedgerEntry(
        id=row.id,
        at=row.at,
        kind=row.kind,
        sentence=_sentence(row.kind, body["details"]),
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        purpose=row.purpose,
        subject=row.subject,
        origin=body.get("origin", ""),
        details=body["details"],
        leaf_hash=bytes(row.leaf_hash).hex(),
    )


def _sentence(kind: str, details: Mapping[str, Any]) -> str:
    declared = kinds().get(kind)
    if declared is None:
        return kind
    values = {name: _words(details.get(name, "")) for name in declared.details}
    return declared.sentence.format(**values)


def _words(value: Any) -> Any:
    """Codes as words: "administrator+compliance_officer" becomes "administrator, compliance officer"."""
    return value.replace("+", ", ").replace("_", " ") if isinstance(value, str) else value
