"""What an import would do, before it does anything: columns, proposed fields, date order, the first rows.

Everything here holds PHI: it is for the person who uploaded the file, and each look is in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from bedside.ground.scope import Scope, in_scope
from bedside.records.intake import entries
from bedside.records.intake.pieces import read_head
from bedside.records.intake.queries import find
from bedside.records.intake.rules.dates import DateOrderFinding, detect_date_order
from bedside.records.intake.rules.layout import Layout, inspect
from bedside.records.intake.rules.mapping import ColumnMapping, Problem, check, choose
from bedside.records.intake.rules.mapping import propose as propose_columns
from bedside.records.intake.rules.normalise import normalise
from bedside.records.intake.rules.nouns import DateOrder, PatientField, PatientRow, RejectedRow, Remark
from bedside.records.intake.rules.reading import SENTENCES, rows, sample_rows
from bedside.records.intake.saved_mappings import SavedChoice, saved_mapping, usual_fields, usual_order
from bedside.records.intake.sealed import Facts, open_facts
from bedside.safeguards.audit.actions import record
from bedside.safeguards.practices.queries import profile
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

SAMPLES_SHOWN = 3
PREVIEW_ROWS = 6
_SAMPLE_CHARACTERS_MAX = 60
_DATES = (
    PatientField.BIRTH_DATE,
    PatientField.LAST_VISIT,
    PatientField.NEXT_APPOINTMENT,
    PatientField.AUTHORIZATION_SIGNED_ON,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the file. `field` is None when it is not imported; `samples` is empty for a refused one."""

    number: int
    header: str
    samples: tuple[str, ...]
    field: PatientField | None
    confidence: float
    reason: str
    is_refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """A row as it would be stored, or why it would not be."""

    line: int
    patient: PatientRow | None
    remarks: tuple[Remark, ...]
    rejection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How the file would be imported with these columns. `problems`: errors first."""

    layout: Layout
    mapping: ColumnMapping
    columns: tuple[Column, ...]
    problems: tuple[Problem, ...]
    date_order: DateOrder
    has_dates: bool
    remarks: tuple[Remark, ...]
    preview: tuple[PreviewRow, ...]
    # What somebody chose for such files before, where that is what is proposed.
    saved: SavedChoice | None = None


def propose(
    scope: Scope,
    import_id: UUID,
    *,
    fields: Mapping[int, PatientField] | None,
    date_order: DateOrder | None,
    at: datetime,
) -> Proposal:
    """The proposal for a file: with `fields` as chosen by now, None for the saved choice or else our own.

    Raises NotFound, Refusal once the file is removed.
    """
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = find(scope, import_id)
        facts = open_facts(practice_keys(scope), row)
        head = read_head(scope, import_id)
        today = at.astimezone(profile(scope).zone).date()
        saved = None
        if fields is None and facts.fields is None:
            saved = saved_mapping(scope, inspect(head, size_bytes=row.size_bytes).header)
        proposal = _propose(head, row.size_bytes, facts, fields, date_order, today, saved=saved)
        record(scope, entries.PREVIEWED, at=at, subject=import_id, rows=len(proposal.preview))
    return proposal


def _propose(
    head: bytes,
    size_bytes: int,
    facts: Facts,
    fields: Mapping[int, PatientField] | None,
    date_order: DateOrder | None,
    today: date,
    *,
    saved: SavedChoice | None,
) -> Proposal:
    layout = inspect(head, size_bytes=size_bytes)
    samples = sample_rows(head, layout=layout)
    own = propose_columns(layout.header, samples=samples)
    chosen = fields if fields is not None else facts.fields or usual_fields(saved, own)
    mapping = own if chosen is None else with_reasons(choose(own, fields=_real(chosen, layout)), own)
    finding = date_order_of(mapping, samples)
    order = date_order or facts.date_order or usual_order(saved, finding)
    return Proposal(
        layout=layout,
        mapping=mapping,
        columns=_columns(mapping, samples),
        problems=tuple(check(mapping)),
        date_order=order,
        has_dates=any(mapping.columns_of(each) for each in _DATES),
        remarks=(*layout.warnings, *(finding.remarks if order is finding.order else ())),
        preview=_preview(head, layout, mapping, order, today),
        saved=saved,
    )


def _real(fields: Mapping[int, PatientField], layout: Layout) -> dict[int, PatientField]:
    """Without columns that the file does not have: a preview has nothing to show of them, a start refuses them."""
    return {column: each for column, each in fields.items() if column < len(layout.header)}


def date_order_of(mapping: ColumnMapping, samples: Sequence[Sequence[str]]) -> DateOrderFinding:
    """Judged over all date columns together."""
    columns = [column for each in _DATES for column in mapping.columns_of(each)]
    return detect_date_order(row[column] for column in columns for row in samples)


def with_reasons(chosen: ColumnMapping, own: ColumnMapping) -> ColumnMapping:
    """The chosen mapping, keeping our reason and confidence wherever the choice is ours too."""
    reasons = {(each.column, each.field): each for each in own.assignments}
    left_out = {each.column: each for each in own.left_out}
    return ColumnMapping(
        header=chosen.header,
        assignments=tuple(reasons.get((each.column, each.field), each) for each in chosen.assignments),
        left_out=tuple(left_out.get(each.column, each) for each in chosen.left_out),
    )


def _columns(mapping: ColumnMapping, samples: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    assigned = {each.column: each for each in mapping.assignments}
    left_out = {each.column: each for each in mapping.left_out}
    columns = []
    for number, header in enumerate(mapping.header):
        taken, out = assigned.get(number), left_out.get(number)
        is_refused = out is not None and out.is_refused
        columns.append(
            Column(
                number=number,
                header=header,
                samples=() if is_refused else _samples(number, samples),
                field=taken.field if taken else None,
                confidence=taken.confidence if taken else 0.0,
                reason=taken.reason if taken else out.reason if out else "",
                is_refused=is_refused,
            )
        )
    return tuple(columns)


def _samples(number: int, samples: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The first few different filled cells, shortened."""
    filled = dict.fromkeys(text for row in samples if (text := row[number].strip()))
    return tuple(
        text if len(text) <= _SAMPLE_CHARACTERS_MAX else f"{text[:_SAMPLE_CHARACTERS_MAX]}…"
        for text in islice(filled, SAMPLES_SHOWN)
    )


def _preview(
    head: bytes, layout: Layout, mapping: ColumnMapping, order: DateOrder, today: date
) -> tuple[PreviewRow, ...]:
    shown: list[PreviewRow] = []
    for source in rows([head], layout=layout):
        if len(shown) >= PREVIEW_ROWS:
            break
        if source.is_skipped:
            continue
        if source.problem is not None:
            sentence = SENTENCES[source.problem]
            shown.append(PreviewRow(line=source.line, patient=None, remarks=(), rejection=sentence))
            continue
        outcome = normalise(mapping.pick(source.cells), date_order=order, today=today)
        rejection = outcome.sentence if isinstance(outcome, RejectedRow) else ""
        patient = None if isinstance(outcome, RejectedRow) else outcome.patient
        shown.append(
            PreviewRow(line=source.line, patient=patient, remarks=outcome.warnings, rejection=rejection)
        )
    return tuple(shown)
