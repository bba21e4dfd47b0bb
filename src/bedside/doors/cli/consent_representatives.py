"""`bedside consent representatives`: who may act for whom, from a file. No name is ever printed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bedside.doors.cli.shared import add_verb, print_result, scope_for
from bedside.ground.errors import Refusal

if TYPE_CHECKING:
    import argparse


def add_representatives_verb(
    group: argparse._SubParsersAction[argparse.ArgumentParser], *, source_help: str
) -> None:
    verb = add_verb(group, "representatives", "Record who may act for whom, from a CSV file.", run_take)
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--source", required=True, help=source_help)
    verb.add_argument(
        "--rejected", metavar="FILE", help="a new file for the lines that were not recorded, and why"
    )


def run_take(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.intake.representatives import take_representatives
    from bedside.records.intake.rules.representatives import FILE_BYTES_MAX, LINES_MAX

    scope = scope_for(chosen)
    if not chosen.file.is_file():
        raise Refusal("no_file", "There is no such file.")
    if chosen.rejected and Path(chosen.rejected).exists():
        raise Refusal("file", "Give a new file for the lines that are not recorded.")
    with chosen.file.open("rb") as source:
        content = source.read(FILE_BYTES_MAX + 1)
    found = take_representatives(scope, content, source=chosen.source, at=clock.now(), lines_max=LINES_MAX)
    if chosen.rejected:
        _write(chosen.rejected, [(str(one.line), one.mrn, one.sentence) for one in found.rejected])
    codes = {one.code for one in found.rejected}
    counts = {code: sum(one.code == code for one in found.rejected) for code in sorted(codes)}
    sentence = (
        f"{found.recorded:,} recorded, {found.known:,} stood already, {len(found.rejected):,} rejected."
    )
    print_result(chosen, {"recorded": found.recorded, "known": found.known, "rejected": counts}, sentence)


def _write(name: str, rows: list[tuple[str, str, str]]) -> None:
    """For the owner of the file alone, and never over another file."""
    from bedside.records.intake.rules.exporting import write_csv

    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise Refusal("file", "Give a new file in a folder that you may write to.") from None
    with os.fdopen(handle, "wb") as out:
        out.writelines(write_csv(("line", "patient_number", "why_not"), rows))
