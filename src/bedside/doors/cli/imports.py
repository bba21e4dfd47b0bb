"""Importing patients from the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.intake.nouns import Origin, Provenance
    from bedside.records.intake.queries import ImportView
    from bedside.records.intake.rules.nouns import DateOrder, PatientField

_READ_BYTES = 256 * 1024
_SHOWN = 100
_DATE_ORDERS = ("year_first", "month_first", "day_first")
_METHODS = ("registration", "paper_form", "web_form", "by_phone", "transfer")
_PROVENANCES = ("own_system", "own_forms", "joined_practice")


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = add_verb(
        verbs,
        "import",
        "Import patients from a CSV or text file, a workbook, or what a hospital's system exports (FHIR, HL7). By "
        "importing, you state that the list was not bought, rented or harvested.",
        import_file,
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--source", metavar="NAME", help=_SOURCE_HELP)
    verb.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help=_MAP_HELP)
    verb.add_argument(
        "--date-order", choices=_DATE_ORDERS, help="how dates such as 03/04/2026 are to be read"
    )
    verb.add_argument("--from", dest="provenance", choices=_PROVENANCES, help=_FROM_HELP)
    verb.add_argument(
        "--method", choices=_METHODS, help="how these people gave you their addresses; asked for"
    )
    verb.add_argument("--collected-by", metavar="YYYY-MM-DD", help="the last of them by this day; asked for")
    verb.add_argument(
        "--rejects", type=Path, metavar="FILE", help="write rejected rows with the reason to this file"
    )
    verb.add_argument("--dry-run", action="store_true", help="count what would happen and keep nothing")
    group = add_group(verbs, "imports", "Imports so far.")
    add_verb(group, "list", "List the newest imports.", list_imports)
    for name, about, run in (
        ("show", "Show one import with its remarks.", show_import),
        (
            "confirm",
            "Say that an import held back names people who gave you their addresses.",
            confirm_import,
        ),
        ("resume", "Go on with an import that was paused, failed or abandoned, here and now.", resume_import),
    ):
        add_verb(group, name, about, run).add_argument("id", help="as `bedside imports list` shows it")


_SOURCE_HELP = "the system a FHIR or HL7 file is from, as `bedside sources list` shows it"
_MAP_HELP = "take this column as this field (or as nothing: COLUMN=); may be given several times"
_FROM_HELP = "where these people come from; asked for, and kept with the import and in the ledger"


class _DryRun(Exception):
    """Undoes everything of a trial."""


def import_file(chosen: argparse.Namespace) -> None:
    """The whole way in the foreground: receive, map, run."""
    scope = scope_for(chosen)
    if not chosen.file.is_file():
        raise Refusal("no_file", "There is no such file.")
    if chosen.dry_run and chosen.rejects is not None:
        raise Refusal("dry_run_rejects", "A dry run keeps nothing, so it cannot write down rejected rows.")
    result = _tried(chosen, scope) if chosen.dry_run else _imported(chosen, scope)
    _print_counts(chosen, result)


def _tried(chosen: argparse.Namespace, scope: Scope) -> ImportView:
    """Everything as in earnest, in one transaction that is undone at the end."""
    from bedside.ground.scope import in_scope

    result: list[ImportView] = []
    try:
        with in_scope(scope):
            result.append(_imported(chosen, scope))
            raise _DryRun  # noqa: TRY301
    except _DryRun:
        return result[0]


def _imported(chosen: argparse.Namespace, scope: Scope) -> ImportView:
    from bedside.ground import clock
    from bedside.records.intake import actions, queries
    from bedside.records.intake.clinical.receiving import choose_source
    from bedside.records.intake.rules.nouns import DateOrder

    origin = _origin(chosen)
    order = DateOrder(chosen.date_order) if chosen.date_order else None
    import_id = actions.receive(scope, name=chosen.file.name, pieces=_pieces(chosen.file), at=clock.now())
    if queries.view(scope, import_id).format.is_clinical:
        choose_source(scope, import_id, source_id=_source_id(scope, chosen.source), at=clock.now())
    else:
        _choose(scope, import_id, chosen.map, order)
    actions.attest(scope, import_id, origin=origin, at=clock.now())
    _prepare(scope, import_id, origin.provenance)
    result = _run(scope, import_id)
    if chosen.rejects is not None and result.rejected:
        _write_rejects(scope, import_id, chosen.rejects)
    return result


def _source_id(scope: Scope, name: str | None) -> UUID:
    """Raises Refusal unless a system of that name is there."""
    from bedside.records.intake.sources import source_named

    found = source_named(scope, name) if name else None
    if found is None:
        raise Refusal(
            "source", "Say with --source which system this file is from; `bedside sources list` shows them."
        )
    return found.id


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(_READ_BYTES):
            yield piece


def _choose(scope: Scope, import_id: UUID, wishes: list[str], order: DateOrder | None) -> None:
    from bedside.ground import clock
    from bedside.records.intake import actions

    fields: dict[int, PatientField] | None = None
    if wishes:
        proposal = actions.propose(scope, import_id, fields=None, date_order=order, at=clock.now())
        fields = {column.number: column.field for column in proposal.columns if column.field is not None}
        header = {column.header.casefold(): column.number for column in proposal.columns}
        for wish in wishes:
            _apply(wish, header, fields)
    actions.choose_mapping(scope, import_id, fields=fields, date_order=order, at=clock.now())


def _apply(wish: str, header: dict[str, int], fields: dict[int, PatientField]) -> None:
    """One COLUMN=FIELD; a field taken over from another column leaves that one out."""
    from bedside.records.intake.rules.fields import BY_NAME
    from bedside.records.intake.rules.nouns import PatientField

    name, sign, code = wish.rpartition("=")
    number = header.get(name.strip().casefold())
    if not sign or number is None:
        raise Refusal(
            "no_such_column", "Say --map COLUMN=FIELD with the name of a column as it stands in the file."
        )
    fields.pop(number, None)
    if not code:
        return
    if code not in set(PatientField):
        choices = ", ".join(PatientField)
        raise Refusal("no_such_field", f"A field must be one of: {choices}.")
    wanted = PatientField(code)
    if not BY_NAME[wanted].is_list:
        for other in [column for column, field in fields.items() if field is wanted]:
            del fields[other]
    fields[number] = wanted


def _origin(chosen: argparse.Namespace) -> Origin:
    """Where the people come from, how and by when, as the page asks, too (CON-15). Raises Refusal."""
    from datetime import date

    from bedside.records.intake.nouns import Method, Origin, Provenance

    if chosen.provenance is None:
        raise Refusal("provenance", f"Say with --from where these people come from: {_listed(_PROVENANCES)}.")
    if chosen.method is None:
        raise Refusal("method", f"Say with --method how they gave you their addresses: {_listed(_METHODS)}.")
    try:
        day = date.fromisoformat(chosen.collected_by or "")
    except ValueError:
        raise Refusal(
            "collected_by", "Say with --collected-by YYYY-MM-DD by which day the addresses were got."
        ) from None
    return Origin(provenance=Provenance(chosen.provenance), method=Method(chosen.method), collected_by=day)


def _listed(codes: Sequence[str]) -> str:
    return f"{', '.join(codes[:-1])} or {codes[-1]}"


def _prepare(scope: Scope, import_id: UUID, provenance: Provenance) -> None:
    from bedside.ground import clock
    from bedside.records.intake import actions

    actions.prepare(scope, import_id, provenance=provenance, at=clock.now())


def _run(scope: Scope, import_id: UUID) -> ImportView:
    from bedside.ground import clock
    from bedside.records.intake import actions

    shows = sys.stderr.isatty()
    result = actions.run(scope, import_id, clock=clock.now, seen=_show_progress if shows else None)
    if shows:
        sys.stderr.write("\r\x1b[K")
    return result


def _show_progress(view: ImportView) -> None:
    percent = 100 * view.bytes_done // view.size_bytes
    sys.stderr.write(f"\r\x1b[K{percent:3d} %  {view.read:,} rows  {view.rows_per_s:,.0f} rows/s")
    sys.stderr.flush()


def _write_rejects(scope: Scope, import_id: UUID, target: Path) -> None:
    """For the owner of the file alone: it holds patients' data in clear."""
    from bedside.ground import clock
    from bedside.records.intake import actions, queries
    from bedside.records.intake.rules.exporting import write_csv

    columns = actions.export_rejects(scope, import_id, at=clock.now())
    rows = ((str(each.line), each.sentence, *each.cells) for each in queries.every_rejected(scope, import_id))
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.writelines(write_csv(("Line", "Why it was rejected", *columns), rows))


def _counts(view: ImportView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "state": view.state.value,
        "new": view.new,
        "changed": view.changed,
        "unchanged": view.unchanged,
        "without_address": view.without_address,
        "rejected": view.rejected,
        "skipped": view.skipped,
        "remarks": view.remarks,
        "failure": view.failure,
    }


def _print_counts(chosen: argparse.Namespace, view: ImportView) -> None:
    trial = getattr(chosen, "dry_run", False)
    counts = {**_counts(view), **({"dry_run": True} if trial else {})}
    sentence = (
        f"{'Would be: ' if trial else ''}{view.new:,} new, {view.changed:,} changed, {view.unchanged:,} unchanged; "
        f"{view.without_address:,} without a usable address."
    )
    if view.rejected:
        sentence += f" {view.rejected:,} rows were rejected"
        sentence += (
            "." if getattr(chosen, "rejects", None) else "; --rejects FILE writes them down with the reason."
        )
    if view.failure:
        from bedside.records.intake.nouns import failure_sentence

        raise Refusal(view.failure, failure_sentence(view.failure))
    print_result(chosen, counts, sentence)


def list_imports(chosen: argparse.Namespace) -> None:
    from bedside.records.intake import queries

    scope = scope_for(chosen)
    rows = [
        {"uploaded": view.created_at.isoformat(timespec="seconds"), **_counts(view)}
        for view in queries.imports(scope, offset=0, limit=_SHOWN)
    ]
    print_table(chosen, rows, ("id", "state", "uploaded", "new", "changed", "unchanged", "rejected"))


def show_import(chosen: argparse.Namespace) -> None:
    from dataclasses import asdict

    from bedside.records.intake import queries
    from bedside.records.intake.rules.refusing import sort_counts

    view = queries.view(scope_for(chosen), _import_id(chosen.id))
    groups = queries.remark_groups(view.remark_counts)
    sorts = [asdict(each) for each in sort_counts(view.remark_counts)]
    remarks = [{"rows": each.count, "field": each.label, "remark": each.sentence} for each in groups]
    lines = [f"{name:<16}{value}" for name, value in _counts(view).items() if name != "remarks"]
    lines += [f"{each['rows']:>8}  {each['field']}: {each['remark']}" for each in remarks]
    lines += [
        f"{each['label']}: {each['new']:,} new, {each['changed']:,} changed, {each['unchanged']:,} unchanged, "
        f"{each['not_kept']:,} not kept"
        for each in sorts
    ]
    print_result(chosen, {**_counts(view), "remarks": remarks, "records": sorts}, "\n".join(lines))


def resume_import(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.intake import actions

    scope, import_id = scope_for(chosen), _import_id(chosen.id)
    actions.resume_here(scope, import_id, at=clock.now())
    _print_counts(chosen, _run(scope, import_id))


def confirm_import(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.intake import actions

    scope, import_id = scope_for(chosen), _import_id(chosen.id)
    actions.confirm(scope, import_id, at=clock.now(), here=True)
    _print_counts(chosen, _run(scope, import_id))


def _import_id(text: str) -> UUID:
    from uuid import UUID

    try:
        return UUID(text)
    except ValueError:
        raise Refusal("not_found", "There is no such import; `bedside imports list` shows them.") from None
