"""Verbs on imports: receive a file, choose its columns, start, work, pause, resume, cancel, remove the file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bedside.ground.errors import NotFound, Refusal
from bedside.ground.identity import new_id
from bedside.ground.jobs import enqueue
from bedside.ground.scope import Scope, in_scope
from bedside.records.intake import entries
from bedside.records.intake.clinical.importing import REJECT_HEADER
from bedside.records.intake.clinical.receiving import store_any
from bedside.records.intake.models import Import, Piece, Reject, Stop
from bedside.records.intake.nouns import Format, ImportState
from bedside.records.intake.pieces import read_head
from bedside.records.intake.proposing import Proposal, date_order_of, propose
from bedside.records.intake.queries import rejected_cells
from bedside.records.intake.rules.layout import inspect
from bedside.records.intake.rules.mapping import Severity, check, choose
from bedside.records.intake.rules.mapping import propose as propose_columns
from bedside.records.intake.rules.reading import sample_rows
from bedside.records.intake.running import run
from bedside.records.intake.saved_mappings import save_mapping, saved_mapping, usual_fields, usual_order
from bedside.records.intake.sealed import Facts, open_facts, seal_facts
from bedside.records.intake.workbook_files import drop_workbook
from bedside.safeguards.audit.actions import record
from bedside.safeguards.staff.rules import Right
from bedside.safeguards.vault.queries import practice_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from bedside.records.intake.nouns import Origin, Provenance
    from bedside.records.intake.rules.nouns import DateOrder, PatientField

__all__ = [
    "Proposal",
    "attest",
    "cancel",
    "choose_mapping",
    "confirm",
    "export_rejects",
    "pause",
    "prepare",
    "propose",
    "receive",
    "remove_file",
    "resume",
    "resume_here",
    "run",
    "start",
]

NAME_CHARACTERS_MAX = 200
STALLED_AFTER_S = 60
_S = ImportState
_OPEN = {_S.UPLOADED, _S.MAPPED, _S.QUEUED, _S.RUNNING, _S.PAUSED, _S.FAILED, _S.HELD}


def receive(scope: Scope, *, name: str, pieces: Iterable[bytes], at: datetime) -> UUID:
    """Takes a file in, sealed as it arrives, in constant memory. Gives the import's id.

    `name` is shown to staff and kept sealed. Raises Refusal for a file that cannot be imported; nothing is stored.
    """
    scope.require(Right.IMPORT_PATIENTS)
    keys, import_id = practice_keys(scope), new_id()
    facts = Facts(name=_tidy_name(name))
    with in_scope(scope):
        row = Import(
            id=import_id,
            practice_id=scope.practice_id,
            state=_S.UPLOADED.value,
            facts=seal_facts(keys, facts, import_id=import_id, version=1),
            fingerprint=b"",
            size_bytes=0,
            created_by=scope.actor.id,
            created_at=at,
        )
        row.save(force_insert=True)
        count, form = store_any(scope, import_id, pieces)
        row.format = form.value
        row.size_bytes = count.size_bytes
        row.fingerprint = keys.blind_index("intake file", count.sha256)
        row.save(update_fields=["format", "size_bytes", "fingerprint"])
        record(scope, entries.RECEIVED, at=at, subject=import_id, size_bytes=count.size_bytes)
    return import_id


def choose_mapping(
    scope: Scope,
    import_id: UUID,
    *,
    fields: Mapping[int, PatientField] | None,
    date_order: DateOrder | None,
    at: datetime,
) -> None:
    """Keeps which column becomes what; None takes what was chosen for such files before, or else our own proposal.

    What a person chose is offered again for files with the same names of columns. Raises Refusal, NotFound.
    """
    scope.require(Right.IMPORT_PATIENTS)
    keys = practice_keys(scope)
    with in_scope(scope):
        row = _locked(scope, import_id, states={_S.UPLOADED, _S.MAPPED})
        head = read_head(scope, import_id)
        layout = inspect(head, size_bytes=row.size_bytes)
        samples = sample_rows(head, layout=layout)
        own = propose_columns(layout.header, samples=samples)
        saved = saved_mapping(scope, layout.header) if fields is None else None
        chosen = fields if fields is not None else usual_fields(saved, own)
        mapping = own if chosen is None else choose(own, fields=chosen)
        for problem in check(mapping):
            if problem.severity is Severity.ERROR:
                raise Refusal(problem.code, problem.sentence)
        facts = Facts(
            name=open_facts(keys, row).name,
            header=layout.header,
            fields={each.column: each.field for each in mapping.assignments},
            date_order=date_order or usual_order(saved, date_order_of(mapping, samples)),
        )
        if fields is not None:
            save_mapping(scope, facts, at=at)
        row.facts_version += 1
        row.facts = seal_facts(keys, facts, import_id=import_id, version=row.facts_version)
        row.state = _S.MAPPED.value
        row.save(update_fields=["facts", "facts_version", "state"])
        record(scope, entries.COLUMNS_CHOSEN, at=at, subject=import_id, columns=len(mapping.assignments))


def start(scope: Scope, import_id: UUID, *, provenance: Provenance, at: datetime) -> None:
    """Queues the import for a worker; imports of one practice follow each other. Raises Refusal, NotFound.

    `provenance` states where the people come from; who starts also states that the list was not bought, rented or
    harvested (CON-15).
    """
    with in_scope(scope):
        prepare(scope, import_id, provenance=provenance, at=at)
        _enqueue(scope, import_id)


def attest(scope: Scope, import_id: UUID, *, origin: Origin, at: datetime) -> None:
    """Keeps who states how and by which day the addresses were got (CON-15). Raises Refusal, NotFound."""
    scope.require(Right.IMPORT_PATIENTS)
    if origin.collected_by > at.date() + timedelta(days=1):
        raise Refusal("collected_by", "The day by which the addresses were got cannot lie ahead.")
    with in_scope(scope):
        row = _locked(scope, import_id, states={_S.UPLOADED, _S.MAPPED})
        row.provenance, row.method = origin.provenance.value, origin.method.value
        row.collected_by, row.attested_by = origin.collected_by, scope.actor.id
        row.save(update_fields=["provenance", "method", "collected_by", "attested_by"])
        day = origin.collected_by.isoformat()
        record(scope, entries.ATTESTED, at=at, subject=import_id, method=row.method, collected_by=day)


def confirm(scope: Scope, import_id: UUID, *, at: datetime, here: bool = False) -> None:
    """Lets an import go on that was held back, for somebody says that its addresses were given by people (CSP-13).

    With `here` the caller does the work itself with `run`. Raises Refusal, NotFound.
    """
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = _locked(scope, import_id, states={_S.HELD})
        record(scope, entries.LOOKED_AT, at=at, subject=import_id, code=row.failure)
        row.looked_at, row.worked_at, row.failure = at, at, ""
        row.save(update_fields=["looked_at", "worked_at", "failure"])
        _set_state(row, _S.QUEUED)
        if not here:
            _enqueue(scope, import_id)


def prepare(scope: Scope, import_id: UUID, *, provenance: Provenance, at: datetime) -> None:
    """As `start`, for a caller that does the work itself with `run`."""
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = _locked(scope, import_id, states={_S.MAPPED})
        row.state, row.provenance = _S.QUEUED.value, provenance.value
        row.started_at = row.worked_at = at
        row.save(update_fields=["state", "provenance", "started_at", "worked_at"])
        drop_workbook(scope, import_id)
        record(scope, entries.STARTED, at=at, subject=import_id, provenance=provenance.value)


def pause(scope: Scope, import_id: UUID, *, at: datetime) -> None:
    """Stops after the batch in hand; rows already taken stay. Raises Refusal, NotFound."""
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = _locked(scope, import_id, states={_S.QUEUED, _S.RUNNING})
        _set_state(row, _S.PAUSED)
        record(scope, entries.PAUSED, at=at, subject=import_id)


def resume(scope: Scope, import_id: UUID, *, at: datetime) -> None:
    """Goes on after the last whole batch: paused, failed, or abandoned by its worker. Raises Refusal, NotFound."""
    with in_scope(scope):
        resume_here(scope, import_id, at=at)
        _enqueue(scope, import_id)


def resume_here(scope: Scope, import_id: UUID, *, at: datetime) -> None:
    """As `resume`, for a caller that does the work itself with `run`."""
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = _locked(scope, import_id, states={_S.PAUSED, _S.FAILED, _S.RUNNING})
        if row.state == _S.RUNNING.value and not is_stalled(row.worked_at, at=at):
            raise Refusal("import_running", "This import is running; there is nothing to resume.")
        row.failure, row.worked_at = "", at
        row.save(update_fields=["failure", "worked_at"])
        _set_state(row, _S.QUEUED)
        record(scope, entries.RESUMED, at=at, subject=import_id)


def cancel(scope: Scope, import_id: UUID, *, at: datetime) -> None:
    """Ends an import for good; rows already taken stay. Raises Refusal, NotFound."""
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = _locked(scope, import_id, states=_OPEN)
        row.finished_at = at
        row.save(update_fields=["finished_at"])
        _set_state(row, _S.CANCELLED)
        Stop.objects.filter(practice_id=scope.practice_id, of_import_id=import_id).delete()
        record(scope, entries.CANCELLED, at=at, subject=import_id)
        if row.line_done:
            enqueue("segments.refresh", practice_id=scope.practice_id)


def remove_file(scope: Scope, import_id: UUID, *, at: datetime) -> None:
    """Deletes the file and the rejected rows of an import that is over; its counts stay. Raises Refusal, NotFound."""
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = _locked(scope, import_id, states={_S.FINISHED, _S.CANCELLED})
        if row.file_removed_at is not None:
            return
        for model in (Piece, Reject, Stop):
            model.objects.filter(practice_id=scope.practice_id, of_import_id=import_id).delete()
        row.file_removed_at = at
        row.save(update_fields=["file_removed_at"])
        record(scope, entries.FILE_REMOVED, at=at, subject=import_id)


def export_rejects(scope: Scope, import_id: UUID, *, at: datetime) -> tuple[str, ...]:
    """Notes the download of the rejected rows in the ledger; gives the column names. Raises Refusal, NotFound.

    The rows themselves come from `queries.rejected_cells`, batch by batch.
    """
    scope.require(Right.IMPORT_PATIENTS)
    with in_scope(scope):
        row = _locked(scope, import_id, states=set(_S))
        if not rejected_cells(scope, import_id, after_line=0):
            raise Refusal("no_rejects", "There are no rejected rows to download.")
        record(scope, entries.REJECTS_EXPORTED, at=at, subject=import_id, count=row.rows_rejected)
        if Format(row.format).is_clinical:
            return REJECT_HEADER
        return open_facts(practice_keys(scope), row).header


def is_stalled(worked_at: datetime | None, *, at: datetime) -> bool:
    """Whether nobody has worked on a running import for so long that its worker must be gone."""
    return worked_at is None or (at - worked_at).total_seconds() > STALLED_AFTER_S


def _enqueue(scope: Scope, import_id: UUID) -> None:
    enqueue(
        "intake.run",
        lock=f"import:{scope.practice_id}",
        practice_id=scope.practice_id,
        import_id=import_id,
    )


def _locked(scope: Scope, import_id: UUID, *, states: set[ImportState]) -> Import:
    row = Import.objects.select_for_update().filter(practice_id=scope.practice_id, id=import_id).first()
    if row is None:
        raise NotFound("There is no such import.")
    if row.state not in {state.value for state in states}:
        raise Refusal("import_state", _WRONG_STATE[ImportState(row.state)])
    return row


_WRONG_STATE = {
    _S.UPLOADED: "Choose the columns of this file first, or of a hospital's file the system it is from.",
    _S.MAPPED: "This import has not been started.",
    _S.QUEUED: "This import is waiting for its turn; pause or cancel it first.",
    _S.RUNNING: "This import is running; pause or cancel it first.",
    _S.PAUSED: "This import is paused; resume or cancel it first.",
    _S.FINISHED: "This import is finished; upload the file again to import it once more.",
    _S.CANCELLED: "This import was cancelled; upload the file again to import it.",
    _S.FAILED: "This import stopped; resume or cancel it first.",
    _S.HELD: "This import is held back; look at it first.",
}


def _set_state(row: Import, state: ImportState) -> None:
    row.state = state.value
    row.save(update_fields=["state"])


def _tidy_name(name: str) -> str:
    """The last part of a path, without anything invisible."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return (
        "".join(sign for sign in last if sign.isprintable())[:NAME_CHARACTERS_MAX].strip() or "Unnamed file"
    )
