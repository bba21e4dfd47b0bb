"""The ledger: what recording and sealing cost an act, a proof and an auditor.

The database server, the writer and the sealer share the machine's cores. Figures are medians.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench._installation import AT, installation, practice

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.rules import EntryKind

NAME = "ledger"
ABOUT = "recording, sealing, proving and verifying the ledger: entries/s, us and bytes an entry, ms a proof"

PEOPLE = 1000
PROOF_LEAVES = 10_000_000
PROOFS = 20
_SIZES = ("audit_entry", "audit_checkpoint", "audit_tile", "audit_mention")
_ROOT = Path(__file__).resolve().parent.parent


def run(*, quick: bool) -> dict[str, object]:
    """`quick`: fewer entries, and the proof in a tree of a tenth of the leaves."""
    batches = 60 if quick else 400
    with installation():
        from bedside.safeguards.audit.rules import Deed, declare

        kind = declare("bench.sent", "Sent {chunk}.", Deed.SEND, chunk=int, outcome_code=str)
        scope = practice()
        figures: dict[str, object] = {"batch_us_per_entry": _record_each_us(scope, kind, batches // 4)}
        figures |= _throughput(scope, kind, batches)
        figures |= _singles(scope, kind, 500 if quick else 3000)
        figures["idle_pass_ms"] = _idle_ms(scope)
        figures |= _verified(scope)
        figures |= _proofs(_another(), PROOF_LEAVES // 10 if quick else PROOF_LEAVES)
    return figures


def _people(count: int) -> list[UUID]:
    from bedside.ground.identity import new_id

    return [new_id() for _ in range(count)]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _record_each_us(scope: Scope, kind: EntryKind, rounds: int) -> float:
    """What a part of a campaign pays for its thousand people, inside a transaction that is open anyway."""
    from bedside.ground.scope import in_scope
    from bedside.safeguards.audit.actions import record_each

    about, people, seconds = _people(1)[0], _people(PEOPLE), []
    for chunk in range(rounds):
        with in_scope(scope):
            seconds.append(
                _timed(
                    lambda chunk=chunk: record_each(  # type: ignore[misc]
                        scope,
                        kind,
                        at=AT,
                        about=about,
                        subjects=people,
                        chunk=chunk,
                        outcome_code="handed_over",
                    )
                )
            )
    return round(median(seconds) * 1e6 / PEOPLE, 2)


def _throughput(scope: Scope, kind: EntryKind, batches: int) -> dict[str, object]:
    """Writing and sealing one after the other, as one process does both; and the bytes that stay on disk."""
    from bedside.safeguards.audit.actions import record_each, seal

    seal(scope, at=AT)
    about, before = _people(1)[0], _bytes()
    groups = [_people(PEOPLE) for _ in range(batches)]
    began = time.perf_counter()
    for chunk, people in enumerate(groups):
        record_each(scope, kind, at=AT, about=about, subjects=people, chunk=chunk, outcome_code="handed_over")
    written_s = time.perf_counter() - began
    seal(scope, at=AT)
    sealed_s = time.perf_counter() - began
    entries = batches * PEOPLE
    grown = {table: size - before[table] for table, size in _bytes().items()}
    payload = _payload_bytes(scope, batches)
    return {
        "entries_per_s": round(entries / sealed_s),
        "written_per_s": round(entries / written_s),
        "sealed_per_s": round(entries / (sealed_s - written_s)),
        "batch_bytes_per_entry": round(sum(grown.values()) / entries, 1),
        "batch_payload_bytes_per_entry": round(payload / entries, 1),
        "batch_bytes_beyond_payload": round((sum(grown.values()) - payload) / entries, 1),
        "batch_bytes_by_table": {table: round(size / entries, 1) for table, size in grown.items()},
    }


def _singles(scope: Scope, kind: EntryKind, count: int) -> dict[str, object]:
    from bedside.safeguards.audit.actions import record, seal

    before, about = _bytes(), _people(count)
    seconds = [
        _timed(
            lambda each=each: record(  # type: ignore[misc]
                scope, kind, at=AT, subject=each, chunk=1, outcome_code="handed_over"
            )
        )
        for each in about
    ]
    _timed(lambda: seal(scope, at=AT))
    grown = sum(_bytes().values()) - sum(before.values())
    return {
        "single_us": round(median(seconds) * 1e6),
        "single_bytes_per_entry": round(grown / count),
    }


def _idle_ms(scope: Scope) -> float:
    """A look at one practice where nothing waits, with its transaction."""
    from bedside.safeguards.audit.actions import seal

    return round(median(_timed(lambda: seal(scope, at=AT)) for _ in range(50)) * 1e3, 3)


def _verified(scope: Scope) -> dict[str, object]:
    """The product's own verification, the export, and the stand-alone verifier over it."""
    from bedside.safeguards.audit.queries import export_lines, standing
    from bedside.safeguards.audit.verifying import verify

    began = time.perf_counter()
    found = verify(scope, at=AT)
    verified_s = time.perf_counter() - began
    assert found.sound, found.finding
    figures: dict[str, object] = {"own_verify_per_s": round(found.size / verified_s)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.txt"
        with path.open("w") as file:
            export_s = _timed(lambda: file.writelines(export_lines(scope)))
        figures["export_per_s"] = round(found.size / export_s)
        environment = {**os.environ, "PYTHONPATH": str(_ROOT / "verify" / "src")}
        key = standing(scope, at=AT).public_key
        command = [sys.executable, "-P", "-m", "bedside_verify", str(path), "--key", key, "--json"]
        began = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        figures["verify_per_s"] = round(found.size / (time.perf_counter() - began))
        assert done.returncode == 0, json.loads(done.stdout)
    return figures


def _another() -> Scope:
    """A second practice, whose tree is its own."""
    from dataclasses import replace

    from bedside.doors.cli.shared import administrator_scope
    from bedside.ground.identity import new_id
    from bedside.ground.scope import Purpose
    from bedside.safeguards.practices.actions import create_practice
    from bedside.safeguards.practices.queries import directory, profile

    ((first, _, _),) = directory()
    known = profile(administrator_scope(first, purpose=Purpose.OPERATIONS))
    practice_id = new_id()
    scope = administrator_scope(practice_id, purpose=Purpose.OPERATIONS)
    create_practice(
        scope, replace(known, practice_id=practice_id, sender_address="hello@elm.example"), slug="elm", at=AT
    )
    return scope


def _proofs(scope: Scope, leaves: int) -> dict[str, object]:
    """Proofs of the newest entries on top of a tree whose other leaves are made up, straight into its tiles."""
    from bedside.safeguards.audit import sealing
    from bedside.safeguards.audit.actions import record, seal
    from bedside.safeguards.audit.entries import LEDGER_EXPORTED
    from bedside.safeguards.audit.queries import entries, proof
    from bench._tall_tree import raise_tree

    raise_tree(scope, leaves)
    sealing.forget()
    for _ in range(100):
        record(scope, LEDGER_EXPORTED, at=AT, wanted_kind="all", about="all", form="bench")
    seal(scope, at=AT)
    newest = entries(scope, before_id=None, kind="", actor_id="", subject="", limit=PROOFS)
    seconds, sizes = [], set()
    for entry in newest:
        began = time.perf_counter()
        made = proof(scope, entry.id, person=None)
        seconds.append(time.perf_counter() - began)
        assert made is not None
        assert made.holds
        sizes.add(made.size)
    return {"proof_ms": round(median(seconds) * 1e3, 2), "proof_leaves": max(sizes)}


def _bytes() -> dict[str, int]:
    """Tables with their indexes and long values."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, pg_total_relation_size(name::regclass) FROM unnest(%s::text[]) AS name",
            [list(_SIZES)],
        )
        return dict(cursor.fetchall())


def _payload_bytes(scope: Scope, rows: int) -> int:
    """The packed bodies themselves, of the newest rows on many."""
    from django.db import connection

    from bedside.ground.scope import reading

    with reading(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(length(body)) FROM (SELECT body FROM audit_entry WHERE count > 1 ORDER BY id DESC LIMIT %s) b",
            [rows],
        )
        return int(cursor.fetchone()[0])
