"""Patient import from the command line: rows a second and peak memory, with every row sealed under a key of its own.

The import runs as a process of its own, as an administrator would start it; the database shares the machine's
cores. The second figure is the same file again, where nothing is written.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench._installation import installation, practice

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "csv"
ABOUT = "rows a second and peak memory of importing a patient list, new and unchanged"

ROWS, ROWS_QUICK = 100_000, 10_000
SOURCE = Path(__file__).resolve().parent.parent / "src"
_SAMPLE_EVERY_S = 0.05
_HEADER = (
    "MRN,First,Last,DOB,Sex,Email,Phone,Street,City,State,Zip,LastVisit,Provider,Interests,Language,EmailOptIn,"
    "NewsletterOptIn\r\n"
)
_FIRST = ("Alice", "Bruno", "Carmen", "Dmitri", "Elena", "Farid", "Grace")
_TOWNS = ("Fairhaven", "Larkspur", "Stony Creek", "New Aurora")


def run(*, quick: bool) -> dict[str, object]:
    """One import into an empty practice, then the same file again."""
    rows = ROWS_QUICK if quick else ROWS
    with installation() as home, tempfile.TemporaryDirectory() as folder:
        practice()
        file = Path(folder) / "patients.csv"
        with file.open("w", newline="") as out:
            out.writelines(_lines(rows))
        first, seconds, cpu_s, peak_mb = _import(file, home)
        again, seconds_again, _, peak_again_mb = _import(file, home)
        size_mb = round(file.stat().st_size / 1e6, 1)
    assert (first["new"], again["new"], again["unchanged"]) == (rows, 0, rows)
    return {
        "rows": rows,
        "file_mb": size_mb,
        "seconds": round(seconds, 1),
        "rows_per_s": round(rows / seconds),
        "cpu_us_per_row": round(cpu_s / rows * 1e6),
        "peak_mb": round(peak_mb),
        "again_rows_per_s": round(rows / seconds_again),
        "again_peak_mb": round(peak_again_mb),
    }


def _lines(rows: int) -> Iterator[str]:
    """Invented people; every fourth asks for the newsletter, every fiftieth has no address."""
    yield _HEADER
    for number in range(rows):
        email = f"patient{number * 7}@example.org" if number % 50 else "none"
        yield (
            f"MS-{number},{_FIRST[number % 7]},Hartwell{number % 997},{1930 + number % 90}-{1 + number % 12:02d}-"
            f"{1 + number % 28:02d},{'FM'[number % 2]},{email},555-01{number % 100:02d},{number % 900} Maple Street,"
            f"{_TOWNS[number % 4]},KS,669{number % 100:02d},0{1 + number % 9}/1{number % 9}/2025,Dr. Priya Raman,"
            f"nutrition; sleep,English,{'Yes' if number % 3 else ''},{'' if number % 4 else 'Yes'}\r\n"
        )


_ORIGIN = ("--from", "own_system", "--method", "registration", "--collected-by", "2026-11-20")


def _import(file: Path, home: Path) -> tuple[dict[str, int], float, float, float]:
    """(counts, seconds of the whole command with its start, its processor seconds, its peak megabytes)."""
    start, before = time.perf_counter(), _children_cpu_s()
    process = subprocess.Popen(
        [sys.executable, "-m", "bedside.config.entry", "import", str(file), *_ORIGIN, "--json"],
        env={**os.environ, "BEDSIDE_HOME": str(home), "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = _Peak(process.pid)
    out, _ = process.communicate()
    seconds = time.perf_counter() - start
    peak.stop()
    assert process.returncode == 0
    return json.loads(out), seconds, _children_cpu_s() - before, peak.kilobytes / 1024


def _children_cpu_s() -> float:
    """Of processes that ended; the database's go on, so this is the import's own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Peak:
    """Watches the high-water mark that the kernel keeps for a process, while the process lives."""

    def __init__(self, pid: int) -> None:
        self.kilobytes = 0
        self._status = Path(f"/proc/{pid}/status")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_SAMPLE_EVERY_S):
            try:
                lines = self._status.read_text().splitlines()
            except OSError:
                return
            marks = [line.split()[1] for line in lines if line.startswith("VmHWM")]
            self.kilobytes = max([self.kilobytes, *map(int, marks)])
