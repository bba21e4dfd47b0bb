"""`bedside consent export`: all that proves what one person agreed to, in one signed file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.doors.cli.shared import add_verb, print_result, print_table, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse


def add_evidence_verbs(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = add_verb(group, "export", "Write all evidence about one patient into one signed file.", run_export)
    verb.add_argument("patient", metavar="PATIENT_ID")
    verb.add_argument("file", metavar="FILE", help="a new file, readable by you alone; - for standard output")

    review = add_verb(group, "review", "Count and list what is old, unverified or ends soon.", run_review)
    review.add_argument("--months", type=int, default=24, help="a yes is old after so many months")


def run_review(chosen: argparse.Namespace) -> None:
    """Numbers and ids; signing is for a person, on the page."""
    from bedside.ground import clock
    from bedside.ground.scope import Purpose
    from bedside.oversight.evidence.permission_reviews import report

    found = report(scope_for(chosen, purpose=Purpose.COMPLIANCE), months=chosen.months, at=clock.now())
    rows: list[dict[str, object]] = [
        {"about": "count", "kind": name, "day": "", "patient": "", "number": number}
        for name, number in (
            ("old", found.old_count), ("unverified", found.unverified_count), ("ending", found.ending_count),
            ("pending", found.pending_count),
        )
    ]  # fmt: skip
    for name, listed in (("old", found.old), ("unverified", found.unverified), ("ending", found.ending)):
        rows += [
            {
                "about": name,
                "kind": one.category or "authorization",
                "day": one.day,
                "patient": one.patient_id,
            }
            for one in listed
        ]
    print_table(chosen, rows, ["about", "kind", "number", "day", "patient"])


def run_export(chosen: argparse.Namespace) -> None:
    from uuid import UUID

    from bedside.ground import clock
    from bedside.ground.scope import Purpose
    from bedside.oversight.evidence.dossier import export_evidence

    try:
        patient_id = UUID(chosen.patient)
    except ValueError:
        raise Refusal("patient", "Give the patient's id as `bedside patients list` shows it.") from None
    scope = scope_for(chosen, purpose=Purpose.COMPLIANCE)
    if chosen.file == "-":
        sys.stdout.buffer.write(export_evidence(scope, patient_id, at=clock.now()))
        return
    handle = _new_file(Path(chosen.file))
    with os.fdopen(handle, "wb") as file:
        file.write(export_evidence(scope, patient_id, at=clock.now()))
    print_result(
        chosen, {"file": chosen.file}, "Written. Check it with: bedside-verify consent FILE --key KEY"
    )


def _new_file(path: Path) -> int:
    """Opened before anything is recorded, so that a file which cannot be written is not in the ledger."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal("file", f"The file cannot be written: {error.strerror}.") from error
