"""Questions about imports. What a view holds may be shown on pages; names of files and samples are PHI."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound
from bedside.ground.scope import Scope, reading
from bedside.records.intake.deciding import sentence_of
from bedside.records.intake.models import Import, Reject
from bedside.records.intake.nouns import Format, ImportState, Method, Provenance
from bedside.records.intake.rules.fields import BY_NAME
from bedside.records.intake.rules.nouns import PatientField
from bedside.records.intake.rules.refusing import doubt_sentence, is_remark
from bedside.records.intake.rules.remarks import RemarkCode, remark
from bedside.records.intake.sealed import open_cells, open_facts
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime
    from uuid import UUID

REJECTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """One import. Counts are rows of the file; `without_address` counts people taken who cannot be mailed."""

    id: UUID
    name: str
    state: ImportState
    format: Format
    source_id: UUID | None
    provenance: Provenance | None
    method: Method | None
    collected_by: date | None
    attested_by: str
    size_bytes: int
    bytes_done: int
    new: int
    changed: int
    unchanged: int
    rejected: int
    skipped: int
    without_address: int
    remark_counts: Mapping[str, int]
    failure: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    worked_at: datetime | None
    finished_at: datetime | None
    seconds_worked: float
    file_removed_at: datetime | None

    @property
    def accepted(self) -> int:
        return self.new + self.changed + self.unchanged

    @property
    def read(self) -> int:
        """Rows about people: taken or rejected; titles, totals and empty lines are `skipped`."""
        return self.accepted + self.rejected

    @property
    def remarks(self) -> int:
        return sum(count for key, count in self.remark_counts.items() if is_remark(key))

    @property
    def rows_per_s(self) -> float:
        return (self.read + self.skipped) / self.seconds_worked if self.seconds_worked > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """None before anything is done."""
        if not self.bytes_done or self.seconds_worked <= 0:
            return None
        return (self.size_bytes - self.bytes_done) * self.seconds_worked / self.bytes_done


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectView:
    """A rejected row without its cells: the line in the file, and why."""

    line: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedCells:
    """A rejected row with its cells as written in the file: PHI."""

    line: int
    sentence: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkGroup:
    """What was remarked how often about one field."""

    label: str
    sentence: str
    count: int


def imports(scope: Scope, *, offset: int, limit: int) -> list[ImportView]:
    """Newest first."""
    with reading(scope):
        rows = Import.objects.filter(practice_id=scope.practice_id).order_by("-created_at", "-id")
        return [_view(scope, row) for row in rows[offset : offset + limit]]


def count(scope: Scope) -> int:
    with reading(scope):
        return Import.objects.filter(practice_id=scope.practice_id).count()


def view(scope: Scope, import_id: UUID) -> ImportView:
    """Raises NotFound."""
    with reading(scope):
        return _view(scope, find(scope, import_id))


def find(scope: Scope, import_id: UUID) -> Import:
    """The stored row, for this room only. Raises NotFound."""
    row = Import.objects.filter(practice_id=scope.practice_id, id=import_id).first()
    if row is None:
        raise NotFound("There is no such import.")
    return row


def imported_before(scope: Scope, import_id: UUID) -> datetime | None:
    """When the very same file was last imported to its end, if it was."""
    with reading(scope):
        row = find(scope, import_id)
        same = Import.objects.filter(
            practice_id=scope.practice_id,
            fingerprint=row.fingerprint,
            state=ImportState.FINISHED.value,
        ).exclude(id=import_id)
        return same.order_by("-finished_at").values_list("finished_at", flat=True).first()


def brought_by(scope: Scope, import_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Whose file each import was: an account's id, or the command line's name."""
    with reading(scope):
        rows = Import.objects.filter(practice_id=scope.practice_id, id__in=list(import_ids))
        return dict(rows.values_list("id", "created_by"))


def is_waiting_for_another(scope: Scope, import_id: UUID) -> bool:
    """Whether another import of the practice is at work, so that this one waits its turn."""
    with reading(scope):
        rows = Import.objects.filter(practice_id=scope.practice_id, state=ImportState.RUNNING.value)
        return rows.exclude(id=import_id).exists()


def rejected(scope: Scope, import_id: UUID, *, offset: int, limit: int) -> list[RejectView]:
    """Rejected rows in the order of the file."""
    with reading(scope):
        rows = Reject.objects.filter(practice_id=scope.practice_id, of_import_id=import_id).order_by("line")
        return [
            RejectView(line=line, code=code, sentence=sentence_of(code))
            for line, code in rows.values_list("line", "code")[offset : offset + limit]
        ]


def rejected_cells(scope: Scope, import_id: UUID, *, after_line: int) -> list[RejectedCells]:
    """The next rejected rows with their cells, at most REJECTS_AT_ONCE; empty at the end."""
    keys = practice_keys(scope)
    with reading(scope):
        rows = Reject.objects.filter(
            practice_id=scope.practice_id, of_import_id=import_id, line__gt=after_line
        ).order_by("line")
        return [
            RejectedCells(
                line=row.line,
                sentence=sentence_of(row.code),
                cells=open_cells(keys, bytes(row.sealed), import_id=import_id, line=row.line),
            )
            # A cursor, as in `ground.rows.fetch_first`: the rows are as new as the import.
            for row in islice(rows.iterator(chunk_size=REJECTS_AT_ONCE), REJECTS_AT_ONCE)
        ]


def every_rejected(scope: Scope, import_id: UUID) -> Iterator[RejectedCells]:
    """All of them in the order of the file, in constant memory; each part opens the practice anew."""
    line = 0
    while found := rejected_cells(scope, import_id, after_line=line):
        yield from found
        line = found[-1].line


def remark_groups(counts: Mapping[str, int]) -> list[RemarkGroup]:
    """Remarks in words, the most frequent first."""
    groups = [_group(key, how_many) for key, how_many in counts.items() if is_remark(key)]
    return sorted(groups, key=lambda group: (-group.count, group.label, group.sentence))


def _group(key: str, how_many: int) -> RemarkGroup:
    if key.startswith("doubt:"):
        return _doubt_group(key, how_many)
    name, _, code = key.partition(":")
    found = remark(RemarkCode(code), PatientField(name))
    label = BY_NAME[PatientField(name)].label
    sentence = found.sentence.removeprefix(f"{label}: ")
    return RemarkGroup(label=label, sentence=sentence[:1].upper() + sentence[1:], count=how_many)


def _doubt_group(key: str, how_many: int) -> RemarkGroup:
    _, place, code = key.split(":", 2)
    return RemarkGroup(label=place, sentence=doubt_sentence(code), count=how_many)


def _view(scope: Scope, row: Import) -> ImportView:
    return ImportView(
        id=row.id,
        name=open_facts(practice_keys(scope), row).name,
        state=ImportState(row.state),
        format=Format(row.format),
        source_id=row.source_id,
        provenance=Provenance(row.provenance) if row.provenance else None,
        method=Method(row.method) if row.method else None,
        collected_by=row.collected_by,
        attested_by=row.attested_by,
        size_bytes=row.size_bytes,
        bytes_done=row.bytes_done,
        new=row.rows_new,
        changed=row.rows_changed,
        unchanged=row.rows_unchanged,
        rejected=row.rows_rejected,
        skipped=row.rows_skipped,
        without_address=row.without_address,
        remark_counts=row.remark_counts,
        failure=row.failure,
        created_by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        worked_at=row.worked_at,
        finished_at=row.finished_at,
        seconds_worked=row.seconds_worked,
        file_removed_at=row.file_removed_at,
    )
