"""From a stored file to batches of rows, and one batch into the records: all of it or nothing.

A batch is one transaction: patients, permissions, rejected rows, counts and how far the file is done. Whatever dies,
the import goes on after the last whole batch.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.records.consent.actions import record_imported
from bedside.records.consent.rules import Category, ImportedPermission
from bedside.records.intake.deciding import Doubt, Person
from bedside.records.intake.models import Import, Reject, Stop
from bedside.records.intake.nouns import ImportState
from bedside.records.intake.originals import rows_with_originals
from bedside.records.intake.people import People
from bedside.records.intake.pieces import read_head, read_piece
from bedside.records.intake.rules.mapping import ColumnMapping, choose, propose
from bedside.records.intake.rules.normalise import normalise
from bedside.records.intake.rules.nouns import DateOrder, PatientRow, RejectedRow, Remark
from bedside.records.intake.rules.reading import Layout, inspect, sample_rows
from bedside.records.intake.sealed import open_facts, seal_cells
from bedside.records.patients.actions import save_many
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

BATCH_ROWS = 1000
_FEED_BYTES = 16_384  # small, so that the bytes taken tell how far the reading really is


class Interrupted(Exception):
    """Somebody paused or cancelled the import, or another worker does it; this one stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is the same for all rows of one import, also after an interruption."""

    import_id: UUID
    layout: Layout
    mapping: ColumnMapping
    date_order: DateOrder
    today: date
    for_member: str  # who brought the file: the worker that reads it acts for them


@dataclass(slots=True, kw_only=True)
class Batch:
    """Rows that follow line `after_line` of the file, up to line `last_line`."""

    after_line: int
    last_line: int
    bytes_taken: int = 0
    is_last: bool = False
    rows: list[tuple[int, PatientRow, tuple[str, ...]]] = field(default_factory=list)
    rejects: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)
    skipped: int = 0
    remarks: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.rows) + len(self.rejects) + self.skipped

    def note(self, remarks: Iterable[Remark]) -> None:
        self.remarks.update(f"{remark.field or ''}:{remark.code}" for remark in remarks)


def plan_for(scope: Scope, row: Import, *, today: date) -> Plan:
    """How to read the file, worked out anew from its head. Raises Refusal if it no longer means the same."""
    facts = open_facts(practice_keys(scope), row)
    head = read_head(scope, row.id)
    layout = inspect(head, size_bytes=row.size_bytes)
    if facts.fields is None or facts.date_order is None or facts.header != layout.header:
        raise Refusal(
            "columns_changed", "The columns of this file must be chosen again before it is imported."
        )
    proposal = propose(layout.header, samples=sample_rows(head, layout=layout))
    return Plan(
        import_id=row.id,
        layout=layout,
        mapping=choose(proposal, fields=facts.fields),
        date_order=facts.date_order,
        today=today,
        for_member=row.created_by,
    )


def batches(scope: Scope, plan: Plan, *, after_line: int) -> Iterator[Batch]:
    """The file from the line after `after_line` on, in batches; the last one may be empty.

    Lines before are read again and passed over: that costs a tenth of importing them, and no state has to be kept.
    """
    feed = _Feed(scope, plan.import_id)
    batch = Batch(after_line=after_line, last_line=after_line)
    for source, cells in rows_with_originals(feed.pieces(), layout=plan.layout):
        if source.line <= after_line:
            continue
        batch.last_line = source.line + source.lines - 1
        if source.is_skipped:
            batch.skipped += 1
        elif source.problem is not None:
            batch.rejects.append((source.line, source.problem.value, cells))
        else:
            _read(batch, plan, line=source.line, cells=cells)
        if len(batch) >= BATCH_ROWS:
            batch.bytes_taken = feed.bytes_taken
            yield batch
            batch = Batch(after_line=batch.last_line, last_line=batch.last_line)
    batch.bytes_taken, batch.is_last = feed.bytes_taken, True
    yield batch


def _read(batch: Batch, plan: Plan, *, line: int, cells: tuple[str, ...]) -> None:
    outcome = normalise(plan.mapping.pick(cells), date_order=plan.date_order, today=plan.today)
    batch.note(outcome.warnings)
    if isinstance(outcome, RejectedRow):
        batch.rejects.append((line, outcome.code, cells))
    else:
        batch.rows.append((line, outcome.patient, cells))


class _Feed:
    """The pieces of the file, opened one at a time, handed out in small parts."""

    def __init__(self, scope: Scope, import_id: UUID) -> None:
        self._scope, self._import_id = scope, import_id
        self.bytes_taken = 0

    def pieces(self) -> Iterator[bytes]:
        number = 0
        while (piece := read_piece(self._scope, self._import_id, number)) is not None:
            for start in range(0, len(piece), _FEED_BYTES):
                part = piece[start : start + _FEED_BYTES]
                self.bytes_taken += len(part)
                yield part
            number += 1


def store(scope: Scope, plan: Plan, batch: Batch, *, seconds: float, at: datetime) -> Import:
    """Takes one batch into the records, in one transaction. Raises Interrupted with nothing written."""
    with in_scope(scope):
        one_batch_at_a_time(scope)
        held = still_ours(scope, plan.import_id, after_line=batch.after_line)
        people = People(scope, plan.import_id, [row for _, row, _ in batch.rows])
        doubts = _place_all(people, batch)
        touched = people.touched()
        new = [person for person in touched if person.stored is None]
        changed = [person for person in touched if person.is_changed]
        source = f"import:{plan.import_id}"
        if new or changed:
            save_many(
                scope,
                new=[person.patient for person in new],
                changed=[person.patient for person in changed],
                source=source,
                at=at,
                for_member=plan.for_member,
            )
        people.save_likeness()
        _save_permissions(scope, plan, touched, source=source, at=at)
        _save_rejects(scope, plan.import_id, [*batch.rejects, *doubts])
        _count(held, batch, new=len(new), changed=len(changed), doubts=len(doubts), touched=touched)
        held.worked_at, held.seconds_worked = at, held.seconds_worked + seconds
        held.save()
        return held


def one_batch_at_a_time(scope: Scope) -> None:
    """Two imports into one practice must not both find a patient number missing and both add it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", [str(scope.practice_id)])


def still_ours(scope: Scope, import_id: UUID, *, after_line: int) -> Import:
    """The import's row, locked, if it still runs and is done up to `after_line`. Raises Interrupted."""
    held = (
        Import.objects.select_for_update()
        .filter(
            practice_id=scope.practice_id,
            id=import_id,
            state=ImportState.RUNNING.value,
            line_done=after_line,
        )
        .first()
    )
    if held is None:
        raise Interrupted
    return held


def _place_all(people: People, batch: Batch) -> list[tuple[int, str, tuple[str, ...]]]:
    """Places every row; gives the doubtful ones."""
    doubts = []
    for line, row, cells in batch.rows:
        placed = people.place(row)
        if isinstance(placed, Doubt):
            doubts.append((line, placed.value, cells))
    return doubts


def _save_permissions(
    scope: Scope, plan: Plan, people: Sequence[Person], *, source: str, at: datetime
) -> None:
    stopped = _stops(scope, plan.import_id, people)
    rows = [
        permission
        for person in people
        for permission in _permissions(person, is_stopped=person.id in stopped, source=source)
    ]
    signed = [
        (person.id, person.row.authorization_signed_on)
        for person in people
        if person.row.authorization_signed_on is not None
    ]
    if rows or signed:
        record_imported(scope, rows, signed, at=at, for_member=plan.for_member)


def _stops(scope: Scope, import_id: UUID, people: Sequence[Person]) -> set[UUID]:
    """Everybody of these whom this file asked to stop, by now or further up."""
    asked = {person.id for person in people if person.row.do_not_email or person.row.email_opt_in is False}
    Stop.objects.bulk_create(
        [Stop(practice_id=scope.practice_id, of_import_id=import_id, patient_id=each) for each in asked],
        ignore_conflicts=True,
    )
    known = [person.id for person in people if person.stored is not None and person.id not in asked]
    before = Stop.objects.filter(
        practice_id=scope.practice_id, of_import_id=import_id, patient_id__in=known
    ).values_list("patient_id", flat=True)
    return asked.union(before) if known else asked


def _permissions(person: Person, *, is_stopped: bool, source: str) -> Iterator[ImportedPermission]:
    """What to record: a stop outweighs every yes of the same file."""
    said = person.row
    if is_stopped or said.email_opt_in is not None:
        yield ImportedPermission(patient_id=person.id, category=None, granted=not is_stopped, source=source)
    if said.newsletter_opt_in is not None and not (is_stopped and said.newsletter_opt_in):
        yield ImportedPermission(
            patient_id=person.id, category=Category.NEWSLETTER, granted=said.newsletter_opt_in, source=source
        )


def _save_rejects(scope: Scope, import_id: UUID, rejects: Sequence[tuple[int, str, tuple[str, ...]]]) -> None:
    keys = practice_keys(scope)
    Reject.objects.bulk_create(
        Reject(
            practice_id=scope.practice_id,
            of_import_id=import_id,
            line=line,
            code=code,
            sealed=seal_cells(keys, cells, import_id=import_id, line=line),
        )
        for line, code, cells in sorted(rejects)
    )


def _count(
    held: Import, batch: Batch, *, new: int, changed: int, doubts: int, touched: Sequence[Person]
) -> None:
    accepted = len(batch.rows) - doubts
    held.rows_new += new
    held.rows_changed += changed
    held.rows_unchanged += accepted - new - changed
    held.rows_rejected += len(batch.rejects) + doubts
    held.rows_skipped += batch.skipped
    held.without_address += sum(not person.row.email for person in touched)
    held.line_done = batch.last_line
    held.bytes_done = held.size_bytes if batch.is_last else min(batch.bytes_taken, held.size_bytes)
    held.remark_counts = dict(Counter(held.remark_counts) + batch.remarks)
