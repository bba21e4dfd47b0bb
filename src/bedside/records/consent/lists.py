"""Taking over a list of what is not to be written to: received, looked at, started, worked on in batches, undone.

The file lies sealed in `SuppressionLines` until it is taken over and goes then; lines that could not be read stay
until they are removed, or until anybody is erased, for any of them might hold that person's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from django.db import connection

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope, reading
from bedside.records.consent import list_entries
from bedside.records.consent.models import AddressSuppression, SuppressionLines, SuppressionList
from bedside.records.consent.rules import LiftReason, SuppressionScope
from bedside.records.consent.rules.lists import BadLine, BadList, read_list
from bedside.records.consent.rules.suppressions import (
    INDEX_LABELS,
    LIST_SOURCE,
    ListOrigin,
    ListState,
    SuppressionKind,
)
from bedside.records.patients.queries import ids_by_addresses
from bedside.safeguards.audit.actions import record, record_each
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.records.consent.rules.lists import ListEntry, ReadList

BATCH_ENTRIES = 2_000
_FILE, _BAD = "file", "bad"
_TABLE = "consent_suppression_lines"
_UNDER_WAY = {ListState.QUEUED.value, ListState.RUNNING.value}
_ADD = """
    INSERT INTO consent_suppression
        (id, practice_id, "of", address_index, scope, reason, source, at, lifted_because, lifted_source)
    SELECT fresh.id, %s, fresh.kind, fresh.address_index, fresh.scope, fresh.reason, %s, %s, '', ''
    FROM unnest(%s::uuid[], %s::text[], %s::bytea[], %s::text[], %s::text[])
        AS fresh (id, kind, address_index, scope, reason)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """One list: counts and codes, nothing of anybody."""

    id: UUID
    state: ListState
    covers: SuppressionScope
    origin: ListOrigin | None
    entries: int
    addresses: int
    hashes: int
    domains: int
    repeated: int
    contradicting: int
    bad: int
    done: int
    added: int
    known: int
    on_record: int
    lifted: int
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    has_bad_lines: bool

    @property
    def percent(self) -> int:
        return 100 * self.done // self.entries if self.entries else 100


def receive_list(scope: Scope, content: bytes, *, at: datetime) -> UUID:
    """Reads and keeps a list; nothing is suppressed yet. Raises Refusal for what is no list."""
    scope.require(Right.RECORD_CONSENT)
    try:
        found = read_list(content)
    except BadList as error:
        raise Refusal("list", str(error)) from None
    list_id = new_id()
    with in_scope(scope):
        _new_row(scope, list_id, found, at=at).save(force_insert=True)
        _keep(scope, list_id, _FILE, content)
        if found.bad:
            told = [(one.line, one.code, one.text) for one in found.bad]
            _keep(scope, list_id, _BAD, orjson.dumps(told))
        record(
            scope, list_entries.LIST_RECEIVED, at=at, subject=list_id,
            count=len(found.entries), bad=found.bad_count,
        )  # fmt: skip
    return list_id


def start_list(
    scope: Scope, list_id: UUID, *, covers: SuppressionScope, origin: ListOrigin, at: datetime, here: bool
) -> None:
    """Confirms a list; a worker takes it over, or with `here` the caller does by `run_list`. Raises Refusal, NotFound.

    `covers` counts for entries that say nothing themselves.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = _locked(scope, list_id, states={ListState.RECEIVED.value})
        if not row.entries:
            raise Refusal("list", "No line of this list can be read, so there is nothing to take over.")
        row.state, row.covers, row.origin, row.worked_at = (
            ListState.QUEUED.value,
            covers.value,
            origin.value,
            at,
        )
        row.save(update_fields=["state", "covers", "origin", "worked_at"])
        record(
            scope, list_entries.LIST_STARTED, at=at, subject=list_id, covers=covers.value, origin=origin.value
        )
        if not here:
            enqueue(
                "consent.take_list",
                lock=f"suppressions:{scope.practice_id}",
                practice_id=scope.practice_id,
                list_id=list_id,
            )


def run_list(scope: Scope, list_id: UUID, *, at: datetime) -> ListView:
    """Takes the list over from where it stands, one transaction for `BATCH_ENTRIES`; run again, it does no harm."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = SuppressionList.objects.filter(practice_id=scope.practice_id, id=list_id).first()
        content = _kept(scope, list_id, _FILE) if row is not None and row.state in _UNDER_WAY else None
    if content is not None:
        entries = read_list(content).entries
        while _take_batch(scope, list_id, entries, at=at):
            pass
    return list_view(scope, list_id)


def _take_batch(scope: Scope, list_id: UUID, entries: Sequence[ListEntry], *, at: datetime) -> bool:
    """True while there is more to do."""
    with in_scope(scope):
        row = _locked(scope, list_id, states=None)
        if row.state not in _UNDER_WAY:
            return False
        part = entries[row.done : row.done + BATCH_ENTRIES]
        added = _add(scope, row, part, at=at)
        row.done += len(part)
        row.added += added
        row.known += len(part) - added
        row.on_record += _note_people(scope, row, part, at=at)
        row.state, row.worked_at = ListState.RUNNING.value, at
        if row.done >= len(entries):
            _finish(scope, row, at=at)
        row.save()
        return row.state == ListState.RUNNING.value


def _add(scope: Scope, row: SuppressionList, part: Sequence[ListEntry], *, at: datetime) -> int:
    keys = practice_keys(scope)
    columns = (
        [new_id() for _ in part],
        [entry.of.value for entry in part],
        [keys.blind_index(INDEX_LABELS[entry.of], entry.value) for entry in part],
        [(entry.scope or SuppressionScope(row.covers)).value for entry in part],
        [entry.reason.value for entry in part],
    )
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [scope.practice_id, f"{LIST_SOURCE}{row.id}", at, *columns])
        return int(cursor.rowcount)


def _note_people(scope: Scope, row: SuppressionList, part: Sequence[ListEntry], *, at: datetime) -> int:
    """A leaf in the ledger for each patient whose address the list names. Whom a hash names, nobody knows yet."""
    named = [entry.value for entry in part if entry.of is SuppressionKind.ADDRESS]
    people = {one for several in ids_by_addresses(scope, named).values() for one in several}
    if people:
        record_each(
            scope, list_entries.LIST_TAKEN, at=at, about=row.id, subjects=sorted(people),
            for_member=row.created_by,
        )  # fmt: skip
    return len(people)


def _finish(scope: Scope, row: SuppressionList, *, at: datetime) -> None:
    row.state, row.finished_at = ListState.FINISHED.value, at
    _forget(scope, row.id, _FILE)
    record(
        scope, list_entries.LIST_FINISHED, at=at, subject=row.id, added=row.added, known=row.known,
        for_member=row.created_by,
    )  # fmt: skip


def cancel_list(scope: Scope, list_id: UUID, *, at: datetime) -> None:
    """Throws away a list that is not done; what it added so far stays until it is undone. Raises Refusal, NotFound."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = _locked(scope, list_id, states={ListState.RECEIVED.value, *_UNDER_WAY})
        row.state, row.finished_at = ListState.CANCELLED.value, at
        row.save(update_fields=["state", "finished_at"])
        _forget(scope, list_id, _FILE)
        _forget(scope, list_id, _BAD)
        record(scope, list_entries.LIST_CANCELLED, at=at, subject=list_id)


def undo_list(scope: Scope, list_id: UUID, *, at: datetime) -> int:
    """Lifts everything that the list added and is still in force, as entered by mistake. Gives how many rows.

    What stood before the list stays. Raises Refusal, NotFound.
    """
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        row = _locked(scope, list_id, states={ListState.FINISHED.value, ListState.CANCELLED.value})
        rows = AddressSuppression.objects.filter(
            practice_id=scope.practice_id, source=f"{LIST_SOURCE}{list_id}", lifted_at=None
        )
        row.lifted = rows.update(lifted_at=at, lifted_because=LiftReason.ENTERED_BY_MISTAKE.value)
        row.state, row.undone_at = ListState.UNDONE.value, at
        row.save(update_fields=["lifted", "state", "undone_at"])
        _forget(scope, list_id, _BAD)
        record(scope, list_entries.LIST_UNDONE, at=at, subject=list_id, lifted=row.lifted)
    return row.lifted


def bad_lines(scope: Scope, list_id: UUID, *, at: datetime) -> list[BadLine]:
    """The lines that could not be read, for a download, which goes into the ledger. Raises Refusal, NotFound."""
    scope.require(Right.RECORD_CONSENT)
    with in_scope(scope):
        _locked(scope, list_id, states=None)
        kept = _kept(scope, list_id, _BAD)
        if kept is None:
            raise Refusal("no_bad_lines", "There are no lines to download.")
        lines = [BadLine(line=line, code=code, text=text) for line, code, text in orjson.loads(kept)]
        record(scope, list_entries.LIST_BAD_LINES_EXPORTED, at=at, subject=list_id, count=len(lines))
    return lines


def forget_bad_lines(scope: Scope) -> None:
    """Removes the lines kept of every list, within the caller's transaction: any might hold an erased address."""
    SuppressionLines.objects.filter(practice_id=scope.practice_id, kind=_BAD).delete()


def list_view(scope: Scope, list_id: UUID) -> ListView:
    """Raises NotFound."""
    with reading(scope):
        row = SuppressionList.objects.filter(practice_id=scope.practice_id, id=list_id).first()
        if row is None:
            raise NotFound("There is no such list.")
        return _view(scope, row)


def recent_lists(scope: Scope, *, limit: int) -> list[ListView]:
    """Newest first."""
    with reading(scope):
        rows = SuppressionList.objects.filter(practice_id=scope.practice_id).order_by("-created_at", "-id")
        return [_view(scope, row) for row in rows[:limit]]


def _view(scope: Scope, row: SuppressionList) -> ListView:
    kept = SuppressionLines.objects.filter(practice_id=scope.practice_id, list_id=row.id, kind=_BAD)
    return ListView(
        state=ListState(row.state),
        covers=SuppressionScope(row.covers),
        origin=ListOrigin(row.origin) if row.origin else None,
        has_bad_lines=kept.exists(),
        **{
            name: getattr(row, name)
            for name in (
                "id", "entries", "addresses", "hashes", "domains", "repeated", "contradicting", "bad", "done", "added",
                "known", "on_record", "lifted", "created_by", "created_at", "finished_at", "undone_at",
            )
        },
    )  # fmt: skip


def _new_row(scope: Scope, list_id: UUID, found: ReadList, *, at: datetime) -> SuppressionList:
    return SuppressionList(
        id=list_id,
        practice_id=scope.practice_id,
        state=ListState.RECEIVED.value,
        covers=SuppressionScope.MARKETING.value,
        origin="",
        entries=len(found.entries),
        addresses=found.count(SuppressionKind.ADDRESS),
        hashes=found.count(SuppressionKind.HASH),
        domains=found.count(SuppressionKind.DOMAIN),
        repeated=found.repeated,
        contradicting=found.contradicting,
        bad=found.bad_count,
        created_by=scope.actor.id,
        created_at=at,
    )


def _locked(scope: Scope, list_id: UUID, *, states: set[str] | None) -> SuppressionList:
    rows = SuppressionList.objects.select_for_update().filter(practice_id=scope.practice_id, id=list_id)
    row = rows.first()
    if row is None:
        raise NotFound("There is no such list.")
    if states is not None and row.state not in states:
        raise Refusal("list_state", "That cannot be done with this list any more. Look at the page anew.")
    return row


def _keep(scope: Scope, list_id: UUID, kind: str, plain: bytes) -> None:
    SuppressionLines.objects.create(
        id=new_id(),
        practice_id=scope.practice_id,
        list_id=list_id,
        kind=kind,
        sealed=practice_keys(scope).seal(plain, table=_TABLE, row=str(list_id), column=kind),
    )


def _kept(scope: Scope, list_id: UUID, kind: str) -> bytes | None:
    row = SuppressionLines.objects.filter(practice_id=scope.practice_id, list_id=list_id, kind=kind).first()
    if row is None:
        return None
    return practice_keys(scope).open(bytes(row.sealed), table=_TABLE, row=str(list_id), column=kind)


def _forget(scope: Scope, list_id: UUID, kind: str) -> None:
    SuppressionLines.objects.filter(practice_id=scope.practice_id, list_id=list_id, kind=kind).delete()
