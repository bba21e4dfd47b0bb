"""`bedside patients`: records by id or record number.

What is PHI never stands on the command line, where every process of the machine can read it: search text and
records come from standard input, exports go into a file that only its owner may read, or into a program.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO, TYPE_CHECKING, Any

from bedside.doors.cli.charting import chart_of, own_fields
from bedside.doors.cli.shared import add_group, add_verb, print_result, print_table, scope_for

if TYPE_CHECKING:
    import argparse
    from datetime import date
    from pathlib import Path
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.records.patients.rules import Patient

INPUT_LENGTH_MAX = 1_000_000
FOUND_DEFAULT, FOUND_MAX = 50, 10_000


def register(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    group = add_group(verbs, "patients", "Find, show, add, change and export patients.")
    add_verb(group, "count", "How many patients there are.", run_count)
    show = add_verb(group, "show", "Show one record.", run_show)
    show.add_argument(
        "patient",
        metavar="ID",
        nargs="?",
        help="the patient's id; without it the record number is read from standard input",
    )
    search = add_verb(
        group,
        "search",
        "Find by name, record number, email address or phone, read from standard input.",
        run_search,
    )
    search.add_argument("--limit", type=int, default=FOUND_DEFAULT)
    add_verb(group, "add", "Add one patient from JSON on standard input.", run_add)
    edit = add_verb(
        group, "edit", "Change a record by JSON on standard input; fields left out stay.", run_edit
    )
    edit.add_argument("patient", metavar="ID")
    deceased = add_verb(group, "deceased", "Record that a patient has died, or take it back.", run_deceased)
    deceased.add_argument("patient", metavar="ID")
    deceased.add_argument("--undo", action="store_true", help="take it back")
    merge = add_verb(
        group, "merge", "Join a record to another of the same person; it cannot be undone.", run_merge
    )
    merge.add_argument("patient", metavar="ID", help="the record that goes")
    merge.add_argument("survivor", metavar="SURVIVOR", help="the id of the record that stays")
    merge.add_argument("--yes", action="store_true", help="they are one person; do it without asking")
    export = add_verb(
        group, "export", "Write records as CSV into a new file that only its owner may read.", run_export
    )
    export.add_argument(
        "file", metavar="FILE", help="a file that is not there yet, or - for standard output into a program"
    )
    export.add_argument("--segment", metavar="ID", help="only the patients of this segment")
    export.add_argument(
        "--with-opted-out", action="store_true", help="also people who opted out of mail, for an audit only"
    )
    add_verb(
        group,
        "compare",
        "Compare every record's and chart's version with what the ledger says was written.",
        run_compare,
    )


def run_compare(chosen: argparse.Namespace) -> None:
    """Ids only. Ends as refused when something does not agree, so that a script notices."""
    from bedside.ground.errors import Refusal
    from bedside.ground.scope import Purpose
    from bedside.oversight.evidence.comparing import FINDINGS, compare

    found = compare(scope_for(chosen, purpose=Purpose.COMPLIANCE))
    rows = [
        {"patient": str(patient_id), "finding": finding}
        for finding in FINDINGS
        for patient_id in getattr(found, finding)
    ]
    if found.agrees:
        result = {"compared": found.compared, "rows": rows}
        print_result(chosen, result, f"{found.compared:,} records stand as the ledger says.")
        return
    print_table(chosen, rows, ["patient", "finding"])
    raise Refusal(
        "records_differ", "These records do not stand as the ledger says; keep a copy and look into it."
    )


def run_count(chosen: argparse.Namespace) -> None:
    from bedside.records.patients import queries
    from bedside.safeguards.staff.rules import Right

    scope = scope_for(chosen)
    scope.require(Right.SEE_PATIENTS)
    count = queries.count(scope)
    print_result(chosen, {"count": count}, f"{count:,} patient{'' if count == 1 else 's'}.")


def run_show(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.patients import actions, queries
    from bedside.records.patients.merging import survivor_of

    scope = scope_for(chosen)
    patient_id = _patient_id(chosen.patient) if chosen.patient else _by_record_number(scope)
    patient_id = survivor_of(scope, patient_id)
    actions.note_seen(scope, patient_id, page="cli", at=clock.now())
    patient = queries.get(scope, patient_id)
    record = _as_json(patient) | {"own_fields": own_fields(scope, patient)}
    lines = [
        f"{name:<17}{', '.join(value) if isinstance(value, list) else value}"
        for name, value in record.items()
        if value and not isinstance(value, dict)
    ]
    lines += [f"{name:<17}{value}" for name, value in record["own_fields"].items()]
    record["chart"], chart_lines = chart_of(scope, patient)
    print_result(chosen, record, "\n".join([*lines, *chart_lines]))


def run_merge(chosen: argparse.Namespace) -> None:
    """Only with --yes: who joins two people's records by mistake shows the care of one to the other."""
    from bedside.ground import clock
    from bedside.ground.errors import Refusal
    from bedside.records.intake.joining import join_people

    goes, stays = _patient_id(chosen.patient), _patient_id(chosen.survivor)
    if not chosen.yes:
        raise Refusal(
            "not_sure",
            "Look at both with `bedside patients show`, then add --yes. Joining records cannot be undone.",
        )
    result = join_people(scope_for(chosen), from_patient=goes, to_patient=stays, at=clock.now())
    told = {
        "id": str(result.survivor_id),
        "new": result.new,
        "entries": result.entries,
        "restrictions": result.restrictions,
    }
    sentence = "The two records are one now." if result.new else "These two records were one already."
    print_result(chosen, told, sentence)


def run_search(chosen: argparse.Namespace) -> None:
    from bedside.decisions.segments import queries as segments
    from bedside.ground import clock
    from bedside.records.patients import actions, queries

    scope, at = scope_for(chosen), clock.now()
    page = segments.search_patients(
        scope,
        text=_read_line(),
        rule=segments.EVERYBODY,
        order=segments.Order.NAME,
        offset=0,
        limit=min(max(chosen.limit, 1), FOUND_MAX),
        today=_today(scope),
        at=at,
    )
    actions.note_listed(scope, page.ids, searched=True, at=at)
    rows = [
        {"id": found.id, "mrn": found.mrn, "name": found.full_name, "birth_date": found.birth_date or ""}
        for found in queries.by_ids(scope, page.ids)
    ]
    print_table(chosen, rows, ["id", "mrn", "name", "birth_date"])


def run_add(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.identity import new_id
    from bedside.records.patients import actions
    from bedside.records.patients.rules import Patient

    scope = scope_for(chosen)
    patient = _typed_over(Patient(id=new_id()), today=_today(scope))
    actions.register(scope, patient, at=clock.now())
    print_result(chosen, {"id": str(patient.id)}, f"Added {patient.id}.")


def run_edit(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.patients import actions, queries

    scope = scope_for(chosen)
    held, version = queries.get_versioned(scope, _patient_id(chosen.patient))
    patient = _typed_over(held, today=_today(scope))
    actions.revise(scope, patient, based_on_version=version, at=clock.now())
    print_result(chosen, {"id": str(patient.id), "version": version + 1}, "Saved.")


def run_deceased(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.patients import actions

    patient_id = _patient_id(chosen.patient)
    actions.set_deceased(scope_for(chosen), patient_id, deceased=not chosen.undo, at=clock.now())
    sentence = "No longer recorded as deceased." if chosen.undo else "Recorded as deceased."
    print_result(chosen, {"id": str(patient_id), "deceased": not chosen.undo}, sentence)


def run_export(chosen: argparse.Namespace) -> None:
    from pathlib import Path

    from bedside.decisions.segments import queries as segments
    from bedside.ground import clock
    from bedside.ground.scope import Purpose
    from bedside.records.consent.sharing import without_opted_out
    from bedside.records.patients import actions
    from bedside.safeguards.staff.rules import Right

    everybody, at = chosen.with_opted_out, clock.now()
    scope = scope_for(chosen, purpose=Purpose.COMPLIANCE) if everybody else scope_for(chosen)
    scope.require(Right.EXPORT_PATIENTS)
    rule = segments.segment(scope, _patient_id(chosen.segment)).rule if chosen.segment else segments.EVERYBODY
    ids = segments.matching_ids(scope, rule, today=_today(scope), at=at)
    ids = ids if everybody else without_opted_out(scope, ids)
    if chosen.file == "-":
        out = _standard_output()
        actions.note_exported(scope, ids, at=at)
        _write(scope, ids, out)
        sys.stderr.write(f"Exported {len(ids):,} patients.\n")
        return
    handle = _new_file(Path(chosen.file))
    actions.note_exported(scope, ids, at=at)
    with os.fdopen(handle, "wb") as file:
        _write(scope, ids, file)
    print_result(chosen, {"count": len(ids), "file": chosen.file}, f"Exported {len(ids):,} patients.")


def _write(scope: Scope, ids: list[UUID], out: IO[bytes]) -> None:
    from bedside.records.intake.rules.exporting import write_csv
    from bedside.records.patients.exporting import header, rows

    for piece in write_csv(header(scope), rows(scope, ids)):
        out.write(piece)
    out.flush()


def _standard_output() -> IO[bytes]:
    """Never a terminal, whose window keeps what it showed, often in a log of its own."""
    from bedside.ground.errors import Refusal

    if sys.stdout.isatty():
        raise Refusal(
            "export_on_terminal",
            "Records are not shown on a terminal; name a new file, or send - into a program or a file with > or |.",
        )
    return sys.stdout.buffer


def _new_file(path: Path) -> int:
    """Never an existing file, which might be readable by others, or somebody else's link."""
    from bedside.ground.errors import Refusal

    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal("export_file", "That file exists already or cannot be made; name a new one.") from error


def _patient_id(text: str) -> UUID:
    from uuid import UUID

    from bedside.ground.errors import NotFound

    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("That is not an id; `bedside patients search` shows them.") from error


def _by_record_number(scope: Scope) -> UUID:
    from bedside.ground.errors import NotFound
    from bedside.records.patients.queries import ids_by_mrn

    mrn = _read_line()
    found = ids_by_mrn(scope, [mrn])
    if mrn not in found:
        raise NotFound("Nobody has that record number.")
    return found[mrn]


def _read_line() -> str:
    if sys.stdin.isatty():
        sys.stderr.write("> ")
    return sys.stdin.readline(INPUT_LENGTH_MAX).strip()


def _typed_over(held: Patient, *, today: date) -> Patient:
    from bedside.ground.errors import Refusal
    from bedside.records.patients.typed import FIELDS, BadRecord, read

    try:
        document = json.loads(sys.stdin.read(INPUT_LENGTH_MAX))
    except (ValueError, RecursionError) as error:
        raise Refusal("bad_json", "Standard input is not JSON; give one object.") from error
    if not isinstance(document, dict) or set(document) - set(FIELDS):
        raise Refusal("bad_json", f"Give one JSON object with some of: {', '.join(FIELDS)}.")
    try:
        return read({name: _text(value) for name, value in document.items()}, held=held, today=today)
    except BadRecord as error:
        beside = " ".join(f"{name}: {sentence}" for name, sentence in error.problems.items())
        raise Refusal(error.code, beside) from error


def _text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(str(part) for part in value)
    return "" if value is None else str(value)


def _as_json(patient: Patient) -> dict[str, Any]:
    from bedside.records.patients.typed import FIELDS, FieldKind, as_text

    record: dict[str, Any] = {"id": str(patient.id)}
    for name, text in as_text(patient).items():
        record[name] = text.splitlines() if FIELDS[name].kind is FieldKind.LINES else text
    return {**record, "deceased": patient.deceased}


def _today(scope: Scope) -> date:
    from bedside.ground import clock
    from bedside.safeguards.practices.queries import profile

    return clock.now().astimezone(profile(scope).zone).date()
