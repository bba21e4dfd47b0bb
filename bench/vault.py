"""Sealing and opening: the envelope against the bare cipher, and a practice's patients from the database.

The bare loop is what anybody would write who had the associated data ready: `AESGCM.encrypt` with a fresh nonce put
before the ciphertext, and `AESGCM.decrypt` of a stored value split again into the two. The envelope does that and
makes the associated data, checks the header and names what does not open. Both keep their results. Rounds of both
alternate, since the machine's speed drifts.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench._installation import installation, patients, practice, without_statistics
from bench._rewrap import rewrapping

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from bedside.ground.scope import Scope
    from bedside.kit.sealing import Places, Sealer
    from bedside.records.patients.sealed import SealedRow

NAME = "vault"
ABOUT = "records sealed and opened a second beside the bare cipher, and the time to open all patients"

RECORD_BYTES = 300
AT_ONCE = 2000
_NONCE_BYTES = 12
_HEADER_BYTES = 5


def run(*, quick: bool) -> dict[str, object]:
    """Medians of rounds; patients from a database of 100,000, or of 10,000 if `quick`."""
    return {**envelope(quick=quick), **opening(people=10_000 if quick else 100_000)}


def envelope(*, quick: bool) -> dict[str, object]:
    """Records of 300 bytes under one key, a second, and what share of the bare cipher's rate that is."""
    from bedside.kit.sealing import Places, Sealer

    key = os.urandom(32)
    rows = [str(uuid4()) for _ in range(AT_ONCE)]
    places = Places(
        practice=str(uuid4()), table="patients_patient", column="sealed", rows=rows, versions=[1] * AT_ONCE
    )
    rounds = 40 if quick else 200
    took = _measured(_ways(Sealer(key), AESGCM(key), places), rounds=rounds)
    return {
        "record_bytes": RECORD_BYTES,
        "open_per_s": _rate(took["open"]),
        "raw_open_per_s": _rate(took["raw_open"]),
        "open_ratio": _ratio(took, "open", "raw_open"),
        "seal_per_s": _rate(took["seal"]),
        "raw_seal_per_s": _rate(took["raw_seal"]),
        "seal_ratio": _ratio(took, "seal", "raw_seal"),
        # The cipher's call alone: nothing split, nothing kept.
        "bare_call_open_per_s": _rate(took["bare_open"]),
        "bare_call_open_ratio": _ratio(took, "open", "bare_open"),
    }


def opening(*, people: int) -> dict[str, object]:
    """All patients of a practice, page by page: rows and wrapped keys fetched, keys unwrapped, records opened.

    The rows are as new as after an import: PostgreSQL knows nothing of them, and is kept from looking at them.
    At the end the practice gets a new key, and the keys of these patients and as many others follow it.
    """
    with installation() as home:
        without_statistics(home, "patients_patient", "vault_personkey")
        scope = practice()
        start = time.perf_counter()
        patients(scope, people)
        saved_s = time.perf_counter() - start
        whole_s, whole_cpu_s = _timed(lambda: _pages(scope, people))
        rows = _rows(scope)
        rows_s, rows_cpu_s = _timed(lambda: _opened(scope, rows))
        _, cipher_cpu_s = _timed(lambda: _ciphers(scope, rows))
        return {
            "patients": people,
            "right_after_import_page_by_page_s": round(whole_s, 3),
            "right_after_import_page_by_page_cpu_s": round(whole_cpu_s, 3),
            "from_rows_s": round(rows_s, 3),
            "from_rows_cpu_s": round(rows_cpu_s, 3),
            "keys_and_cipher_cpu_s": round(cipher_cpu_s, 3),
            "patients_save_s": round(saved_s, 2),
            "columns_build_s": round(_columns(scope), 2),
            **rewrapping(scope, persons=people),
        }


def _ways(sealer: Sealer, cipher: AESGCM, places: Places) -> dict[str, Callable[[], object]]:
    plains = [os.urandom(RECORD_BYTES) for _ in range(AT_ONCE)]
    sealed = sealer.seal_many(plains, places=places)
    ready = places.associated()
    stored = [value[_HEADER_BYTES:] for value in sealed]
    split = [(value[:_NONCE_BYTES], value[_NONCE_BYTES:]) for value in stored]

    def bare_open() -> None:
        for (nonce, content), associated in zip(split, ready, strict=True):
            cipher.decrypt(nonce, content, associated)

    return {
        "seal": lambda: sealer.seal_many(plains, places=places),
        "raw_seal": lambda: [
            (nonce := os.urandom(_NONCE_BYTES)) + cipher.encrypt(nonce, plain, associated)
            for plain, associated in zip(plains, ready, strict=True)
        ],
        "open": lambda: sealer.open_many(sealed, places=places),
        "raw_open": lambda: [
            cipher.decrypt(value[:_NONCE_BYTES], value[_NONCE_BYTES:], associated)
            for value, associated in zip(stored, ready, strict=True)
        ],
        "bare_open": bare_open,
    }


def _measured(ways: dict[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    """Processor seconds of each round: other work on the machine is not their cost."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.process_time()
            way()
            took[name].append(time.process_time() - start)
    return took


def _rate(times: list[float]) -> int:
    return round(AT_ONCE / statistics.median(times))


def _ratio(took: dict[str, list[float]], ours: str, theirs: str) -> float:
    """How fast ours is beside theirs, 1 if equally: the median over rounds, each compared with its neighbour."""
    pairs = zip(took[theirs], took[ours], strict=True)
    return round(statistics.median(bare / full for bare, full in pairs), 3)


def _timed(work: Callable[[], object], *, rounds: int = 5) -> tuple[float, float]:
    """(elapsed, processor time of this process), both medians of rounds."""
    elapsed, spent = [], []
    for _ in range(rounds):
        start, start_cpu = time.perf_counter(), time.process_time()
        work()
        elapsed.append(time.perf_counter() - start)
        spent.append(time.process_time() - start_cpu)
    return statistics.median(elapsed), statistics.median(spent)


def _pages(scope: Scope, people: int) -> None:
    from bedside.records.patients.queries import page

    after: UUID | None = None
    opened = 0
    while batch := page(scope, after=after, limit=AT_ONCE):
        after = batch[-1].id
        opened += len(batch)
    assert opened == people


def _rows(scope: Scope) -> list[list[SealedRow]]:
    """The rows as `page` gets them, in the same pages."""
    from bedside.records.patients.queries import sealed_page

    pages: list[list[SealedRow]] = []
    after: UUID | None = None
    while rows := sealed_page(scope, after=after, limit=AT_ONCE):
        pages.append(rows)
        after = rows[-1][0]
    return pages


def _opened(scope: Scope, pages: list[list[SealedRow]]) -> None:
    from bedside.records.patients.sealed import open_patients
    from bedside.safeguards.vault.queries import practice_keys

    for rows in pages:
        open_patients(rows, keys=practice_keys(scope))


def _ciphers(scope: Scope, pages: list[list[SealedRow]]) -> None:
    """The same without building patients."""
    from bedside.records.patients.sealed import open_plain
    from bedside.safeguards.vault.queries import practice_keys

    for rows in pages:
        open_plain(rows, keys=practice_keys(scope))


def _columns(scope: Scope) -> float:
    from bedside.decisions.segments.index import rebuild
    from bench._installation import AT

    start = time.perf_counter()
    rebuild(scope, at=AT)
    return time.perf_counter() - start
