"""Verbs about the sealed ledger: seal, verify, prove, export, anchor. `ledger.py` adds them to its group."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import UUID

from bedside.doors.cli.shared import add_verb, print_result, print_table, scope_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.queries import LedgerStanding, Verification

STANDARD_OUTPUT = "-"


def add_verbs(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    add_verb(group, "status", "Say how much is sealed, what waits, and where anchors lie.", run_status)
    add_verb(group, "seal", "Seal now what waits; workers do it every two seconds.", run_seal)
    verify = add_verb(
        group, "verify", "Look whether anything was changed. Exit code 1 if so, naming the entry.", run_verify
    )
    verify.add_argument("--new", action="store_true", help="only what came since the last sound verification")
    export = add_verb(group, "export", "Write the sealed ledger for bedside-verify.", run_export)
    export.add_argument("file", help="a new file, or - for standard output")
    proof = add_verb(group, "proof", "Write the proof of one entry for bedside-verify.", run_proof)
    proof.add_argument("entry", type=int, help="number of the entry, as `bedside ledger list` shows it")
    proof.add_argument("--person", metavar="ID", help="of an act on many: this person's part")
    add_verb(group, "anchor", "Lay the newest checkpoint down in every place that is set up.", run_anchor)
    add_verb(group, "rotate-key", "Put a new signing key in use, announced by the old one.", run_rotate_key)


def run_status(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.records.consent.foreign_links import foreign_links
    from bedside.safeguards.audit.queries import standing

    at = clock.now()
    found, foreign = standing(_scope(chosen), at=at), foreign_links(at=at)
    result = {
        "sealed": found.size,
        "sealed_at": found.sealed_at,
        "waiting": found.unsealed,
        "waiting_since": found.oldest_unsealed_at,
        "trouble": found.trouble,
        "key": found.key_fingerprint,
        "public_key": found.public_key,
        "finding": found.verification.finding if found.verification else "",
        "verified_at": found.verification.at if found.verification else None,
        "anchors": {anchor.place: anchor.outcome for anchor in found.anchors},
        "foreign_links": foreign,
    }
    print_result(chosen, result, _status_sentence(found, foreign=foreign))


def _status_sentence(found: LedgerStanding, *, foreign: int) -> str:
    lines = [f"{found.size} entries are sealed, {found.unsealed} wait."]
    if found.trouble:
        lines.append(f"Sealing does not go on: {found.trouble}.")
    verified = found.verification
    lines.append(_finding_sentence(verified) if verified else "The ledger was never verified.")
    lines += [f"{anchor.place}: {anchor.outcome or 'not yet'}" for anchor in found.anchors]
    lines.append(f"Public key: {found.public_key or 'none yet'}")
    lines.append(f"Its SHA-256: {found.key_fingerprint or 'none yet'}")
    if foreign:
        lines.append(
            f"Links tried in the last 7 days that this installation did not make: {foreign} at least."
        )
    return "\n".join(lines)


def run_seal(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.audit.actions import seal

    made = seal(_scope(chosen), at=clock.now())
    if made is None:
        print_result(chosen, {"sealed": None}, "Nothing waits, or a worker is sealing just now.")
    else:
        print_result(
            chosen, {"sealed": made.size, "root": made.root.hex()}, f"{made.size} entries are sealed."
        )


def run_verify(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.errors import Refusal
    from bedside.safeguards.audit.verifying import verify

    found = verify(_scope(chosen), at=clock.now(), only_new=chosen.new)
    result = {
        "sound": found.sound,
        "finding": found.finding,
        "size": found.size,
        "first_bad_index": found.first_bad_index,
        "entry": found.entry_id,
    }
    print_result(chosen, result, _finding_sentence(found))
    if not found.sound:
        raise Refusal("ledger_unsound", "The ledger is not as it was sealed; keep the machine as it is.")


def _finding_sentence(found: Verification) -> str:
    from bedside.safeguards.audit.verifying import FINDINGS

    where = "" if found.first_bad_index is None else f" First bad leaf: {found.first_bad_index}."
    which = "" if found.entry_id is None else f" Entry: {found.entry_id}."
    return f"{found.size} entries verified. {FINDINGS.get(found.finding, found.finding)}{where}{which}"


def run_export(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.audit.actions import record
    from bedside.safeguards.audit.entries import LEDGER_EXPORTED
    from bedside.safeguards.audit.queries import export_lines

    scope = _scope(chosen)
    with _new_file(chosen.file) as file:
        record(scope, LEDGER_EXPORTED, at=clock.now(), wanted_kind="all", about="all", form="signed")
        count = 0
        for line in export_lines(scope):
            file.write(line.encode())
            count += 1
    if chosen.file != STANDARD_OUTPUT:
        print_result(
            chosen, {"lines": count}, f"Wrote {count} lines; check them with: bedside-verify {chosen.file}"
        )


def run_proof(chosen: argparse.Namespace) -> None:
    from bedside.ground.errors import Fault, Refusal
    from bedside.kit.ledger.export import canonical_json, proof_of_entry
    from bedside.safeguards.audit.queries import proof

    try:
        person = UUID(chosen.person) if chosen.person else None
    except ValueError as error:
        raise Refusal(
            "person", "Give the person's whole number, as `bedside ledger list` shows it."
        ) from error
    found = proof(_scope(chosen), chosen.entry, person=person)
    if found is None:
        raise Fault("not_sealed", "This entry is not sealed yet; try again in a moment.", retry_after_s=5)
    if not found.holds:
        raise Refusal("entry_changed", "This entry is not as it was sealed; run: bedside ledger verify")
    made = proof_of_entry(
        index=found.index, size=found.size, path=found.path, body=found.body, note=found.note
    )
    print(canonical_json(made))


def run_anchor(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.ground.errors import Fault
    from bedside.safeguards.audit.anchoring import lay_now
    from bedside.safeguards.audit.findings import KEPT

    outcomes = lay_now(_scope(chosen), at=clock.now())
    rows = [{"place": place, "outcome": outcome} for place, outcome in outcomes.items()]
    print_table(chosen, rows, ["place", "outcome"])
    if set(outcomes.values()) != {KEPT}:
        raise Fault("not_anchored", "Not every place took the checkpoint; see above.", retry_after_s=600)


def run_rotate_key(chosen: argparse.Namespace) -> None:
    from bedside.ground import clock
    from bedside.safeguards.audit.sealing import rotate_signing_key

    fingerprint = rotate_signing_key(_scope(chosen), at=clock.now())
    print_result(chosen, {"key": fingerprint}, f"The new key's fingerprint is {fingerprint}.")


def _scope(chosen: argparse.Namespace) -> Scope:
    from bedside.ground.scope import Purpose
    from bedside.safeguards.staff.rules import Right

    scope = scope_for(chosen, purpose=Purpose.COMPLIANCE)
    scope.require(Right.SEE_LEDGER)
    return scope


@contextmanager
def _new_file(name: str) -> Iterator[IO[bytes]]:
    """For its owner only, and never over another one."""
    from bedside.ground.errors import Refusal

    if name == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Refusal("file_exists", "There is a file of that name already; choose another.") from error
    except OSError as error:
        raise Refusal("file", "A file cannot be made there; choose another place.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException:
        Path(name).unlink(missing_ok=True)  # half an export would look like a ledger that was cut off
        raise
