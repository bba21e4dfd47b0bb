"""A clinical file as an import: batch after batch into the records, each with its counts and how far it came.

As with a spreadsheet one batch is one transaction, and whatever dies, the import goes on after the last whole one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bedside.ground.errors import Refusal
from bedside.ground.scope import Scope, in_scope
from bedside.kit.clinical import Passed, Person, Reason, Rejected, Told
from bedside.records.intake.allowing import allow_list
from bedside.records.intake.batches import one_batch_at_a_time, still_ours
from bedside.records.intake.clinical.applying import BATCH_RECORDS, apply, apply_messages
from bedside.records.intake.clinical.reading import How, read_file
from bedside.records.intake.clinical.storing import clinical_file
from bedside.records.intake.models import Import, Reject
from bedside.records.intake.rules.keeping import Allow
from bedside.records.intake.rules.refusing import by_column
from bedside.records.intake.sealed import seal_cells
from bedside.records.intake.sources import listening_source
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from bedside.kit.clinical import Noun
    from bedside.records.intake.clinical.batch import Applied, Refused
    from bedside.records.intake.clinical.reading import Found, Within

REJECTS_KEPT_MAX = 20_000  # every one is counted; who must look at more has the wrong file
REJECT_HEADER = ("File", "Record", "Sort", "Id in the sending system")
# What happened takes a fraction of a person's memory, and the statements of a batch cost as much for few as for many.
EVENTS_MAX = 5_000
_LINES_PASSED_MAX = 200_000  # without a record of ours; then progress is kept, and a pause is heeded


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalPlan:
    """Everything that is the same for all records of one import."""

    import_id: UUID
    source_id: UUID
    size_bytes: int
    how: How
    for_member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRecord:
    """A record that is not taken: its place in the reading, in its file, and why."""

    position: int
    file: str
    line: int
    sort: str
    code: str
    source_id: str = ""


@dataclass(slots=True, kw_only=True)
class ClinicalBatch:
    """Records that follow the `after_line`-th of the reading, up to the `last_line`-th; `allow` is what is kept."""

    after_line: int
    last_line: int
    allow: Allow
    bytes_taken: int = 0
    is_last: bool = False
    nouns: list[tuple[int, Noun]] = field(default_factory=list)
    told: list[tuple[int, Told]] = field(default_factory=list)
    rejects: list[RejectedRecord] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    places: dict[int, tuple[Within, int]] = field(default_factory=dict)
    people: int = 0

    @property
    def is_full(self) -> bool:
        taken = len(self.nouns) + len(self.told) + len(self.rejects)
        heavy = self.people + len(self.told)
        is_laden = heavy >= BATCH_RECORDS or taken >= EVENTS_MAX
        return is_laden or self.last_line - self.after_line >= _LINES_PASSED_MAX

    def take(self, found: Found) -> None:
        position, within, line, outcome = found
        self.last_line = position
        if isinstance(outcome, Passed):
            self.passed[outcome.resource_type] += 1
        elif isinstance(outcome, Rejected):
            self._refuse(outcome, position, within, line)
        else:
            self.places[position] = within, line
            if isinstance(outcome, Told):
                self.told.append((position, outcome))
            else:
                self.nouns.append((position, outcome))
                self.people += isinstance(outcome, Person)

    def _refuse(self, outcome: Rejected, position: int, within: Within, line: int) -> None:
        if outcome.reason is Reason.UNKNOWN_TYPE and outcome.place == "MSH-9":
            # Of a sort that nobody asked for; in a file nobody waits for an answer.
            self.passed["message"] += 1
            return
        code = outcome.reason.value
        self.rejects.append(
            RejectedRecord(
                position=position, file=within.name, line=line, sort=outcome.resource_type, code=code
            )
        )


def plan_for(scope: Scope, row: Import) -> ClinicalPlan:
    """How to read the file. Raises Refusal for one whose system is not chosen, or paused."""
    if row.source_id is None:
        raise Refusal("no_source", "Say first which system this file is from.")
    listening_source(scope, row.source_id)
    return ClinicalPlan(
        import_id=row.id,
        source_id=row.source_id,
        size_bytes=row.size_bytes,
        how=How(allow=allow_list(scope), zone=profile(scope).zone),
        for_member=row.created_by,
    )


def batches(scope: Scope, plan: ClinicalPlan, *, after_line: int) -> Iterator[ClinicalBatch]:
    """The file after its `after_line`-th record, in batches; the last one may be empty. Raises NotReadable.

    What came before is passed over without being parsed. What the practice takes off its list while the import runs
    is not read from the next batch on; what it adds counts for the next import.
    """
    how, line = plan.how, after_line
    while True:
        for batch in _read(scope, plan, how, after_line=line):
            yield batch
            line = batch.last_line
            still = how.allow.items & allow_list(scope).items
            if batch.is_last or still != how.allow.items:
                break
        if batch.is_last:
            return
        how = replace(how, allow=Allow(items=still))


def _read(scope: Scope, plan: ClinicalPlan, how: How, *, after_line: int) -> Iterator[ClinicalBatch]:
    file = clinical_file(scope, plan.import_id, size_bytes=plan.size_bytes)
    batch = ClinicalBatch(after_line=after_line, last_line=after_line, allow=how.allow)
    for found in read_file(file, how, after=after_line):
        batch.take(found)
        if batch.is_full:
            batch.bytes_taken = file.furthest
            yield batch
            batch = ClinicalBatch(after_line=batch.last_line, last_line=batch.last_line, allow=how.allow)
    batch.bytes_taken, batch.is_last = plan.size_bytes, True
    yield batch


def store(scope: Scope, plan: ClinicalPlan, batch: ClinicalBatch, *, seconds: float, at: datetime) -> Import:
    """Takes one batch into the records, in one transaction. Raises Interrupted with nothing written."""
    with in_scope(scope):
        one_batch_at_a_time(scope)
        held = still_ours(scope, plan.import_id, after_line=batch.after_line)
        done = _apply(scope, plan, batch, at=at)
        refused = [_placed(batch, each) for one in done for each in one.rejects]
        rejects = [*batch.rejects, *refused]
        _save_rejects(scope, plan, rejects, kept=held.rows_rejected)
        _count(held, batch, done, rejects)
        held.bytes_done = min(batch.bytes_taken, held.size_bytes)
        held.worked_at, held.seconds_worked = at, held.seconds_worked + seconds
        held.save()
        return held


def _apply(scope: Scope, plan: ClinicalPlan, batch: ClinicalBatch, *, at: datetime) -> list[Applied]:
    allow, member, brought = batch.allow, plan.for_member, f"import:{plan.import_id}"
    done = []
    if batch.nouns:
        done.append(
            apply(scope, plan.source_id, batch.nouns, at=at, for_member=member, allow=allow, brought=brought)
        )
    if batch.told:
        done.append(
            apply_messages(
                scope, plan.source_id, batch.told, at=at, for_member=member, allow=allow, brought=brought
            )
        )
    return done


def _placed(batch: ClinicalBatch, each: Refused) -> RejectedRecord:
    within, line = batch.places[each.line]
    return RejectedRecord(
        position=each.line,
        file=within.name,
        line=line,
        sort=each.sort,
        code=each.code,
        source_id=each.source_id,
    )


def _save_rejects(scope: Scope, plan: ClinicalPlan, rejects: Sequence[RejectedRecord], *, kept: int) -> None:
    """One for each record, also where a message gave several; no more than REJECTS_KEPT_MAX in all."""
    room = max(0, REJECTS_KEPT_MAX - kept)
    keys = practice_keys(scope)
    first = {each.position: each for each in reversed(rejects)}
    Reject.objects.bulk_create(
        Reject(
            practice_id=scope.practice_id,
            of_import_id=plan.import_id,
            line=position,
            code=each.code,
            sealed=seal_cells(
                keys,
                (each.file, str(each.line), each.sort, each.source_id),
                import_id=plan.import_id,
                line=position,
            ),
        )
        for position, each in sorted(first.items())[:room]
    )


def _count(
    held: Import, batch: ClinicalBatch, done: Sequence[Applied], rejects: Sequence[RejectedRecord]
) -> None:
    """Every record once; what it was and what became of it by name in `remark_counts`."""
    counts: Counter[tuple[str, str]] = Counter()
    remarks = Counter(held.remark_counts)
    for one in done:
        counts += one.counts
        remarks += one.remarks
        held.without_address += one.without_address
    found = by_column(counts)
    held.rows_new += found["new"]
    held.rows_changed += found["changed"]
    held.rows_unchanged += found["unchanged"]
    held.rows_rejected += len(rejects)
    held.rows_skipped += found["not_kept"] + sum(batch.passed.values())
    held.line_done = batch.last_line
    remarks.update({f"count:{sort}:{fate}": count for (sort, fate), count in counts.items() if count})
    remarks.update({f"passed:{sort}": count for sort, count in batch.passed.items()})
    remarks.update(Counter(f"refused:{each.sort or 'record'}:{each.code}" for each in rejects))
    held.remark_counts = dict(remarks)
