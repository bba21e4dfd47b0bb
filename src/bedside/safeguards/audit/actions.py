"""Writing to the ledger: inside the transaction of the act it records, so neither stands without the other."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, LiteralString

from django.db import DatabaseError, OperationalError, connection

from bedside.ground.errors import Fault
from bedside.ground.rows import execute_binary
from bedside.ground.scope import Scope, reading
from bedside.safeguards.audit.bodies import PEOPLE_PER_ROW, bodies_about, pack
from bedside.safeguards.audit.rules import Detail, EntryKind, Outcome, canonical_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.safeguards.audit.sealing import Sealed

    # When, which kind, whose act (kind, id, purpose), on whom or what, the canonical body.
    _Row = tuple[datetime, str, str, str, str, str, bytes]

_ROWS_PER_STATEMENT = 1000
_INSERT = """
    INSERT INTO audit_entry (practice_id, at, kind, actor_kind, actor_id, purpose, subject, count, body)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
# In arrays: an act waits for its entry, and a model and a placeholder for each value take four times as long.
_INSERT_MANY: LiteralString = """
    INSERT INTO audit_entry (practice_id, at, kind, actor_kind, actor_id, purpose, subject, count, body)
    SELECT %s, act.at, act.kind, act.actor_kind, act.actor_id, act.purpose, act.subject, 1, act.body
    FROM unnest(%s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[])
        WITH ORDINALITY AS act (at, kind, actor_kind, actor_id, purpose, subject, body, place)
    ORDER BY act.place
"""


class LedgerUnwritable(Fault):
    """The act is undone with its transaction: what cannot be recorded does not happen."""

    def __init__(self) -> None:
        super().__init__(
            "ledger_unwritable",
            "The ledger cannot be written, so nothing is shown or sent; tell whoever runs this server.",
            retry_after_s=5,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to be recorded. `subject` is the id it is about; `details` as its kind declares."""

    kind: EntryKind
    subject: UUID | str = ""
    details: Mapping[str, Detail] = field(default_factory=dict)
    outcome: str = Outcome.DONE


def record(
    scope: Scope,
    kind: EntryKind,
    *,
    at: datetime,
    subject: UUID | str = "",
    outcome: str = Outcome.DONE,
    **details: Detail,
) -> None:
    """Adds one entry. Raises BadEntry for details its kind does not declare, LedgerUnwritable.

    Never opens a transaction of its own outside one: call it inside the action's `in_scope`.
    """
    record_many(scope, [Act(kind=kind, subject=subject, details=details, outcome=outcome)], at=at)


def record_many(scope: Scope, acts: Iterable[Act], *, at: datetime) -> None:
    """Adds entries in order, in one statement per thousand. Raises BadEntry, LedgerUnwritable."""
    _add(scope, [_row(scope, act, at) for act in acts])


def record_apart(acts: Sequence[tuple[Scope, datetime, Act]]) -> None:
    """Adds entries of several actors of one practice, each with its own moment, in one statement per thousand.

    Call it inside the `in_scope` of the acts. Raises BadEntry, LedgerUnwritable.
    """
    if not acts:
        return
    _add(acts[0][0], [_row(scope, act, at) for scope, at, act in acts])


def _add(scope: Scope, rows: Sequence[_Row]) -> None:
    with reading(scope), _or_undo():
        for start in range(0, len(rows), _ROWS_PER_STATEMENT):
            columns = map(list, zip(*rows[start : start + _ROWS_PER_STATEMENT], strict=True))
            execute_binary(_INSERT_MANY, [scope.practice_id, *columns])


def record_each(
    scope: Scope,
    kind: EntryKind,
    *,
    at: datetime,
    about: UUID | str,
    subjects: Sequence[UUID],
    outcome: str = Outcome.DONE,
    **details: Detail,
) -> None:
    """Adds one entry per person of one act on many, in one row per thousand; none for nobody.

    `about` is what the act as a whole is about, such as a campaign: it stands in each entry and finds the row.
    Raises BadEntry, LedgerUnwritable.
    """
    head = _head(scope, at=at, subject="", outcome=outcome)
    if about:
        head["about"] = str(about)
    actor = scope.actor
    columns = (scope.practice_id, at, kind.name, actor.kind.value, actor.id, scope.purpose.value)
    for start in range(0, len(subjects), PEOPLE_PER_ROW):
        part = subjects[start : start + PEOPLE_PER_ROW]
        joined = bodies_about(kind, head, details, part)
        body = bytes(joined) if len(part) == 1 else pack(joined)
        # A row on one person, about nothing else, is found by that person as any single entry is.
        found_by = about or (part[0] if len(part) == 1 else "")
        with reading(scope), _or_undo(), connection.cursor() as cursor:
            cursor.execute(_INSERT, (*columns, str(found_by), len(part), body))


def seal(scope: Scope, *, at: datetime) -> Sealed | None:
    """Puts whatever is written and not yet sealed under a signed checkpoint; None when there was nothing to do.

    Can be called at any time, by anybody, by several at once. Raises Refusal or Fault when the vault cannot be
    opened or the ledger is damaged: nothing is lost then, entries wait.
    """
    from bedside.safeguards.audit.sealing import seal_all

    return seal_all(scope, at=at)


@contextmanager
def _or_undo() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        if _server_is_away(error):
            raise  # every door has its own sentence for that
        raise LedgerUnwritable from error


def _server_is_away(error: DatabaseError) -> bool:
    """A lost connection, or a server that ends it (SQLSTATE classes 08 and 57); psycopg gives no state for its own."""
    state = getattr(error.__cause__, "sqlstate", None)
    return isinstance(error, OperationalError) and (state is None or state[:2] in {"08", "57"})


def _row(scope: Scope, act: Act, at: datetime) -> _Row:
    head = _head(scope, at=at, subject=str(act.subject), outcome=act.outcome)
    body = canonical_body(act.kind, head, act.details)
    actor = scope.actor
    return at, act.kind.name, actor.kind.value, actor.id, scope.purpose.value, str(act.subject), body


def _head(scope: Scope, *, at: datetime, subject: str, outcome: str) -> dict[str, Detail]:
    return {
        "practice": scope.practice_id,
        "at": at,
        "actor_kind": scope.actor.kind.value,
        "actor": scope.actor.id,
        "purpose": scope.purpose.value,
        "origin": scope.origin,
        "outcome": Outcome(outcome),
        "subject": subject,
    }
